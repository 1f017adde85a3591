import type { Options } from "./index.js";

declare global {
  namespace jest {
    interface Matchers<R, T = {}> {
      /** Passes if the request has no finding that fails the check. */
      toBeValidRequest(endpoint?: string, options?: Omit<Options, "endpoint">): R;
    }
  }
}
