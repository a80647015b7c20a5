// The files of the editor: tabs with their own text and history, names, files of this machine, and what is kept.
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { apply, editor, session, shot, text, until, write } from "./page.mjs";

const podium = session();
const namespace = (name) => `apiVersion: v1\nkind: Namespace\nmetadata:\n  name: ${name}\n`;
const names = (page) => page.locator(".file-name").allInnerTexts();
const front = (page) => page.locator(".file.chosen").innerText();
const button = (page, name) => page.getByRole("button", { name, exact: true });
const folder = mkdtempSync(join(tmpdir(), "podium-"));
const onDisk = (name, content) => {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
};

/// Chooses files as the browser's own dialog does. A browser that has just started needs a moment to hand the dialog over.
async function choose(page, ...paths) {
  if (page.listenerCount("filechooser") === 0) {
    page.on("filechooser", () => {});
    await new Promise((done) => setTimeout(done, 500));
  }
  const dialog = page.waitForEvent("filechooser");
  await page.keyboard.press("Control+o");
  await (await dialog).setFiles(paths);
}

/// Drops files on the page, as far as a page can tell.
const drop = (page, files) =>
  page.evaluate((files) => {
    const data = new DataTransfer();
    for (const [name, content] of files) data.items.add(new File([content], name));
    const fire = (name) => document.body.dispatchEvent(new DragEvent(name, { dataTransfer: data, bubbles: true, cancelable: true }));
    fire("dragenter");
    const seen = document.querySelector(".drop-here")?.innerText;
    fire("drop");
    return seen;
  }, files);

test("each tab has its own text, history and cursor", () =>
  podium.on({}, async (page) => {
    await write(page, "# one");
    await button(page, "New file").click();
    await until("an empty file is in front", () => text(page), (now) => now === "");
    await page.keyboard.type("# two");
    assert.deepEqual(await names(page), ["manifest.yaml", "file.yaml"]);
    await page.keyboard.press("Alt+PageUp");
    assert.equal(await text(page), "# one");
    await page.keyboard.type("!");
    assert.equal(await text(page), "# one!");
    await page.keyboard.press("Alt+PageDown");
    await page.keyboard.press("Control+z");
    await page.keyboard.press("Control+z");
    assert.equal(await text(page), "", "one file's undo leaves the other alone");
    await page.keyboard.press("Alt+PageDown");
    assert.equal(await text(page), "# one!");
    await shot(page, "tabs");
  }));

test("a tab is renamed, closed and opened again by keyboard", () =>
  podium.on({}, async (page) => {
    await write(page, namespace("a"));
    await page.keyboard.press("F2");
    await page.keyboard.type("shop");
    await shot(page, "renaming");
    await page.keyboard.press("Enter");
    await until("it is renamed", () => names(page), (all) => all.join() === "shop.yaml");
    assert.equal(await page.evaluate(() => document.activeElement.innerText), "shop.yaml");
    await button(page, "New file").click();
    await page.keyboard.press("F2");
    await page.keyboard.press("Control+a");
    await page.keyboard.type("shop.yaml");
    await page.keyboard.press("Enter");
    await page.getByText("There is a file shop.yaml already.").waitFor();
    await page.keyboard.press("F2");
    await page.keyboard.press("Control+a");
    await page.keyboard.type("a/b");
    await page.keyboard.press("Enter");
    await page.getByText("A file cannot be called").waitFor();
    assert.deepEqual(await names(page), ["shop.yaml", "manifest.yaml"]);
    await page.keyboard.press("ArrowLeft");
    assert.equal(await front(page), "shop.yaml");
    await page.keyboard.press("Delete");
    await until("it is closed", () => names(page), (all) => all.join() === "manifest.yaml");
    await shot(page, "closed");
    await button(page, "Undo").click();
    await until("it is there again", () => names(page), (all) => all.join() === "shop.yaml,manifest.yaml");
    assert.equal(await text(page), namespace("a"));
    await page.locator(".file.chosen .file-close").click();
    await page.locator(".file.chosen .file-close").click();
    await until("one file is always open", () => names(page), (all) => all.join() === "manifest.yaml");
    assert.equal(await text(page), "");
  }));

