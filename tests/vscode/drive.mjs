// heylint in a real VS Code, served by code-server and driven by a headless Chromium: node drive.mjs CHROMIUM ADDRESS PROJECT SHOTS
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import puppeteer from "puppeteer-core";

const [chromium, address, project, shots] = process.argv.slice(2);
const browser = await puppeteer.launch({ executablePath: chromium, args: ["--no-sandbox", "--disable-gpu"], headless: true, protocolTimeout: 120_000 });
const page = await browser.newPage();
await page.setViewport({ width: 1400, height: 900 });
await page.goto(`${address}/?folder=${project}`, { waitUntil: "domcontentloaded", timeout: 110_000 });

const shot = (name) => page.screenshot({ path: join(shots, `${name}.png`) });
const pause = (time) => new Promise((done) => setTimeout(done, time));

async function until(what, look, patience = 60_000) {
  const start = performance.now();
  let seen;
  while (performance.now() - start < patience) {
    seen = await page.evaluate(look).catch((error) => error.message);
    if (seen) return seen;
    await pause(200);
  }
  await shot("failed");
  const problems = await page.evaluate(() => document.querySelector(".markers-panel")?.innerText);
  throw new Error(`timed out waiting for ${what}; problems: ${problems}`);
}

const press = async (...keys) => {
  for (const key of keys.slice(0, -1)) await page.keyboard.down(key);
  await page.keyboard.press(keys.at(-1));
  for (const key of keys.slice(0, -1).reverse()) await page.keyboard.up(key);
};

// Opens a file from the explorer. The search for files would need ripgrep, which npm does not install.
async function file(name) {
  const row = `.explorer-folders-view .monaco-list-row[aria-label^="${name}"]`;
  await page.waitForSelector(row, { timeout: 60_000 });
  await page.click(row, { count: 2 });
  await until(`the editor of ${name}`, `document.querySelector(".tabs-container .tab.active")?.innerText.includes(${JSON.stringify(name)})`);
  await pause(500);
}

async function command(text) {
  await page.keyboard.press("F1");
  await page.waitForSelector(".quick-input-widget input", { visible: true });
  await pause(500);
  await page.keyboard.type(text, { delay: 15 });
  await until(`the command ${text}`, `[...document.querySelectorAll(".quick-input-list .monaco-list-row")].some((row) => row.innerText.includes(${JSON.stringify(text)}))`);
  await page.keyboard.press("Enter");
  await pause(600);
}

const status = (expected) =>
  until(`the status “${expected}”`, `[...document.querySelectorAll(".statusbar-item")].some((item) => item.innerText.includes(${JSON.stringify(expected)}))`);
// The list of problems, one text per row.
const problems = () => page.evaluate(() => [...document.querySelectorAll(".markers-panel .monaco-list-row")].map((row) => row.innerText.replace(/\s+/g, " ")));
const problem = (text) =>
  until(`the problem “${text}”`, `[...document.querySelectorAll(".markers-panel .monaco-list-row")].some((row) => row.innerText.includes(${JSON.stringify(text)}))`);
const noProblem = (text) =>
  until(`no problem “${text}”`, `![...document.querySelectorAll(".markers-panel .monaco-list-row")].some((row) => row.innerText.includes(${JSON.stringify(text)}))`);

