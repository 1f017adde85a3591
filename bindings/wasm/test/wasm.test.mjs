// Compares the module for browsers with the command line, in Node and in a browser.
import assert from "node:assert/strict";
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { dirname, extname, join } from "node:path";
import { test } from "node:test";

import { load } from "@heylint/wasm";

import { attack } from "./attack.mjs";

const top = process.env.HEYLINT_TOP;
const corpus = process.env.HEYLINT_CORPUS ?? join(top, "../shared/corpus");
const engine = createRequire(import.meta.url).resolve("@heylint/wasm/engine.wasm");
const heylint = await load(readFileSync(engine));
const videos = "POST /v3/videos";
const good = { type: "avatar", avatar_id: "a1", voice_id: "v1", script: "Hello there." };
const fast = { ...good, voice_settings: { speed: 1.8 } };
const now = Math.floor(Date.now() / 1000);

/** The report of the command line on standard input, in a folder without configuration. */
function program(words, input, name) {
  const all = ["--isolated", "--format", "json", "--now", new Date(now * 1000).toISOString().replace(/\.\d+/, ""), "--stdin-filename", name];
  const ran = spawnSync(process.env.HEYLINT_PROGRAM, [...all, ...words, "-"], { cwd: "/", input, encoding: "utf8", maxBuffer: 1 << 28 });
  assert.ok(ran.status === 0 || ran.status === 1, ran.stderr);
  return JSON.parse(ran.stdout);
}

function table(path) {
  const [head, ...lines] = readFileSync(path, "utf8").trim().split("\n").map((line) => line.split(","));
  return lines.map((cells) => Object.fromEntries(head.map((name, at) => [name, cells[at]])));
}

test("an object and a text are checked", () => {
  for (const body of [fast, JSON.stringify(fast)]) {
    const [finding] = heylint.checkRequest(videos, body).findings;
    assert.deepEqual([finding.rule, finding.pointer, finding.observed], ["request/out-of-range", "/voice_settings/speed", 1.8]);
  }
  assert.ok(heylint.checkRequest(videos, good).ok);
  assert.throws(() => heylint.checkRequest(videos, fast).throwForErrors(), heylint.HeylintError);
});

test("wrong options are errors", () => {
  assert.throws(() => heylint.checkRequest(videos, good, { jobs: 2 }), /there is no option jobs/);
  assert.throws(() => heylint.checkRequest("POST /v3/vidoes", good), /POST \/v3\/videos/);
  assert.throws(() => heylint.explain("no/such"), RangeError);
  assert.throws(() => heylint.probe("a.png", new Uint8Array(), { depth: "deep" }), /header, full, decode/);
});

test("limits, explain and probe match the command line", () => {
  const printed = (words) => execFileSync(process.env.HEYLINT_PROGRAM, words, { encoding: "utf8", cwd: top });
  const names = (limits) => limits.map(({ name, value, seen }) => [name, value, seen]);
  assert.deepEqual(names(heylint.limits()), names(JSON.parse(printed(["limits", "--isolated", "--format", "json"])).limits));
  assert.equal(heylint.explain("script/too-long"), printed(["explain", "--format", "markdown", "script/too-long"]));
  const wall = "fixtures/demo/assets/wall.png";
  assert.deepEqual(heylint.probe(wall, readFileSync(join(top, wall))), JSON.parse(printed(["probe", "--format", "json", wall])).files[0]);
});

