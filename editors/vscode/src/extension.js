// Starts `heylint lsp` and hands it the drafts; everything else is in the server.
'use strict';

const vscode = require('vscode');
const { LanguageClient } = require('vscode-languageclient/node');

/** @type {LanguageClient | undefined} */
let client;
/** @type {vscode.OutputChannel | undefined} */
let output;

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
  const command = settings.get('path') || 'heylint';
  const args = ['lsp', ...(settings.get('args') || [])];
  client = new LanguageClient(
    'heylint',
    'heylint',
    { command, args },
    { documentSelector: documents(), outputChannel: output, initializationFailedHandler: () => false },
  );
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

async function stop() {
  const running = client;
  client = undefined;
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
  const restart = () => inTurn(async () => {
    await stop();
    await start();
  });
  context.subscriptions.push(
    output,
    vscode.commands.registerCommand('heylint.restart', restart),
    vscode.commands.registerCommand('heylint.output', () => output?.show()),
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration('heylint.path') || event.affectsConfiguration('heylint.args')) {
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
