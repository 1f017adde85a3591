import type * as heylint from "./heylint.js";

/** The options of a check; there are no folders, threads and configurations in a browser. */
export type Options = Pick<
  heylint.Options,
  "endpoint" | "use" | "ready" | "depth" | "select" | "ignore" | "failOn" | "now"
>;

export interface Heylint
  extends Pick<typeof heylint, "HeylintError" | "Report" | "describe" | "explain" | "limits" | "matchers"> {
  /** Checks a request before it is sent, as `checkRequest` of the package `heylint` does. */
  checkRequest(
    endpoint: string | null | undefined,
    body: object | string | Uint8Array,
    options?: Omit<Options, "endpoint">,
  ): heylint.Report;
  /** Checks a media file, a draft or a manifest by its bytes; the extension of its name counts. */
  checkFile(name: string, bytes: Uint8Array, options?: Options): heylint.Report;
  /** What the bytes of a media file say. */
  probe(name: string, bytes: Uint8Array, options?: { depth?: Options["depth"] }): Record<string, unknown>;
  /** A `fetch` that throws `HeylintError` before a faulty call to the API leaves. */
  guardFetch(fetch?: typeof globalThis.fetch, options?: Omit<Options, "endpoint">): typeof globalThis.fetch;
}

/**
 * Loads the engine, once. `source` is the address or the bytes of `engine.wasm`, where it does not lie beside this module.
 */
export function load(source?: string | URL | Response | BufferSource | WebAssembly.Module): Promise<Heylint>;
