// Shows each JSON syntax error once: if VS Code marks the line too, the finding of the server is hidden.
'use strict';

const vscode = require('vscode');

const line = (diagnostic) => diagnostic.range.start.line;
const isSyntax = (diagnostic) => (diagnostic.code?.value ?? diagnostic.code) === 'request/syntax';

class Once {
  constructor() {
    /** The diagnostics of the server, shown or hidden, by URI. */
    this.known = new Map();
    this.subscription = vscode.languages.onDidChangeDiagnostics((event) => event.uris.forEach((uri) => this.again(uri)));
  }

  /** The diagnostics of the server for a file. */
  of(uri) {
    return this.known.get(uri.toString())?.found ?? [];
  }

  /** Stores the diagnostics of the server and shows them with `next`. */
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
    // `next` changes the diagnostics and so leads back here.
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
