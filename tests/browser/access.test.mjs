// How the page looks to everybody: WCAG 2.2 AA by axe in every state, window and theme, nothing cut off, no motion where none is wanted.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { test } from "node:test";
import { choose, goTo, inspect, pause, picture, session, settled, shot, tab, text, write } from "./page.mjs";

const podium = session();
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/// What is not as WCAG 2.2 AA wants it.
async function violations(page) {
  if (!(await page.evaluate(() => "axe" in globalThis))) await page.evaluate(axe);
  const { violations } = await page.evaluate(() =>
    globalThis.axe.run({ resultTypes: ["violations"], runOnly: { type: "tag", values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"] } }));
  return violations.flatMap((v) => v.nodes.map((n) => `${v.id}: ${n.target} ${n.failureSummary.replace(/\s+/g, " ")}`));
}

/// What is wider than the window, and which buttons are smaller than WCAG's 24 by 24.
const misfits = (page) =>
  page.evaluate(() => {
    const found = [];
    if (document.documentElement.scrollWidth > innerWidth) found.push(`the page is ${document.documentElement.scrollWidth} wide`);
    for (const it of document.querySelectorAll("button, input, canvas, .stamp, h1, h2")) {
      const box = it.getBoundingClientRect();
      if (box.width === 0 || it.closest(".twin, .sr, .pane-tabs, .below-pane, .menu")) continue;
      if (box.right > innerWidth + 1 || box.left < -1) found.push(`${it.className || it.tagName} from ${box.left} to ${box.right}`);
      if (it.closest(".transport, .top") && it.tagName === "BUTTON" && (box.width < 24 || box.height < 24)) found.push(`${it.className} is ${box.width} by ${box.height}`);
    }
    return found;
  });

const LOOKS = [
  { name: "light", options: { colorScheme: "light" } },
  { name: "dark", options: { colorScheme: "dark" } },
  { name: "tablet", options: { viewport: { width: 1024, height: 768 } }, only: ["running", "inspected", "services"] },
  { name: "phone", options: { viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true } },
  { name: "phone-dark", options: { viewport: { width: 360, height: 740 }, colorScheme: "dark" }, only: ["inspected", "services"] },
  // What a desktop window of 1280 by 900 is at a zoom of 200 %.
  { name: "zoom-200", options: { viewport: { width: 640, height: 450 }, deviceScaleFactor: 2 }, only: ["mistakes", "inspected", "changes"] },
  { name: "projector", options: { viewport: { width: 1920, height: 1080 } }, only: ["running", "services"] },
];
const PANES = ["Manifest", "Stage", "Details", "Timeline"];
const narrow = (page) => page.evaluate(() => matchMedia("(max-width: 860px)").matches);

/// What is there already but for its parallelism, and what is not.
const PARTLY_NEW = `apiVersion: batch/v1
kind: Job
metadata:
  name: work-job
spec:
  parallelism: 2
  completions: 5
  template:
    spec:
      restartPolicy: Never
      containers:
      - name: worker
        image: busybox
        command: ["sh", "-c", "echo Running task; sleep 10"]
---
apiVersion: v1
kind: Namespace
metadata:
  name: fresh
`;

/// The states in which the page is looked at.
const STATES = {
  running: async (page) => {
    await choose(page, "parallel-3-of-5");
    await goTo(page, 8);
  },
  inspected: async (page) => {
    await choose(page, "parallel-3-of-5");
    await goTo(page, 20);
    await inspect(page, "Pod work-job-");
  },
  mistakes: async (page) => {
    if (await narrow(page)) await pane(page, "Manifest");
    await write(page, "apiVersion: batch/v1\nkind: Job\nmetadata:\n  name: x\nspec:\n  paralelism: -1\n  template: {}\n");
    await page.locator(".diagnostic.error").first().waitFor();
    await page.keyboard.press("Control+Enter");
    await pause(page);
  },
  changes: async (page) => {
    await choose(page, "parallel-3-of-5");
    if (await narrow(page)) await pane(page, "Manifest");
    await page.getByRole("button", { name: "New file" }).click();
    await write(page, (await text(page)) + PARTLY_NEW);
    await page.keyboard.press("Control+d");
    await page.getByRole("region", { name: "What Apply would change" }).waitFor();
  },
  failed: async (page) => {
    await choose(page, "failing-job");
    await goTo(page, 80);
  },
  services: async (page) => {
    await choose(page, "two-node-ports");
    await goTo(page, 12);
  },
};

const pane = (page, name) => page.locator(".pane-tabs").getByRole("button", { name, exact: true }).click();

/// A terminal with everything in it: an answer, a refusal, offers, and a watch that has the line.
async function inTerminal(page) {
  const line = page.getByRole("textbox", { name: /Command/ });
  for (const text of ["kubectl get pods -o wide", "kubectl get pod nope", "kubectl get pods -w &"]) {
    await line.fill(text);
    await line.press("Enter");
  }
  await line.fill("kubectl rollout ");
  await line.press("Tab");
  await page.locator(".offers button").first().waitFor();
}

const check = ({ name, options, only = Object.keys(STATES) }) =>
  podium.on(options, async (page) => {
    await page.locator(".cm-content").waitFor({ state: "attached" });
    await pause(page);
    const wrong = [];
    const look = async (what) => {
      await settled(page);
      await shot(page, `look-${name}-${what}`);
      for (const finding of [...(await violations(page)), ...(await misfits(page))]) wrong.push(`${what}: ${finding}`);
    };
    const panes = (await narrow(page)) ? PANES : [];
    for (const what of only) {
      if (panes.length > 0) await pane(page, "Stage");
      await STATES[what](page);
      if (panes.length === 0) await look(what);
      for (const each of panes) {
        await pane(page, each);
        await look(`${what}-${each.toLowerCase()}`);
      }
    }
    for (const each of ["Events", "Logs", "Terminal"]) {
      await tab(page, each);
      if (each === "Terminal") await inTerminal(page);
      await look(each.toLowerCase());
    }
    await tab(page, "Timeline");
    await page.getByRole("button", { name: "Examples" }).click();
    await look("menu");
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "Keys and help" }).click();
    await look("help");
    assert.deepEqual(wrong, []);
  });

for (const look of LOOKS) test(`nothing is amiss: ${look.name}`, () => check(look));

test("without motion nothing moves between two instants of one second but what has changed", () =>
  podium.on({ reducedMotion: "reduce" }, async (page) => {
    await choose(page, "clusterip-with-pods");
    await goTo(page, 0.3);
    const still = await page.evaluate(() => document.getAnimations().length);
    assert.equal(still, 0, "no CSS animation runs");
    await shot(page, "reduced-motion");
    const travelling = await picture(page);
    await podium.on({}, async (other) => {
      await choose(other, "clusterip-with-pods");
      await goTo(other, 0.3);
      await shot(other, "with-motion");
      assert.notEqual(await picture(other), travelling, "with motion, pods are on their way at that instant");
    });
  }));

test("the theme follows the system until it is chosen", () =>
  podium.on({ colorScheme: "light" }, async (page) => {
    const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const light = await ground();
    await page.emulateMedia({ colorScheme: "dark" });
    const dark = await ground();
    assert.notEqual(light, dark);
    await page.getByRole("button", { name: /theme$/ }).click();
    assert.equal(await ground(), light);
    await page.getByRole("button", { name: "Dark theme" }).waitFor();
  }));
