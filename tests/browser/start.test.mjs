// The first seconds: a picture before the editor is there, nothing asked of anybody else, a page that keeps the text if all else fails.
import assert from "node:assert/strict";
import { test } from "node:test";
import { apply, editor, PATIENCE_MS, outcomes, pause, session, shot, state, text, until, write } from "./page.mjs";

const podium = session();

/// How many colours the stage has.
const colours = (page) =>
  page.evaluate(() => {
    const canvas = document.querySelector(".stage canvas");
    if (!canvas || canvas.width === 0) return 0;
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    const seen = new Set();
    for (let i = 0; i < data.length; i += 4) seen.add((data[i] << 16) | (data[i + 1] << 8) | data[i + 2]);
    return seen.size;
  });

test("the first picture needs no editor, and what is written meanwhile is kept", async () => {
  let release;
  const held = new Promise((go) => (release = go));
  const route = ["**/editor.js", async (request) => { await held; await request.continue(); }];
  await podium.on({ route }, async (page) => {
    await until("the stage is drawn", () => colours(page), (n) => n > 20);
    assert.equal(await page.locator(".cm-editor").count(), 0);
    await pause(page);
    await shot(page, "start-without-editor");
    const plain = page.locator("#plain-manifest");
    const manifest = "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: written-early\n";
    await plain.fill(manifest);
    release();
    await editor(page);
    assert.equal(await text(page), manifest);
    assert.deepEqual(await apply(page), ["namespace/written-early created"]);
    await shot(page, "start-editor-came");
  });
});

test("the first picture needs only the first part of the program, and waits for nothing", async () => {
  let release;
  const held = new Promise((go) => (release = go));
  const asked = [];
  const route = ["**/podium_rest.wasm", async (request) => { asked.push(request.request().resourceType()); await held; await request.continue(); }];
  await podium.on({ route }, async (page) => {
    await until("the stage is drawn", () => colours(page), (n) => n > 20);
    await until("the rest is on its way", () => asked.length, (n) => n > 0);
    await shot(page, "start-first-part");
    release();
    await until("the first example runs", () => state(page), (now) => now.pods > 0);
    assert.deepEqual(asked, ["fetch"], "what was done on the way to the first picture asked for nothing of the rest");
  });
});

test("what cannot wait for the rest of the program has it at once", async () => {
  const init = () => {
    const fetched = globalThis.fetch;
    globalThis.fetch = (url, ...more) => (String(url).includes("podium_rest") ? new Promise((done) => setTimeout(done, 1500)).then(() => fetched(url, ...more)) : fetched(url, ...more));
  };
  await podium.on({ init }, async (page) => {
    await page.locator("#plain-manifest").fill("apiVersion: v1\nkind: Namespace\nmetadata:\n  name: in-a-hurry\n");
    await page.keyboard.press("Control+Enter");
    assert.deepEqual(await outcomes(page), ["namespace/in-a-hurry created"]);
    await editor(page);
    assert.deepEqual(await outcomes(page), ["namespace/in-a-hurry created"], "nothing is sent twice");
    assert.equal((await state(page)).inputs, 1);
  });
});

test("the page asks only its own server, a handful of times, and the editor last", async () => {
  await podium.on({}, async (page) => {
    await editor(page);
    const names = await page.evaluate(() => performance.getEntriesByType("resource").sort((a, b) => a.startTime - b.startTime).map((e) => new URL(e.name).pathname));
    assert.deepEqual([...new Set(names)].sort(), ["/editor.js", "/icon.svg", "/inter.woff2", "/mono.woff2", "/podium.js", "/podium_bg.wasm", "/podium_rest.wasm", "/start.js", "/style.css"].filter((n) => names.includes(n)).sort());
    const painted = await page.evaluate(() => performance.getEntriesByName("first-contentful-paint")[0].startTime);
    const asked = await page.evaluate(() => performance.getEntriesByType("resource").find((e) => e.name.endsWith("/editor.js")).startTime);
    assert.ok(asked > painted, `the editor was asked for at ${asked}, the first paint was at ${painted}`);
  });
});

test("a page that has stopped keeps the text and starts again with it", async () => {
  await podium.on({}, async (page) => {
    await editor(page);
    const manifest = "# mine\napiVersion: v1\nkind: Namespace\nmetadata:\n  name: kept\n";
    await write(page, manifest);
    await page.evaluate(() => globalThis.podium.broken("the reason"));
    const alert = page.getByRole("alert");
    await alert.getByRole("heading", { name: "Podium has stopped" }).waitFor();
    assert.equal(await page.getByRole("textbox", { name: "Your manifest" }).inputValue(), manifest);
    assert.match(await alert.innerText(), /the reason/);
    await shot(page, "broken");
    await alert.getByRole("button", { name: "Start again" }).click();
    await editor(page);
    assert.equal(await text(page), manifest);
    assert.deepEqual(await outcomes(page), ["namespace/kept created"]);
  });
});

for (const part of ["podium_bg", "podium_rest"]) {
  test(`without the program's file ${part}.wasm the page says so`, async () => {
    const context = await podium.browser.newContext();
    const page = await context.newPage();
    await page.route(`**/${part}.wasm`, (request) => request.abort());
    await page.goto(podium.site.url);
    await page.getByRole("heading", { name: "Podium has stopped" }).waitFor({ timeout: PATIENCE_MS });
    await shot(page, `broken-no-${part}`);
    await context.close();
  });
}

test("storage that is forbidden or full does no harm", async () => {
  const init = () => {
    Storage.prototype.setItem = () => { throw new DOMException("full", "QuotaExceededError"); };
    Storage.prototype.getItem = () => { throw new DOMException("forbidden", "SecurityError"); };
  };
  await podium.on({ init }, async (page) => {
    await write(page, "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: unkept\n");
    assert.deepEqual(await apply(page), ["namespace/unkept created"]);
  });
});
