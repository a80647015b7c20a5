// What a visitor downloads: every file of the built page, raw, gzip and brotli.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

/// When each file is asked for; what is not listed comes later, or only when it is wanted.
const FIRST_PICTURE = ["index.html", "start.js", "style.css", "podium.js", "podium_bg.wasm"];
const FONTS = /\.woff2$/;

export function sizes(root) {
  const dist = join(root, "dist");
  const files = readdirSync(dist, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const rows = files.map((entry) => {
    const name = join(entry.parentPath ?? entry.path, entry.name).slice(dist.length + 1);
    const bytes = readFileSync(join(dist, name));
    const packed = FONTS.test(name) ? bytes.length : undefined;
    const brotli = packed ?? brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } }).length;
    const when = FIRST_PICTURE.includes(name) ? "first" : FONTS.test(name) ? "font" : "later";
    return { name, when, raw: bytes.length, gzip: packed ?? gzipSync(bytes, { level: 9 }).length, brotli };
  });
  return rows.sort((a, b) => b.brotli - a.brotli);
}
