import "vitest";
import type { Options } from "./index.js";

declare module "vitest" {
  interface Assertion<T = any> {
    /** Passes if the request has no finding that fails the check. */
    toBeValidRequest(endpoint?: string, options?: Omit<Options, "endpoint">): void;
  }
}
