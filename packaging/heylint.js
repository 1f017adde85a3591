#!/usr/bin/env node
// Starts the program in the package for this platform.
"use strict";
const { spawnSync } = require("node:child_process");

const platform = `${process.platform}-${process.arch}`;
const program = process.platform === "win32" ? "heylint.exe" : "heylint";

let path;
try {
  path = require.resolve(`@heylint/${platform}/${program}`);
} catch {
  console.error(
    `heylint: there is no program for ${platform} in this installation. ` +
      "If npm left out optional dependencies, install again with them; otherwise: cargo install heylint",
  );
  process.exit(2);
}

const run = spawnSync(path, process.argv.slice(2), { stdio: "inherit" });
if (run.error) {
  console.error(`heylint: ${run.error.message}`);
  process.exit(2);
}
if (run.signal) process.kill(process.pid, run.signal);
process.exit(run.status ?? 2);
