// Makes the program small and cuts it in two: `node tools/split.mjs DIST`.
//
// The first part is all that the first picture needs; the rest comes while that picture is looked at. Both share one
// memory and one table of functions. Where the first part calls into the rest, a short function stands in its place,
// which goes through the table, and has the rest loaded at once should it not be there yet. So any cut is a right one:
// the list below decides only how much is loaded when, and `tests/browser/start.test.mjs` proves that it decides well.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/// What the first picture does not need: everything in these rooms, and what only they call.
const REST = /^\$"?<?podium::(?:kubectl|lesson|manifest|sim::(?:controllers|kubelet|network::(?:dns|route|send|trace)|scheduler|server|workload))::/;

/// What of that an empty cluster needs nevertheless, with what it calls: everything is empty, and nodes are watched.
const FIRST = /as core::default::Default|::watches|::scheduler::(?:class|queue|nodes|table|watch)::|::set_healthy|controllers::(?:root_ca|serviceaccount)::|manifest::defaults::|::prepare_service/;

/// A name of the text format, plain or quoted.
const NAME = String.raw`\$(?:"(?:[^"\\]|\\.)*"|[^\s()]+)`;
const HEAD = new RegExp(String.raw`^ \(func (${NAME})((?: \(param [^)]*\))*)((?: \(result [^)]*\))?)`);
const IMPORTED = new RegExp(String.raw`^ \(import "[^"]*" "[^"]*" \(func (${NAME})((?: \(param [^)]*\))*)((?: \(result [^)]*\))?)`);
const CALLS = new RegExp(String.raw`\((?:call|return_call|ref\.func) (${NAME})`, "g");
const NAMES = new RegExp(NAME, "g");

/// Types of the parameters `(param $0 i32) (param $1 i64)` or `(param i32 i64)`.
const types = (params) => params.replace(new RegExp(NAME, "g"), "").replace(/\(param|\)/g, " ").trim().split(/\s+/).filter(Boolean);
const signature = ({ params, result }) => (params.length ? ` (param ${params.join(" ")})` : "") + result;

