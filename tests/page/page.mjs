// The page of `--format html` in a headless Chromium: node page.mjs CHROMIUM SHOTS PAGE…
// Tests filters, keyboard, copying, network requests and accessibility in every colour scheme; takes screenshots.
import assert from "node:assert/strict";
import { readFileSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { createRequire } from "node:module";
import puppeteer from "puppeteer-core";

const [chromium, shots, ...files] = process.argv.slice(2);
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const browser = await puppeteer.launch({ executablePath: chromium, args: ["--no-sandbox"], headless: true, protocolTimeout: 600_000 });
let failed = 0;

const looks = [
  { name: "light", scheme: "light", width: 1200 },
  { name: "dark", scheme: "dark", width: 1200 },
  { name: "narrow", scheme: "light", width: 390 },
  { name: "print", scheme: "light", media: "print", width: 800 },
  { name: "no-script", scheme: "light", width: 1200, script: false },
];

const matching = (some, all) => `${some} of ${all} match`;

async function open(file, look) {
  const page = await browser.newPage();
  const trouble = [];
  page.on("pageerror", (error) => trouble.push(error.message));
  page.on("console", (message) => message.type() === "error" && trouble.push(message.text()));
  page.on("dialog", async (dialog) => (trouble.push(`a dialog: ${dialog.message()}`), await dialog.dismiss()));
  page.on("request", (request) => /^(file|data):/.test(request.url()) || trouble.push(`loads ${request.url()}`));
  await page.setViewport({ width: look.width, height: 900 });
  await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: look.scheme }]);
  if (look.media) await page.emulateMediaType(look.media);
  if (look.script === false) await page.setJavaScriptEnabled(false);
  const start = performance.now();
  await page.goto(`file://${file}`);
  const took = performance.now() - start;
  return { page, trouble, took };
}

// axe is not part of the page, so the policy is bypassed for this check.
async function accessible(file, look) {
  const { page } = await open(file, look);
  await page.setBypassCSP(true);
  await page.reload();
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => axe.run());
  await page.close();
  return violations.map(({ id, nodes }) => `${id}: ${nodes[0].html.slice(0, 160)} (${nodes.length})`);
}

// Findings in a folded group count, because the user can open it.
const visible = (page) => page.$$eval(".finding", (all) => all.filter((one) => !one.closest("[hidden]")).length);

// Times the page's reaction to input, including layout. The bound leaves room for a busy machine.
async function quickly(page) {
  const took = await page.evaluate(() => {
    const search = document.querySelector("#search");
    const severity = document.querySelector("#filters [data-severity]");
    const typed = (text) => ((search.value = text), search.dispatchEvent(new Event("input")));
    const acts = [() => severity.click(), () => severity.click(), () => typed("h"), () => typed("hello 77"), () => typed("nowhere"), () => typed("")];
    return acts.map((act) => {
      const start = performance.now();
      act();
      document.body.getBoundingClientRect();
      return Math.round(performance.now() - start);
    });
  });
  assert.ok(Math.max(...took) < 500, `filters take ${took} ms`);
  return `filters in ${Math.min(...took)} to ${Math.max(...took)} ms`;
}

async function filters(page) {
  const all = await visible(page);
  const counts = await page.$$eval("#filters [data-severity]", (buttons) =>
    buttons.map((button) => [button.dataset.severity, document.querySelectorAll(`.finding[data-severity="${button.dataset.severity}"]`).length]));
  for (const [severity, count] of counts) {
    await page.click(`#filters [data-severity="${severity}"]`);
    assert.equal(await visible(page), all - count, `without ${severity}`);
    await page.click(`#filters [data-severity="${severity}"]`);
  }
  for (const id of ["rule", "file", "use"]) {
    const value = await page.$eval(`#${id}`, (list) => list.options[1]?.value).catch(() => undefined);
    if (value === undefined) continue;
    const expected = await page.$$eval(".finding", (found, id, value) =>
      found.filter((one) => (one.dataset[id] ?? "").split("\n").includes(value)).length, id, value);
    await page.select(`#${id}`, value);
    assert.ok(expected > 0, `${id} ${JSON.stringify(value)} is on no finding`);
    assert.equal(await visible(page), expected, `${id}=${value}`);
    const said = await page.$eval("#shown", (shown) => shown.textContent);
    assert.equal(said, matching(expected, all));
    await page.click("#reset");
    await page.waitForFunction((all) => document.querySelector("#shown").textContent === all, {}, matching(all, all));
  }
  await page.type("#search", "certainly in no finding");
  assert.equal(await visible(page), 0);
  assert.equal(await page.$$eval(".file", (files) => files.filter((file) => file.offsetParent !== null).length), 0);
  await page.click("#reset");
}

