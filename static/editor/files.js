// Files of this machine: they are chosen or dropped, read here and nowhere else, and saved by a download.
const BYTES_MAX = 3 << 20;

async function read(file, on) {
  const mib = (bytes) => `${(bytes / (1 << 20)).toFixed(1)} MiB`;
  if (file.size > BYTES_MAX) return on("problem", `${file.name} is too large: ${mib(file.size)}; at most ${mib(BYTES_MAX)} are read.`, 0);
  let text;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(await file.arrayBuffer());
  } catch {
    // It was not UTF-8, or it could not be read at all, as a folder.
  }
  if (text === undefined || text.includes("\0")) return on("problem", `${file.name} is not a text, so it was not opened.`, 0);
  on("file", `${file.name}\n${text}`, 0);
}

async function readAll(files, on) {
  for (const file of files) await read(file, on);
}

// Lets the user choose files.
export function pick(on) {
  const input = document.createElement("input");
  input.type = "file";
  input.multiple = true;
  input.accept = ".yaml,.yml,.json,.txt,text/*,application/json,application/yaml";
  input.onchange = () => readAll([...input.files], on);
  input.click();
}

// Hands a text to the user.
export function save(name, text) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "application/yaml" }));
  link.download = /\.(ya?ml|json|txt)$/i.test(name) ? name : `${name.replace(/[^\w.-]+/g, "-").replace(/-+$/, "")}.yaml`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

// Files may be dropped anywhere on the page; while they hover over it, it says so. Returns what ends that.
export function acceptDrops(on) {
  const ends = new AbortController();
  const options = { capture: true, signal: ends.signal };
  const hint = document.createElement("div");
  hint.className = "drop-here";
  hint.textContent = "Drop files here to open them";
  const hasFiles = (event) => event.dataTransfer?.types.includes("Files");
  const listen = (name, act) =>
    addEventListener(name, (event) => {
      if (!hasFiles(event)) return;
      // The editor would take them as text at the pointer.
      event.preventDefault();
      event.stopPropagation();
      act(event);
    }, options);
  listen("dragenter", () => document.body.append(hint));
  listen("dragover", (event) => { event.dataTransfer.dropEffect = "copy"; });
  listen("dragleave", (event) => { if (!event.relatedTarget) hint.remove(); });
  listen("drop", (event) => {
    hint.remove();
    readAll([...event.dataTransfer.files], on);
  });
  return () => { ends.abort(); hint.remove(); };
}
