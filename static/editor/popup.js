// What hangs below the cursor when a key asks for it: what a field means, or how a mistake can be mended.
import { StateEffect, StateField } from "@codemirror/state";
import { keymap, showTooltip } from "@codemirror/view";

const opened = StateEffect.define();
const field = StateField.define({
  create: () => null,
  update(popup, change) {
    for (const effect of change.effects) if (effect.is(opened)) return effect.value;
    return change.docChanged || change.selection ? null : popup;
  },
  provide: (it) => showTooltip.from(it),
});

// Shows an element at a place; none: closes what is shown.
export const show = (view, pos, dom) => {
  view.dispatch({ effects: opened.of(dom && { pos, above: false, create: () => ({ dom, mount: () => dom.querySelector("button")?.focus() }) }) });
  return true;
};

const close = (view) => view.state.field(field) !== null && show(view, 0, null);

export const popup = [field, keymap.of([{ key: "Escape", run: close }])];

// A list of buttons, each with a title and what it does; arrows go from one to the next, Escape back to the text.
export function menu(view, label, choices) {
  const dom = document.createElement("div");
  dom.className = "cm-fixes";
  dom.setAttribute("role", "group");
  dom.setAttribute("aria-label", label);
  for (const { name, apply } of choices) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = name;
    button.onclick = () => {
      close(view);
      view.focus();
      apply(view);
    };
    dom.append(button);
  }
  dom.onkeydown = (event) => {
    const all = [...dom.children];
    const step = { ArrowDown: 1, ArrowUp: all.length - 1 }[event.key];
    if (step) all[(all.indexOf(document.activeElement) + step) % all.length].focus();
    else if (event.key === "Escape") {
      close(view);
      view.focus();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return dom;
}
