// How the page looks to everybody: WCAG 2.2 AA by axe in every state, window and theme, nothing cut off, no motion where none is wanted.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { test } from "node:test";
import { choose, editor, goTo, inspect, pause, picture, rows, session, settled, shot, tab, write } from "./page.mjs";

const podium = session();
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/// Holds the page to WCAG 2.2 AA.
async function accessible(page, where) {
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() =>
    globalThis.axe.run({ runOnly: { type: "tag", values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"] } }));
  const told = violations.map((v) => `${v.id}: ${v.help}\n${v.nodes.map((n) => `  ${n.target} ${n.failureSummary}`).join("\n")}`);
  assert.deepEqual(told, [], where);
}

/// Nothing may be wider than the window, and no button smaller than WCAG's 24 by 24.
async function fits(page, where) {
  const wrong = await page.evaluate(() => {
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
  assert.deepEqual(wrong, [], where);
}

const LOOKS = [
  { name: "light", options: { colorScheme: "light" } },
  { name: "dark", options: { colorScheme: "dark" } },
  { name: "tablet", options: { viewport: { width: 1024, height: 768 } } },
  { name: "phone", options: { viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true } },
  { name: "phone-dark", options: { viewport: { width: 360, height: 740 }, colorScheme: "dark" } },
  // What a desktop window of 1280 by 900 is at a zoom of 200 %.
  { name: "zoom-200", options: { viewport: { width: 640, height: 450 }, deviceScaleFactor: 2 } },
  { name: "projector", options: { viewport: { width: 1920, height: 1080 } } },
];
const PANES = ["Manifest", "Stage", "Details", "Timeline"];
const narrow = (page) => page.evaluate(() => matchMedia("(max-width: 860px)").matches);

/// The states in which the page is looked at.
const STATES = {
  running: async (page) => {
    await choose(page, "parallel-3-of-5");
    await goTo(page, 8);
  },
  inspected: async (page) => {
    await inspect(page, "Pod work-job-");
  },
  mistakes: async (page) => {
    if (await narrow(page)) await page.getByRole("button", { name: "Manifest", exact: true }).click();
    await write(page, "apiVersion: batch/v1\nkind: Job\nmetadata:\n  name: x\nspec:\n  paralelism: -1\n  template: {}\n");
    await page.locator(".diagnostic.error").first().waitFor();
    await page.keyboard.press("Control+Enter");
    await pause(page);
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

const check = ({ name, options }) =>
  podium.on(options, async (page) => {
    await editor(page).catch(() => {});
    await pause(page);
    for (const [what, enter] of Object.entries(STATES)) {
      await enter(page);
      const panes = (await narrow(page)) ? PANES : [null];
      for (const pane of panes) {
        if (pane) await page.locator(".pane-tabs").getByRole("button", { name: pane, exact: true }).click();
        await settled(page);
        const where = `${name}-${what}${pane ? `-${pane.toLowerCase()}` : ""}`;
        await shot(page, `look-${where}`);
        await accessible(page, where);
        await fits(page, where);
      }
      if ((await narrow(page)) && what !== "running") await page.locator(".pane-tabs").getByRole("button", { name: "Stage", exact: true }).click();
    }
    if (await narrow(page)) await page.locator(".pane-tabs").getByRole("button", { name: "Timeline", exact: true }).click();
    for (const name_ of ["Events", "Logs"]) {
      await rows(page, name_);
      await shot(page, `look-${name}-${name_.toLowerCase()}`);
      await accessible(page, `${name} ${name_}`);
    }
    await tab(page, "Timeline");
    await page.getByRole("button", { name: "Examples" }).click();
    await shot(page, `look-${name}-menu`);
    await accessible(page, `${name} menu`);
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "Keys and help" }).click();
    await shot(page, `look-${name}-help`);
    await accessible(page, `${name} help`);
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
