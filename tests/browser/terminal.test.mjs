// The terminal: kubectl in the page, as a learner uses it.
import assert from "node:assert/strict";
import { test } from "node:test";
import { choose, editor, goTo, open, pause, session, settled, shot, tab, until, write } from "./page.mjs";

const it = session();

const prompt = (page) => page.getByRole("textbox", { name: /Command/ });
const printed = (page) => page.locator(".terminal .entry").last().innerText();
const play = (page) => page.getByRole("button", { name: "Play", exact: true }).first().click();

/// Types a line and enters it.
async function enter(page, line) {
  await prompt(page).fill(line);
  await prompt(page).press("Enter");
}

/// Opens an example, and the terminal.
async function begin(page, example) {
  await choose(page, example);
  await tab(page, "Terminal");
  await enter(page, "clear");
}

test("the tab opens with the focus in the line, and answers", () =>
  it.onShared(async (page) => {
    await begin(page, "parallel-3-of-5");
    assert.equal(await page.evaluate(() => document.activeElement.id), "prompt");
    await goTo(page, 4);
    await enter(page, "kubectl get jobs");
    assert.match(await printed(page), /^\$\s*kubectl get jobs\s+t\+00:00:04\s+NAME +STATUS +COMPLETIONS +DURATION +AGE\nwork-job +Running +0\/5 +4s +4s$/);
    await enter(page, "kubectl get pod nope");
    assert.match(await printed(page), /exit 1[^]*Error from server \(NotFound\): pods "nope" not found/);
  }));

test("a watch follows the run until Ctrl+C, forwards and not twice", () =>
  it.onShared(async (page) => {
    await begin(page, "parallel-3-of-5");
    await goTo(page, 0);
    await enter(page, "kubectl get jobs -w");
    await page.getByText("The clock stands still.").waitFor();
    await goTo(page, 12);
    await goTo(page, 5);
    await goTo(page, 30);
    const rows = (await printed(page)).split("\n").filter((line) => line.startsWith("work-job"));
    const counts = rows.map((row) => row.split(/ +/)[2]);
    assert.deepEqual([counts[0], counts.at(-1)], ["0/5", "5/5"], rows.join("\n"));
    assert.deepEqual(counts, [...counts].sort(), "nothing is told twice");
    await prompt(page).press("Control+c");
    assert.match(await printed(page), /\^C$/);
    await enter(page, "kubectl get jobs -o name");
    assert.match(await printed(page), /job\.batch\/work-job$/);
    await shot(page, "terminal-light");
  }));

test("Tab completes, and tells what may stand there", () =>
  it.onShared(async (page) => {
    await begin(page, "deployment");
    await goTo(page, 5);
    const line = prompt(page);
    await line.fill("kubectl descr");
    await line.press("Tab");
    assert.equal(await line.inputValue(), "kubectl describe ");
    await line.pressSequentially("deplo");
    await line.press("Tab");
    await line.press("Tab");
    const value = await line.inputValue();
    assert.match(value, /^kubectl describe deployments? /);
    await line.fill("kubectl rollout ");
    await line.press("Tab");
    const offers = page.getByRole("list", { name: "What may be typed" }).getByRole("button");
    assert.deepEqual(await offers.allInnerTexts(), ["history", "pause", "restart", "resume", "status", "undo"]);
    await shot(page, "terminal-offers");
    await offers.filter({ hasText: "undo" }).click();
    assert.equal(await line.inputValue(), "kubectl rollout undo ");
    assert.equal(await page.evaluate(() => document.activeElement.id), "prompt");
    // Nobody is caught in the line.
    await line.press("Escape");
    await line.press("Tab");
    assert.notEqual(await page.evaluate(() => document.activeElement.id), "prompt");
  }));

test("what was typed is walked with the arrows, searched with Ctrl+R, and there at the next visit", async () => {
  const page = await open(it.browser, it.site.url);
  try {
    await begin(page, "deployment");
    for (const line of ["kubectl get nodes", "kubectl get deploy", "echo last"]) await enter(page, line);
    const line = prompt(page);
    await line.pressSequentially("half");
    await line.press("ArrowUp");
    await line.press("ArrowUp");
    assert.equal(await line.inputValue(), "kubectl get deploy");
    await line.press("ArrowDown");
    await line.press("ArrowDown");
    assert.equal(await line.inputValue(), "half");
    await line.fill("");
    await line.press("Control+r");
    await line.pressSequentially("get");
    assert.equal(await page.locator(".terminal-found").innerText(), "kubectl get deploy");
    await line.press("Control+r");
    assert.equal(await page.locator(".terminal-found").innerText(), "kubectl get nodes");
    await line.press("Enter");
    assert.match(await printed(page), /node-3 +Ready/);
    await page.reload();
    await page.waitForSelector(".page");
    await until("the cluster runs", () => page.evaluate(() => podium.state()), (now) => now.inputs > 0);
    await tab(page, "Terminal");
    await prompt(page).press("ArrowUp");
    assert.equal(await prompt(page).inputValue(), "kubectl get nodes");
    assert.deepEqual(page.errors, []);
  } finally {
    await page.context().close();
  }
});

