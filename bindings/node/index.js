// The Node module. It loads the addon for this platform.
"use strict";

const { existsSync } = require("node:fs");
const { join } = require("node:path");

const { HeylintError, Report, describe, withEngine } = require("./core.js");

const platform = `${process.platform}-${process.arch}`;

function load() {
  // In a checkout the addon is beside this file; an installation has it in the package for the platform.
  const beside = join(__dirname, "heylint.node");
  if (existsSync(beside)) return require(beside);
  let installed;
  try {
    installed = require.resolve(`@heylint/${platform}/heylint.node`);
  } catch (cause) {
    throw new Error(
      `heylint: there is no module for ${platform} in this installation. ` +
        "If npm left out optional dependencies, install again with them",
      { cause },
    );
  }
  return require(installed);
}

const addon = load();

const { checkRequest, explain, given, guardFetch, limits, matchers } = withEngine(addon, [
  "endpoint", "use", "ready", "depth", "select", "ignore", "failOn", "allowOutside", "config", "isolated", "jobs", "now",
]);

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

function probe(path, { depth = "full" } = {}) {
  try {
    return JSON.parse(addon.probe(String(path), depth));
  } catch (cause) {
    throw new Error(`${path}: ${cause.message}`, { cause });
  }
}

module.exports = {
  HeylintError, Report, check, checkFile, checkRequest, checkSync, describe, explain, guardFetch, limits, matchers, probe,
};
