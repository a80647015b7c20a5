// What every browser test needs: the built page on a local port, Chromium, and the page's own clock in hand.
//
// No test waits for time to pass: it pauses the page, scrubs to an instant and looks.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdirSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { dirname, extname, join, normalize } from "node:path";
import { after, before } from "node:test";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const here = dirname(fileURLToPath(import.meta.url));
const dist = process.env.PODIUM_DIST ?? join(here, "../../dist");
const out = join(here, "out");
const types = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".wasm": "application/wasm", ".svg": "image/svg+xml", ".woff2": "font/woff2" };
/// How long anything may take before a test gives up, in milliseconds. Generous: it is never waited for in vain.
export const PATIENCE_MS = 30_000;

/// Serves dist/ on a free port of this machine.
export async function serve() {
  const server = createServer(async (request, response) => {
    const path = normalize(decodeURIComponent(new URL(request.url, "http://x").pathname));
    const file = path.endsWith("/") ? `${path}index.html` : path;
    try {
      const body = await readFile(join(dist, file));
      response.writeHead(200, { "content-type": types[extname(file)] ?? "application/octet-stream" });
      response.end(body);
    } catch {
      response.writeHead(404);
      response.end();
    }
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  return { url: `http://127.0.0.1:${server.address().port}/`, close: () => server.close() };
}

/// Starts Chromium as the tests need it.
export const launch = () =>
  chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
  });

/// Opens the page. Whatever it throws, logs as an error, is refused by its content policy or asks of others is noted.
export async function open(browser, url, options = {}) {
  const { init, route, ...context } = options;
  const it = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...context });
  const page = await it.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  page.errors = [];
  page.on("pageerror", (error) => page.errors.push(String(error)));
  page.on("console", (message) => message.type() === "error" && page.errors.push(message.text()));
  page.on("request", (request) => {
    if (!/^(data:|blob:)/.test(request.url()) && !request.url().startsWith(url)) page.errors.push(`asked for ${request.url()}`);
  });
  await page.addInitScript(() => {
    addEventListener("securitypolicyviolation", (event) => console.error(`content policy: ${event.violatedDirective} ${event.blockedURI}`));
  });
  if (init) await page.addInitScript(init);
  if (route) await page.route(...route);
  await page.goto(url);
  await page.waitForSelector(".page");
  return page;
}

/// One server and one browser for the tests of a file.
export function session() {
  const it = {};
  before(async () => {
    mkdirSync(out, { recursive: true });
    it.site = await serve();
    it.browser = await launch();
  });
  after(async () => {
    await it.browser?.close();
    it.site?.close();
  });
  /// Opens a page, does what is asked with it, and holds it to having had no errors.
  it.on = async (options, use) => {
    const page = await open(it.browser, it.site.url, options);
    try {
      await watched(page, use);
    } finally {
      await page.context().close();
    }
  };
  /// The same with one page for all tests that want no other: each begins with an example in a fresh cluster.
  it.onShared = async (use) => {
    it.shared ??= await open(it.browser, it.site.url);
    await watched(it.shared, use);
  };
  return it;
}

async function watched(page, use) {
  try {
    await use(page);
    assert.deepEqual(page.errors, [], "the page had errors");
  } catch (error) {
    await page.screenshot({ path: join(out, "failed.png") }).catch(() => {});
    error.message += `\nerrors of the page: ${JSON.stringify(page.errors.splice(0))}`;
    throw error;
  }
}

/// Keeps a picture of the page for a person to look at.
export const shot = (page, name) => page.screenshot({ path: join(out, `${name}.png`) });

/// What the program says of itself.
export const state = (page) => page.evaluate(() => podium.state());

