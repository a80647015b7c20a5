// The real page in Chromium: what a frame costs, and how long it takes until the first pod moves.
import { join } from "node:path";
import { chromium } from "playwright-core";
import { serve } from "../serve.mjs";

/// Starts Chromium with a fresh profile.
export const launch = () =>
  chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
  });

/// How many pods are on their way at a time.
const MOVING = 200;
/// So many times that many are set in motion while the frames are watched.
const BATCHES = 5;

const deployment = (replicas) => `apiVersion: apps/v1
kind: Deployment
metadata: {name: still}
spec:
  replicas: ${replicas}
  selector: {matchLabels: {app: still}}
  template:
    metadata: {labels: {app: still}}
    spec: {containers: [{name: main, image: "nginx:1.25"}]}
`;
const job = (number) => `apiVersion: batch/v1
kind: Job
metadata: {name: moving-${number}}
spec:
  parallelism: ${MOVING}
  completions: ${MOVING}
  template:
    spec: {restartPolicy: Never, containers: [{name: main, image: "busybox:1.36", command: [sleep, "86400"]}]}
`;

/// How long each animation frame's script kept the page's thread, in milliseconds, while something was done: the work of
/// this page alone, whatever else the machine has to do.
async function frameTimes(page, use) {
  const browser = page.context().browser();
  await browser.startTracing(page, { categories: ["devtools.timeline"] });
  await use();
  const trace = JSON.parse((await browser.stopTracing()).toString()).traceEvents;
  return trace.filter((event) => event.name === "FireAnimationFrame" && event.tdur).map((event) => event.tdur / 1000);
}

const quantile = (sorted, share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];

/// For each number of pods: script time per frame at the median and the 95th percentile, in milliseconds.
export async function frames(root) {
  const site = await serve(join(root, "dist"));
  const browser = await launch();
  const rows = [];
  try {
    for (const [pods, nodes] of [[200, 3], [1_000, 10], [5_000, 100], [10_000, 100]]) {
      const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
      const page = await context.newPage();
      page.setDefaultTimeout(120_000);
      await page.goto(site.url);
      rows.push({ pods, ...(await framesOf(page, pods, nodes)) });
      await context.close();
    }
  } finally {
    await browser.close();
    site.close();
  }
  return rows;
}

async function framesOf(page, pods, nodes) {
  await page.waitForSelector(".cm-editor");
  await page.locator(".menu-button").nth(1).click();
  await page.locator(`[data-nodes="${nodes}"]`).click();
  const still = Math.max(0, pods - (MOVING * BATCHES) / 2);
  const speed = (label) => page.locator(".speed", { hasText: label }).first().click();
  if (pods > MOVING) {
    await apply(page, deployment(still));
    await speed("60×");
    await page.waitForFunction((tally) => document.body.textContent.includes(tally), `${still} of ${still} ready`);
  }
  await speed(/^1×/);
  const batches = pods > MOVING ? BATCHES : 1;
  const times = await frameTimes(page, async () => {
    const began = Date.now();
    for (let i = 1; i <= batches; i += 1) {
      await apply(page, job(i));
      // A pod is on its way for 0.9 s.
      await page.waitForTimeout(Math.max(0, began + i * 900 - Date.now()));
    }
  });
  times.sort((a, b) => a - b);
  return { p50: quantile(times, 0.5), p95: quantile(times, 0.95), frames: times.length };
}

async function apply(page, text) {
  const content = page.locator(".cm-content");
  await content.click();
  await page.keyboard.press("Control+A");
  await page.keyboard.insertText(text);
  await page.keyboard.press("Control+Enter");
}

/// Runs in the page before its own scripts: a pod is a rounded square; the first that stands elsewhere than any did in
/// the frame before is the first that moves.
function watchPods() {
  const draw = CanvasRenderingContext2D.prototype.roundRect;
  let before = null;
  let places = new Set();
  let frame = 0;
  CanvasRenderingContext2D.prototype.roundRect = function (x, y, w, h, ...rest) {
    if (Math.abs(w - h) < 0.01 && w > 5 && w < 50 && globalThis.firstMoved === undefined) {
      globalThis.firstDrawn ??= performance.now();
      const now = document.timeline.currentTime;
      if (now !== frame) [before, places, frame] = [places, new Set(), now];
      const place = `${x} ${y}`;
      if (before.size > 0 && !before.has(place)) globalThis.firstMoved = performance.now();
      places.add(place);
    }
    return draw.call(this, x, y, w, h, ...rest);
  };
}

/// From navigation until the first pod is drawn and until it moves, in milliseconds: cold cache, fresh profile.
export async function start(root) {
  const site = await serve(join(root, "dist"));
  const drawn = [];
  const moved = [];
  for (let i = 0; i < 5; i += 1) {
    const browser = await launch();
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
    await page.addInitScript(watchPods);
    await page.goto(site.url);
    await page.waitForFunction(() => globalThis.firstMoved !== undefined);
    const times = await page.evaluate(() => [globalThis.firstDrawn, globalThis.firstMoved]);
    drawn.push(times[0]);
    moved.push(times[1]);
    await browser.close();
  }
  site.close();
  const summary = (list) => ({ median: list.sort((a, b) => a - b)[list.length >> 1], worst: list.at(-1) });
  return { drawn: summary(drawn), moved: summary(moved) };
}
