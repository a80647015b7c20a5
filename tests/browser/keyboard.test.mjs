// The page by keyboard alone: everything can be reached, is seen when it is reached, and can be left.
import assert from "node:assert/strict";
import { test } from "node:test";
import { choose, editor, goTo, pause, session, settled, shot, state, until } from "./page.mjs";

const podium = session();

/// What has the focus: its tag, its name, whether it can be seen and whether it shows that it has the focus: by a ring, the
/// editor by its caret, the scrubber by its thumb.
const focus = (page) =>
  page.evaluate(() => {
    const at = document.activeElement;
    const box = at.getBoundingClientRect();
    const style = getComputedStyle(at);
    const name = at.getAttribute("aria-label") ?? at.labels?.[0]?.innerText ?? at.innerText ?? "";
    return {
      tag: at.tagName.toLowerCase(),
      name: name.replace(/\s+/g, " ").trim().slice(0, 60),
      seen: box.width > 0 && box.height > 0 && box.bottom > 0 && box.right > 0 && box.top < innerHeight && box.left < innerWidth,
      ringed: style.outlineStyle !== "none" || at.classList.contains("cm-content") || at.type === "range",
    };
  });

test("Tab goes through the whole page, in order, and out of the editor again", () =>
  podium.onShared(async (page) => {
    await editor(page);
    await choose(page, "parallel-3-of-5");
    await goTo(page, 8);
    await page.getByRole("button", { name: /^Cluster/ }).focus();
    await page.keyboard.press("Shift+Tab");
    const way = [await focus(page)];
    for (let i = 0; i < 90; i += 1) {
      await page.keyboard.press("Tab");
      const at = await focus(page);
      if (at.tag === "body") break;
      // The editor keeps Tab for itself until Escape is pressed.
      if (at.name === "Manifest" && at.tag === "div") await page.keyboard.press("Escape");
      way.push(at);
    }
    const names = way.map((at) => at.name);
    for (const wanted of ["Examples", "Cluster: 3 nodes", "Dark theme", "Manifest", /^Apply/, /^Job work-job: Running/, /^Node node-1/, /^Pod work-job-/, "To the start", /^(Play|Pause)$/, "One step forward", "60×", "Time since the start", "Timeline"]) {
      assert.ok(names.some((name) => (wanted.test ? wanted.test(name) : name === wanted)), `${wanted} is reached: ${names.join(" | ")}`);
    }
    const order = ["Examples", "Manifest", "To the start", "Timeline"].map((name) => names.indexOf(name));
    assert.deepEqual(order, [...order].sort((a, b) => a - b), "top, manifest, time, below");
    for (const at of way) {
      assert.ok(at.seen, `${at.name} can be seen when it has the focus`);
      assert.ok(at.ringed, `${at.name} shows that it has the focus`);
    }
  }));

test("the stage in words shows itself to who comes by keyboard, and selects", () =>
  podium.onShared(async (page) => {
    await choose(page, "parallel-3-of-5");
    await goTo(page, 8);
    const pod = page.locator(".twin button").filter({ hasText: /^Pod work-job-/ }).first();
    await pod.focus();
    await shot(page, "twin-focused");
    const name = (await pod.innerText()).match(/^Pod (\S+):/)[1];
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name, exact: true }).waitFor();
    assert.equal(await pod.getAttribute("aria-pressed"), "true");
    await shot(page, "twin-selected");
  }));

test("a menu opens by keyboard, its items are reached, Escape closes it and gives the focus back", () =>
  podium.onShared(async (page) => {
    const button = page.getByRole("button", { name: "Examples" });
    await button.focus();
    await page.keyboard.press("Enter");
    assert.equal(await button.getAttribute("aria-expanded"), "true");
    await page.keyboard.press("Tab");
    assert.match((await focus(page)).name, /^A simple job/);
    await shot(page, "menu-by-keyboard");
    await page.keyboard.press("Escape");
    await page.locator(".menu").waitFor({ state: "detached" });
    assert.equal((await focus(page)).name, "Examples");
    await page.keyboard.press("Enter");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await page.locator(".menu").waitFor({ state: "detached" });
    assert.match(await page.evaluate(() => podium.text()), /parallel-job/);
    assert.notEqual((await focus(page)).tag, "body", "the focus is not lost when the menu closes");
  }));

