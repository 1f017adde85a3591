// For `setupFilesAfterEnv` of jest.
"use strict";

const { matchers } = require("./index.js");

globalThis.expect.extend(matchers);
