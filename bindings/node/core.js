// What the packages for Node and browsers share: it turns the output of an engine into objects. The engine is the Node addon
// or the WebAssembly module.
"use strict";

class HeylintError extends Error {
  constructor(report, call) {
    const many = report.failing.length === 1 ? "1 finding" : `${report.failing.length} findings`;
    super([call ? `${call}: ${many}` : many, ...report.failing.map(describe)].join("\n  "));
    this.name = "HeylintError";
    // Not enumerable: Node would print the whole report below an uncaught error.
    Object.defineProperty(this, "report", { value: report });
  }
}

/** A finding as one line. */
function describe({ file, start, pointer, severity, rule, message, help }) {
  const place = start ? `${file}:${start.line}:${start.column}` : pointer || file;
  return `${place}: ${severity}[${rule}] ${message}${help ? ` (help: ${help})` : ""}`;
}

class Report {
  constructor(answer) {
    const { fails, report } = answer;
    // An answer of WebAssembly occupies memory until it is freed.
    answer.free?.();
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

/** Bodies of other content types are not read: they are files or forms. */
const mayBeJson = (kind) => !kind || /json|^text\/plain/i.test(kind);
const isStream = (body) => typeof body?.getReader === "function" && typeof body.tee === "function";
const isIterable = (body) => typeof body?.[Symbol.asyncIterator] === "function";
const isBlob = (body) => typeof body?.slice === "function" && typeof body.stream === "function";
/** JSON whitespace and the bytes of a byte order mark. */
const SPACE = new Set([0x20, 0x09, 0x0a, 0x0d, 0xef, 0xbb, 0xbf]);
/** A longer stream is a file, not a request. */
const MOST = 64 * 1024 * 1024;

/** The address as `fetch` resolves it, without user and password. */
function addressOf(input) {
  const text = typeof input?.url === "string" ? input.url : String(input);
  try {
    const url = new URL(text, globalThis.document?.baseURI);
    url.username = url.password = "";
    return url.href;
  } catch {
    return text;
  }
}

/** Reads a stream if it is JSON, according to its content type (`begun`) or its first byte; undefined otherwise. */
async function taken(stream, begun, signal) {
  const reader = stream.getReader();
  // Not awaited: it resolves only after the other branch of the stream was sent.
  const cancel = () => void reader.cancel().catch(() => {});
  signal?.addEventListener("abort", cancel);
  const chunks = [];
  let size = 0;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return signal?.aborted ? undefined : new Uint8Array(await new Blob(chunks).arrayBuffer());
      const first = begun || !(value instanceof Uint8Array) ? undefined : value.find((byte) => !SPACE.has(byte));
      begun ||= first !== undefined;
      size += value.length;
      const isText = first === undefined || first === 0x7b || first === 0x5b;
      if (!(value instanceof Uint8Array) || !isText || size > MOST) break;
      chunks.push(value);
    }
  } finally {
    signal?.removeEventListener("abort", cancel);
  }
  cancel();
  return undefined;
}

/** Reads a call as `fetch` would send it. `args` are the arguments to send it with afterwards. */
async function readCall(fetch, input, init) {
  const from = typeof input?.clone === "function" ? input : undefined;
  const method = init?.method ?? from?.method ?? "GET";
  const headers = new Headers(init?.headers ?? from?.headers);
  const signal = init?.signal ?? from?.signal;
  const call = { method, headers, body: undefined, isWhole: true, args: [input, init] };
  let body = init?.body;
  if (body === undefined || body === null) {
    const kind = headers.get("content-type");
    // `fetch` reports a body that was already used.
    if (from?.bodyUsed) return { ...call, isWhole: false };
    if (!from?.body || !mayBeJson(kind)) return call;
    const copy = from.clone();
    call.body = isStream(copy.body)
      ? await taken(copy.body, /json/i.test(kind ?? ""), signal)
      : new Uint8Array(await copy.arrayBuffer());
    return { ...call, isWhole: call.body !== undefined };
  }
  const streams = isStream(body) || isIterable(body);
  if (streams && !mayBeJson(headers.get("content-type"))) return call;
  // A `fetch` from another package may not accept a web stream instead.
  if (!isStream(body) && isIterable(body)) {
    if (fetch !== globalThis.fetch || !ReadableStream.from) return { ...call, isWhole: false };
    body = ReadableStream.from(body);
  }
  if (isStream(body)) {
    if (body.locked) return { ...call, isWhole: false };
    const [ours, theirs] = body.tee();
    call.args = [input, { ...init, body: theirs }];
    body = ours;
  }
  // Gives the content type that `fetch` sets for a text, a form or a blob.
  const carried = new Response(body);
  if (!headers.has("content-type") && carried.headers.has("content-type")) {
    headers.set("content-type", carried.headers.get("content-type"));
  }
  const kind = headers.get("content-type");
  if (!mayBeJson(kind)) return call;
  if (streams || isBlob(body)) call.body = await taken(carried.body, /json/i.test(kind ?? ""), signal);
  else call.body = new Uint8Array(await carried.arrayBuffer());
  return { ...call, isWhole: call.body !== undefined };
}

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
    if (body instanceof ArrayBuffer) body = new Uint8Array(body);
    if (ArrayBuffer.isView(body)) body = new Uint8Array(body.buffer, body.byteOffset, body.byteLength);
    if (body instanceof Uint8Array) return new Report(engine.checkText("request.json", body, all));
    const json = JSON.stringify(body);
    if (json === undefined) throw new TypeError(`a request is an object, an array or JSON text, not ${typeof body}`);
    return new Report(engine.checkValue(json, all));
  }

  function explain(rule) {
    const page = engine.explain(rule);
    if (page === undefined || page === null) {
      let message = `there is no rule ${rule}`;
      try {
        engine.checkValue("{}", given({ select: rule }));
      } catch (error) {
        // Suggests the closest name.
        message = error.message;
      }
      throw new RangeError(message);
    }
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
      const url = addressOf(input);
      if (!engine.isService(url)) return fetch(input, init);
      const { method, headers, body, isWhole, args } = await readCall(fetch, input, init);
      const answer = isWhole && engine.checkCall(method, url, [...headers], body, all());
      if (answer) new Report(answer).throwForErrors(`${method} ${url.split("?")[0]}`);
      return fetch(...args);
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
