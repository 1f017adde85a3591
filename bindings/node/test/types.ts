// The types as an ES module sees them. This file is compiled, not run.
import heylint, { check, checkRequest, guardFetch, HeylintError, matchers, type Finding } from "heylint";

const report = (await check(["drafts/"], { depth: "header", failOn: "warning" })).throwForErrors();
const rules: string[] = report.findings.map((finding: Finding) => finding.rule);
const line: number | undefined = report.failing[0]?.start?.line;
const value: number | string[] | undefined = checkRequest(null, "{}").findings[0]?.limit?.value;
const send: typeof fetch = guardFetch(fetch, { ignore: "url/expired" });
try {
  await send("https://api.heygen.com/v3/videos", { method: "POST", body: "{}" });
} catch (error) {
  if (error instanceof HeylintError) console.log(error.report.summary.errors, rules, line, value);
}
const passes: boolean = heylint.matchers === matchers && matchers.toBeValidRequest({}, "POST /v3/videos").pass;
console.log(passes, heylint.limits()[0]?.note);
// @ts-expect-error: there is no such option
checkRequest("POST /v3/videos", {}, { redy: true });
