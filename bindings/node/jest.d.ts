import type { Options } from "./index.js";

declare global {
  namespace jest {
    interface Matchers<R, T = {}> {
      /** The request has no findings that fail the check. */
      toBeValidRequest(endpoint?: string, options?: Omit<Options, "endpoint">): R;
    }
  }
}
