/** The options of `heylint check`. */
export interface Options {
  /** The endpoint of all requests, such as `POST /v3/videos`. */
  endpoint?: string;
  /** The use of media files that no request refers to: `photo`, `speech` … */
  use?: string;
  /** Also reports what stops a request from being sent unchanged: placeholders, local paths. */
  ready?: boolean;
  /** How much of a media file to read; `full` by default. */
  depth?: "header" | "full" | "decode";
  /** Reports only findings of these rules or subjects. */
  select?: string | string[];
  /** Leaves out the findings of these rules or subjects. */
  ignore?: string | string[];
  /** The lowest severity that fails the check; `error` by default. */
  failOn?: "error" | "warning" | "hint" | "never";
  /** Follows references that lead outside the project. */
  allowOutside?: boolean;
  /** The configuration file to use instead of the nearest `heylint.toml`. */
  config?: string;
  /** Uses no configuration. */
  isolated?: boolean;
  /** The number of threads; one per core by default. */
  jobs?: number;
  /** The time to compare expiry dates with, in seconds since 1970; the system clock by default. */
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
  /** A number in `unit`, or the allowed names. */
  value: number | string[];
  unit: string | null;
  basis: "documented" | "observed" | "inferred" | "configured";
  /** The address of the document, or the file and line of the configuration. */
  source: string;
  /** The short name of the document. */
  document: string | null;
  /** The day on which the document was last read. */
  seen: string | null;
  /** The day that the document describes, or `before` and a day. */
  state: string | null;
}

export interface Fix {
  title: string;
  /** Whether the request keeps its meaning. */
  safe: boolean;
  edits: { file: string; start_offset: number; end_offset: number; text: string }[];
  rename: { from: string; to: string } | null;
}

/** How to make a media file fit every place that uses it. */
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
  /** The steps as one shell command. */
  command: string | null;
  /** What remains to be done by hand afterwards. */
  next: string | null;
}

export interface Finding extends Place {
  rule: string;
  severity: "error" | "warning" | "hint";
  /** Whether the finding fails the check. */
  fails: boolean;
  message: string;
  observed: number | string | null;
  limit: Limit | null;
  /** The error code that the service would return. */
  prevents: string | null;
  help: string | null;
  related: ({ message: string } & Place)[];
  fix: Fix | null;
  /** The form of the file that the request was extracted from, and the place in it; null for a JSON file. */
  source: { form: string; place: string } | null;
  remedy?: Remedy;
  /** The profile that the finding comes from, if the file was checked against several. */
  profile?: string;
  /** Stays the same when lines move; unique within a report. */
  fingerprint: string;
  /** The page of the rule. */
  url: string;
}

export interface File {
  path: string;
  kind: "media" | "request" | "manifest" | "other";
  /** The format of a media file, according to its bytes. */
  format: string | null;
  size_bytes: number;
  /** The properties read from a media file. */
  facts: Record<string, unknown> | null;
  /** The number of requests in the file; absent if there are none. */
  requests?: number;
  /** Present if the file is a JSON document that does not parse. */
  broken?: true;
}

export interface Summary {
  files: number;
  requests: number;
  /** Requests that no finding fails, neither in the request nor in a file that it refers to. */
  ready: number;
  /** Local files that requests refer to and that have to be uploaded first. */
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
  /** Requests that may get more fields before they are sent. */
  open: number;
  outdated: { profile: string; as_of: string; days: number }[];
  resembling: { path: string; endpoint: string }[];
}

export class Report {
  private constructor();
  readonly findings: Finding[];
  readonly files: File[];
  readonly summary: Summary;
  readonly profile: { name: string; as_of: string };
  /** Whether a finding fails the check or something could not be read. */
  readonly fails: boolean;
  /** Whether everything was checked and nothing fails the check. */
  readonly ok: boolean;
  /** The findings that fail the check. */
  readonly failing: Finding[];
  /** Throws `HeylintError` if the check fails; returns the report otherwise. */
  throwForErrors(call?: string): this;
}

/** Thrown when a check fails. `report` has all findings. */
export class HeylintError extends Error {
  constructor(report: Report, call?: string);
  readonly report: Report;
}

/** Checks files and folders without blocking the event loop; the current folder by default. */
export function check(paths?: string | string[], options?: Options): Promise<Report>;
export function checkSync(paths?: string | string[], options?: Options): Report;
/** Checks one file for a given use: `checkFile("me.jpg", { use: "photo" })`. */
export function checkFile(path: string, options?: Options): Report;
/**
 * Checks a request before it is sent: an object, or JSON text. Findings in an object have pointers but no positions. Without
 * an endpoint, the body is an envelope, or heylint recognises it by its fields. It reads no `heylint.toml` unless `config`
 * names one.
 */
export function checkRequest(
  endpoint: string | null | undefined,
  body: object | string | Uint8Array,
  options?: Omit<Options, "endpoint">,
): Report;
/** The facts of a media file: format, size, dimensions, duration, tracks, faults. */
export function probe(path: string, options?: { depth?: Options["depth"] }): Record<string, unknown>;
/** The page of a rule, in Markdown. */
export function explain(rule: string): string;
/** The limits of the service, each with its unit, basis, source and date. */
export function limits(): (Limit & { note: string | null })[];
/** A finding as one line. */
export function describe(finding: Finding): string;
/**
 * Wraps `fetch`: a faulty call to the API throws `HeylintError` before it is sent. Calls to other hosts, and bodies that are
 * not JSON, pass through unchecked. Placeholders and local paths are findings too, unless `ready` is false.
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