test("guardFetch refuses faulty calls and passes others through", async () => {
  const sent = [];
  const fetch = heylint.guardFetch(async (input) => sent.push(String(input)));
  const url = "https://api.heygen.com/v3/videos";
  const call = (body) => fetch(url, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
  await assert.rejects(call(fast), /speed is 1\.8/);
  await call(good);
  await fetch("https://example.com/", { method: "POST", body: "{}" });
  assert.deepEqual(sent, [url, "https://example.com/"]);
});

test("a guard compares expiry dates with the time of each call", async () => {
  const clock = Date.now;
  const fetch = heylint.guardFetch(async () => new Response("{}"), { failOn: "hint" });
  const url = "https://e.com/a.wav?X-Amz-Date=20300101T000000Z&X-Amz-Expires=3600";
  const body = JSON.stringify({ type: "avatar", avatar_id: "a1", audio_url: url });
  const call = () => fetch("https://api.heygen.com/v3/videos", { method: "POST", body });
  try {
    Date.now = () => Date.UTC(2030, 0, 1, 0, 10);
    const before = await call().then(() => "", String);
    Date.now = () => Date.UTC(2030, 0, 3);
    const after = await call().then(() => "", String);
    assert.ok(!before.includes("URL expired") && after.includes("URL expired"), `${before}\n${after}`);
  } finally {
    Date.now = clock;
  }
});

test("every request of the corpus gives the report of the command line", (t) => {
  if (!existsSync(join(corpus, "requests"))) return t.skip("there is no corpus beside the checkout");
  let texts = 0;
  for (const set of ["real", "faulty", "on-limit"]) {
    for (const { file, method, endpoint: path } of table(join(corpus, `requests/${set}.csv`))) {
      const text = readFileSync(join(corpus, "requests", set, file));
      let endpoint = `${method ?? "POST"} ${path}`;
      try {
        heylint.checkRequest(endpoint, {});
      } catch {
        endpoint = null;
      }
      const report = heylint.checkRequest(endpoint, text, { now });
      const printed = program(endpoint ? ["--endpoint", endpoint] : [], text, "request.json");
      assert.deepEqual(report.findings, printed.diagnostics, file);
      assert.deepEqual(report.summary, printed.summary, file);
      texts += 1;
    }
  }
  assert.ok(texts > 300, `${texts}`);
  t.diagnostic(`corpus: ${texts} texts give the findings of the command line`);
});

test("the bytes of a media file give the report of the command line", (t) => {
  const folders = ["fixtures/demo/assets"].map((folder) => join(top, folder));
  if (existsSync(join(corpus, "media"))) folders.push(join(corpus, "media"));
  const listed = execFileSync("find", [...folders, "-type", "f", "-size", "-2M"], { encoding: "utf8" }).trim().split("\n").sort();
  // Every fifth: the program starts once per file.
  const files = listed.filter((_, at) => at < 10 || at % 5 === 0);
  for (const file of files) {
    const name = `a${extname(file)}`;
    const bytes = readFileSync(file);
    const report = heylint.checkFile(name, bytes, { now });
    const printed = program([], bytes, name);
    assert.deepEqual(report.findings, printed.diagnostics, file);
    assert.deepEqual(report.files, printed.files, file);
  }
  t.diagnostic(`media: ${files.length} files give the report of the command line`);
});

test("a page in Chromium loads the module", async (t) => {
  const names = ["chromium", "chromium-browser", "google-chrome"];
  const chromium = names.find((name) => spawnSync(name, ["--version"]).status === 0);
  if (!chromium) return t.skip("there is no Chromium");
  const types = { ".mjs": "text/javascript", ".js": "text/javascript", ".wasm": "application/wasm", ".html": "text/html" };
  const page = `<!doctype html><script type="module">
    import { load } from "./index.mjs";
    const heylint = await load();
    const { findings } = heylint.checkRequest("${videos}", ${JSON.stringify(fast)});
    document.title = findings.map(({ rule, pointer }) => rule + " " + pointer).join();
    const done = new XMLHttpRequest();
    done.open("POST", "/done?" + encodeURIComponent(document.title));
    done.send();
  </script>`;
  const server = createServer((request, response) => {
    const [path, words] = request.url.split("?");
    if (path === "/done") server.emit("done", decodeURIComponent(words));
    const text = path === "/" ? page : existsSync(join(dirname(engine), path)) ? readFileSync(join(dirname(engine), path)) : "";
    response.setHeader("content-type", types[extname(path) || ".html"] ?? "text/plain");
    response.end(text);
  });
  await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
  const done = new Promise((resolve) => server.once("done", resolve));
  const options = ["--headless=new", "--no-sandbox", "--disable-gpu", `http://127.0.0.1:${server.address().port}/`];
  const browser = spawn(chromium, options, { stdio: "ignore" });
  const late = new Promise((_, reject) => setTimeout(reject, 60_000, new Error("the page did not answer")).unref());
  try {
    assert.equal(await Promise.race([done, late]), "request/out-of-range /voice_settings/speed");
  } finally {
    browser.kill("SIGKILL");
    server.closeAllConnections();
    server.close();
  }
});

attack(heylint);
