// `heylint.suppress`: writes an entry for the finding at the cursor, and selects its reason.
'use strict';

const vscode = require('vscode');

const REASON = 'why this finding is accepted';

async function suppress() {
  const editor = vscode.window.activeTextEditor;
  if (!editor) return;
  const { document, selection } = editor;
  const actions = await vscode.commands.executeCommand('vscode.executeCodeActionProvider', document.uri, selection, 'quickfix');
  const offered = (actions ?? []).filter((action) => action.edit && action.title.startsWith('suppress '));
  if (offered.length === 0) {
    await vscode.window.showInformationMessage('heylint: no finding at the cursor can be suppressed');
    return;
  }
  const titles = offered.map((action) => action.title);
  const title = titles.length === 1 ? titles[0] : await vscode.window.showQuickPick(titles);
  const chosen = offered.find((action) => action.title === title);
  if (!chosen || !(await vscode.workspace.applyEdit(chosen.edit))) return;
  const target = chosen.edit.entries().at(-1)?.[0];
  if (!target) return;
  const configuration = await vscode.workspace.openTextDocument(target);
  const at = configuration.getText().lastIndexOf(REASON);
  const range = new vscode.Range(configuration.positionAt(at), configuration.positionAt(at + REASON.length));
  await vscode.window.showTextDocument(configuration, { selection: at < 0 ? undefined : range });
}

module.exports = { suppress };
