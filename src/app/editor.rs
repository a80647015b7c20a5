//! The bridge to the editor, which is JavaScript and comes after the first picture.

use crate::manifest::{Diagnostic, Severity};
use crate::record;
use wasm_bindgen::prelude::*;
use web_sys::Element;

#[wasm_bindgen]
extern "C" {
    /// The editor in the page.
    #[derive(Clone)]
    pub type Handle;
    #[wasm_bindgen(method)]
    fn set(this: &Handle, text: &str);
    #[wasm_bindgen(method)]
    fn diagnose(this: &Handle, json: &str);
    #[wasm_bindgen(method)]
    fn light(this: &Handle, line: u32);
    #[wasm_bindgen(method)]
    fn select(this: &Handle, from: u32, to: u32);
    #[wasm_bindgen(method)]
    fn destroy(this: &Handle);
    #[wasm_bindgen(js_namespace = podium)]
    fn mount(
        host: &Element,
        text: &str,
        change: &Closure<dyn FnMut(String)>,
        complete: &Closure<dyn Fn(String, u32) -> Option<String>>,
        hover: &Closure<dyn Fn(String, u32) -> Option<String>>,
        ready: &Closure<dyn FnMut(Handle)>,
    );
}

/// The editor, and what it calls back; both end together.
#[derive(Default)]
pub struct Editor {
    handle: Option<Handle>,
    _kept: Option<Kept>,
}

struct Kept {
    _change: Closure<dyn FnMut(String)>,
    _complete: Closure<dyn Fn(String, u32) -> Option<String>>,
    _hover: Closure<dyn Fn(String, u32) -> Option<String>>,
    _ready: Closure<dyn FnMut(Handle)>,
}

impl Editor {
    /// Asks for the editor. What is written before it comes is kept.
    pub fn load(
        &mut self,
        host: &Element,
        text: &str,
        change: impl FnMut(String) + 'static,
        ready: impl FnMut(Handle) + 'static,
    ) {
        let kept = Kept {
            _change: Closure::new(change),
            _complete: Closure::new(super::assist::complete),
            _hover: Closure::new(super::assist::hover),
            _ready: Closure::new(ready),
        };
        mount(host, text, &kept._change, &kept._complete, &kept._hover, &kept._ready);
        self._kept = Some(kept);
    }
    /// The editor has come.
    pub fn arrived(&mut self, handle: Handle) {
        self.handle = Some(handle);
    }
    /// Was it asked for?
    pub fn is_asked(&self) -> bool {
        self._kept.is_some()
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
    /// Lights a line, counted from 1; 0: none.
    pub fn light(&self, line: u32) {
        if let Some(handle) = &self.handle {
            handle.light(line);
        }
    }
    /// Selects a stretch of the text, in bytes.
    pub fn select(&self, text: &str, from: u32, to: u32) {
        if let Some(handle) = &self.handle {
            handle.select(utf16(text, from), utf16(text, to));
        }
    }
    /// Marks what is wrong.
    pub fn diagnose(&self, text: &str, diagnostics: &[Diagnostic]) {
        let Some(handle) = &self.handle else { return };
        let one = |d: &Diagnostic| {
            let hint = d.hint.as_ref().map_or(String::new(), |h| format!("\n{h}"));
            record! {
                "from" => utf16(text, d.span.start.byte) as i64,
                "to" => utf16(text, d.span.end.byte) as i64,
                "severity" => match d.severity { Severity::Information => "info", other => other.word() },
                "message" => format!("{}{hint}", d.message),
            }
        };
        let list: Vec<crate::api::Value> = diagnostics.iter().map(one).collect();
        handle.diagnose(&crate::api::Value::from(list).to_json());
    }
}

impl Drop for Editor {
    fn drop(&mut self) {
        if let Some(handle) = &self.handle {
            handle.destroy();
        }
    }
}

/// An offset in UTF-8 bytes as the offset in UTF-16 units that JavaScript counts.
pub fn utf16(text: &str, byte: u32) -> u32 {
    let mut end = (byte as usize).min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text[..end].encode_utf16().count() as u32
}
