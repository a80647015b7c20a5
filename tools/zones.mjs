// Writes src/api/zones.txt out of a system's time zone database: `node tools/zones.mjs > src/api/zones.txt`.
//
// A line is a behaviour and the names that have it: `BEHAVIOUR NAME NAME …`, names of one area as `AREA/NAME,NAME`.
// A behaviour is the offset from UTC in minutes, or, where clocks change, `STANDARD/SUMMER:BEGIN:END` with BEGIN and END
// as MONTH.WEEK.WEEKDAY.MINUTE in local time, as POSIX has them. Where something else held in the years that the table
// covers, `=OFFSET,MINUTE=OFFSET,MINUTE;` comes before it: the offset at their start, those from an instant on (in
// minutes since 1970), and when the rule begins to hold.

import { readFileSync, readdirSync, statSync } from "node:fs";

const ROOT = "/usr/share/zoneinfo";
// What a zone did long ago, and what may be foreseen for long after, is of no use to a cluster that is simulated.
const FROM = Date.UTC(2020, 0, 1) / 1000;
const UNTIL = Date.UTC(2040, 0, 1) / 1000;

/** Every name of the database, those for compatibility too. */
function names(folder = "") {
  return readdirSync(`${ROOT}/${folder}`).flatMap((entry) => {
    const path = folder + entry;
    if (["posix", "right", "localtime", "posixrules", "Factory"].includes(path)) return [];
    if (statSync(`${ROOT}/${path}`).isDirectory()) return names(`${path}/`);
    return readFileSync(`${ROOT}/${path}`).subarray(0, 4).toString() === "TZif" ? [path] : [];
  });
}

/** The transitions of a TZif file, each with the offset that it brings, and the rule that holds after the last one. */
function read(path) {
  const data = readFileSync(`${ROOT}/${path}`);
  const counts = (at) => [0, 1, 2, 3, 4, 5].map((i) => data.readUInt32BE(at + 20 + 4 * i));
  const [isut, isstd, leap, times, types, chars] = counts(0);
  const second = 44 + times * 5 + types * 6 + chars + leap * 8 + isstd + isut;
  const [isut2, isstd2, leap2, times2, types2, chars2] = counts(second);
  let at = second + 44;
  const when = Array.from({ length: times2 }, (_, i) => Number(data.readBigInt64BE(at + 8 * i)));
  at += 8 * times2;
  const which = Array.from({ length: times2 }, (_, i) => data[at + i]);
  at += times2;
  const offset = Array.from({ length: types2 }, (_, i) => data.readInt32BE(at + 6 * i) / 60);
  at += types2 * 6 + chars2 + leap2 * 12 + isstd2 + isut2;
  const footer = data.subarray(at + 1, data.indexOf(10, at + 1)).toString();
  return { first: offset[0], changes: when.map((t, i) => [t, offset[which[i]]]), rule: rule(footer) };
}

/** `EST5EDT,M3.2.0,M11.1.0` in minutes. */
function rule(posix) {
  const minutes = (text) => {
    const [, sign, h, m] = /^([+-]?)(\d+)(?::(\d+))?/.exec(text);
    return (sign === "-" ? -1 : 1) * (Number(h) * 60 + Number(m ?? 0));
  };
  const name = "(?:<[^>]+>|[A-Za-z]+)";
  const parts = new RegExp(`^${name}([^A-Za-z<,]+)(?:${name}([^,]*),(.+))?$`).exec(posix);
  const standard = -minutes(parts[1]);
  if (!parts[3]) return { standard };
  const summer = parts[2] ? -minutes(parts[2]) : standard + 60;
  const edge = (text) => {
    const [date, time] = text.split("/");
    return [...date.slice(1).split(".").map(Number), time ? minutes(time) : 120];
  };
  const [begin, end] = parts[3].split(",").map(edge);
  return { standard, summer, begin, end };
}

/** The instants of a year at which a rule changes the clocks, with the offset after each. */
function changesOf(rule, year) {
  if (!rule.begin) return [];
  const at = ([month, week, weekday, minute], before) => {
    const first = new Date(Date.UTC(year, month - 1, 1)).getUTCDay();
    let day = 1 + ((weekday - first + 7) % 7) + 7 * (week - 1);
    const days = new Date(Date.UTC(year, month, 0)).getUTCDate();
    if (day > days) day -= 7;
    return Date.UTC(year, month - 1, day) / 1000 + (minute - before) * 60;
  };
  return [[at(rule.begin, rule.standard), rule.summer], [at(rule.end, rule.summer), rule.standard]];
}

/** What a zone does, as a line of the table has it. */
function behaviour(path) {
  const { first, changes, rule } = read(path);
  const last = changes.at(-1)?.[0] ?? -Infinity;
  const ruled = [];
  for (let year = 1969; year <= new Date(UNTIL * 1000).getUTCFullYear() + 1; year++) ruled.push(...changesOf(rule, year));
  ruled.sort((a, b) => a[0] - b[0]);
  const after = (list, t, start) => list.reduce((offset, [at, next]) => (at <= t ? next : offset), start);
  const byRule = (t) => after(ruled, t, rule.standard);
  const held = (t) => (t <= last ? after(changes, t, first) : byRule(t));
  const edges = [FROM, ...changes.map(([t]) => t), ...ruled.map(([t]) => t)];
  const known = edges.filter((t) => t >= FROM && t <= UNTIL).sort((a, b) => a - b);
  const wrong = known.filter((t) => held(t) !== byRule(t));
  let before = "";
  if (wrong.length) {
    const stop = known.find((t) => t > wrong.at(-1)) ?? UNTIL;
    let offset = null;
    for (const t of known.filter((t) => t < stop && held(t) !== offset)) {
      if (held(t) === offset) continue;
      offset = held(t);
      before += `${t === FROM ? "" : t / 60}=${offset},`;
    }
    before += `${stop / 60};`;
  }
  const edge = (e) => e.join(".");
  return before + (rule.begin ? `${rule.standard}/${rule.summer}:${edge(rule.begin)}:${edge(rule.end)}` : rule.standard);
}

const groups = new Map();
for (const name of names().sort()) {
  const key = behaviour(name);
  groups.set(key, [...(groups.get(key) ?? []), name]);
}
for (const [key, list] of [...groups].sort((a, b) => (a[0] < b[0] ? -1 : 1))) {
  let line = key, area = null;
  for (const name of list) {
    const cut = name.lastIndexOf("/") + 1;
    const own = name.slice(0, cut);
    line += own === area ? `,${name.slice(cut)}` : ` ${name}`;
    area = own;
  }
  console.log(line);
}
