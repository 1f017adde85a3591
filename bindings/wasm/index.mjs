// The module for browsers: `const { checkRequest } = await load();`
import { HeylintError, Report, describe, withEngine } from "./core.mjs";
import start, * as exported from "./engine.js";

// Headers are passed as alternating names and values.
const engine = {
  ...exported,
  checkCall: (method, url, headers, body, options) => exported.checkCall(method, url, headers.flat(), body, options),
};
const NAMES = ["endpoint", "use", "ready", "depth", "select", "ignore", "failOn", "now"];

let loading;

/** Loads the engine once; `source` is its address or its bytes, if it is not beside this module. */
export function load(source) {
  loading ??= begin(source).catch((error) => {
    loading = undefined;
    throw error;
  });
  return loading;
}

async function begin(source) {
  await start(source === undefined ? undefined : { module_or_path: source });
  // The engine has no clock of its own.
  const now = () => ({ now: Math.floor(Date.now() / 1000) });
  const { checkRequest, explain, given, guardFetch, limits, matchers } = withEngine(engine, NAMES, now);
  return {
    HeylintError, Report, checkRequest, describe, explain, guardFetch, limits, matchers,
    checkFile: (name, bytes, options) => new Report(engine.checkText(String(name), bytes, given(options))),
    probe: (name, bytes, { depth = "full" } = {}) => JSON.parse(engine.probe(String(name), bytes, depth)),
  };
}
