// heylint as a module: the addon of this platform, and objects made of what it returns.
"use strict";

const { existsSync } = require("node:fs");
const { join } = require("node:path");

const platform = `${process.platform}-${process.arch}`;

function load() {
  // Beside this file in a checkout, in a package of its own when installed.
  const beside = join(__dirname, "heylint.node");
  if (existsSync(beside)) return require(beside);
  let installed;
  try {
    installed = require.resolve(`@heylint/${platform}/heylint.node`);
  } catch (cause) {
    throw new Error(
      `heylint: there is no module for ${platform} in this installation. ` +
        "If npm was told to leave optional dependencies out, install again without that",
      { cause },
    );
  }
  return require(installed);
}

const addon = load();

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

const NAMES = [
  "endpoint", "use", "ready", "depth", "select", "ignore", "failOn", "allowOutside", "config", "isolated", "jobs", "now",
];

/** The options as the addon takes them. */
function given(options = {}) {
  for (const name of Object.keys(options)) {
    if (!NAMES.includes(name)) throw new TypeError(`there is no option ${name}; the options are ${NAMES.join(", ")}`);
  }
  const list = (names) => (typeof names === "string" ? [names] : names);
  return { ...options, select: list(options.select), ignore: list(options.ignore) };
}

const list = (paths) => (Array.isArray(paths) ? paths : [paths]).map(String);

async function check(paths = ".", options = undefined) {
  return new Report(await addon.checkPaths(list(paths), given(options)));
}

function checkSync(paths = ".", options = undefined) {
  return new Report(addon.checkPathsSync(list(paths), given(options)));
}

function checkFile(path, options) {
  return checkSync(path, options);
}

function checkRequest(endpoint, body, options = undefined) {
  const all = given({ isolated: true, ...options, ...(endpoint ? { endpoint } : {}) });
  if (typeof body === "string") return new Report(addon.checkText("request.json", Buffer.from(body), all));
  if (body instanceof Uint8Array) return new Report(addon.checkText("request.json", Buffer.from(body), all));
  const json = JSON.stringify(body);
  if (json === undefined) throw new TypeError(`a request is an object, an array or JSON text, not ${typeof body}`);
  return new Report(addon.checkValue(json, all));
}

function probe(path, { depth } = {}) {
  return JSON.parse(addon.probe(String(path), depth));
}

function explain(rule) {
  const page = addon.explain(rule);
  if (page === null) throw new RangeError(`there is no rule ${rule}`);
  return page;
}

/** In the limit of a finding the address of its document stands in `source`. */
function limits() {
  return JSON.parse(addon.limits()).limits.map(({ url, source, ...limit }) =>
    url ? { ...limit, source: url, document: source } : { ...limit, source, document: null },
  );
}

/** Bodies of other types are not read: they may be files, or streams that can be read once. */
const mayBeJson = (kind) => !kind || /json|^text\/plain/i.test(kind);

function guardFetch(fetch = globalThis.fetch, options = undefined) {
  const all = given({ isolated: true, ready: true, ...options });
  // A misspelled option is told now, not with the first call.
  addon.checkValue("{}", all);
  return async function guarded(input, init) {
    const url = input instanceof Request ? input.url : String(input);
    const streams = init?.body instanceof ReadableStream || typeof init?.body?.[Symbol.asyncIterator] === "function";
    if (addon.isService(url) && !streams) {
      // As `fetch` would send it.
      const request = new Request(input instanceof Request ? input.clone() : input, init);
      const reads = request.body && mayBeJson(request.headers.get("content-type"));
      const body = reads ? Buffer.from(await request.arrayBuffer()) : undefined;
      const answer = addon.checkCall(request.method, request.url, [...request.headers], body, all);
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
      message: () => (report.ok ? "expected findings that fail the check, and there are none" : lines),
    };
  },
};

module.exports = {
  HeylintError, Report, check, checkFile, checkRequest, checkSync, describe, explain, guardFetch, limits, matchers, probe,
};
