// What the packages for Node and browsers share: it turns the output of an engine into objects. The engine is the Node addon
// or the WebAssembly module.
"use strict";

class HeylintError extends Error {
  constructor(report, call) {
    const many = report.failing.length === 1 ? "1 finding" : `${report.failing.length} findings`;
    super([call ? `${call}: ${many}` : many, ...report.failing.map(describe)].join("\n  "));
    this.name = "HeylintError";
    this.report = report;
  }
}

/** A finding as one line. */
function describe({ file, start, pointer, severity, rule, message, help }) {
  const place = start ? `${file}:${start.line}:${start.column}` : pointer || file;
  return `${place}: ${severity}[${rule}] ${message}${help ? ` (help: ${help})` : ""}`;
}

class Report {
  constructor({ fails, report }) {
    const { diagnostics, files, summary, profile } = JSON.parse(report);
    this.findings = diagnostics;
    this.files = files;
    this.summary = summary;
    this.profile = profile;
    this.fails = fails || summary.unchecked > 0;
  }

  get ok() {
    return !this.fails;
  }

  get failing() {
    return this.findings.filter((finding) => finding.fails);
  }

  throwForErrors(call) {
    if (this.fails) throw new HeylintError(this, call);
    return this;
  }
}

/** An option that is undefined or null counts as not given. */
const isGiven = ([, value]) => value !== undefined && value !== null;
const snake = (name) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
const list = (names) => (typeof names === "string" ? [names] : names);

/** Bodies of other content types are not read: they may be files, or streams that can be read only once. */
const mayBeJson = (kind) => !kind || /json|^text\/plain/i.test(kind);

/** The functions of a package on top of an engine. `names` are the permitted options; `always` returns those of every call. */
function withEngine(engine, names, always = () => ({})) {
  /** Converts options to the JSON that an engine expects, with the names of the command line. `own` gives defaults. */
  function given(options = {}, own = {}) {
    for (const name of Object.keys(options)) {
      if (!names.includes(name)) throw new TypeError(`there is no option ${name}; the options are ${names.join(", ")}`);
    }
    const all = { ...always(), ...own, ...options, select: list(options.select), ignore: list(options.ignore) };
    return JSON.stringify(Object.fromEntries(Object.entries(all).filter(isGiven).map(([name, value]) => [snake(name), value])));
  }

  function checkRequest(endpoint, body, options = undefined) {
    const all = given({ ...options, ...(endpoint ? { endpoint } : {}) }, { isolated: true });
    if (typeof body === "string") body = new TextEncoder().encode(body);
    if (body instanceof Uint8Array) return new Report(engine.checkText("request.json", body, all));
    const json = JSON.stringify(body);
    if (json === undefined) throw new TypeError(`a request is an object, an array or JSON text, not ${typeof body}`);
    return new Report(engine.checkValue(json, all));
  }

  function explain(rule) {
    const page = engine.explain(rule);
    if (page === undefined || page === null) throw new RangeError(`there is no rule ${rule}`);
    return page;
  }

  /** As in the limit of a finding, `source` is the address of the document. */
  function limits() {
    return JSON.parse(engine.limits()).limits.map(({ url, source, ...limit }) =>
      url ? { ...limit, source: url, document: source } : { ...limit, source, document: null },
    );
  }

  function guardFetch(fetch = globalThis.fetch, options = undefined) {
    // Computed at each call, because the options of an engine without a clock contain the time.
    const all = () => given(options, { isolated: true, ready: true });
    // Throws on a misspelled option now, not at the first call.
    engine.checkValue("{}", all());
    return async function guarded(input, init) {
      const url = input instanceof Request ? input.url : String(input);
      const streams = init?.body instanceof ReadableStream || typeof init?.body?.[Symbol.asyncIterator] === "function";
      if (engine.isService(url) && !streams) {
        // Gives the headers and the body as `fetch` would send them.
        const request = new Request(input instanceof Request ? input.clone() : input, init);
        const reads = request.body && mayBeJson(request.headers.get("content-type"));
        const body = reads ? new Uint8Array(await request.arrayBuffer()) : undefined;
        const answer = engine.checkCall(request.method, request.url, [...request.headers], body, all());
        if (answer) new Report(answer).throwForErrors(`${request.method} ${url.split("?")[0]}`);
      }
      return fetch(input, init);
    };
  }

  const matchers = {
    toBeValidRequest(body, endpoint, options) {
      const report = checkRequest(endpoint, body, options);
      const lines = report.failing.map(describe).join("\n");
      return {
        pass: report.ok,
        message: () => (report.ok ? "expected findings that fail the check, but there are none" : lines),
      };
    },
  };

  return { checkRequest, explain, given, guardFetch, limits, matchers };
}

module.exports = { HeylintError, Report, describe, withEngine };