test("Apply sends the file in front, and a refusal names it", () =>
  podium.on({}, async (page) => {
    await button(page, "New file").click();
    await page.keyboard.press("F2");
    await page.keyboard.type("bad");
    await page.keyboard.press("Enter");
    await write(page, "apiVersion: v1\nkind: Nonsense\nmetadata:\n  name: what\n");
    const [answer] = await apply(page);
    assert.match(answer, /from "bad.yaml": no matches for kind "Nonsense"/);
  }));

test("files survive a reload, with the one in front", () =>
  podium.on({}, async (page) => {
    await write(page, namespace("one"));
    await button(page, "New file").click();
    await write(page, namespace("two"));
    await page.reload();
    await editor(page);
    assert.deepEqual(await names(page), ["manifest.yaml", "file.yaml"]);
    assert.equal(await text(page), namespace("two"));
    await page.getByRole("tab", { name: "manifest.yaml" }).click();
    assert.equal(await text(page), namespace("one"));
  }));

test("what is too large to be kept is said", () =>
  podium.on({}, async (page) => {
    await editor(page);
    await page.evaluate(() => localStorage.setItem("other", "x".repeat(5_100_000)));
    await write(page, `# ${"much ".repeat(40_000)}\n`);
    await page.getByText("manifest.yaml is larger than what this browser keeps").waitFor();
    await shot(page, "too-large-to-keep");
    await page.evaluate(() => localStorage.removeItem("other"));
    await write(page, "# little\n");
    await page.getByText("larger than what this browser keeps").waitFor({ state: "detached" });
  }));

test("files of this machine are opened, dropped and saved", () =>
  podium.on({}, async (page) => {
    await write(page, "# mine");
    await choose(page, onDisk("a.yaml", namespace("a")), onDisk("b.yml", namespace("b")));
    await until("both are open", () => names(page), (all) => all.join() === "manifest.yaml,a.yaml,b.yml");
    assert.equal(await text(page), namespace("b"));
    await choose(page, onDisk("a.yaml", namespace("a")));
    await until("what is open already is shown", () => front(page), (name) => name === "a.yaml");
    assert.equal(await drop(page, [["a.yaml", "# another"], ["c.yaml", namespace("c")]]), "Drop files here to open them");
    await until("dropped files are open", () => names(page), (all) => all.join() === "manifest.yaml,a.yaml,b.yml,a-2.yaml,c.yaml");
    assert.equal(await page.locator(".drop-here").count(), 0);
    const download = page.waitForEvent("download");
    await page.keyboard.press("Control+s");
    const saved = await download;
    assert.equal(saved.suggestedFilename(), "c.yaml");
    assert.equal(readFileSync(await saved.path(), "utf8"), namespace("c"));
    await shot(page, "many-tabs");
    await page.getByRole("tab", { name: "manifest.yaml" }).click();
    assert.equal(await text(page), "# mine", "nothing was lost");
  }));

test("what cannot be opened is said, and nothing is lost", () =>
  podium.on({}, async (page) => {
    await write(page, "# mine");
    await choose(page, onDisk("picture.yaml", Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 1])), onDisk("large.yaml", "#".repeat(4 << 20)), onDisk("notes.md", "# Notes\n\nDear diary: today *a\n"));
    await page.getByText("picture.yaml is not a text").waitFor();
    await page.getByText("large.yaml is too large: 4.0 MiB").waitFor();
    await page.getByText("notes.md is open, but holds no object").waitFor();
    await shot(page, "not-opened");
    assert.deepEqual(await names(page), ["manifest.yaml", "notes.md"]);
    await page.getByRole("tab", { name: "manifest.yaml" }).click();
    assert.equal(await text(page), "# mine");
  }));
