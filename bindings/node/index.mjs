import heylint from "./index.js";

export const {
  HeylintError, Report, check, checkFile, checkRequest, checkSync, describe, explain, guardFetch, limits, matchers, probe,
} = heylint;
export default heylint;
