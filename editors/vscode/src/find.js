// Finds the program: in the setting, then in the project, then in PATH.
'use strict';

const fs = require('node:fs');
const path = require('node:path');

const windows = process.platform === 'win32';

function isProgram(file) {
  try {
    fs.accessSync(file, windows ? fs.constants.F_OK : fs.constants.X_OK);
    return fs.statSync(file).isFile();
  } catch {
    return false;
  }
}

/** Where package managers put programs in a project. */
function inProject(folder) {
  const names = windows
    ? ['node_modules/.bin/heylint.cmd', '.venv/Scripts/heylint.exe', 'venv/Scripts/heylint.exe']
    : ['node_modules/.bin/heylint', '.venv/bin/heylint', 'venv/bin/heylint'];
  return names.map((name) => path.join(folder, name));
}

function onPath(name, environment) {
  const folders = (environment.PATH || environment.Path || '').split(path.delimiter).filter(Boolean);
  const names = windows ? [`${name}.exe`, `${name}.cmd`] : [name];
  return folders.flatMap((folder) => names.map((one) => path.join(folder, one))).find(isProgram);
}

/** The program to start; undefined if there is none. An untrusted project must not choose what runs, so it is not searched.
 */
function find({ setting, folders, trusted, environment = process.env }) {
  const name = setting || 'heylint';
  if (path.isAbsolute(name)) return isProgram(name) ? name : undefined;
  if (name !== 'heylint') return onPath(name, environment);
  const own = trusted ? folders.flatMap(inProject).find(isProgram) : undefined;
  return own || onPath(name, environment);
}

module.exports = { find };
