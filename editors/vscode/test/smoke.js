// Loads the bundle with a stub of the editor and starts the real server.
'use strict';

const assert = require('node:assert');
const Module = require('node:module');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const heylint = process.env.HEYLINT || 'heylint';

/** Stands for any part of the editor that this stub does not define: callable, constructible, with any property. */
function anything(name) {
  const base = class {};
  return new Proxy(base, {
    get: (target, key) => {
      if (key in target || typeof key === 'symbol') return target[key];
      return (target[key] = anything(`${name}.${key}`));
    },
    apply: () => ({ dispose() {} }),
  });
}

const registered = new Map();
const errors = [];
const published = [];
let settings = { path: heylint, args: ['--isolated'] };
let changed;
const nothing = { dispose() {} };
const item = { shown: false, show() { this.shown = true; }, hide() { this.shown = false; }, dispose() {} };

class Uri {
  constructor(text) { this.text = text; this.scheme = text.split(':')[0]; this.fsPath = decodeURIComponent(text.replace('file://', '')); }
  static parse(text) { return new Uri(text); }
  static file(name) { return new Uri(`file://${name}`); }
  toString() { return this.text; }
}
class Position { constructor(line, character) { Object.assign(this, { line, character }); } }
class Range { constructor(a, b, c, d) { this.start = typeof a === 'number' ? new Position(a, b) : a; this.end = typeof a === 'number' ? new Position(c, d) : b; } }
class Diagnostic { constructor(range, message, severity) { Object.assign(this, { range, message, severity }); } }
class EventEmitter { constructor() { this.event = () => nothing; } fire() {} dispose() {} }

const text = JSON.stringify({ type: 'avatar', avatar_id: 'a', script: 'Hi', voice_settings: { speed: 9 } });
const document = {
  uri: Uri.file(path.join(__dirname, 'draft.json')), languageId: 'json', version: 1, isClosed: false, notebook: undefined,
  getText: () => text,
};
const watching = () => nothing;
const kind = { value: '', append: () => kind };
const vscode = new Proxy(anything('vscode'), {
  get: (target, key) => ({
    version: '1.100.0', Uri, Position, Range, Diagnostic, EventEmitter,
    Disposable: class { constructor(call) { this.dispose = call || (() => {}); } static from() { return nothing; } },
    CancellationTokenSource: class { constructor() { this.token = { isCancellationRequested: false, onCancellationRequested: () => nothing }; } cancel() {} dispose() {} },
    CodeActionKind: new Proxy({}, { get: () => kind }),
    DiagnosticSeverity: { Error: 0, Warning: 1, Information: 2, Hint: 3 },
    env: { language: 'en', appName: 'smoke', machineId: 'x', sessionId: 'y', onDidChangeTelemetryEnabled: watching },
    StatusBarAlignment: { Left: 1, Right: 2 },
    languages: new Proxy({
      getDiagnostics: () => (published.at(-1) || [])[1] || [],
      match: (selector, doc) => selector.language === doc.languageId || [selector].flat().some((one) => one.language === doc.languageId) ? 10 : 0,
      createDiagnosticCollection: () => ({ set: (uri, list) => published.push([String(uri), list]), delete() {}, clear() {}, has: () => false, dispose() {} }),
    }, { get: (own, name) => own[name] ?? watching }),
    workspace: new Proxy({
      textDocuments: [document], workspaceFolders: undefined, notebookDocuments: [], isTrusted: true,
      fs: { isWritableFileSystem: () => true },
      getConfiguration: () => ({ get: (name) => settings[name] }),
      onDidChangeConfiguration: (call) => { changed ??= call; return nothing; },
      createFileSystemWatcher: () => ({ onDidCreate: watching, onDidChange: watching, onDidDelete: watching, dispose() {} }),
    }, { get: (own, name) => (name in own ? own[name] : watching) }),
    window: new Proxy({
      activeTextEditor: { document }, visibleTextEditors: [], visibleNotebookEditors: [],
      tabGroups: { all: [], onDidChangeTabGroups: watching, onDidChangeTabs: watching, activeTabGroup: undefined },
      createOutputChannel: () => ({ append() {}, appendLine() {}, show() {}, dispose() {}, name: 'heylint' }),
      createStatusBarItem: () => item,
      showErrorMessage: async (message) => void errors.push(message),
    }, { get: (own, name) => (name in own ? own[name] : watching) }),
    commands: { registerCommand: (name, call) => { registered.set(name, call); return nothing; }, executeCommand: async () => {} },
  })[key] ?? target[key],
});

