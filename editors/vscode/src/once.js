// A fault of JSON syntax is told once: where the JSON service of the editor marks the same line, the finding is not shown.
'use strict';

const vscode = require('vscode');

const line = (diagnostic) => diagnostic.range.start.line;
const isSyntax = (diagnostic) => (diagnostic.code?.value ?? diagnostic.code) === 'request/syntax';

class Once {
  constructor() {
    /** What the server found, shown or not, by URI. */
    this.known = new Map();
    this.subscription = vscode.languages.onDidChangeDiagnostics((event) => event.uris.forEach((uri) => this.again(uri)));
  }

  /** What the server found in a file. */
  of(uri) {
    return this.known.get(uri.toString())?.found ?? [];
  }

  /** Takes what the server found, and shows it with `next`. */
  take(uri, found, next) {
    this.known.set(uri.toString(), { found, next, shown: undefined });
    this.again(uri);
  }

  again(uri) {
    const known = this.known.get(uri.toString());
    if (!known) return;
    const editors = vscode.languages.getDiagnostics(uri).filter((one) => /^jsonc?$/.test(one.source) && one.severity === 0);
    const marked = new Set(editors.map(line));
    const shown = known.found.filter((one) => !isSyntax(one) || !marked.has(line(one)));
    // Showing something is a change of diagnostics as well.
    const same = known.shown?.length === shown.length && shown.every((one, at) => one === known.shown[at]);
    if (same) return;
    known.shown = shown;
    known.next(uri, shown);
  }

  dispose() {
    this.subscription.dispose();
  }
}

module.exports = { Once };
