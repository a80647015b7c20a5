// Time: whatever way an instant is reached, the picture and the world are the same; another way taken there leaves the past as it was.
import assert from "node:assert/strict";
import { test } from "node:test";
import { choose, goTo, inspect, pause, picture, said, session, settled, shot, state } from "./page.mjs";

const podium = session();

/// The picture and the world at an instant.
async function look(page, at) {
  await goTo(page, at);
  // The scrubber and the Gantt's reach show how much was lived, not where the page stands; the stage shows the instant.
  const stage = await page.evaluate(() => document.querySelector(".stage canvas").toDataURL());
  return { at, stage, hash: (await state(page)).hash, said: await said(page) };
}

const RUNS = [
  { example: "parallel-3-of-5", instants: [0.3, 3.2, 9.9, 14.5, 20.1, 28.4] },
  { example: "failing-job", instants: [2.5, 8, 33.3, 75] },
  { example: "clusterip-with-pods", instants: [1.1, 6] },
  { example: "demo-cronjob", instants: [121.5, 150, 400, 3605] },
];

const check = ({ example, instants }) => async (page) => {
  await choose(page, example);
  const first = [];
  for (const at of instants) first.push(await look(page, at));
  assert.equal(new Set(first.map((seen) => seen.hash)).size, instants.length, "different instants have different worlds");
  assert.equal(new Set(first.map((seen) => seen.stage)).size, instants.length, "different instants have different pictures");
  // On at full speed, well past all of them.
  await page.getByRole("button", { name: "max", exact: true }).click();
  await page.waitForFunction(async (past) => (await podium.state()).micros > past, (instants.at(-1) + 600) * 1e6);
  await pause(page);
  for (const before of [...first].reverse()) {
    const now = await look(page, before.at);
    assert.equal(now.hash, before.hash, `the world at ${before.at} s`);
    assert.deepEqual(now.said, before.said, `the words at ${before.at} s`);
    assert.ok(now.stage === before.stage, `the picture at ${before.at} s`);
  }
  // And forward again, in one leap from the start.
  await page.keyboard.press("Home");
  await settled(page);
  const last = first.at(-1);
  const again = await look(page, last.at);
  assert.equal(again.hash, last.hash);
  assert.ok(again.stage === last.stage);
};

for (const run of RUNS) {
  test(`${run.example}: back and forth, the same picture and the same world`, () => podium.onShared(check(run)));
}
test("the same holds without motion", () => podium.on({ reducedMotion: "reduce" }, check(RUNS[0])));
test("the same holds in a dark, small window", () => podium.on({ colorScheme: "dark", viewport: { width: 1024, height: 768 } }, check(RUNS[1])));

test("steps go forward to what is due next and back to where the last write was", () =>
  podium.onShared(async (page) => {
    await choose(page, "simple-job");
    await page.getByRole("button", { name: "To the start" }).click();
    await settled(page);
    const went = [];
    for (let i = 0; i < 8; i += 1) {
      await page.getByRole("button", { name: "One step forward" }).click();
      await settled(page);
      went.push((await state(page)).micros);
    }
    assert.deepEqual([...went].sort((a, b) => a - b), went, "time never goes back on a step forward");
    assert.ok(went.at(-1) > 0);
    const { hash, micros } = await state(page);
    await page.getByRole("button", { name: "One step back" }).click();
    await settled(page);
    assert.ok((await state(page)).micros < micros, "a step back goes back");
    while ((await state(page)).micros < micros) {
      await page.getByRole("button", { name: "One step forward" }).click();
      await settled(page);
    }
    assert.equal((await state(page)).hash, hash);
  }));

test("the next event is one of the control plane, and the stage then says it", () =>
  podium.onShared(async (page) => {
    await choose(page, "daily-cronjob");
    await goTo(page, 60);
    await page.getByRole("button", { name: "To the next event" }).click();
    await settled(page);
    const { micros } = await state(page);
    assert.ok(Math.abs(micros / 1e6 - 86_400) < 5, `one leap through the night, to ${micros / 1e6} s`);
    assert.ok((await said(page)).some((line) => /daily-job/.test(line)));
    await shot(page, "next-event-daily");
  }));

test("what is done in the past begins another future and leaves the past as it was", () =>
  podium.onShared(async (page) => {
    await choose(page, "deployment");
    const early = await look(page, 4);
    const late = await look(page, 25);
    const middle = await look(page, 10);
    await inspect(page, "Deployment web");
    await page.getByRole("button", { name: "Scale to 5" }).click();
    await settled(page);
    const other = await look(page, 25);
    assert.notEqual(other.hash, late.hash);
    assert.ok(other.said.includes("5 of 5 ready"), other.said.join("\n"));
    await shot(page, "fork-scaled-to-5");
    assert.equal((await look(page, 4)).hash, early.hash);
    assert.notEqual((await look(page, 10)).hash, middle.hash, "at that very instant the input was already given");
  }));

test("a press on the timeline goes to that instant", () =>
  podium.onShared(async (page) => {
    await choose(page, "parallel-3-of-5");
    await goTo(page, 30);
    const canvas = page.locator(".gantt canvas");
    const box = await canvas.boundingBox();
    await page.mouse.click(box.x + box.width * 0.5, box.y + 8);
    await settled(page);
    const { micros } = await state(page);
    assert.ok(micros > 0 && micros < 30e6, `${micros}`);
    await shot(page, "timeline-pressed");
  }));

test("it plays by itself from the start, faster at a higher speed", () =>
  podium.on({}, async (page) => {
    await page.waitForFunction(async () => (await podium.state()).micros > 0);
    assert.equal((await state(page)).playing, true, "the page opens playing");
    await page.getByRole("button", { name: "600×" }).click();
    await page.waitForFunction(async () => (await podium.state()).micros > 600e6);
    await pause(page);
    const { micros } = await state(page);
    await page.evaluate(() => new Promise((done) => setTimeout(done, 300)));
    assert.equal((await state(page)).micros, micros, "a page that is paused stands still");
    assert.ok((await picture(page)).length === 16);
  }));
