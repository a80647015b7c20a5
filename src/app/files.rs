//! What is done with the files of the editor: they are opened, named, closed and saved.

use super::page::{App, Pane, focus};
use super::tabs::{Id, Purpose, TABS_MAX};
use crate::kubectl::Change;
use crate::manifest::{self, Diagnostic, Document};
use std::rc::Rc;

/// What can happen to the files.
pub enum FileMsg {
    /// An empty file is wanted.
    New,
    Show(Id),
    /// So many tabs to the right.
    Step(isize),
    Close(Id),
    /// What was closed last is wanted again.
    Reopen,
    /// Somebody wants to give the tab in front another name.
    BeginRename,
    /// This is the name; none: it stays as it was.
    Rename(Option<String>),
    /// Somebody wants to choose files of this machine.
    Pick,
    /// A file of this machine was read: its name and its text.
    Opened(String, String),
    /// One could not be read.
    Unreadable(String),
    /// The text in front is wanted as a file of this machine.
    Save,
    /// The note was read.
    Dismiss,
    /// A mistake is to be mended in one of the ways that are known.
    Mend(Rc<Diagnostic>, usize),
    /// The lines of the text in front are to be indented as is usual.
    Format,
    /// Somebody wants to see what Apply would change.
    Compare,
    CloseChanges,
}

/// A sentence about what was just done, and whether it can be undone.
#[derive(Clone, PartialEq, Debug)]
pub struct Note {
    pub text: String,
    pub undo: bool,
}

/// What the editor's pane shows beside the text.
#[derive(Default)]
pub struct Desk {
    pub note: Option<Note>,
    /// The tab that is being given another name.
    pub renaming: Option<Id>,
    /// The files that could not be kept for the next visit.
    pub lost: Vec<String>,
    /// What Apply would change, while somebody looks at it.
    pub changes: Option<Rc<Vec<Change>>>,
    /// The objects of the text in front, as it was checked last.
    pub documents: Vec<Document>,
    /// What gets the focus once it is there.
    goes_to: Option<String>,
}

impl Desk {
    /// The elements of the page are there: what waited for one has it.
    pub fn settle(&mut self) {
        if let Some(id) = self.goes_to.take() {
            focus(&id);
        }
    }
    fn say(&mut self, text: String) {
        // Several files may be opened at once: what is said of each is said together.
        let before = self.note.take().filter(|n| !n.undo).map_or(String::new(), |n| n.text + "\n");
        self.note = Some(Note { text: before + &text, undo: false });
    }
}

impl App {
    /// Carries out what somebody wants to do with the files.
    pub(super) fn file(&mut self, msg: FileMsg) {
        let front = self.tabs.front().id;
        match msg {
            FileMsg::New => match self.tabs.open_empty() {
                true => {
                    self.desk.note = None;
                    self.editor.show(self.tabs.front().id, "");
                    self.editor.focus();
                }
                false => self.desk.say(too_many()),
            },
            FileMsg::Show(id) => {
                self.tabs.show(id);
            }
            FileMsg::Step(step) => {
                let id = self.tabs.beside(step);
                self.tabs.show(id);
            }
            FileMsg::Close(id) => self.close(id),
            FileMsg::Reopen => {
                self.tabs.reopen();
                self.desk.note = None;
            }
            FileMsg::BeginRename => {
                self.pane = Pane::Manifest;
                self.desk.renaming = self.tabs.front().is_file().then_some(front);
            }
            FileMsg::Rename(name) => self.rename(name),
            FileMsg::Pick => {
                self.desk.note = None;
                self.editor.pick();
            }
            FileMsg::Opened(name, text) => self.opened(&name, text),
            FileMsg::Unreadable(why) => self.desk.say(why),
            FileMsg::Save => self.editor.save(&self.tabs.front().name, self.tabs.text()),
            FileMsg::Dismiss => self.desk.note = None,
            FileMsg::Mend(diagnostic, which) => {
                let fix = &diagnostic.fixes[which];
                self.editor.edit(self.tabs.text(), &fix.edits);
                self.editor.focus();
            }
            FileMsg::Format => self.format(),
            FileMsg::Compare if self.desk.changes.is_some() => self.file(FileMsg::CloseChanges),
            FileMsg::Compare => {
                self.pane = Pane::Manifest;
                self.editor.clear();
                self.desk.changes = self.whole.then(|| Rc::new(self.changes()));
                self.desk.goes_to = Some("changes-title".to_owned());
            }
            FileMsg::CloseChanges => {
                self.desk.changes = None;
                self.editor.focus();
            }
        }
        if self.tabs.front().id != front {
            self.turn();
        }
    }
    /// Another text is in front: the editor shows it, and it is checked.
    pub(super) fn turn(&mut self) {
        self.desk.renaming = self.desk.renaming.filter(|id| *id == self.tabs.front().id);
        self.outcomes = Default::default();
        self.diagnostics = Default::default();
        self.desk.changes = None;
        self.editor.show(self.tabs.front().id, self.tabs.text());
        self.check_next();
    }
    /// Opens what `kubectl edit` was asked for, in front of everything; `save` gets the text when it is applied.
    pub(super) fn edit(&mut self, title: &str, text: String, save: yew::Callback<String>) {
        self.tabs.open_edit(title, text, save);
        self.pane = Pane::Manifest;
        self.turn();
        self.editor.focus();
    }
    /// If the text in front is not a file but waits to be saved, it is; returns whether it was.
    pub(super) fn save_edit(&mut self) -> bool {
        let Purpose::Edit(save) = self.tabs.front().purpose.clone() else { return false };
        save.emit(self.tabs.text().to_owned());
        true
    }
    fn close(&mut self, id: Id) {
        if let Some(before) = self.tabs.closed() {
            self.editor.forget(before.id);
        }
        let Some(closed) = self.tabs.close(id) else { return };
        let text = format!("{} is closed.", closed.name);
        self.desk.note = Some(Note { text, undo: true });
        self.desk.renaming = None;
        self.desk.goes_to = Some(format!("file-{}", self.tabs.front().id));
    }
    fn rename(&mut self, name: Option<String>) {
        let Some(id) = self.desk.renaming.take() else { return };
        self.desk.note = None;
        if let Err(why) = name.map_or(Ok(()), |name| self.tabs.rename(id, &name)) {
            self.desk.say(why);
        }
        self.check_soon();
        self.desk.goes_to = Some(format!("file-{id}"));
    }
    fn format(&mut self) {
        self.pane = Pane::Manifest;
        self.desk.note = None;
        // Only what was checked can be changed.
        self.check();
        match manifest::format(self.tabs.text()) {
            Ok(edits) if edits.is_empty() => {
                self.desk.say("The lines are indented as is usual already.".to_owned())
            }
            Ok(edits) => self.editor.edit(self.tabs.text(), &edits),
            Err(why) => self.desk.say(why),
        }
    }
    fn opened(&mut self, name: &str, text: String) {
        self.pane = Pane::Manifest;
        let documents = manifest::parse(&text).documents;
        let is_manifest = text.trim().is_empty() || documents.iter().any(|d| d.kind.is_some());
        match self.tabs.open(name, text).map(str::to_owned) {
            None => self.desk.say(too_many()),
            Some(name) if !is_manifest => {
                self.desk
                    .say(format!("{name} is open, but holds no object of Kubernetes: see what is marked."));
            }
            Some(_) => {}
        }
    }
}

fn too_many() -> String {
    format!("{TABS_MAX} files are open; close one before you open another.")
}
