// What should break a page: each such manifest gets a clear answer, the page goes on answering, and nothing is lost.
import assert from "node:assert/strict";
import { test } from "node:test";
import { busy, choose, editor, outcomes, pause, rows, said, session, shot, state, tab, text, until } from "./page.mjs";

const podium = session();
/// How long the page may take to answer a press, and how long it may be busy without a pause, in milliseconds.
const ANSWER_MS = 100;

/// The time from a press on play or pause to its effect, in the page's own milliseconds.
const answer = async (page) => {
  const took = page.evaluate(() => {
    const button = document.querySelector("button.play");
    return new Promise((done) => {
      let pressed;
      button.addEventListener("pointerdown", (event) => (pressed = event.timeStamp), { once: true });
      const seen = new MutationObserver(() => {
        seen.disconnect();
        done(performance.now() - pressed);
      });
      seen.observe(button, { attributes: true, attributeFilter: ["aria-label"] });
    });
  });
  await page.locator("button.play").click();
  return took;
};

const workload = (kind, name, spec, command = '["sleep", "3600"]') => `apiVersion: ${kind === "Job" ? "batch/v1" : "apps/v1"}
kind: ${kind}
metadata:
  name: ${name}
spec:
  ${spec}${kind === "Job" ? "" : `\n  selector:\n    matchLabels:\n      app: ${name}`}
  template:
    metadata:
      labels:
        app: ${name}
    spec:${kind === "Job" ? "\n      restartPolicy: Never" : ""}
      containers:
      - name: one
        image: busybox
        command: ${command}
`;
const bomb = `a: &a ["lol", "lol", "lol", "lol", "lol", "lol", "lol", "lol", "lol"]
${"bcdefghij".split("").map((c, i) => `${c}: &${c} [${Array(9).fill(`*${"abcdefghij"[i]}`).join(", ")}]`).join("\n")}
`;
const deep = `a: ${"[".repeat(1000)}${"]".repeat(1000)}\n`;
const long = `apiVersion: v1
kind: ConfigMap
metadata:
  name: large
data:
${"  key: 0123456789012345678901234567890123456789\n".repeat(220_000)}`;

/// What is pasted, what Apply must answer, and what the stage then says.
const HOSTILE = [
  { name: "broken YAML", manifest: "apiVersion: v1\nkind: [Pod\nmetadata: }\n", answers: /^error: .*yaml: line \d+: / },
  { name: "a manifest of 10 MB", manifest: long, answers: /too (large|long|big)|limit|at most/i },
  { name: "an alias bomb", manifest: bomb, answers: /alias|too (large|many)|limit/i },
  { name: "brackets 1,000 deep", manifest: deep, answers: /deep|nest|yaml: line/i },
  { name: "replicas: 2000000000", manifest: workload("Deployment", "huge", "replicas: 2000000000"), answers: /created|limit|at most/, plays: true },
  { name: "parallelism: -1", manifest: workload("Job", "negative", "parallelism: -1"), answers: /is invalid: spec\.parallelism: Invalid value: -1: must be greater than or equal to 0/ },
  { name: "parallelism: 2000000000", manifest: workload("Job", "wide", "parallelism: 2000000000\n  completions: 2000000000"), answers: /created|limit|at most/, plays: true },
  { name: "an endless loop in a container", manifest: workload("Job", "endless", "backoffLimit: 0", '["sh", "-c", "while true; do :; done"]'), answers: /^job.batch\/endless created$/, plays: true, tells: /endless-\w+ .*without ever waiting/ },
  { name: "a loop that prints without end in twenty containers", manifest: workload("Job", "chatty", "parallelism: 20\n  completions: 20", '["sh", "-c", "while true; do echo spam spam spam; done"]'), answers: /^job.batch\/chatty created$/, plays: true, tells: /chatty-\w+ .*without ever waiting/ },
];

/// Pastes as a person does: the clipboard's text arrives at the editor.
const paste = async (page, manifest) => {
  await page.locator(".cm-content").focus();
  await page.keyboard.press("Control+a");
  await page.evaluate((manifest) => {
    const data = new DataTransfer();
    data.setData("text/plain", manifest);
    document.querySelector(".cm-content").dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
  }, manifest);
};

const median = (list) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)];

const check = ({ name, manifest, answers, plays, tells }) =>
  podium.onShared(async (page) => {
    await editor(page);
    await choose(page, "simple-job");
    const file = name.replaceAll(/[^a-z0-9]+/gi, "-");
    await paste(page, manifest);
    assert.equal((await text(page)).length, manifest.length, "all of it is in the editor");
    const presses = [];
    const tasks = await busy(page, async () => {
      await page.keyboard.press("Control+Enter");
      presses.push(await answer(page), await answer(page));
      const said = await until("an answer", () => outcomes(page), (list) => list.some((line) => answers.test(line)));
      assert.ok(said.every((line) => line.length < 1000), "the answer can be read");
      for (const speed of plays ? ["1×", "max"] : ["1×"]) {
        await page.getByRole("button", { name: speed, exact: true }).click();
        for (let i = 0; i < 6; i += 1) presses.push(await answer(page));
      }
    });
    holds(name, presses, tasks);
    await pause(page);
    await shot(page, `hostile-${file}`);
    assert.equal((await text(page)).length, manifest.length, "the text is still there");
    if (tells) {
      const list = await rows(page, "Events");
      assert.ok(list.some((row) => tells.test(row)), `an event tells it: ${list.join("\n")}`);
      await tab(page, "Timeline");
    }
    // The cluster goes on taking what is right.
    await paste(page, "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: afterwards\n");
    await page.keyboard.press("Control+Enter");
    await until("another manifest is taken", () => outcomes(page), (list) => list.includes("namespace/afterwards created"));
  });

/// Holds the page to its promise: it answers, and it is never busy for so long that it could not.
function holds(name, presses, tasks) {
  console.log(`${name}: presses ${presses.map(Math.round)} ms, longest tasks ${tasks} ms`);
  assert.ok(median(presses) <= ANSWER_MS, `presses were answered after ${presses.map(Math.round)} ms`);
  assert.ok(tasks[0] <= ANSWER_MS, `the page was busy for ${tasks} ms`);
}

for (const hostile of HOSTILE) test(hostile.name, () => check(hostile));

test("the whole of a day of five-pod jobs at full speed, and the page answers", () =>
  podium.onShared(async (page) => {
    await editor(page);
    await page.getByRole("button", { name: "Examples" }).click();
    await page.locator('[data-example="demo-cronjob"]').click();
    const presses = [];
    const tasks = await busy(page, async () => {
      await page.getByRole("button", { name: "max", exact: true }).click();
      await page.waitForFunction(async () => (await podium.state()).micros > 86_400e6);
      for (let i = 0; i < 6; i += 1) presses.push(await answer(page));
    });
    holds("a day", presses, tasks);
    await pause(page);
    assert.ok((await said(page)).length > 3);
    await shot(page, "a-day");
    assert.ok((await state(page)).pods < 60, "finished jobs are cleaned up");
  }));
