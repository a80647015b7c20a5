// The editor: mistakes are marked where they are and explained, Apply, undo and reload keep what was written.
import assert from "node:assert/strict";
import { test } from "node:test";
import { apply, choose, editor, goTo, outcomes, pause, session, shot, state, text, until, write } from "./page.mjs";

const podium = session();
const diagnostics = (page) => page.locator(".diagnostic").allInnerTexts();
const job = (line) => `apiVersion: batch/v1
kind: Job
metadata:
  name: typed
spec:
  template:
    spec:
      containers:
      - name: one
        image: busybox
        command: ["true"]
      restartPolicy: Never
${line}
`;

/// A last line of a Job's manifest, what is said about it, and what of it is marked.
const MISTAKES = [
  { name: "a field that does not exist", line: "  bakoffLimit: 4", says: [/line 13/, /bakoffLimit/, /backoffLimit/], marked: "bakoffLimit" },
  { name: "a value of the wrong type", line: '  backoffLimit: "four"', says: [/line 13/, /backoffLimit/], marked: '"four"' },
  { name: "a value that is not allowed", line: "  parallelism: -1", says: [/line 13/, /must be greater than or equal to 0/], marked: "-1" },
  { name: "a tab", line: "\tbackoffLimit: 4", says: [/line 13/, /tab/i] },
  { name: "a quote that is never closed", line: '  backoffLimit: "4', says: [/line 13/, /never ends/] },
  { name: "a bracket that is never closed", line: "  selector: [1, 2", says: [/line 1[34]/, /\]|bracket|sequence/i] },
];

const check = (page, { line, says, marked }) => async () => {
  await write(page, job(line));
  const found = await until("a diagnostic", () => diagnostics(page), (list) => list.some((d) => says.every((s) => s.test(d))));
  assert.ok(found.length <= 4, `one mistake, told once or twice: ${found}`);
  if (marked) {
    await until("the place is marked", () => page.locator(".cm-lintRange-error").allInnerTexts(), (all) => all.includes(marked));
    // A press on the diagnostic goes to its place.
    await page.locator(".diagnostic").filter({ hasText: says[1].source }).first().click();
    assert.equal(await page.evaluate(() => getSelection().toString()), marked);
  } else {
    await until("a place is marked", () => page.locator(".cm-lintRange-error, .cm-lintPoint-error").count(), (n) => n > 0);
  }
};

test("mistakes are told and marked as they are written", async (t) => {
  await podium.on({}, async (page) => {
    for (const mistake of MISTAKES) {
      await t.test(mistake.name, check(page, mistake));
      await shot(page, `mistake-${mistake.name.replaceAll(" ", "-")}`);
    }
    await write(page, job("  backoffLimit: 4"));
    await until("no mistake is left", () => diagnostics(page), (list) => list.length === 0);
    assert.equal(await page.locator(".cm-lintRange-error").count(), 0);
  });
});

test("Ctrl+Enter applies, and says what became of each document", () =>
  podium.onShared(async (page) => {
    await editor(page);
    await choose(page, "clusterip");
    await write(page, `${job("  backoffLimit: 4")}---\napiVersion: v1\nkind: Service\nmetadata:\n  name: front\nspec:\n  selector:\n    app: x\n  ports:\n  - port: 80\n`);
    assert.deepEqual(await apply(page), ["job.batch/typed created", "service/front created"]);
    assert.deepEqual(await apply(page), ["job.batch/typed unchanged", "service/front unchanged"]);
    await page.getByRole("button", { name: "Apply" }).click();
    await pause(page);
    assert.deepEqual(await outcomes(page), ["job.batch/typed unchanged", "service/front unchanged"]);
    await shot(page, "applied-twice");
  }));

test("the text survives a reload, and is applied there", () =>
  podium.on({}, async (page) => {
    await write(page, job("  backoffLimit: 2"));
    // What is checked is kept.
    await page.locator(".apply-note", { hasText: "no mistakes" }).waitFor();
    await until("it is kept", () => page.evaluate(() => localStorage.getItem("podium/file/manifest.yaml")), (kept) => kept === job("  backoffLimit: 2"));
    await page.reload();
    await editor(page);
    assert.equal(await text(page), job("  backoffLimit: 2"));
    assert.deepEqual(await outcomes(page), ["job.batch/typed created"]);
  }));

