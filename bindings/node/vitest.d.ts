import "vitest";
import type { Options } from "./index.js";

declare module "vitest" {
  interface Assertion<T = any> {
    /** The request has no findings that fail the check. */
    toBeValidRequest(endpoint?: string, options?: Omit<Options, "endpoint">): void;
  }
}
