import type * as heylint from "./heylint.js";

/** The options of a check. Those for folders, threads and configurations do not exist in a browser. */
export type Options = Pick<
  heylint.Options,
  "endpoint" | "use" | "ready" | "depth" | "select" | "ignore" | "failOn" | "now"
>;

export interface Heylint
  extends Pick<typeof heylint, "HeylintError" | "Report" | "describe" | "explain" | "limits" | "matchers"> {
  /** Checks a request before it is sent, as `checkRequest` of the Node package does. */
  checkRequest(
    endpoint: string | null | undefined,
    body: object | string | Uint8Array,
    options?: Omit<Options, "endpoint">,
  ): heylint.Report;
  /** Checks the bytes of a media file, a draft or a manifest; the extension of the name matters. */
  checkFile(name: string, bytes: Uint8Array, options?: Options): heylint.Report;
  /** The facts of a media file: format, size, dimensions, duration, tracks, faults. */
  probe(name: string, bytes: Uint8Array, options?: { depth?: Options["depth"] }): Record<string, unknown>;
  /** Wraps `fetch`: a faulty call to the API throws `HeylintError` before it is sent. */
  guardFetch(fetch?: typeof globalThis.fetch, options?: Omit<Options, "endpoint">): typeof globalThis.fetch;
}

/** Loads the engine once. `source` is the address or the bytes of `engine.wasm`, if it is not beside this module.
 */
export function load(source?: string | URL | Response | BufferSource | WebAssembly.Module): Promise<Heylint>;
