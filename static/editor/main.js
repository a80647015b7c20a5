// The editor: CodeMirror 6 with YAML, bundled into static/editor.js and loaded after the page's first picture.
import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap, indentWithTab, isolateHistory } from "@codemirror/commands";
import { yaml } from "@codemirror/lang-yaml";
import { bracketMatching, foldGutter, foldKeymap, HighlightStyle, indentOnInput, indentService, syntaxHighlighting } from "@codemirror/language";
import { lintGutter, lintKeymap, setDiagnostics } from "@codemirror/lint";
import { highlightSelectionMatches, searchKeymap } from "@codemirror/search";
import { Compartment, EditorState, StateEffect, StateField } from "@codemirror/state";
import { Decoration, drawSelection, EditorView, highlightActiveLine, highlightActiveLineGutter, hoverTooltip, keymap, lineNumbers } from "@codemirror/view";
import { tags } from "@lezer/highlight";

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

// `on` has `change(text)`, `complete(text, offset)` and `hover(text, offset)`; the last two answer in JSON or null.
export function create(host, text, on) {
  const complete = (context) => {
    const answer = on.complete(context.state.doc.toString(), context.pos);
    if (!answer) return null;
    const { from, options } = JSON.parse(answer);
    return options.length ? { from, options, validFor: /^[\w./-]*$/ } : null;
  };
  const hover = hoverTooltip((view, pos) => {
    const answer = on.hover(view.state.doc.toString(), pos);
    if (!answer) return null;
    const { from, to, title, detail, text } = JSON.parse(answer);
    return {
      pos: from,
      end: to,
      create() {
        const dom = document.createElement("div");
        dom.className = "cm-doc";
        const head = document.createElement("b");
        head.textContent = title;
        const type = document.createElement("i");
        type.textContent = detail;
        const body = document.createElement("p");
        body.textContent = text;
        dom.append(head, " ", type, body);
        return { dom };
      },
    };
  });
  const view = new EditorView({
    parent: host,
    state: EditorState.create({
      doc: text,
      extensions: [
        lineNumbers(), foldGutter(), history(), drawSelection(), indentOnInput(), bracketMatching(), closeBrackets(),
        autocompletion({ override: [complete] }), highlightActiveLine(), highlightActiveLineGutter(),
        highlightSelectionMatches(), lintGutter(), colouring.of(language(text.length)), plainIfLarge, syntaxHighlighting(colours), hover, litLine,
        EditorState.tabSize.of(2),
        // With a tabindex of its own, whoever checks the page sees that what scrolls can be reached by keyboard.
        EditorView.contentAttributes.of({ "aria-label": "Manifest", tabindex: "0", spellcheck: "false", autocapitalize: "off" }),
        keymap.of([...closeBracketsKeymap, ...defaultKeymap.filter((k) => k.key !== "Mod-Enter"), ...searchKeymap,
          ...historyKeymap, ...foldKeymap, ...completionKeymap, ...lintKeymap, indentWithTab]),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) on.change(update.state.doc.toString());
        }),
      ],
    }),
  });
  return {
    get: () => view.state.doc.toString(),
    set(text) {
      if (text === view.state.doc.toString()) return;
      // One undo brings back what was written before, and nothing less.
      view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text }, annotations: isolateHistory.of("full") });
      view.scrollDOM.scrollTop = 0;
    },
    // A JSON list of { from, to, severity, message }, in UTF-16 offsets.
    diagnose(json) {
      const end = view.state.doc.length;
      const list = JSON.parse(json).map((d) => ({ ...d, from: Math.min(d.from, end), to: Math.min(Math.max(d.to, d.from), end) }));
      view.dispatch(setDiagnostics(view.state, list));
    },
    light(line) {
      view.dispatch({ effects: lit.of(line) });
    },
    select(from, to) {
      const end = view.state.doc.length;
      view.dispatch({ selection: { anchor: Math.min(from, end), head: Math.min(to, end) }, scrollIntoView: true });
      view.focus();
    },
    destroy: () => view.destroy(),
  };
}
