//! The bridge to the editor, which is JavaScript and comes after the first picture.

use super::assist;
use super::files::FileMsg;
use super::page::Msg;
use super::tabs::{Id, Tab};
use crate::api::Value;
use crate::manifest::{Diagnostic, Edit, Fix, Severity};
use crate::record;
use crate::sim::World;
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use web_sys::Element;
use yew::Callback;

#[wasm_bindgen]
extern "C" {
    /// The editor in the page.
    #[derive(Clone)]
    pub type Handle;
    #[wasm_bindgen(method)]
    fn set(this: &Handle, text: &str);
    #[wasm_bindgen(method)]
    fn show(this: &Handle, id: u32, text: &str);
    #[wasm_bindgen(method)]
    fn forget(this: &Handle, id: u32);
    #[wasm_bindgen(method)]
    fn diagnose(this: &Handle, json: &str);
    #[wasm_bindgen(method)]
    fn edit(this: &Handle, json: &str);
    #[wasm_bindgen(method)]
    fn light(this: &Handle, line: u32);
    #[wasm_bindgen(method)]
    fn select(this: &Handle, from: u32, to: u32);
    #[wasm_bindgen(method)]
    fn focus(this: &Handle);
    #[wasm_bindgen(method)]
    fn clear(this: &Handle);
    #[wasm_bindgen(method)]
    fn pick(this: &Handle);
    #[wasm_bindgen(method)]
    fn save(this: &Handle, name: &str, text: &str);
    #[wasm_bindgen(method)]
    fn destroy(this: &Handle);
    #[wasm_bindgen(js_namespace = podium)]
    fn mount(host: &Element, id: u32, text: &str, on: &Asked, ready: &Ready);
}

/// What the editor tells or asks: what it is about, a text, and an offset in UTF-16 units; the answer is JSON, if there is one.
type Asked = Closure<dyn Fn(String, String, u32) -> Option<String>>;

/// Takes the editor when it has come.
type Ready = Closure<dyn FnMut(Handle)>;

/// The editor, and what it calls back; both end together.
#[derive(Default)]
pub struct Editor {
    handle: Option<Handle>,
    kept: Option<(Asked, Ready)>,
}

/// What the editor tells or asks of the page.
fn answer(send: &Callback<Msg>, seen: &World, what: &str, text: String, offset: u32) -> Option<String> {
    match what {
        "complete" => return assist::complete(text, offset, seen),
        "hover" => return assist::hover(text, offset, seen),
        "change" => send.emit(Msg::Text(text)),
        "file" => {
            let (name, text) = text.split_once('\n').unwrap_or((&text, ""));
            send.emit(Msg::File(FileMsg::Opened(name.to_owned(), text.to_owned())));
        }
        _ => send.emit(Msg::File(FileMsg::Unreadable(text))),
    }
    None
}

