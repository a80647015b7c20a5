// Measures everything that has a budget, and prints it as one table: `node tools/bench/run.mjs [--all] [--only PART,...] [--markdown FILE]`.
//
// The parts are native, wasm, frames, start and sizes; `--all` adds the cluster of 150,000 pods. The built page must lie in dist/.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { frames, start } from "./page.mjs";
import { sizes } from "./sizes.mjs";
import { markdown, plain } from "./table.mjs";
import { native, wasm } from "./workloads.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "../..");
const argument = (name) => process.argv[process.argv.indexOf(name) + 1];
const has = (name) => process.argv.includes(name);
const only = has("--only") ? argument("--only").split(",") : ["native", "wasm", "frames", "start", "sizes"];
const pageParts = ["frames", "start", "sizes"].filter((part) => only.includes(part));
if (pageParts.length > 0 && !existsSync(join(root, "dist/index.html"))) {
  console.error(`The page is not built: trunk build --release, or --only native,wasm (${pageParts.join(", ")} need it).`);
  process.exit(1);
}

const say = (what) => console.error(`bench: ${what}`);
const results = {};
const parts = { native: () => native(root, has("--all")), wasm: () => wasm(root, has("--all")), frames: () => frames(root), start: () => start(root), sizes: () => sizes(root) };
for (const part of only) {
  say(part);
  results[part] = await parts[part]();
}
console.log(plain(results));
if (has("--markdown")) {
  // The figures stand between two marks of a document, or are the document.
  const file = argument("--markdown");
  const [from, to] = ["<!-- bench -->", "<!-- /bench -->"];
  const before = existsSync(file) ? readFileSync(file, "utf8") : `${from}${to}\n`;
  const [head, rest] = before.split(from);
  writeFileSync(file, `${head}${from}\n${markdown(results)}\n${to}${rest.split(to)[1]}`);
}
