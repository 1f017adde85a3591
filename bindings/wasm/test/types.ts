// The types as a program sees them. This file is compiled, not run.
import { load } from "@heylint/wasm";
import type { Options } from "@heylint/wasm";

const options: Options = { use: "photo", failOn: "warning" };
const heylint = await load("https://example.com/engine.wasm");
const report = heylint.checkRequest("POST /v3/videos", { type: "avatar" }, { ready: true });
const [rule]: string[] = report.findings.map((finding) => finding.rule);
const ok: boolean = heylint.checkFile("me.jpg", new Uint8Array(), options).throwForErrors().ok;
const fetch: typeof globalThis.fetch = heylint.guardFetch();
const page: string = heylint.explain("script/too-long");
// @ts-expect-error There are no folders in a browser.
heylint.check("drafts");
// @ts-expect-error There are no threads.
heylint.checkFile("me.jpg", new Uint8Array(), { jobs: 2 });
export { fetch, ok, page, rule };
