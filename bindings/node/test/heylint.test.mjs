// Compares the module with the command line, and tests what only JavaScript has.
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";

import * as heylint from "heylint";

import { attack } from "./attack.mjs";

const top = process.env.HEYLINT_TOP;
const corpus = join(process.env.HEYLINT_CORPUS ?? join(top, "../shared/corpus"), "requests");
const require = createRequire(import.meta.url);
const platform = `@heylint/${process.platform}-${process.arch}`;
const bin = require.resolve(`${platform}/${process.platform === "win32" ? "heylint.exe" : "heylint"}`);
const good = { type: "avatar", avatar_id: "a1", voice_id: "v1", script: "Hello there." };
const fast = { ...good, voice_settings: { speed: 1.8 } };
const videos = "POST /v3/videos";
const url = "https://api.heygen.com/v3/videos";

function program(words, input) {
  const ran = spawnSync(bin, words, { input, encoding: "utf8", maxBuffer: 1 << 28 });
  assert.ok(ran.status === 0 || ran.status === 1, ran.stderr);
  return JSON.parse(ran.stdout);
}

/** Removes positions and fixes, which findings in a value do not have. */
function withoutPlaces(findings) {
  for (const finding of findings) {
    finding.fix = null;
    for (const place of [finding, ...finding.related]) place.start = place.end = null;
  }
  return findings;
}

/** Parses a text; undefined if that fails or loses something, such as duplicate keys or digits of large numbers. */
function plain(text) {
  const plainly = (json) => json.replace(/"(?:[^"\\]|\\.)*"/g, (string) => JSON.stringify(JSON.parse(string))).replace(/\s/g, "");
  try {
    const value = JSON.parse(text);
    return plainly(JSON.stringify(value)) === plainly(text) ? value : undefined;
  } catch {
    return undefined;
  }
}

test("an object is checked", () => {
  const report = heylint.checkRequest(videos, fast);
  assert.deepEqual(
    report.findings.map(({ rule, pointer, observed, fails, start }) => [rule, pointer, observed, fails, start]),
    [["request/out-of-range", "/voice_settings/speed", 1.8, true, null]],
  );
  assert.ok(report.fails && !report.ok && report.failing.length === 1);
  assert.throws(() => report.throwForErrors(), /\/voice_settings\/speed: error\[request\/out-of-range\]/);
  assert.equal(heylint.checkRequest(videos, good).throwForErrors().findings.length, 0);
});

test("text has positions", () => {
  const text = JSON.stringify(fast);
  for (const body of [text, Buffer.from(text)]) {
    const [finding] = heylint.checkRequest(videos, body).findings;
    assert.ok(text.slice(finding.start.column - 1).startsWith("1.8"));
  }
});

test("wrong options and files are errors", async () => {
  assert.throws(() => heylint.checkRequest("POST /v3/vidoes", good), /POST \/v3\/videos/);
  assert.throws(() => heylint.checkRequest(videos, undefined), TypeError);
  assert.throws(() => heylint.checkRequest(videos, good, { redy: true }), /there is no option redy/);
  assert.throws(() => heylint.checkRequest(videos, good, { failOn: "warn" }), /never/);
  assert.throws(() => heylint.explain("no/such"), RangeError);
  assert.throws(() => heylint.explain("script/to-long"), /script\/too-long/);
  assert.throws(() => heylint.probe("there-is-no-such-file.mp4"), /^Error: there-is-no-such-file\.mp4: /);
  const folder = mkdtempSync(join(tmpdir(), "heylint-"));
  writeFileSync(join(folder, "heylint.toml"), "no-such-key = 1");
  await assert.rejects(heylint.check(folder), /no-such-key/);
  rmSync(folder, { recursive: true });
  assert.ok((await heylint.check(join(folder, "missing.json"))).fails);
});

test("options reach the check", () => {
  assert.ok(heylint.checkRequest(videos, fast, { ignore: "request/out-of-range" }).ok);
  assert.ok(heylint.checkRequest(videos, fast, { failOn: "never" }).ok);
  assert.ok(heylint.checkRequest(videos, fast, { select: ["script"] }).ok);
});

test("a folder gives the report of the command line", async () => {
  const demo = join(top, "fixtures/demo");
  const printed = program(["--format", "json", demo]);
  for (const report of [await heylint.check(demo), heylint.checkSync([demo])]) {
    assert.deepEqual(report.findings, printed.diagnostics);
    assert.deepEqual(report.files, printed.files);
    assert.deepEqual(report.summary, printed.summary);
    assert.deepEqual(report.profile, printed.profile);
  }
  const wall = join(demo, "assets/wall.png");
  assert.deepEqual(heylint.checkFile(wall, { use: "photo" }).findings, program(["--format", "json", "--use", "photo", wall]).diagnostics);
  assert.deepEqual(heylint.probe(wall), program(["probe", "--format", "json", wall]).files[0]);
  const names = (limits) => limits.map(({ name, value, seen }) => [name, value, seen]);
  assert.deepEqual(names(heylint.limits()), names(program(["limits", "--isolated", "--format", "json"]).limits));
  assert.ok(heylint.explain("script/too-long").startsWith("# script/too-long"));
});

test("a check does not block the event loop", async () => {
  let ticks = 0;
  const timer = setInterval(() => (ticks += 1), 1);
  for (let at = 0; at < 5; at += 1) await heylint.check(join(top, "fixtures"));
  clearInterval(timer);
  assert.ok(ticks > 5, `${ticks}`);
});