const steps = {
  async "a draft has its findings, and the status item shows its classification"() {
    await page.waitForSelector(".monaco-workbench", { timeout: 60_000 });
    await file("draft.json");
    await status("heylint: POST /v3/videos, 1 error");
    await press("Control", "Shift", "M");
    await problem("speed is 1.8, above the maximum of 1.5");
    await until("the mark in the text", () => document.querySelector(".monaco-editor .squiggly-error"));
  },
  async "a hover shows the picture that a draft refers to"() {
    await file("picture.json");
    const at = await until("the reference", () => {
      const span = [...document.querySelectorAll(".view-line span")].find((span) => span.childElementCount === 0 && span.textContent.includes("wall.png"));
      const box = span?.getBoundingClientRect();
      return box && { x: box.x + box.width / 2, y: box.y + box.height / 2 };
    });
    await page.mouse.move(at.x - 3, at.y);
    await page.mouse.move(at.x, at.y);
    await until("the thumbnail", () => [...document.querySelectorAll(".monaco-hover img")].some((image) => image.naturalWidth > 50));
    await shot("hover");
    await page.mouse.move(5, 5);
  },
  async "a syntax error appears once"() {
    await file("draft.json");
    await press("Control", "End");
    // The bracket at the end, and an extra comma before it.
    await page.keyboard.press("Backspace");
    await page.keyboard.press("Backspace");
    await pause(5_000);
    const rows = await problems();
    await shot("half-typed");
    // Ignores the rows of other open files, and findings that are not syntax errors.
    const faults = rows.filter((row) => /expected|request\/syntax/i.test(row));
    assert.equal(faults.length, 1, `one fault of syntax: ${JSON.stringify(rows)}`);
    assert.ok(rows.some((row) => row.startsWith("speed is 1.8")), `the other finding stays: ${JSON.stringify(rows)}`);
    await press("Control", "Z");
    await press("Control", "Z");
    await press("Control", "S");
  },
  async "a new file gets completion and a classification"() {
    await file("new.json");
    await press("Control", "A");
    await page.keyboard.type('{"type": "', { delay: 40 });
    await pause(1_000);
    await press("Control", "Space");
    await until("the values of the field", () => {
      const rows = [...document.querySelectorAll(".suggest-widget .monaco-list-row")].map((row) => row.innerText);
      return ["avatar", "image", "studio"].every((value) => rows.some((row) => row.includes(value)));
    });
    await shot("completion");
    await page.keyboard.press("Escape");
    // The editor has inserted the closing quote and brace; a typed quote replaces the inserted one.
    await page.keyboard.type('avatar", "avatar_id": "a", "script": "Hello."', { delay: 40 });
    await status("heylint: POST /v3/videos");
    await press("Control", "S");
  },
  async "the mark of an overlong script begins in sight"() {
    await file("long.json");
    await problem("213 more than the maximum of 5,000");
    await until("the mark in the window", () => {
      const editor = document.querySelector(".monaco-editor").getBoundingClientRect();
      return [...document.querySelectorAll(".squiggly-error")].some((mark) => {
        const box = mark.getBoundingClientRect();
        return box.width > 0 && box.left < editor.right && box.left > editor.left;
      });
    });
    await shot("too-long");
  },
  async "a command writes a suppression"() {
    await file("draft.json");
    await press("Control", "Home");
    for (let line = 1; line < 4; line += 1) await page.keyboard.press("ArrowDown");
    await press("End");
    await page.keyboard.press("ArrowLeft");
    await page.keyboard.press("ArrowLeft");
    await command("heylint: Suppress the finding");
    await until("the reason to be written", () => [...document.querySelectorAll(".view-line")].some((line) => line.innerText.includes("accepted")));
    await page.keyboard.type("the slow reader wants it");
    await press("Control", "S");
    await noProblem("speed is 1.8");
    await shot("suppressed");
    const configuration = readFileSync(join(project, "heylint.toml"), "utf8");
    assert.match(configuration, /at = "draft\.json#\/voice_settings\/speed"/);
    assert.match(configuration, /reason = "the slow reader wants it"/);
  },
};

let failed = 0;
for (const [name, step] of Object.entries(steps)) {
  const start = performance.now();
  try {
    await step();
    console.log(`ok ${name} (${((performance.now() - start) / 1000).toFixed(1)} s)`);
  } catch (error) {
    failed += 1;
    console.log(`FAILED ${name}: ${error.message}`);
    await shot(`failed-${failed}`);
  }
}
await browser.close();
process.exit(failed > 0 ? 1 : 0);
