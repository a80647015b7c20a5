//! Keys that work anywhere on the page but in a text.

use super::files::FileMsg;
use super::page::Msg;
use super::terminal::TerminalMsg;
use wasm_bindgen::JsCast;
use web_sys::{Element, KeyboardEvent};

/// Every key with what it does, as the help shows it.
pub const HELP: &[(&str, &str)] = &[
    ("Space", "play or pause"),
    ("→", "one step forward: to the next thing that is due"),
    ("←", "one step back: to the last write before now"),
    ("N", "on to the next thing that the control plane says"),
    ("Home", "to the start"),
    ("1 … 5", "speed: 1×, 10×, 60×, 600×, max"),
    ("Ctrl Enter", "apply the file in front"),
    ("Ctrl D", "what Apply would change"),
    ("Ctrl O", "open files of this machine; they can be dropped on the page, too"),
    ("Ctrl S", "save the file in front to this machine"),
    ("Alt PgDn", "to the next file; Alt PgUp: to the one before"),
    ("F2", "give the file another name"),
    ("Shift Alt F", "indent the lines as is usual"),
    ("Ctrl .", "what can be mended at the cursor"),
    ("F1", "what the field at the cursor means"),
    ("Ctrl `", "the terminal"),
    ("T", "light or dark"),
    ("?", "this help"),
    ("Esc", "close what is open"),
];

/// What a key means, where it was pressed.
pub fn meaning(event: &KeyboardEvent) -> Option<Msg> {
    let key = event.key();
    if key == "Enter" && (event.ctrl_key() || event.meta_key()) {
        return Some(Msg::Apply);
    }
    if key == "Escape" {
        return Some(Msg::Escape);
    }
    if let Some(msg) = of_files(event, &key) {
        return Some(Msg::File(msg));
    }
    if key == "`" && event.ctrl_key() {
        return Some(Msg::Terminal(TerminalMsg::Open));
    }
    if event.ctrl_key() || event.meta_key() || event.alt_key() {
        return None;
    }
    let target = event.target().and_then(|t| t.dyn_into::<Element>().ok());
    let within =
        |selector: &str| target.as_ref().is_some_and(|t| t.closest(selector).ok().flatten().is_some());
    if within("input, textarea, select, [contenteditable]") {
        return None;
    }
    match key.as_str() {
        // A button that has the focus is pressed by the space bar.
        " " if within("button, a, summary, [role=tab]") => None,
        " " => Some(Msg::PlayOrPause),
        "ArrowRight" | "ArrowLeft" if within("[role=tablist]") => None,
        "ArrowRight" => Some(Msg::Step),
        "ArrowLeft" => Some(Msg::StepBack),
        "n" | "N" => Some(Msg::NextMoment),
        "Home" => Some(Msg::ToStart),
        "t" | "T" => Some(Msg::Theme),
        "?" => Some(Msg::Help),
        "1" | "2" | "3" | "4" | "5" => {
            let number = key.parse::<usize>().ok()?;
            Some(Msg::Speed(super::player::Speed::ALL[number - 1]))
        }
        _ => None,
    }
}

/// Keys for the files of the editor; they work in its text, too.
fn of_files(event: &KeyboardEvent, key: &str) -> Option<FileMsg> {
    let (ctrl, alt) = (event.ctrl_key() || event.meta_key(), event.alt_key());
    Some(match (ctrl, alt, event.shift_key(), key) {
        (true, false, false, "o") => FileMsg::Pick,
        (true, false, false, "d") => FileMsg::Compare,
        (true, false, false, "s") => FileMsg::Save,
        // With Alt some keyboards write another letter.
        (false, true, true, _) if event.code() == "KeyF" => FileMsg::Format,
        (false, true, false, "PageDown") => FileMsg::Step(1),
        (false, true, false, "PageUp") => FileMsg::Step(-1),
        (false, false, false, "F2") => FileMsg::BeginRename,
        _ => return None,
    })
}
