// The results as one table, for the terminal and for a document.

const count = (n) => Math.round(n).toLocaleString("en");
const time = (ms) => {
  if (ms === undefined) return "";
  if (ms < 0.001) return `${(ms * 1e6).toFixed(0)} ns`;
  if (ms < 1) return `${(ms * 1e3).toFixed(1)} µs`;
  if (ms < 10) return `${ms.toFixed(1)} ms`;
  return ms < 10_000 ? `${ms.toFixed(0)} ms` : `${(ms / 1e3).toFixed(1)} s`;
};
const kb = (bytes) => `${(bytes / 1e3).toFixed(1)} KB`;

/// A row: what, natively, in wasm, the budget in words, and whether it is met.
function rows({ native = {}, wasm = {}, frames = [], start, sizes }) {
  const all = [];
  const row = (what, natively, inWasm, budget = "", met = undefined) => all.push([what, natively, inWasm, budget, met === undefined ? "" : met ? "met" : "MISSED"]);
  const workload = (what, name, budgetMs, which = "median") => {
    const [n, w] = [native[name], wasm[name]];
    if (n || w) row(what, time(n?.[which]), time(w?.[which]), budgetMs && time(budgetMs), w && budgetMs && w[which] <= budgetMs);
  };
  // The number of events is the same on both machines, so it is counted once.
  const rate = (it) => (it && wasm.day ? count((wasm.day.units / it.median) * 1e3) : "");
  if (wasm.day) row("events a second, in a day of the cron job", rate(native.day), rate(wasm.day));
  workload("a day of */2 with 5-pod jobs (3,600 pods)", "day", 150);
  workload("10,000 pods to Running on 100 nodes", "10000-pods", 500);
  workload("150,000 pods to Running on 5,000 nodes", "150000-pods", 10_000);
  const memory = wasm["150000-pods"]?.bytes;
  if (memory) row("… memory", "", `${count(memory / 1e6)} MB`, "1,000 MB", memory <= 1e9);
  workload("seek in the 3,600-pod run, median", "seek");
  workload("seek in the 3,600-pod run, worst of 100", "seek", 100, "worst");
  workload("fork of that run", "fork");
  workload("clone of its world", "clone");
  workload("parse and check the largest example", "parse");
  for (const { pods, p50, p95 } of frames) {
    const budget = pods === 5_000 ? 8 : undefined;
    row(`a frame's script, ${count(pods)} pods, 200 moving: p50 / p95`, "", `${p50.toFixed(1)} / ${p95.toFixed(1)} ms`, budget && "p95 8 ms", budget && p95 <= budget);
  }
  if (start) {
    const both = ({ median, worst }) => `${time(median)} / ${time(worst)}`;
    row("navigation to first pod drawn: median / worst of 5", "", both(start.drawn));
    row("navigation to first pod moving: median / worst of 5", "", both(start.moved), time(1000), start.moved.median <= 1000);
  }
  for (const it of sizes ?? []) row(`${it.name}: raw / gzip / brotli`, "", [it.raw, it.gzip, it.brotli].map(kb).join(" / "));
  if (sizes) {
    const sum = (...when) => sizes.filter((it) => when.includes(it.when)).reduce((total, it) => total + it.brotli, 0);
    row("needed for the first picture, brotli", "", kb(sum("first")), kb(500e3), sum("first") <= 500e3);
    row("fonts", "", kb(sum("font")));
    row("in all, brotli", "", kb(sum("first", "font", "later")), kb(750e3), sum("first", "font", "later") <= 750e3);
  }
  return [["what", "native", "wasm, in Chromium", "budget", ""], ...all];
}

export function plain(results) {
  const table = rows(results);
  const widths = table[0].map((_, column) => Math.max(...table.map((row) => [...row[column] ?? ""].length)));
  const line = (row) => row.map((cell, i) => (cell ?? "")[i === 0 || i > 3 ? "padEnd" : "padStart"](widths[i])).join("  ").trimEnd();
  return [line(table[0]), widths.map((w) => "─".repeat(w)).join("  "), ...table.slice(1).map(line)].join("\n");
}

export function markdown(results) {
  const [head, ...body] = rows(results).map((row) => `| ${row.map((cell) => cell ?? "").join(" | ")} |`);
  return [head, "|---|---:|---:|---:|---|", ...body].join("\n");
}
