// Starts `heylint lsp` and hands it the drafts; everything else is in the server.
'use strict';

const vscode = require('vscode');
const { LanguageClient } = require('vscode-languageclient/node');
const { find } = require('./find');
const { Once } = require('./once');
const { Status } = require('./status');
const { suppress } = require('./suppress');

const INSTALL = 'https://github.com/heylint/heylint#install';

/** @type {LanguageClient | undefined} */
let client;
/** @type {vscode.OutputChannel | undefined} */
let output;
/** @type {Status | undefined} */
let status;
/** @type {Once | undefined} */
let once;
/** That the program is missing is said once, until the setting changes. */
let told = false;

function documents() {
  const schemes = ['file', 'untitled'];
  const languages = ['json', 'jsonc', 'jsonl'];
  const drafts = schemes.flatMap((scheme) => languages.map((language) => ({ scheme, language })));
  // JSON Lines belongs to no language of the editor's own, a configuration to whichever extension knows TOML.
  const patterns = ['**/*.{jsonl,ndjson}', '**/heylint.toml'];
  return [...drafts, ...patterns.map((pattern) => ({ scheme: 'file', pattern }))];
}

async function start() {
  const settings = vscode.workspace.getConfiguration('heylint');
  const folders = (vscode.workspace.workspaceFolders || []).map((folder) => folder.uri.fsPath);
  const setting = settings.get('path');
  const command = find({ setting, folders, trusted: vscode.workspace.isTrusted });
  if (!command) {
    await missing(setting);
    return;
  }
  const args = ['lsp', ...(settings.get('args') || [])];
  client = new LanguageClient(
    'heylint',
    'heylint',
    { command, args },
    {
      documentSelector: documents(),
      outputChannel: output,
      initializationOptions: { pictures: true, status: true },
      middleware: { handleDiagnostics: (uri, found, next) => (once ? once.take(uri, found, next) : next(uri, found)) },
      initializationFailedHandler: () => false,
    },
  );
  client.onNotification('heylint/status', (params) => status?.take(params));
  // Told rather than asked for: then a draft in the background and a configuration that is not open have theirs as well.
  client.registerFeature({
    fillClientCapabilities: (capabilities) => delete capabilities.textDocument?.diagnostic,
    initialize() {},
    getState: () => ({ kind: 'static' }),
    clear() {},
  });
  try {
    await client.start();
  } catch (error) {
    client = undefined;
    const open = 'Open the settings';
    const message = `heylint: ${command} could not be started: ${error instanceof Error ? error.message : error}`;
    if ((await vscode.window.showErrorMessage(message, open)) === open) {
      await vscode.commands.executeCommand('workbench.action.openSettings', 'heylint.path');
    }
  }
}

/** Says what to do, once: an editor that says it at every file is switched off. */
async function missing(setting) {
  output?.appendLine(`not found: ${setting || 'heylint'}, in node_modules/.bin, .venv/bin and PATH`);
  if (told) return;
  told = true;
  const [install, open] = ['How to install it', 'Set its path'];
  const message = setting && setting !== 'heylint'
    ? `heylint: ${setting} is not a program that can be started`
    : 'heylint is not installed: it was looked for in node_modules/.bin, .venv/bin and PATH';
  const chosen = await vscode.window.showErrorMessage(message, install, open);
  if (chosen === install) await vscode.env.openExternal(vscode.Uri.parse(INSTALL));
  if (chosen === open) await vscode.commands.executeCommand('workbench.action.openSettings', 'heylint.path');
}

async function stop() {
  const running = client;
  client = undefined;
  status?.clear();
  await running?.stop();
}

// One start or stop at a time, in the order in which they were asked for.
let queue = Promise.resolve();
function inTurn(work) {
  queue = queue.then(work, work);
  return queue;
}

function activate(context) {
  output = vscode.window.createOutputChannel('heylint');
  once = new Once();
  const now = once;
  status = new Status((uri) => now.of(uri));
  const restart = () => inTurn(async () => {
    await stop();
    await start();
  });
  context.subscriptions.push(
    output,
    once,
    status,
    vscode.workspace.onDidGrantWorkspaceTrust(() => void restart()),
    vscode.commands.registerCommand('heylint.restart', restart),
    vscode.commands.registerCommand('heylint.suppress', suppress),
    vscode.commands.registerCommand('heylint.output', () => output?.show()),
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration('heylint.path') || event.affectsConfiguration('heylint.args')) {
        told = false;
        void restart();
      }
    }),
  );
  return inTurn(start);
}

function deactivate() {
  return inTurn(stop);
}

module.exports = { activate, deactivate };
