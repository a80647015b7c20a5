// The editor: CodeMirror 6 with YAML, bundled into static/editor.js and loaded after the page's first picture.
import { autocompletion, closeBrackets, closeBracketsKeymap, closeCompletion, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap, indentWithTab, isolateHistory } from "@codemirror/commands";
import { yaml } from "@codemirror/lang-yaml";
import { bracketMatching, foldGutter, foldKeymap, HighlightStyle, indentOnInput, indentService, syntaxHighlighting } from "@codemirror/language";
import { forEachDiagnostic, lintGutter, lintKeymap, setDiagnostics } from "@codemirror/lint";
import { highlightSelectionMatches, searchKeymap } from "@codemirror/search";
import { Compartment, EditorState, StateEffect, StateField } from "@codemirror/state";
import { Decoration, closeHoverTooltips, drawSelection, EditorView, highlightActiveLine, highlightActiveLineGutter, hoverTooltip, keymap, lineNumbers } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { acceptDrops, pick, save } from "./files.js";
import { menu, popup, show } from "./popup.js";

const colours = HighlightStyle.define([
  { tag: [tags.propertyName, tags.definition(tags.propertyName)], color: "var(--code-key)" },
  { tag: [tags.string, tags.content, tags.literal], color: "var(--code-string)" },
  { tag: [tags.number, tags.bool, tags.null], color: "var(--code-number)" },
  { tag: tags.comment, color: "var(--code-comment)", fontStyle: "italic" },
  { tag: [tags.punctuation, tags.separator, tags.meta, tags.squareBracket, tags.brace], color: "var(--muted)" },
]);

const lit = StateEffect.define();
const litLine = StateField.define({
  create: () => Decoration.none,
  update(marks, change) {
    marks = marks.map(change.changes);
    for (const effect of change.effects) {
      if (!effect.is(lit)) continue;
      const line = effect.value >= 1 && effect.value <= change.state.doc.lines && change.state.doc.line(effect.value);
      marks = line ? Decoration.set([Decoration.line({ class: "cm-lit" }).range(line.from)]) : Decoration.none;
    }
    return marks;
  },
  provide: (field) => EditorView.decorations.from(field),
});