impl Editor {
    /// Asks for the editor. What is written before it comes is kept.
    pub fn load(&mut self, host: &Element, tab: &Tab, send: Callback<Msg>, seen: Rc<RefCell<World>>) {
        let arrived = send.reform(Msg::EditorReady);
        let on = Closure::new(move |what: String, text, offset| {
            answer(&send, &seen.borrow(), &what, text, offset)
        });
        let ready = Closure::new(move |handle| arrived.emit(handle));
        mount(host, tab.id, &tab.text, &on, &ready);
        self.kept = Some((on, ready));
    }
    /// The editor has come.
    pub fn arrived(&mut self, handle: Handle) {
        self.handle = Some(handle);
    }
    /// Was it asked for?
    pub fn is_asked(&self) -> bool {
        self.kept.is_some()
    }
    /// Is it there?
    pub fn is_there(&self) -> bool {
        self.handle.is_some()
    }
    /// Puts another text into it; the user can undo that.
    pub fn set(&self, text: &str) {
        if let Some(handle) = &self.handle {
            handle.set(text);
        }
    }
    /// Shows the text of another tab, with its own cursor and its own undo.
    pub fn show(&self, id: Id, text: &str) {
        if let Some(handle) = &self.handle {
            handle.show(id, text);
        }
    }
    /// A tab will not be opened again.
    pub fn forget(&self, id: Id) {
        if let Some(handle) = &self.handle {
            handle.forget(id);
        }
    }
    /// Gives it the focus.
    pub fn focus(&self) {
        if let Some(handle) = &self.handle {
            handle.focus();
        }
    }
    /// Closes what hangs at a place of the text: offers, and what a field means.
    pub fn clear(&self) {
        if let Some(handle) = &self.handle {
            handle.clear();
        }
    }
    /// Lets the user choose files of this machine.
    pub fn pick(&self) {
        if let Some(handle) = &self.handle {
            handle.pick();
        }
    }
    /// Hands a text to the user as a file of this machine.
    pub fn save(&self, name: &str, text: &str) {
        if let Some(handle) = &self.handle {
            handle.save(name, text);
        }
    }
    /// Lights a line, counted from 1; 0: none.
    pub fn light(&self, line: u32) {
        if let Some(handle) = &self.handle {
            handle.light(line);
        }
    }
    /// Selects a stretch of the text, in bytes.
    pub fn select(&self, text: &str, from: u32, to: u32) {
        if let Some(handle) = &self.handle {
            let units = Units::of(text);
            handle.select(units.at(from), units.at(to));
        }
    }
    /// Marks what is wrong.
    pub fn diagnose(&self, text: &str, diagnostics: &[Diagnostic]) {
        let Some(handle) = &self.handle else { return };
        let units = Units::of(text);
        let one = |d: &Diagnostic| {
            let fix = |f: &Fix| record! { "title" => f.title.clone(), "edits" => edits(&units, &f.edits) };
            let fixes: Vec<Value> = d.fixes.iter().map(fix).collect();
            let hint = d.hint.as_ref().map_or(String::new(), |h| format!("\n{h}"));
            record! {
                "from" => units.at(d.span.start.byte) as i64,
                "to" => units.at(d.span.end.byte) as i64,
                "severity" => match d.severity { Severity::Information => "info", other => other.word() },
                "message" => format!("{}{hint}", d.message),
                "fixes" => fixes,
            }
        };
        let list: Vec<Value> = diagnostics.iter().map(one).collect();
        handle.diagnose(&Value::from(list).to_json());
    }
    /// Changes the text that was checked last, in one step.
    pub fn edit(&self, text: &str, changes: &[Edit]) {
        if let Some(handle) = &self.handle {
            handle.edit(&edits(&Units::of(text), changes).to_json());
        }
    }
}

impl Drop for Editor {
    fn drop(&mut self) {
        if let Some(handle) = &self.handle {
            handle.destroy();
        }
    }
}

/// Changes as the editor takes them.
fn edits(units: &Units, edits: &[Edit]) -> Value {
    let one = |(span, text): &Edit| {
        record! {
            "from" => units.at(span.start.byte) as i64,
            "to" => units.at(span.end.byte) as i64,
            "insert" => text.clone(),
        }
    };
    edits.iter().map(one).collect::<Vec<Value>>().into()
}

/// Offsets in bytes as the offsets in UTF-16 units that JavaScript counts.
pub struct Units<'a> {
    text: &'a str,
    /// The units before each stretch of so many bytes; none where each byte is one.
    before: Vec<u32>,
}

/// How long a stretch is, in bytes.
const STRETCH: usize = 512;

impl Units<'_> {
    /// Those of a text.
    pub fn of(text: &str) -> Units<'_> {
        let mut before = Vec::new();
        if !text.is_ascii() {
            let mut units = 0;
            for (byte, c) in text.char_indices() {
                while before.len() * STRETCH <= byte {
                    before.push(units);
                }
                units += c.len_utf16() as u32;
            }
        }
        Units { text, before }
    }
    /// The units before a byte.
    pub fn at(&self, byte: u32) -> u32 {
        let byte = (byte as usize).min(self.text.len());
        if self.before.is_empty() {
            return byte as u32;
        }
        let stretch = (byte / STRETCH).min(self.before.len() - 1);
        let first = (stretch * STRETCH..).find(|at| self.text.is_char_boundary(*at)).expect("the end is one");
        let rest = self.text[first..].char_indices().take_while(|(at, _)| first + at < byte);
        self.before[stretch] + rest.map(|(_, c)| c.len_utf16() as u32).sum::<u32>()
    }
}
