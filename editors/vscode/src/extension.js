// Starts `heylint lsp` and sends it the drafts. The server does everything else.
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
/** Whether the user knows that the program is missing; reset when the setting changes. */
let told = false;

function documents() {
  const schemes = ['file', 'untitled'];
  const languages = ['json', 'jsonc', 'jsonl'];
  const drafts = schemes.flatMap((scheme) => languages.map((language) => ({ scheme, language })));
  // VS Code has no language for JSON Lines, and the language of a configuration depends on other extensions.
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
  // Without the pull model, the server publishes diagnostics also for drafts in the background and for closed files.
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
    const message = `heylint: ${command} does not start: ${error instanceof Error ? error.message : error}`;
    if ((await vscode.window.showErrorMessage(message, open)) === open) {
      await vscode.commands.executeCommand('workbench.action.openSettings', 'heylint.path');
    }
  }
}

/** Explains what to do, but only once: users disable an extension that nags at every file. */
async function missing(setting) {
  output?.appendLine(`not found: ${setting || 'heylint'}, in node_modules/.bin, .venv/bin or PATH`);
  if (told) return;
  told = true;
  const [install, open] = ['How to install it', 'Set its path'];
  const message = setting && setting !== 'heylint'
    ? `heylint: ${setting} is not an executable program`
    : 'heylint was not found in node_modules/.bin, .venv/bin or PATH';
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

// Runs starts and stops one at a time, in order.
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