test("the help opens with ?, tells every key, and Escape closes it", () =>
  podium.onShared(async (page) => {
    await page.evaluate(() => document.activeElement.blur());
    await page.keyboard.press("?");
    const help = page.getByRole("dialog", { name: "Keys" });
    await help.waitFor();
    assert.match(await help.innerText(), /play or pause/);
    await shot(page, "help");
    await page.keyboard.press("Escape");
    await help.waitFor({ state: "detached" });
  }));

const KEYS = [
  { key: " ", does: "plays and pauses", check: (before, after) => after.playing !== before.playing },
  { key: "ArrowRight", does: "steps forward", check: (before, after) => after.micros > before.micros && !after.playing },
  { key: "ArrowLeft", does: "steps back", check: (before, after) => after.micros < before.micros && !after.playing },
  { key: "n", does: "goes to the next event", check: (before, after) => after.micros > before.micros && !after.playing },
  { key: "Home", does: "goes to the start", check: (before, after) => after.micros === 0 },
];

test("the keys do what the help says", async (t) => {
  await podium.onShared(async (page) => {
    await choose(page, "parallel-3-of-5");
    for (const { key, does, check } of KEYS) {
      await t.test(`${key === " " ? "space" : key} ${does}`, async () => {
        await goTo(page, 5);
        await page.evaluate(() => document.activeElement.blur());
        const before = await state(page);
        await page.keyboard.press(key);
        const after = await until("it is done", () => state(page), (now) => check(before, now));
        assert.ok(after);
        await pause(page);
      });
    }
    await t.test("1 … 5 set the speed", async () => {
      for (const [i, label] of ["1×", "10×", "60×", "600×", "max"].entries()) {
        await page.keyboard.press(String(i + 1));
        await page.locator(".speed.chosen").getByText(label, { exact: true }).waitFor();
      }
      await pause(page);
    });
    await t.test("t changes the theme, and a reload keeps it", async () => {
      await page.evaluate(() => document.activeElement.blur());
      await page.keyboard.press("t");
      await page.locator(':root[data-theme="dark"]').waitFor();
      await page.reload();
      await page.locator(':root[data-theme="dark"] .page').waitFor();
    });
    await t.test("keys that are typed into the manifest are text", async () => {
      await pause(page);
      await (await editor(page)).focus();
      const before = await state(page);
      await page.keyboard.press("Control+End");
      await page.keyboard.type("# n 5 ?");
      await settled(page);
      assert.deepEqual(await state(page), before);
      assert.match(await page.evaluate(() => podium.text()), /# n 5 \?$/);
    });
  });
});

test("arrows move along the tabs below the stage", () =>
  podium.onShared(async (page) => {
    await pause(page);
    await page.getByRole("tab", { name: "Timeline" }).focus();
    for (const name of ["Terminal", "Events"]) {
      await page.keyboard.press("ArrowRight");
      await page.locator('[role="tab"][aria-selected="true"]', { hasText: name }).waitFor();
      assert.match((await focus(page)).name, new RegExp(`^${name}`), "who comes by with the arrows is not drawn into the line");
    }
  }));

test("the scrubber moves by arrow keys", () =>
  podium.onShared(async (page) => {
    await choose(page, "parallel-3-of-5");
    await goTo(page, 5);
    await page.getByRole("slider", { name: "Time since the start" }).focus();
    await page.keyboard.press("ArrowRight");
    const { micros } = await until("it moves", () => state(page), (now) => now.micros > 5e6);
    assert.ok(micros < 6.1e6, `${micros}`);
    assert.match(await page.getByRole("slider").getAttribute("aria-valuetext"), /^t\+00:00:05/);
  }));
