//! What is done at the prompt: what was typed there goes to [`crate::kubectl::terminal`], which knows no page.

use super::page::{App, Msg, Pane, Tab, focus};
use super::player::Onlooker;
use super::storage;
use super::tabs::Tabs;
use crate::api::Time;
use crate::kubectl::terminal::{History, Terminal};
use crate::kubectl::{Completions, Edit};
use crate::sim::Timeline;
use std::rc::Rc;
use wasm_bindgen::JsCast;
use web_sys::HtmlTextAreaElement;

/// The id of the line that is typed.
pub const PROMPT: &str = "prompt";
/// Where what was typed is kept for another visit.
const HISTORY: &str = "history";

/// What can happen at the prompt.
pub enum TerminalMsg {
    /// Whoever opens the terminal wants to type.
    Open,
    /// What was typed is entered; several lines one after the other.
    Enter(String),
    /// The line before this one.
    Back(String),
    /// The line after it.
    Forth,
    /// Tab: the line, and the cursor in bytes.
    Complete(String, usize),
    /// An offer takes the place of what stands there.
    Choose(String),
    /// Ctrl+R: a search begins, or goes further back.
    Search,
    /// This is searched for.
    SearchFor(String),
    /// What was found is wanted, or the search is given up.
    SearchDone(bool),
    /// Ctrl+C.
    Interrupt,
    /// What `kubectl edit` has opened is to be saved.
    Edited(Rc<Edit>, String),
    /// Ctrl+L.
    Clear,
    /// Something else was typed: what is offered fits no longer.
    Typed,
}

/// What may be typed at a place of a line.
#[derive(Clone, Default, PartialEq)]
pub struct Offers {
    line: String,
    cursor: usize,
    from: usize,
    /// The offers.
    pub options: Rc<Vec<String>>,
}

/// What the line that is typed waits for.
#[derive(Default)]
pub struct Prompt {
    /// What may be typed.
    pub offers: Offers,
    /// What is to stand in the line, and where its cursor is, in bytes.
    put: Option<(String, usize)>,
    /// Is the line to have the focus?
    focus: bool,
}

impl Prompt {
    fn put(&mut self, line: String, cursor: usize) {
        self.put = Some((line, cursor));
    }
    /// The elements of the page are there: the line gets what is to stand in it.
    pub fn settle(&mut self) {
        if std::mem::take(&mut self.focus) {
            focus(PROMPT);
        }
        let Some((line, cursor)) = self.put.take() else { return };
        let document = web_sys::window().and_then(|w| w.document());
        let found = document.and_then(|d| d.get_element_by_id(PROMPT));
        let Some(area) = found.and_then(|e| e.dyn_into::<HtmlTextAreaElement>().ok()) else { return };
        area.set_value(&line);
        let at = line[..cursor].encode_utf16().count() as u32;
        // An area that is not shown has no cursor; nothing is lost by that.
        let _ = area.set_selection_range(at, at);
        area.set_scroll_top(area.scroll_height());
    }
}

/// The commands of the terminal, looking at a world that moves.
pub struct AtPrompt<'a>(pub &'a mut Terminal, pub &'a mut Tabs);

impl Onlooker for AtPrompt<'_> {
    fn look(&mut self, timeline: &mut Timeline) {
        if self.0.is_running() {
            self.0.look(timeline, self.1);
        }
    }
    fn next_look(&self) -> Option<Time> {
        self.0.next_look()
    }
}