/// The module's text as its parts: functions by name, and every other form by its kind.
function read(text) {
  const module = { functions: new Map(), imported: new Map(), forms: [] };
  for (const form of text.split(/\n(?= \()/).slice(1)) {
    const kind = /^ \((\S+)/.exec(form)[1];
    const body = form.replace(/\n\)\s*$/, "").replace(/\n ;;.*$/gm, "");
    const head = (kind === "func" ? HEAD : IMPORTED).exec(form);
    if (head) {
      const [, name, params, result] = head;
      const entry = { text: body, params: types(params), result, calls: new Set() };
      if (kind === "func") for (const [, callee] of body.matchAll(CALLS)) entry.calls.add(callee);
      (kind === "func" ? module.functions : module.imported).set(name, entry);
    }
    if (kind !== "func") module.forms.push({ kind, text: body });
  }
  return module;
}

/// What is reached from some functions without going through what is cut off.
function reached(functions, from, cut) {
  const open = from.filter((name) => functions.has(name) && !cut(name));
  const found = new Set(open);
  while (open.length > 0) {
    for (const callee of functions.get(open.pop()).calls) {
      if (functions.has(callee) && !cut(callee) && !found.has(callee)) {
        found.add(callee);
        open.push(callee);
      }
    }
  }
  return found;
}

/// Functions that are no longer than what would stand in for them gain nothing by a cut. Equal ones are folded into one,
/// which bears the name of any of them: a function of the first part may go by the name of a room of the rest.
const TINY = 300;
const is_tiny = ({ text, calls }) => calls.size === 0 && text.length < TINY;

/// The functions of the rest: all that are not reached from outside or from the table when the rooms of the rest are cut off.
function restOf({ functions, forms }, inTable) {
  const early = reached(functions, [...functions.keys()].filter((name) => REST.test(name) && FIRST.test(name)), () => false);
  const roots = forms.filter((form) => form.kind === "export" || form.kind === "start").flatMap((form) => form.text.match(NAMES) ?? []);
  const first = reached(functions, [...early, ...roots, ...inTable], (name) => REST.test(name) && !early.has(name) && !is_tiny(functions.get(name)));
  return new Set([...functions.keys()].filter((name) => !first.has(name)));
}

/// Long texts that the rest alone reads: they come with it.
const TEXTS = ["manifest/docs.txt", "manifest/internal.txt", "kubectl/help.txt"];

/// The bytes of a string of the text format, and back.
const ESCAPED = /\\([0-9a-f]{2}|.)/gs;
const LETTERS = { n: "\n", t: "\t", r: "\r" };
const letter = (_, sign) => (sign.length === 2 ? String.fromCharCode(parseInt(sign, 16)) : (LETTERS[sign] ?? sign));
const bytes = (quoted) => Buffer.from(Buffer.from(quoted, "utf8").toString("latin1").replace(ESCAPED, letter), "latin1");
const data = (at, content) => ` (data (i32.const ${at}) "${content.toString("hex").replace(/../g, "\\$&")}")`;

/// The data without those texts, and the texts: before the rest is there, zeros stand in their place. So nothing of the
/// first part may point into them, which is looked at.
function without_texts(forms, first) {
  const texts = TEXTS.map((name) => readFileSync(new URL(`../src/${name}`, import.meta.url)));
  const stay = [], go = [], wanted = new Set(texts);
  for (const form of forms) {
    const [, start, quoted] = /^ \(data \S+ \(i32\.const (\d+)\) "(.*)"\)$/s.exec(form);
    const content = bytes(quoted);
    const cuts = texts.map((text) => ({ text, from: content.indexOf(text) })).filter(({ from }) => from >= 0).sort((a, b) => a.from - b.from);
    let kept = 0;
    for (const { text, from } of cuts) {
      wanted.delete(text);
      stay.push(data(Number(start) + kept, content.subarray(kept, from)));
      go.push({ at: Number(start) + from, text });
      kept = from + text.length;
    }
    stay.push(kept === 0 ? form : data(Number(start) + kept, content.subarray(kept)));
  }
  if (wanted.size > 0) throw new Error("a text that the rest alone shall read is not in the data as it is");
  const inside = (place) => go.some(({ at, text }) => place >= at && place < at + text.length);
  for (const entry of first) {
    for (const [, place] of entry.text.matchAll(/\(i32\.const (\d+)\)/g)) {
      if (inside(Number(place))) throw new Error(`the first part reads what comes with the rest: ${entry.text.slice(0, 120)}`);
    }
  }
  return { stay, go: go.map(({ at, text }) => data(at, text)) };
}

function split(text) {
  const module = read(text);
  const { functions, imported, forms } = module;
  const element = forms.find((form) => form.kind === "elem" && /\(i32\.const 1\)/.test(form.text));
  const table = forms.find((form) => form.kind === "table" && form.text.includes("funcref"));
  const inTable = element.text.replace(/^.*? func /s, "").match(NAMES);
  const tableName = NAMES.exec(table.text)[0];
  NAMES.lastIndex = 0;
  const rest = restOf(module, inTable);

  // Every function of the rest that the first part names has a place in the table.
  const slots = new Map();
  inTable.forEach((name, at) => rest.has(name) && !slots.has(name) && slots.set(name, at + 1));
  const size = inTable.length + 1;
  let end = size;
  const exported = forms.filter((form) => form.kind === "export").flatMap((form) => form.text.match(NAMES) ?? []);
  const asked = new Set(exported);
  for (const [name, entry] of functions) if (!rest.has(name)) for (const callee of entry.calls) asked.add(callee);
  for (const name of asked) if (rest.has(name) && !slots.has(name)) slots.set(name, end++);

  const stand_in = (name) => {
    const entry = functions.get(name);
    const params = entry.params.map((type, at) => ` (param $${at} ${type})`).join("");
    const given = entry.params.map((_, at) => `(local.get $${at})`).join(" ");
    return ` (func ${name}${params}${entry.result}
  (if (i32.eqz (global.get $whole)) (then (call $load_rest)))
  (call_indirect ${tableName}${signature(entry)} ${given} (i32.const ${slots.get(name)})))`;
  };
  const grown = table.text.replace(/ \d+ \d+ funcref/, ` ${end} ${end} funcref`);
  if (end > size && grown === table.text) throw new Error("the table is declared in another way than expected");

  // What the rest needs of the first part is exported under short names.
  const needed = new Set();
  const globals = forms.filter((form) => form.kind === "global");
  for (const name of rest) for (const callee of functions.get(name).calls) if (!rest.has(callee)) needed.add(callee);
  const short = new Map([...needed].map((name, at) => [name, `_f${at.toString(36)}`]));
  const global = (form, at) => ({ name: form.text.match(NAMES)[0], type: /\$\S+ (\(mut [^)]*\)|\S+)/.exec(form.text)[1], as: `_g${at}` });
  const shared = globals.map(global);
  const by = (kind) => forms.filter((form) => form.kind === kind).map((form) => form.text);
  const texts = without_texts(by("data"), [...functions].filter(([name]) => !rest.has(name)).map(([, entry]) => entry));
  const tables = by("table").filter((form) => form !== table.text);

  const first = [
    ...by("type"), ...by("import"), ` (import "podium_rest" "load" (func $load_rest))`,
    ...by("global"), ` (global $whole (mut i32) (i32.const 0))`,
    ...by("memory"), ...texts.stay, grown, ...tables, ...by("elem").filter((form) => !form.includes("elem declare")),
    ...by("export"), ` (export "_whole" (global $whole))`, ` (export "_table" (table ${tableName}))`,
    ...tables.map((form, at) => ` (export "_t${at}" (table ${form.match(NAMES)[0]}))`),
    ...shared.map(({ name, as }) => ` (export "${as}" (global ${name}))`),
    ...[...short].map(([name, as]) => ` (export "${as}" (func ${name}))`),
    ...[...functions].filter(([name]) => !rest.has(name)).map(([, entry]) => entry.text),
    ...[...slots.keys()].map(stand_in),
  ];
  const memory = by("memory")[0].replace(/^ \(memory/, "(memory");
  const later = [
    ...by("type"), ` (import "first" "memory" ${memory})`,
    ` (import "first" "_table" ${grown.trim()})`,
    ...tables.map((form, at) => ` (import "first" "_t${at}" ${form.trim()})`),
    ...shared.map(({ name, type, as }) => ` (import "first" "${as}" (global ${name} ${type}))`),
    ...[...short].map(([name, as]) => ` (import "first" "${as}" (func ${name}${signature(functions.get(name) ?? imported.get(name))}))`),
    ...[...rest].map((name) => functions.get(name).text),
    ...texts.go,
    ...[...slots].map(([name, at]) => ` (elem (table ${tableName}) (i32.const ${at}) func ${name})`),
  ];
  const wat = (forms) => `(module\n${forms.join("\n")}\n)\n`;
  return { first: wat(first), later: wat(later), stand_ins: slots.size, shared: short.size };
}

const dist = process.argv[2] ?? process.env.TRUNK_STAGING_DIR;
const scratch = mkdtempSync(join(tmpdir(), "podium-split-"));
const at = (name) => join(scratch, name);
const run = (tool, ...args) => execFileSync(tool, args, { stdio: ["ignore", "inherit", "inherit"] });
const FEATURES = ["mutable-globals", "nontrapping-float-to-int", "bulk-memory", "sign-ext", "reference-types", "multivalue", "bulk-memory-opt", "call-indirect-overlong"].map((name) => `--enable-${name}`);
try {
  const program = join(dist, "podium_bg.wasm");
  const glue = join(dist, "podium.js");
  run("wasm-opt", program, "-Oz", "-g", "-o", at("whole.wasm"));
  run("wasm-dis", at("whole.wasm"), "-o", at("whole.wat"));
  const { first, later, stand_ins, shared } = split(readFileSync(at("whole.wat"), "utf8"));
  for (const [name, text, file] of [["first", first, program], ["later", later, join(dist, "podium_rest.wasm")]]) {
    writeFileSync(at(`${name}.wat`), text);
    run("wasm-as", ...FEATURES, "-g", at(`${name}.wat`), "-o", at(`${name}.wasm`));
    run("wasm-opt", ...FEATURES, "-Oz", at(`${name}.wasm`), ...(process.env.NAMES ? ["-g"] : ["--strip-debug", "--strip-producers"]), "-o", file);
  }
  // The glue knows nothing of two parts: it hands the first one the way to have the rest at once.
  const script = readFileSync(glue, "utf8");
  const begin = /return\s*\{\s*__proto__:\s*null,/;
  if (!begin.test(script)) throw new Error("podium.js hands over its imports in another way than expected");
  writeFileSync(glue, script.replace(begin, (found) => `${found}"podium_rest":{load:()=>globalThis.podium.restNow(wasm)},`));
  const kilo = (file) => Math.round(statSync(file).size / 1000);
  console.log(`split: ${kilo(program)} KB at first, ${kilo(join(dist, "podium_rest.wasm"))} KB later; ${stand_ins} stand-ins, ${shared} shared functions`);
} finally {
  if (!process.env.KEEP) rmSync(scratch, { recursive: true, force: true });
}