// A line that ends with a key wants its value below it, two deeper than the key; a list item's key stands after its dash.
const belowKey = indentService.of((context, pos) => {
  const { text } = context.lineAt(pos, -1);
  const [, before] = text.match(/^(\s*(?:- +)*)[^\s#][^#]*:\s*(?:#.*)?$/) ?? [];
  return before === undefined ? undefined : before.length + 2;
});

// A text of many megabytes is shown plain: parsing it for its colours would keep the page busy for seconds.
const COLOURED_MAX = 1_000_000;
const colouring = new Compartment();
const language = (length) => (length > COLOURED_MAX ? [] : [yaml(), belowKey]);
const plainIfLarge = EditorState.transactionExtender.of(({ docChanged, startState, newDoc }) => {
  const was = startState.doc.length > COLOURED_MAX;
  if (!docChanged || was === newDoc.length > COLOURED_MAX) return null;
  return { effects: colouring.reconfigure(language(newDoc.length)) };
});

// What there is to say of a place, as an element.
function explained({ title, detail, text }) {
  const dom = document.createElement("div");
  dom.className = "cm-doc";
  const head = document.createElement("b");
  head.textContent = title;
  const type = document.createElement("i");
  type.textContent = detail;
  const body = document.createElement("p");
  body.textContent = text;
  dom.append(head, " ", type, body);
  return dom;
}

const without = (keys, ...gone) => keys.filter(({ key }) => !gone.includes(key));

// `on(what, text, offset)` is told of a "change", a "file" that was opened and a "problem" with one, and answers what it is
// asked to "complete" or explain ("hover") in JSON or null. A tab has a number; its text, cursor and history are a state.
export function create(host, id, text, on) {
  const complete = ({ state, pos }) => {
    const answer = on("complete", state.doc.toString(), pos);
    if (!answer) return null;
    const { from, to, options } = JSON.parse(answer);
    return options.length ? { from, to, options, validFor: /^[\w./-]*$/ } : null;
  };
  const hoverAt = (view, pos) => {
    const answer = on("hover", view.state.doc.toString(), pos);
    return answer && JSON.parse(answer);
  };
  const hover = hoverTooltip((view, pos) => {
    const found = hoverAt(view, pos);
    return found && { pos: found.from, end: found.to, create: () => ({ dom: explained(found) }) };
  });
  const explain = (view) => {
    const found = hoverAt(view, view.state.selection.main.head);
    if (found) {
      const dom = explained(found);
      dom.setAttribute("role", "status");
      show(view, found.from, dom);
    }
    return true;
  };
  const mend = (view) => {
    const { head } = view.state.selection.main;
    const line = view.state.doc.lineAt(head);
    const choices = [];
    forEachDiagnostic(view.state, ({ actions }, from, to) => {
      if (from <= line.to && to >= line.from) choices.push(...(actions ?? []));
    });
    return choices.length > 0 && show(view, head, menu(view, "Fixes", choices));
  };
  const extensions = [
    lineNumbers(), foldGutter(), history(), drawSelection(), indentOnInput(), bracketMatching(), closeBrackets(),
    autocompletion({ override: [complete] }), highlightActiveLine(), highlightActiveLineGutter(),
    highlightSelectionMatches(), lintGutter(), syntaxHighlighting(colours), hover, litLine, popup,
    EditorState.tabSize.of(2),
    // With a tabindex of its own, whoever checks the page sees that what scrolls can be reached by keyboard.
    EditorView.contentAttributes.of({ "aria-label": "Manifest", tabindex: "0", spellcheck: "false", autocapitalize: "off" }),
    keymap.of([...closeBracketsKeymap, ...without(defaultKeymap, "Mod-Enter"), ...without(searchKeymap, "Mod-d"),
      ...historyKeymap, ...foldKeymap, ...completionKeymap, ...lintKeymap, indentWithTab,
      { key: "F1", run: explain }, { key: "Mod-k Mod-i", run: explain }, { key: "Mod-.", run: mend }]),
    EditorView.updateListener.of((update) => {
      if (update.docChanged) on("change", update.state.doc.toString(), 0);
    }),
  ];
  const fresh = (doc) => EditorState.create({ doc, extensions: [extensions, colouring.of(language(doc.length)), plainIfLarge] });
  const view = new EditorView({ parent: host, state: fresh(text) });
  // The tabs that are not shown, by their numbers.
  const others = new Map();
  const endDrops = acceptDrops(on);
  // A fix was thought out for the text that was checked, and fits no other.
  let checked;
  const edit = (changes) => {
    if (view.state.doc !== checked) return;
    view.dispatch({ changes, annotations: isolateHistory.of("full"), userEvent: "input.fix", scrollIntoView: true });
  };
  const clear = () => {
    closeCompletion(view);
    view.dispatch({ effects: closeHoverTooltips });
    show(view, 0, null);
  };
  return {
    // Closes what hangs at a place of the text.
    clear,
    get: () => view.state.doc.toString(),
    set(text) {
      if (text === view.state.doc.toString()) return;
      // One undo brings back what was written before, and nothing less.
      view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text }, annotations: isolateHistory.of("full") });
      view.scrollDOM.scrollTop = 0;
    },
    show(other, text) {
      if (other === id) return;
      // What hangs at a place of this text has none in the other.
      clear();
      others.set(id, [view.state, view.scrollSnapshot()]);
      const [state, scroll] = others.get(other) ?? [fresh(text)];
      others.delete(other);
      id = other;
      view.setState(state);
      if (scroll) view.dispatch({ effects: scroll });
      // Its tab may be new, and beyond the edge.
      requestAnimationFrame(() => document.getElementById(`file-${id}`)?.scrollIntoView({ block: "nearest", inline: "nearest" }));
    },
    forget: (other) => others.delete(other),
    // A JSON list of { from, to, severity, message, fixes }, in UTF-16 offsets.
    diagnose(json) {
      checked = view.state.doc;
      const end = checked.length;
      const list = JSON.parse(json).map(({ from, to, fixes, ...d }) => ({
        ...d, from: Math.min(from, end), to: Math.min(Math.max(to, from), end),
        actions: fixes?.map(({ title, edits }) => ({ name: title, apply: () => edit(edits) })),
      }));
      view.dispatch(setDiagnostics(view.state, list));
    },
    // A JSON list of { from, to, insert } that fit the text which was checked last.
    edit: (json) => edit(JSON.parse(json)),
    light(line) {
      view.dispatch({ effects: lit.of(line) });
    },
    select(from, to) {
      const end = view.state.doc.length;
      view.dispatch({ selection: { anchor: Math.min(from, end), head: Math.min(to, end) }, scrollIntoView: true });
      view.focus();
    },
    focus: () => view.focus(),
    pick: () => pick(on),
    save,
    destroy() {
      endDrops();
      view.destroy();
    },
  };
}