impl App {
    /// Carries out what happens at the prompt.
    pub(super) fn at_prompt(&mut self, msg: TerminalMsg) {
        let offers = std::mem::take(&mut self.prompt.offers);
        let history = &mut self.terminal.history;
        match msg {
            TerminalMsg::Enter(text) => self.enter(&text),
            TerminalMsg::Back(line) => {
                if let Some(to) = history.back(&line).map(str::to_owned) {
                    self.write(to);
                }
            }
            TerminalMsg::Forth => {
                if let Some(to) = history.forth().map(str::to_owned) {
                    self.write(to);
                }
            }
            TerminalMsg::Complete(line, cursor) => self.complete(line, cursor),
            TerminalMsg::Choose(option) => {
                let (before, after) = (&offers.line[..offers.from], &offers.line[offers.cursor..]);
                self.prompt.put(format!("{before}{option}{after}"), before.len() + option.len());
                self.prompt.focus = true;
            }
            TerminalMsg::Open => {
                (self.tab, self.pane) = (Tab::Terminal, Pane::More);
                self.prompt.focus = true;
            }
            TerminalMsg::Search => {
                history.search_further();
                if let Some(search) = &history.search {
                    let needle = search.needle.clone();
                    self.write(needle);
                }
            }
            TerminalMsg::SearchFor(needle) => history.search_for(&needle),
            TerminalMsg::SearchDone(wanted) => {
                let found = history.found().filter(|_| wanted).map(str::to_owned);
                history.search = None;
                self.write(found.unwrap_or_default());
            }
            TerminalMsg::Interrupt => {
                if history.search.take().is_none() {
                    self.terminal.interrupt(&mut self.timeline, &mut self.tabs);
                }
                self.write(String::new());
                self.prompt.focus = true;
            }
            TerminalMsg::Edited(edit, text) => {
                let tab = self.tabs.front().id;
                self.player.stay(&self.timeline);
                self.terminal.edited(&mut self.timeline, &mut self.tabs, Edit::clone(&edit), &text);
                self.player.stay(&self.timeline);
                self.tabs.close(tab);
                self.turn();
                self.tab = Tab::Terminal;
            }
            TerminalMsg::Clear => self.terminal.clear(),
            TerminalMsg::Typed => {}
        }
    }
    fn write(&mut self, line: String) {
        let end = line.len();
        self.prompt.put(line, end);
    }
    fn enter(&mut self, text: &str) {
        self.write(String::new());
        self.player.stay(&self.timeline);
        for line in text.trim_end_matches('\n').split('\n') {
            self.terminal.enter(line, &mut self.timeline, &mut self.tabs);
        }
        storage::keep(HISTORY, &self.terminal.history.text());
        self.player.stay(&self.timeline);
    }
    /// Does what commands have left for the page to do, which may end at any instant; returns whether there was something.
    pub(super) fn after_commands(&mut self) -> bool {
        let written = self.tabs.take_written();
        if written {
            self.turn();
            self.editor.set(self.tabs.text());
        }
        let edits = self.terminal.take_edits();
        let any = written || !edits.is_empty();
        for edit in edits {
            let (send, title, text) =
                (self.send.clone(), format!("{} (edit)", edit.title), edit.text.clone());
            let edit = Rc::new(edit);
            let save = move |text| send.emit(Msg::Terminal(TerminalMsg::Edited(edit.clone(), text)));
            self.edit(&title, text, save.into());
        }
        any
    }
    /// What stands below the stage is to be so high.
    pub(super) fn divide(&mut self, height: f64) {
        self.height_below = Some(height.max(0.0).round());
        storage::keep("below", &height.round().to_string());
    }
    /// One offer is taken at once, and of several what they have in common; then they are shown.
    fn complete(&mut self, line: String, cursor: usize) {
        let Completions { from, options } = self.terminal.complete(&self.timeline, &self.tabs, &line, cursor);
        let common = common(&options);
        if common.len() > cursor - from {
            let put = format!("{}{common}{}", &line[..from], &line[cursor..]);
            self.prompt.put(put, from + common.len());
        } else if options.len() > 1 {
            self.prompt.offers = Offers { line, cursor, from, options: options.into() };
        }
    }
}

/// What all texts begin with.
fn common(all: &[String]) -> &str {
    let Some((first, rest)) = all.split_first() else { return "" };
    let same = |with: &String| {
        let pairs = first.chars().zip(with.chars()).take_while(|(a, b)| a == b);
        pairs.map(|(c, _)| c.len_utf8()).sum::<usize>()
    };
    &first[..rest.iter().map(same).min().unwrap_or(first.len())]
}

/// What was typed at earlier visits.
pub fn remembered() -> History {
    History::of(&storage::read(HISTORY).unwrap_or_default())
}
