// Cuts the page's two fonts down to what the page writes with: `node tools/fonts.mjs`. Text in other scripts falls back to
// the system's fonts. Inter keeps its features, for figures of one width; the code font loses its ligatures.
import { readFileSync, statSync, writeFileSync } from "node:fs";
import subset from "subset-font";

const range = (from, to) => String.fromCodePoint(...Array.from({ length: to - from + 1 }, (_, at) => from + at));
const SIGNS = range(0x20, 0x7e) + range(0xa0, 0xff) + "–—‘’“”„•…‹›−←↑→↓↵≤≥≠€✓ŒœŸŠšŽž";
const FONTS = [
  { from: "inter/files/inter-latin-wght-normal.woff2", to: "static/inter.woff2", noLayoutClosure: false },
  { from: "jetbrains-mono/files/jetbrains-mono-latin-wght-normal.woff2", to: "static/mono.woff2", noLayoutClosure: true },
];
const made = (file) => statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;

for (const { from, to, noLayoutClosure } of FONTS) {
  if (made(to) > made("tools/fonts.mjs")) continue;
  const font = readFileSync(`node_modules/@fontsource-variable/${from}`);
  writeFileSync(to, await subset(font, SIGNS, { targetFormat: "woff2", variationAxes: { wght: { min: 400, max: 700 } }, noLayoutClosure }));
}