// With the keyboard only: reaches each control and switches a severity.
async function keyboard(file, look) {
  const { page } = await open(file, look);
  const all = await visible(page);
  const first = await page.$eval("#filters [data-severity]", (button) => button.dataset.severity);
  const reached = [];
  for (let step = 0; step < 40; step += 1) {
    await page.keyboard.press("Tab");
    reached.push(await page.evaluate(() => {
      const at = document.activeElement;
      return at.id || at.dataset.severity || (at.dataset.copy === undefined ? at.tagName : "copy");
    }));
    if (reached.at(-1) === first) {
      await page.keyboard.press("Space");
      assert.ok((await visible(page)) < all, "the space bar switches a severity");
      await page.keyboard.press("Space");
      assert.equal(await visible(page), all);
    }
  }
  const there = await page.$$eval("#filters [id]", (all) => all.filter((one) => one.matches("select, input, button")).map((one) => one.id));
  for (const id of [first, ...there]) assert.ok(reached.includes(id), `${id} by keyboard: ${reached}`);
  await page.close();
}

async function copying(page) {
  const button = await page.$("[data-copy]");
  if (!button) return;
  const context = browser.defaultBrowserContext();
  await context.overridePermissions("file://", ["clipboard-read", "clipboard-sanitized-write"]).catch(() => {});
  const text = await button.evaluate((button) => button.parentElement.querySelector("code").textContent);
  await page.bringToFront();
  await button.click();
  await page.waitForFunction((button) => button.textContent !== "Copy", {}, button);
  assert.equal(await button.evaluate((button) => button.textContent), "Copied");
  const copied = await page.evaluate(() => navigator.clipboard.readText()).catch(() => text);
  assert.equal(copied, text);
}

for (const file of files) {
  const name = basename(file, ".html");
  const large = statSync(file).size > 1 << 20;
  for (const look of looks) {
    if (large && look.name !== "light") continue;
    try {
      const { page, trouble, took } = await open(file, look);
      let speed = "";
      const findings = await page.$$eval(".finding", (all) => all.length);
      // A screenshot of the whole page shows only the parts with a layout.
      const draw = (value) => page.$$eval(".finding", (all, value) => all.forEach((one) => (one.style.contentVisibility = value)), value);
      if (findings < 100) await draw("visible");
      await page.screenshot({ path: join(shots, `${name}-${look.name}.png`), fullPage: findings < 100 });
      if (findings < 100) await draw("");
      if (look.script === false) {
        assert.equal(await visible(page), findings, "all is read without the script");
        assert.equal(await page.$eval("#filters", (filters) => filters.offsetParent), null);
      }
      assert.equal(await page.evaluate(() => document.documentElement.scrollWidth > innerWidth), false, "no sideways scrolling");
      if (look.name === "light") {
        await filters(page);
        speed = `, ${await quickly(page)}`;
        await keyboard(file, look);
        await copying(page);
      }
      assert.deepEqual(trouble, []);
      await page.close();
      if (look.script !== false) assert.deepEqual(await accessible(file, look), []);
      console.log(`ok ${name} ${look.name}: ${findings} findings, ${took.toFixed(0)} ms to load${speed}`);
    } catch (error) {
      failed += 1;
      console.log(`FAILED ${name} ${look.name}: ${error.message}`);
    }
  }
}
await browser.close();
process.exit(failed > 0 ? 1 : 0);