/// Does something, and returns how long the page's longest tasks kept the processor meanwhile, in milliseconds, longest
/// first. What other programs take of the machine is not counted.
export async function busy(page, use) {
  const browser = page.context().browser();
  await browser.startTracing(page, { categories: ["toplevel"] });
  let trace;
  try {
    await use();
  } finally {
    trace = JSON.parse((await browser.stopTracing()).toString()).traceEvents;
  }
  const thread = (event) => `${event.pid}/${event.tid}`;
  const main = trace.filter((event) => event.name === "thread_name" && event.args.name === "CrRendererMain").map(thread);
  const tasks = trace.filter((event) => /RunTask/.test(event.name) && event.tdur && main.includes(thread(event)));
  assert.ok(tasks.length > 0, "the trace has the page's tasks");
  return tasks.map((event) => Math.round(event.tdur / 1000)).sort((a, b) => b - a).slice(0, 5);
}

/// Asks until the answer is right, and returns it; the last answer stands in the error.
export async function until(what, ask, right) {
  const end = Date.now() + PATIENCE_MS;
  let answer;
  do {
    answer = await ask();
    if (right(answer)) return answer;
    await new Promise((done) => setTimeout(done, 20));
  } while (Date.now() < end);
  assert.fail(`${what}: still ${JSON.stringify(answer)}`);
}

/// Waits until the page shows the instant at which it stands.
export async function settled(page) {
  await until("the page comes to rest", () => state(page), (now) => now.settled);
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
}

/// Stops the page's clock.
export async function pause(page) {
  if ((await state(page)).playing) await page.getByRole("button", { name: "Pause", exact: true }).click();
  await settled(page);
}

/// Scrubs to an instant, as a hand would: the scrubber grows as more of the run is lived.
export async function goTo(page, secs) {
  await pause(page);
  const scrubber = page.getByRole("slider", { name: "Time since the start" });
  for (let hops = 0; hops < 40; hops += 1) {
    const to = Math.min(secs, Number(await scrubber.getAttribute("max")));
    await scrubber.fill(String(to));
    await until(`the page comes to ${to} s`, () => state(page), (now) => now.settled && Math.abs(now.micros / 1e6 - to) < 0.11);
    if (to === secs) return settled(page);
  }
  assert.fail(`${secs} s are out of reach`);
}

/// Opens an example by the menu and stops the clock.
export async function choose(page, example) {
  await page.getByRole("button", { name: "Examples" }).click();
  await page.locator(`[data-example="${example}"]`).click();
  await pause(page);
}

/// The stage in words, line by line.
export const said = (page) => page.locator(".twin li").allInnerTexts();

/// Opens a tab below the stage.
export const tab = (page, name) => page.getByRole("tab", { name }).click();

/// The rows of a tab below the stage, cells joined by a space.
export async function rows(page, name) {
  await tab(page, name);
  await settled(page);
  const list = name === "Logs" ? page.locator(".logs li") : page.locator(".rows tbody tr");
  return (await list.allInnerTexts()).map((row) => row.replace(/\s+/g, " ").trim());
}

/// Selects what the stage in words begins with, and returns the inspector's text.
export async function inspect(page, line) {
  await page.locator(".twin button").filter({ hasText: line }).first().evaluate((button) => button.click());
  await settled(page);
  return (await page.getByRole("region", { name: "Inspector" }).innerText()).replace(/\s+/g, " ");
}

/// A hash of the pixels of both canvases.
export async function picture(page) {
  const pixels = await page.evaluate(() => [...document.querySelectorAll("canvas")].map((canvas) => canvas.toDataURL()).join());
  return createHash("sha256").update(pixels).digest("hex").slice(0, 16);
}

/// The manifest as the page has it.
export const text = (page) => page.evaluate(() => podium.text());

/// Waits for the editor, which comes after the first picture.
export const editor = async (page) => {
  const content = page.locator(".cm-content");
  await content.waitFor();
  return content;
};

/// Puts a text in place of the whole manifest, as a paste does.
export async function write(page, manifest) {
  const content = await editor(page);
  await content.click({ position: { x: 30, y: 8 } });
  await page.keyboard.press("Control+a");
  await page.keyboard.insertText(manifest);
}

/// What Apply answered, line by line.
export const outcomes = (page) => page.locator(".outcomes li").allInnerTexts();

/// Applies by the keyboard, and returns what became of each document.
export async function apply(page) {
  await page.locator(".cm-content").focus();
  await page.keyboard.press("Control+Enter");
  await pause(page);
  return outcomes(page);
}
