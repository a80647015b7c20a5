// The workloads of benches/sim, natively under divan and in wasm in Chromium.
import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { serve } from "../serve.mjs";
import { launch } from "./page.mjs";

const WASM = "wasm32-unknown-unknown";

/// Builds the benchmark for a target and returns the file.
function build(root, target) {
  const args = ["build", "--release", "--bench", "sim", "--message-format", "json", ...(target ? ["--target", target] : [])];
  const output = execFileSync("cargo", args, { cwd: root, encoding: "utf8", maxBuffer: 1 << 28, stdio: ["ignore", "pipe", "inherit"] });
  const lines = output.split("\n").filter((line) => line.startsWith("{")).map((line) => JSON.parse(line));
  const made = lines.filter((it) => it.reason === "compiler-artifact" && it.target.kind.includes("bench")).at(-1);
  return made.executable ?? made.filenames.find((file) => file.endsWith(".wasm"));
}

const MS = { ns: 1e-6, "µs": 1e-3, ms: 1, s: 1e3, m: 6e4 };
const toMs = (text) => {
  const [number, unit] = text.trim().split(" ");
  return Number(number) * MS[unit];
};

/// Name → times in milliseconds, out of divan's table.
export function native(root, all) {
  const args = ["--bench", "--color", "never", ...(all ? ["--include-ignored"] : [])];
  const table = execFileSync(build(root), args, { encoding: "utf8" });
  const rows = {};
  for (const line of table.split("\n")) {
    const [, name, first, ...rest] = line.match(/[├╰]─ (\S+)\s+([\d.]+ \S+)\s+│ ([\d.]+ \S+)\s+│ ([\d.]+ \S+)\s+│/) ?? [];
    if (name) rows[name] = { best: toMs(first), worst: toMs(rest[0]), median: toMs(rest[1]) };
  }
  return rows;
}

/// The same in Chromium, with the very profile and optimiser of the page.
export const wasm = (root, all) => inChromium(root, build(root, WASM), all);

export async function inChromium(root, program, all) {
  const out = join(root, "target/bench-web");
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out, { recursive: true });
  execFileSync("wasm-bindgen", ["--target", "web", "--no-typescript", "--out-dir", out, "--out-name", "sim", program]);
  const file = join(out, "sim_bg.wasm");
  execFileSync(join(root, "node_modules/.bin/wasm-opt"), ["-Oz", file, "-o", file]);
  writeFileSync(join(out, "index.html"), "<!doctype html><title>Workloads</title><link rel=icon href=data:,>");
  const site = await serve(out);
  const browser = await launch();
  try {
    const names = await onPage(browser, site.url, () => sim.names());
    const rows = {};
    for (const [index, entry] of names.entries()) {
      const [name, length] = entry.split(" ");
      if (length === "huge" && !all) continue;
      // A fresh page each time: what one workload took from the heap is no business of the next.
      rows[name] = await onPage(browser, site.url, measure, { index, length });
    }
    return rows;
  } finally {
    await browser.close();
    site.close();
  }
}

async function onPage(browser, url, what, argument) {
  const page = await browser.newPage();
  page.setDefaultTimeout(0);
  try {
    await page.goto(url);
    await page.evaluate(async () => {
      globalThis.sim = await import("./sim.js");
      globalThis.memory = (await sim.default()).memory;
    });
    return await page.evaluate(what, argument);
  } finally {
    await page.close();
  }
}

/// Runs in the page.
function measure({ index, length }) {
  const timed = (turns, first) => {
    const began = performance.now();
    const units = sim.run(index, first, turns);
    return { ms: (performance.now() - began) / turns, units: units / turns };
  };
  const samples = [];
  if (length === "long" || length === "huge") {
    for (let i = 0; i < (length === "huge" ? 1 : 5); i += 1) {
      sim.prepare(index);
      samples.push(timed(1, 0));
    }
  } else {
    sim.prepare(index);
    const turns = length === "short" ? 1000 : 1;
    for (let i = 0; i < 100; i += 1) samples.push(timed(turns, i * turns));
  }
  const times = samples.map((sample) => sample.ms).sort((a, b) => a - b);
  return { best: times[0], worst: times.at(-1), median: times[times.length >> 1], units: samples[0].units, bytes: memory.buffer.byteLength };
}