test("files go from the terminal to the editor and back", () =>
  it.on({}, async (page) => {
    await begin(page, "parallel-3-of-5");
    await enter(page, "kubectl create deployment web --image=nginx --replicas=2 --dry-run=client -o yaml > web.yaml");
    await page.locator(".cm-content").filter({ hasText: "kind: Deployment" }).waitFor();
    await enter(page, "kubectl apply -f web.yaml && ls");
    assert.match(await printed(page), /deployment\.apps\/web created\nmanifest\.yaml\nweb\.yaml$/);
    await prompt(page).fill("kubectl apply -f - <<EOF\napiVersion: v1\nkind: Namespace\nmetadata:\n  name: pasted\nEOF");
    await prompt(page).press("Enter");
    assert.match(await printed(page), /namespace\/pasted created$/);
  }));

test("what a command writes at its end stands in the editor, and what is typed then goes there", () =>
  it.on({}, async (page) => {
    await begin(page, "deployment");
    await goTo(page, 0);
    await enter(page, "kubectl rollout status deploy/web > told.txt");
    await goTo(page, 20);
    const content = page.locator(".cm-content").filter({ hasText: "successfully rolled out" });
    await content.waitFor();
    await content.focus();
    await page.keyboard.press("Control+Home");
    await page.keyboard.insertText("# mine: ");
    await page.getByRole("tab", { name: "manifest.yaml" }).click();
    await page.locator(".cm-content").filter({ hasText: "kind: Deployment" }).waitFor();
    await tab(page, "Terminal");
    await enter(page, "cat told.txt");
    assert.match(await printed(page), /# mine: Waiting for deployment|# mine: deployment "web"/);
    await enter(page, "cat manifest.yaml");
    assert.doesNotMatch(await printed(page), /mine/);
  }));

test("kubectl edit opens a tab, and Apply saves what was edited", () =>
  it.on({}, async (page) => {
    await begin(page, "deployment");
    await goTo(page, 10);
    await enter(page, "kubectl edit deploy web");
    const opened = page.getByRole("tab", { name: /web \(edit\)/ });
    await opened.waitFor();
    await page.locator(".cm-line", { hasText: "replicas: 4" }).first().click();
    await page.keyboard.press("End");
    await page.keyboard.press("Backspace");
    await page.keyboard.insertText("2");
    await shot(page, "terminal-edit");
    await page.keyboard.press("Control+Enter");
    await until("it is saved", () => printed(page), (text) => /deployment\.apps\/web edited$/.test(text));
    assert.equal(await opened.count(), 0, "its tab is closed");
    await enter(page, "kubectl get deploy web -o jsonpath={.spec.replicas}");
    assert.match(await printed(page), /2$/);
    await enter(page, "kubectl edit deploy web");
    await opened.waitFor();
    await page.locator(".cm-line", { hasText: "replicas: 2" }).first().click();
    await page.keyboard.press("End");
    await page.keyboard.press("Backspace");
    await page.keyboard.insertText("-2");
    await page.keyboard.press("Control+Enter");
    await page.locator(".cm-content").filter({ hasText: "must be greater than or equal to 0" }).waitFor();
  }));

test("the way of a learner: a mistake is marked, mended, applied, and the run is followed", () =>
  it.on({}, async (page) => {
    await pause(page);
    await write(page, "apiVersion: batch/v1\nkind: Job\nmetadata:\n  name: mine\nspec:\n  backofLimit: 2\n  template:\n    spec:\n      containers:\n      - name: c\n        image: busybox\n        command: [sh, -c, \"sleep 3\"]\n");
    const content = await editor(page);
    await page.keyboard.insertText("      ");
    await page.locator(".cm-lintRange-error").first().waitFor();
    assert.match(await page.locator(".diagnostics").innerText(), /line 6[^]*unknown field "spec.backofLimit"/);
    await page.keyboard.type("restartP");
    await page.locator(".cm-tooltip-autocomplete li[aria-selected]").filter({ hasText: "restartPolicy" }).waitFor();
    await page.keyboard.press("Enter");
    await page.keyboard.type("Nev");
    await page.locator(".cm-tooltip-autocomplete li[aria-selected]").filter({ hasText: "Never" }).waitFor();
    await page.keyboard.press("Enter");
    await content.getByText("backofLimit").first().dblclick();
    await page.keyboard.insertText("backoffLimit");
    await page.keyboard.press("Escape");
    await page.keyboard.press("F1");
    await page.locator(".cm-doc").filter({ hasText: "spec.backoffLimit" }).waitFor();
    await shot(page, "terminal-learner");
    await content.focus();
    await page.keyboard.press("Control+Enter");
    await pause(page);
    assert.match((await page.locator(".outcomes li").allInnerTexts()).join(), /job\.batch\/mine created/);
    await tab(page, "Terminal");
    await enter(page, "kubectl get jobs mine -w");
    await play(page);
    await until("the job is complete", () => printed(page), (text) => /mine +Complete +1\/1/.test(text));
    await pause(page);
    await prompt(page).press("Control+c");
    await enter(page, "kubectl describe job mine");
    const told = await printed(page);
    for (const line of [/^Name: +mine$/m, /^Backoff Limit: +2$/m, /^Pods Statuses: +0 Active \(0 Ready\) \/ 1 Succeeded \/ 0 Failed$/m, /Normal +Completed +\S+ +job-controller +Job completed/]) assert.match(told, line);
    await settled(page);
  }));