test("a reload right after a key keeps that key", () =>
  podium.on({}, async (page) => {
    await write(page, "# the last word");
    await page.reload();
    await editor(page);
    assert.equal(await text(page), "# the last word");
  }));

test("undo brings back what an example has replaced", () =>
  podium.on({}, async (page) => {
    await write(page, "# what I wrote\n");
    await choose(page, "nodeport");
    assert.match(await text(page), /my-nodeport-service/);
    await page.locator(".cm-content").focus();
    await page.keyboard.press("Control+z");
    assert.equal(await text(page), "# what I wrote\n");
    await page.keyboard.press("Control+Shift+Z");
    assert.match(await text(page), /my-nodeport-service/);
  }));

test("what is refused changes neither text nor cluster nor history", () =>
  podium.onShared(async (page) => {
    await choose(page, "parallel-3-of-5");
    await goTo(page, 25);
    const late = await state(page);
    await goTo(page, 12);
    const before = await state(page);
    const manifest = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: Not_A_Name\nspec:\n  containers:\n  - name: a\n    image: nginx\n";
    await write(page, manifest);
    const [answer, ...rest] = await apply(page);
    assert.match(answer, /Not_A_Name.* is invalid: metadata.name/s);
    assert.deepEqual(rest, []);
    assert.equal(await text(page), manifest);
    await shot(page, "refused");
    const after = await state(page);
    assert.equal(after.hash, before.hash, "the cluster");
    assert.equal(after.inputs, before.inputs, "the history");
    await goTo(page, 25);
    assert.equal((await state(page)).hash, late.hash, "the future that was lived");
  }));

test("of several documents the good ones are taken, and each is answered", () =>
  podium.onShared(async (page) => {
    await editor(page);
    await choose(page, "clusterip");
    await write(page, "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: good\n---\napiVersion: v1\nkind: Namespace\nmetadata:\n  name: BAD\n---\napiVersion: v1\nkind: Nonsense\nmetadata:\n  name: what\n");
    const answers = await apply(page);
    assert.equal(answers.length, 3, answers.join("\n"));
    assert.equal(answers[0], "namespace/good created");
    assert.match(answers[1], /BAD.*invalid/s);
    assert.match(answers[2], /no matches for kind "Nonsense" in version "v1"/);
    await shot(page, "some-taken");
  }));

test("completion offers fields with their documentation, and hovering explains one", () =>
  podium.on({}, async (page) => {
    await write(page, job("  backof").trimEnd());
    await page.keyboard.press("Control+Space");
    const offer = page.locator(".cm-tooltip-autocomplete li", { hasText: "backoffLimit" });
    await offer.first().waitFor();
    await page.mouse.move(700, 560);
    const info = page.locator(".cm-completionInfo");
    await info.waitFor();
    const box = await info.boundingBox();
    const seen = await page.evaluate(({ x, y, width, height }) => document.elementFromPoint(x + width / 2, y + height / 2)?.closest(".cm-completionInfo") != null, box);
    assert.ok(seen, "the documentation beside the offers can be seen");
    await shot(page, "completion");
    await page.keyboard.press("Enter");
    await until("it is completed", () => text(page), (now) => /backoffLimit: ?$/.test(now));
    const word = page.locator(".cm-line", { hasText: "restartPolicy" }).locator("span").first();
    await word.hover();
    await page.locator(".cm-doc").waitFor();
    assert.match(await page.locator(".cm-doc").innerText(), /restartPolicy/);
    await shot(page, "hover");
  }));

test("typing by hand, key by key, makes what was typed", () =>
  podium.on({}, async (page) => {
    await write(page, "");
    await page.keyboard.type("apiVersion: v1\nkind: Namespace\nmetadata:\n");
    await page.keyboard.press("Escape");
    // The editor has already indented the line below a key.
    await page.keyboard.type("name: byhand");
    await page.keyboard.press("Escape");
    assert.equal(await text(page), "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: byhand");
    const [answer] = await apply(page);
    assert.equal(answer, "namespace/byhand created");
  }));