const load = Module._load;
Module._load = (name, ...rest) => (name === 'vscode' ? vscode : load(name, ...rest));
const extension = require('../dist/extension.js');
const manifest = require('../package.json');

const until = async (what, condition) => {
  for (let turn = 0; turn < 400; turn += 1) {
    if (condition()) return;
    await new Promise((done) => setTimeout(done, 25));
  }
  assert.fail(`timed out waiting for ${what}: ${errors.join('\n')}`);
};

/** Tests where `find` looks, and in which order. */
function searches() {
  const { find } = require('../src/find.js');
  const project = fs.mkdtempSync(path.join(os.tmpdir(), 'heylint-find-'));
  const put = (name) => {
    const file = path.join(project, name);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, '', { mode: 0o755 });
    return file;
  };
  const ask = (rest) => find({ folders: [project], trusted: true, environment: { PATH: path.join(project, 'bin') }, ...rest });
  try {
    assert.strictEqual(ask({}), undefined);
    const onPath = put('bin/heylint');
    assert.strictEqual(ask({}), onPath);
    const python = put('.venv/bin/heylint');
    assert.strictEqual(ask({ setting: 'heylint' }), python);
    const node = put('node_modules/.bin/heylint');
    assert.strictEqual(ask({}), node);
    // An untrusted project must not choose what runs.
    assert.strictEqual(ask({ trusted: false }), onPath);
    assert.strictEqual(ask({ setting: python }), python);
    assert.strictEqual(ask({ setting: '/nowhere/heylint' }), undefined);
    fs.chmodSync(node, 0o644);
    assert.strictEqual(ask({}), python);
  } finally {
    fs.rmSync(project, { recursive: true });
  }
  console.log('found the program in every place');
}

/** Tests that the command of the server is registered in the editor and runs a remedy. */
async function mends() {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'heylint mend-'));
  try {
    const picture = Buffer.alloc(54 + 16 * 16 * 3, 7);
    picture.write('BM');
    [picture.length, 0, 54, 40, 16, 16, 1 | (24 << 16), 0, 16 * 16 * 3, 2835, 2835, 0, 0].forEach((field, at) => picture.writeUInt32LE(field, 2 + at * 4));
    fs.writeFileSync(path.join(folder, 'pic.bmp'), picture);
    const file = `file://${encodeURI(path.join(folder, 'pic.bmp'))}`;
    const answer = await registered.get('heylint.mend')({ file });
    assert.match(answer.file, /pic\.png$/);
    assert.deepStrictEqual(fs.readdirSync(folder).sort(), ['pic.bmp.orig', 'pic.png']);
    assert(fs.readFileSync(path.join(folder, 'pic.bmp.orig')).equals(picture));
    console.log('mended');
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
}

(async () => {
  await extension.activate({ subscriptions: [] });
  for (const { command } of manifest.contributes.commands) assert(registered.has(command), `${command} is not registered`);
  assert.deepStrictEqual(errors, []);
  await until('diagnostics', () => published.some(([, list]) => list?.length));
  const [uri, [first]] = published.find(([, list]) => list?.length);
  console.log(`${path.basename(uri)}:${first.range.start.line + 1}:${first.range.start.character + 1}: ${first.message.split('\n')[0]}`);
  await until('the status item', () => item.shown && /^heylint: POST \/v3\/videos, 1 error/.test(item.text));
  assert.match(item.tooltip, /Profile heygen-v3 describes the service as of \d{4}-\d\d-\d\d, \d+ days? ago\./);
  console.log(item.text);
  await mends();
  published.length = 0;
  await registered.get('heylint.restart')();
  await until('diagnostics after the restart', () => published.some(([, list]) => list?.length));
  console.log('restarted');
  // Reports a missing program.
  settings = { path: '/nowhere/heylint', args: [] };
  changed({ affectsConfiguration: (name) => name === 'heylint.path' });
  const ours = () => errors.find((message) => message.startsWith('heylint: /nowhere/heylint'));
  const count = () => errors.filter((message) => message.startsWith('heylint')).length;
  await until('an error', ours);
  console.log(ours());
  // Reports it only once.
  await registered.get('heylint.restart')();
  assert.strictEqual(count(), 1);
  searches();
  await extension.deactivate();
  console.log('deactivated');
  process.exit(0);
})().catch((error) => {
  console.error(error);
  process.exit(1);
});