test("every request of the corpus gives the report of the command line", (t) => {
  if (!existsSync(corpus)) return t.skip("there is no corpus beside the checkout");
  let texts = 0;
  let values = 0;
  for (const set of ["real", "faulty", "on-limit"]) {
    const [head, ...lines] = readFileSync(join(corpus, `${set}.csv`), "utf8").trim().split("\n").map((line) => line.split(","));
    for (const cells of lines) {
      const cell = (name) => cells[head.indexOf(name)];
      const text = readFileSync(join(corpus, set, cell("file")));
      const words = ["--isolated", "--format", "json", "--stdin-filename", "request.json"];
      let endpoint = `${cell("method") ?? "POST"} ${cell("endpoint")}`;
      try {
        heylint.checkRequest(endpoint, {});
        words.push("--endpoint", endpoint);
      } catch {
        endpoint = null;
      }
      const printed = program([...words, "-"], text);
      const report = heylint.checkRequest(endpoint, text);
      assert.deepEqual(report.findings, printed.diagnostics, cell("file"));
      assert.deepEqual(report.summary, printed.summary, cell("file"));
      texts += 1;
      const body = plain(text.toString());
      if (typeof body === "object") {
        assert.deepEqual(heylint.checkRequest(endpoint, body).findings, withoutPlaces(printed.diagnostics), cell("file"));
        values += 1;
      }
    }
  }
  assert.ok(texts > 300 && values > 250, `${texts} ${values}`);
  t.diagnostic(`corpus: ${texts} texts and ${values} values give the findings of the command line`);
});

test("guardFetch refuses faulty calls and passes others through", async () => {
  const sent = [];
  const fetch = heylint.guardFetch(async (input) => {
    sent.push(String(input.url ?? input));
    return new Response("{}");
  });
  const call = (body, headers = { "content-type": "application/json" }) => ({ method: "POST", headers, body });
  const refused = (promise, pattern) =>
    assert.rejects(promise, (error) => error instanceof heylint.HeylintError && error.report.fails && pattern.test(error.message));
  const json = JSON.stringify(fast);
  await refused(fetch(url, call(json)), /^POST https:\/\/api.heygen.com\/v3\/videos: 1 finding\n  \/body\/voice_settings\/speed: /);
  await refused(fetch(new URL(url), call(json, {})), /speed/);
  await refused(fetch(new Request(url, call(json))), /speed/);
  await refused(fetch(url, call(Buffer.from(json))), /speed/);
  await refused(fetch(url, call(json.slice(0, -1))), /request.json:1:/);
  await refused(fetch(`${url}?limit=1000`), /limit is 1000/);
  await refused(fetch(url, { method: "POST" }), /no body/);
  await refused(fetch(url, call(JSON.stringify(good), { "Idempotency-Key": "" })), /idempotency-key/i);
  assert.deepEqual(sent, []);
  const request = new Request(url, call(JSON.stringify(good)));
  await fetch(request);
  assert.equal(await request.text(), JSON.stringify(good), "the body can still be read");
  await fetch("https://example.com/v3/videos", call(json));
  const form = new FormData();
  form.set("file", new Blob(["PNG"]), "a.png");
  await fetch("https://api.heygen.com/v3/assets", { method: "POST", body: form });
  assert.deepEqual(sent, [url, "https://example.com/v3/videos", "https://api.heygen.com/v3/assets"]);
  await heylint.guardFetch(async () => new Response(), { ignore: ["request/out-of-range"] })(url, call(json));
  assert.throws(() => heylint.guardFetch(undefined, { ignore: ["no/such"] }));
});

test("CommonJS gives the same functions, and the matcher works", () => {
  const common = require("heylint");
  assert.equal(common.checkRequest, heylint.checkRequest);
  assert.deepEqual(Object.keys(common).sort(), Object.keys(heylint).filter((name) => name !== "default").sort());
  assert.equal(heylint.matchers.toBeValidRequest(good, videos).pass, true);
  const refused = heylint.matchers.toBeValidRequest(fast, videos);
  assert.equal(refused.pass, false);
  assert.match(refused.message(), /voice_settings\/speed/);
});

test("the example in the README prints what the README shows", () => {
  const text = readFileSync(join(top, "bindings/node/README.md"), "utf8");
  const code = text.split("```js\n")[1].split("```")[0];
  const printed = text.split("```text\n")[1].split("```")[0];
  assert.equal(execFileSync(process.execPath, ["--input-type=module", "-e", code], { encoding: "utf8" }), printed);
});

const recipes = readFileSync(join(top, "docs/recipes.md"), "utf8");
const recipe = (language) => recipes.split(`\`\`\`${language}\n`)[1].split("```")[0];

test("the recipe for n8n refuses a faulty item", () => {
  const run = (body) => new Function("require", "$input", recipe("js"))(require, { all: () => [{ json: body }] });
  assert.deepEqual(run(good), [{ json: good }]);
  assert.throws(() => run(fast), heylint.HeylintError);
  assert.throws(() => run({ ...good, avatar_id: "YOUR_AVATAR_ID" }), /placeholder/);
});

test("the recipe for TypeScript returns the findings", { skip: !existsSync("recipe.js") && "no TypeScript" }, async () => {
  const { greet } = await import(join(process.cwd(), "recipe.js"));
  assert.equal(await greet("Ada"), "/body/voice_settings/speed speed is 1.8, above the maximum of 1.5");
});

attack(heylint);
