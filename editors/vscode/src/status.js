// The item in the status bar: the endpoint of the draft, its findings, and the age of the profile.
'use strict';

const vscode = require('vscode');

function counted(number, noun) {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

/** The text, such as `heylint: POST /v3/videos, 2 errors`, and the tooltip. */
function words(status, severities) {
  const of = (severity) => severities.filter((one) => one === severity).length;
  const counts = [[of(0), 'error'], [of(1), 'warning'], [of(2) + of(3), 'hint']];
  const found = counts.filter(([number]) => number > 0).map(([number, noun]) => counted(number, noun)).join(', ');
  const endpoint = status.taken?.match(/[A-Z]+ \/[^\s,]*/)?.[0] ?? 'requests';
  const { name, as_of: asOf } = status.profile;
  const days = Math.max(0, Math.floor((Date.now() - Date.parse(asOf)) / 86_400_000));
  const why = status.taken ? `Recognised as ${status.taken.replace(/^request: /, '')}. ` : '';
  return {
    text: `heylint: ${endpoint}, ${found || 'no findings'}`,
    tooltip: `${why}Profile ${name} describes the service as of ${asOf}, ${counted(days, 'day')} ago.`,
  };
}

class Status {
  /** `found` returns the diagnostics of the server for a file. */
  constructor(found) {
    this.found = found;
    this.known = new Map();
    this.item = vscode.window.createStatusBarItem('heylint.status', vscode.StatusBarAlignment.Right, 100);
    this.item.name = 'heylint';
    this.item.command = 'heylint.output';
    this.subscriptions = [
      this.item,
      vscode.window.onDidChangeActiveTextEditor(() => this.show()),
      vscode.languages.onDidChangeDiagnostics(() => this.show()),
    ];
  }

  take(status) {
    this.known.set(vscode.Uri.parse(status.uri).toString(), status);
    this.show();
  }

  clear() {
    this.known.clear();
    this.item.hide();
  }

  show() {
    const uri = vscode.window.activeTextEditor?.document.uri;
    const status = uri && this.known.get(uri.toString());
    if (!status?.request) return this.item.hide();
    Object.assign(this.item, words(status, this.found(uri).map((diagnostic) => diagnostic.severity)));
    this.item.show();
  }

  dispose() {
    this.subscriptions.forEach((one) => one.dispose());
  }
}

module.exports = { Status, words };
