/** The options of `heylint check`. */
export interface Options {
  /** `POST /v3/videos`: what all requests are for. */
  endpoint?: string;
  /** What media files are for that no request refers to: `photo`, `speech` … */
  use?: string;
  /** Requests must be sendable as they stand: no placeholder, no local path. */
  ready?: boolean;
  /** How far media files are read; `full` by default. */
  depth?: "header" | "full" | "decode";
  /** Only findings of these rules or subjects. */
  select?: string | string[];
  /** Rules or subjects whose findings are left out. */
  ignore?: string | string[];
  /** The least severity that fails; `error` by default. */
  failOn?: "error" | "warning" | "hint" | "never";
  /** References may lead out of the project. */
  allowOutside?: boolean;
  /** This configuration in place of the nearest `heylint.toml`. */
  config?: string;
  /** No configuration. */
  isolated?: boolean;
  /** Threads; as many as there are cores by default. */
  jobs?: number;
  /** The time that expiry dates are held against, in seconds since 1970; the clock by default. */
  now?: number;
}

export interface Position {
  /** 1-based. */
  line: number;
  /** 1-based, in code points. */
  column: number;
  /** 0-based, in bytes. */
  offset: number;
}

export interface Place {
  file: string;
  /** 0-based index of a request in a manifest. */
  record: number | null;
  /** RFC 6901. */
  pointer: string | null;
  start: Position | null;
  end: Position | null;
}

export interface Limit {
  name: string;
  /** A number in the unit, or the names that are allowed. */
  value: number | string[];
  unit: string | null;
  basis: "documented" | "observed" | "inferred" | "configured";
  /** The address of the document, or file and line of the configuration. */
  source: string;
  /** The short name of the document. */
  document: string | null;
  /** When it was last read there. */
  seen: string | null;
  /** The state that the document was in then: a day, or `before` and a day. */
  state: string | null;
}

export interface Fix {
  title: string;
  /** The request keeps its meaning. */
  safe: boolean;
  edits: { file: string; start_offset: number; end_offset: number; text: string }[];
  rename: { from: string; to: string } | null;
}

/** How a media file is mended for all places that use it. */
export interface Remedy {
  summary: string;
  steps: {
    program: string;
    arguments: string[];
    inputs: string[];
    outputs: string[];
    changes: string[];
    loses: string[];
  }[];
  /** The steps as a line for a shell. */
  command: string | null;
  /** What is left to do then. */
  next: string | null;
}

export interface Finding extends Place {
  rule: string;
  severity: "error" | "warning" | "hint";
  /** It fails the check. */
  fails: boolean;
  message: string;
  observed: number | string | null;
  limit: Limit | null;
  /** The error code that the service would answer with. */
  prevents: string | null;
  help: string | null;
  related: ({ message: string } & Place)[];
  fix: Fix | null;
  /** A request that was taken out of a file of another form. */
  source: { form: string; place: string } | null;
  remedy?: Remedy;
  /** The profile that it comes from, where a file was held against several. */
  profile?: string;
  /** Stays the same when lines move; unique within a report. */
  fingerprint: string;
  /** The page of the rule. */
  url: string;
}

export interface File {
  path: string;
  kind: "media" | "request" | "manifest" | "other";
  /** The real format of a media file. */
  format: string | null;
  size_bytes: number;
  /** What the bytes of a media file say. */
  facts: Record<string, unknown> | null;
  /** How many requests it holds; left out where none. */
  requests?: number;
  /** It is one text of JSON and does not parse. */
  broken?: true;
}

export interface Summary {
  files: number;
  requests: number;
  /** Requests that nothing speaks against. */
  ready: number;
  /** Local files that requests name by their path: they have to be uploaded first. */
  uploads: number;
  errors: number;
  warnings: number;
  hints: number;
  suppressed: number;
  baselined: number;
  unchecked: number;
  fixed: number;
  fixable: number;
  fixable_unsafely: number;
  stale: number;
  unclaimed: number;
  outdated: { profile: string; as_of: string; days: number }[];
  resembling: { path: string; endpoint: string }[];
}

export class Report {
  private constructor();
  readonly findings: Finding[];
  readonly files: File[];
  readonly summary: Summary;
  readonly profile: { name: string; as_of: string };
  /** A finding fails the check, or something could not be read. */
  readonly fails: boolean;
  /** Everything was checked, and nothing fails the check. */
  readonly ok: boolean;
  /** The findings that fail the check. */
  readonly failing: Finding[];
  /** Throws `HeylintError` where the check fails; returns the report otherwise. */
  throwForErrors(call?: string): this;
}

/** A check that fails. `report` has all findings. */
export class HeylintError extends Error {
  constructor(report: Report, call?: string);
  readonly report: Report;
}

/** Checks files and folders beside the event loop; without a path, the current folder. */
export function check(paths?: string | string[], options?: Options): Promise<Report>;
export function checkSync(paths?: string | string[], options?: Options): Report;
/** Checks one file for the place that uses it: `checkFile("me.jpg", { use: "photo" })`. */
export function checkFile(path: string, options?: Options): Report;
/**
 * Checks a request before it is sent: an object, or JSON text. Findings in an object have pointers and no positions. Without an
 * endpoint the body is an envelope, or its shape tells what it is. A `heylint.toml` counts only where `config` names it.
 */
export function checkRequest(
  endpoint: string | null | undefined,
  body: object | string | Uint8Array,
  options?: Omit<Options, "endpoint">,
): Report;
/** What the bytes of a media file say. */
export function probe(path: string, options?: { depth?: Options["depth"] }): Record<string, unknown>;
/** The page of a rule, in Markdown. */
export function explain(rule: string): string;
/** The numbers of the service. */
export function limits(): (Limit & { note: string | null })[];
/** A finding as one line. */
export function describe(finding: Finding): string;
/**
 * A `fetch` that throws `HeylintError` before a faulty call to the API leaves. Calls to other hosts pass untouched, and so do
 * bodies that are no JSON. Requests must be sendable as they stand unless `ready` is false.
 */
export function guardFetch(fetch?: typeof globalThis.fetch, options?: Omit<Options, "endpoint">): typeof globalThis.fetch;
/** For `expect.extend` of vitest and jest: `expect(body).toBeValidRequest("POST /v3/videos")`. */
export const matchers: {
  toBeValidRequest(
    body: object | string,
    endpoint?: string,
    options?: Omit<Options, "endpoint">,
  ): { pass: boolean; message: () => string };
};
