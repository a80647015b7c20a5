// Loads the program. A plain script, so that the theme stands before the first paint.
(() => {
  const root = document.documentElement;
  try {
    const theme = localStorage.getItem("podium/theme");
    if (theme === "light" || theme === "dark") root.dataset.theme = theme;
  } catch {
    // Storage may be forbidden; the page then follows the system's theme.
  }

  let editor;
  let asked = [];
  globalThis.podium = {
    // The editor is larger than the program, so it is asked for only after the first picture.
    async mount(host, id, text, on, ready) {
      const { create } = await import("./editor.js");
      // What was written into the plain text meanwhile is the text.
      editor = create(host, id, document.getElementById("plain-manifest")?.value ?? text, on);
      ready(editor);
    },
    text: () => editor?.get() ?? document.getElementById("plain-manifest")?.value ?? "",
    // Resolves to what the program says of itself: { hash, micros, inputs, pods, playing, settled }.
    state: () =>
      new Promise((answer) => {
        asked.push(answer);
        dispatchEvent(new Event("podium-ask"));
      }),
    told(json) {
      const answers = asked;
      asked = [];
      for (const answer of answers) answer(JSON.parse(json));
    },
    // A page that keeps the text and offers a way on, whatever state the program is in.
    broken(reason) {
      if (document.querySelector(".broken")) return;
      const text = globalThis.podium.text?.() ?? "";
      const page = document.createElement("main");
      page.className = "broken";
      page.setAttribute("role", "alert");
      const title = document.createElement("h1");
      title.textContent = "Podium has stopped";
      const why = document.createElement("p");
      why.textContent = "This is a mistake in Podium, not in your manifest. Your text is kept, here and for the next start.";
      const detail = document.createElement("pre");
      detail.textContent = String(reason);
      const kept = document.createElement("textarea");
      kept.value = text;
      kept.readOnly = true;
      kept.setAttribute("aria-label", "Your manifest");
      const again = document.createElement("button");
      again.textContent = "Start again";
      again.onclick = () => location.reload();
      page.append(title, why, again, kept, detail);
      document.body.replaceChildren(page);
      again.focus();
    },
  };
  document.fonts?.ready.then(() => dispatchEvent(new Event("podium-fonts")));
  document.fonts?.addEventListener?.("loadingdone", () => dispatchEvent(new Event("podium-fonts")));

  // The program comes in two parts (tools/split.mjs). The rest is loaded after the first picture; what cannot wait for
  // it has it loaded at once, while the page stands still. A program in one part is whole from the start.
  const REST = "podium_rest.wasm";
  const join = (module, first) => {
    if (first._whole.value) return;
    new WebAssembly.Instance(module, { first });
    first._whole.value = 1;
  };
  globalThis.podium.restNow = (first) => {
    const request = new XMLHttpRequest();
    request.open("GET", REST, false);
    request.overrideMimeType("text/plain; charset=x-user-defined");
    request.send();
    join(new WebAssembly.Module(Uint8Array.from(request.responseText, (byte) => byte.charCodeAt(0))), first);
  };
  const rest = async (first) => {
    if (first._whole) {
      const answer = await fetch(REST);
      if (!answer.ok) throw new Error(`${REST}: ${answer.status} ${answer.statusText}`);
      join(await WebAssembly.compile(await answer.arrayBuffer()), first);
    }
    dispatchEvent(new Event("podium-whole"));
  };
  import("./podium.js")
    .then((program) => program.default({ module_or_path: "podium_bg.wasm" }))
    .then(rest)
    .catch((error) => globalThis.podium.broken(error));
})();
