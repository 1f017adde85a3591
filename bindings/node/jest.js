// Adds the matcher to jest; list it in `setupFilesAfterEnv`.
"use strict";

const { matchers } = require("./index.js");

globalThis.expect.extend(matchers);
