//! [`Tabs`]: the texts that are open in the editor. kubectl reads them by their names, as if they were files.

use super::storage;
use crate::kubectl;
use crate::kubectl::terminal::Drive;
use yew::Callback;

/// The name of the first file.
pub const FIRST: &str = "manifest.yaml";
/// How many tabs may be open at once.
pub const TABS_MAX: usize = 50;
/// How long a file's name may be, in characters.
const NAME_MAX: usize = 100;

/// Which tab; no two tabs of a visit have the same.
pub type Id = u32;

/// What a tab's text is for.
#[derive(Clone, PartialEq)]
pub enum Purpose {
    /// A file: Apply sends it to the cluster.
    File,
    /// The text of an object that `kubectl edit` has opened: Apply hands it to the one who waits for it.
    Edit(Callback<String>),
}

/// One text.
#[derive(Clone, PartialEq)]
pub struct Tab {
    pub id: Id,
    /// The file's name, or what is edited: `deployment/web (edit)`.
    pub name: String,
    pub text: String,
    pub purpose: Purpose,
    /// Is the text what was last kept?
    kept: bool,
}

impl Tab {
    /// Is it a file?
    pub fn is_file(&self) -> bool {
        self.purpose == Purpose::File
    }
}

/// All texts, in the order of their tabs. There is always at least one file.
pub struct Tabs {
    all: Vec<Tab>,
    front: usize,
    next: Id,
    /// What was closed last, where it stood, and the empty file that took its place if nothing else was open.
    closed: Option<(usize, Tab, Option<Id>)>,
    /// Was a file written by a command?
    written: bool,
}

impl kubectl::Files for Tabs {
    fn read(&self, name: &str) -> Option<String> {
        let name = name.strip_prefix("./").unwrap_or(name);
        self.all.iter().find(|t| t.is_file() && t.name == name).map(|t| t.text.clone())
    }
}

impl Drive for Tabs {
    fn names(&self) -> Vec<String> {
        self.files().map(str::to_owned).collect()
    }
    fn write(&mut self, name: &str, text: String) -> Result<(), String> {
        let name = name.strip_prefix("./").unwrap_or(name);
        if speakable(name) != name {
            return Err(format!("{name}: a file cannot be called so"));
        }
        match self.all.iter().position(|t| t.is_file() && t.name == name) {
            Some(at) => {
                self.front = at;
                self.set_text(text);
            }
            None if self.all.len() < TABS_MAX => drop(self.push(name.to_owned(), text, Purpose::File, false)),
            None => return Err(format!("{name}: {TABS_MAX} files are open already")),
        }
        self.written = true;
        Ok(())
    }
}

impl Tabs {
    /// Was a file written by a command since this was asked last? It is in front.
    pub fn take_written(&mut self) -> bool {
        std::mem::take(&mut self.written)
    }
    /// The texts that were kept, or one file with a text.
    pub fn restore(text: &str) -> Tabs {
        let mut tabs = Tabs { all: Vec::new(), front: 0, next: 1, closed: None, written: false };
        let list = storage::read(LIST).unwrap_or_default();
        let mut lines = list.lines();
        let front = lines.next().and_then(|l| l.parse().ok()).unwrap_or(0);
        for name in lines.take(TABS_MAX) {
            if let Some(text) = storage::read(&place(name)) {
                tabs.push(name.to_owned(), text, Purpose::File, true);
            }
        }
        let is_blank = tabs.all.iter().all(|t| t.text.trim().is_empty());
        if tabs.all.is_empty() || (tabs.all.len() == 1 && is_blank) {
            tabs.all.clear();
            tabs.push(FIRST.to_owned(), text.to_owned(), Purpose::File, false);
        }
        tabs.front = if front < tabs.all.len() { front } else { 0 };
        tabs
    }
    fn push(&mut self, name: String, text: String, purpose: Purpose, kept: bool) -> Id {
        let id = self.next;
        self.next += 1;
        self.all.push(Tab { id, name, text, purpose, kept });
        self.front = self.all.len() - 1;
        id
    }
    /// The tab in front.
    pub fn front(&self) -> &Tab {
        &self.all[self.front]
    }
    /// The text in front.
    pub fn text(&self) -> &str {
        &self.front().text
    }
    /// All tabs in order.
    pub fn all(&self) -> &[Tab] {
        &self.all
    }
    /// The names of the files, in the order of their tabs.
    pub fn files(&self) -> impl Iterator<Item = &str> {
        self.all.iter().filter(|t| t.is_file()).map(|t| t.name.as_str())
    }
    /// The text in front is this now.
    pub fn set_text(&mut self, text: String) {
        let tab = &mut self.all[self.front];
        tab.kept &= tab.text == text;
        tab.text = text;
    }
    /// Brings a tab to the front; returns whether it is there.
    pub fn show(&mut self, id: Id) -> bool {
        let at = self.all.iter().position(|t| t.id == id);
        self.front = at.unwrap_or(self.front);
        at.is_some()
    }
    /// The tab so many steps to the right of the one in front, round and round.
    pub fn beside(&self, step: isize) -> Id {
        let at = self.front as isize + step;
        self.all[at.rem_euclid(self.all.len() as isize) as usize].id
    }
    /// Brings a file to the front, if something else is there.
    pub fn show_file(&mut self) {
        if !self.front().is_file() {
            self.front = self.all.iter().position(Tab::is_file).unwrap_or(0);
        }
    }
    /// Opens a file in front. One that is open already with the same text is only shown; of another text, it gets a name
    /// of its own. Returns what it is called, or none where no more can be open.
    pub fn open(&mut self, name: &str, text: String) -> Option<&str> {
        let name = speakable(name);
        if let Some(at) = self.all.iter().position(|t| t.is_file() && t.name == name && t.text == text) {
            self.front = at;
        } else if self.all.len() >= TABS_MAX {
            return None;
        } else {
            let name = self.free_name(&name);
            self.push(name, text, Purpose::File, false);
        }
        Some(&self.front().name)
    }
    /// Opens a file without a text.
    pub fn open_empty(&mut self) -> bool {
        let (has_first, taken) = (self.named(FIRST).is_some(), self.all.len() >= TABS_MAX);
        if !taken {
            let name = if has_first { self.free_name("file.yaml") } else { FIRST.to_owned() };
            self.push(name, String::new(), Purpose::File, false);
        }
        !taken
    }
    /// Opens the text of an object to be edited; `save` gets the text when it is applied.
    pub fn open_edit(&mut self, title: &str, text: String, save: Callback<String>) -> Id {
        self.push(title.to_owned(), text, Purpose::Edit(save), true)
    }
    /// Closes a tab. Returns what was closed; the one that was closed before it is forgotten.
    pub fn close(&mut self, id: Id) -> Option<&Tab> {
        let at = self.all.iter().position(|t| t.id == id)?;
        let tab = self.all.remove(at);
        storage::forget(&place(&tab.name));
        let was_last = !self.all.iter().any(Tab::is_file);
        let instead = was_last.then(|| self.push(FIRST.to_owned(), String::new(), Purpose::File, false));
        if !was_last && (self.front > at || self.front == self.all.len()) {
            self.front -= 1;
        }
        self.closed = Some((at, tab, instead));
        self.closed()
    }
    /// What was closed last, if it can be opened again.
    pub fn closed(&self) -> Option<&Tab> {
        self.closed.as_ref().map(|(_, tab, _)| tab)
    }
    /// Opens again what was closed last.
    pub fn reopen(&mut self) {
        let Some((at, mut tab, instead)) = self.closed.take() else { return };
        self.all.retain(|t| Some(t.id) != instead || !t.text.is_empty());
        if tab.is_file() {
            tab.name = self.free_name(&tab.name);
        }
        tab.kept = !tab.is_file();
        self.front = at.min(self.all.len());
        self.all.insert(self.front, tab);
    }
    /// Gives a file another name, or says why not.
    pub fn rename(&mut self, id: Id, name: &str) -> Result<(), String> {
        let name = name.trim();
        let Some(at) = self.all.iter().position(|t| t.id == id && t.name != name) else { return Ok(()) };
        if speakable(name) != name {
            return Err(format!("A file cannot be called “{name}”: use letters, digits, dots and dashes."));
        }
        if self.named(name).is_some() {
            return Err(format!("There is a file {name} already."));
        }
        storage::forget(&place(&self.all[at].name));
        self.all[at].name = name.to_owned();
        self.all[at].kept = false;
        Ok(())
    }
    fn named(&self, name: &str) -> Option<&Tab> {
        self.all.iter().find(|t| t.name == name)
    }
    /// The name itself, or with the first number that nobody has: `job-2.yaml`.
    fn free_name(&self, name: &str) -> String {
        let dot = name.rfind('.').filter(|at| *at > 0).unwrap_or(name.len());
        let numbered = (2..).map(|n| format!("{}-{n}{}", &name[..dot], &name[dot..]));
        let mut names = std::iter::once(name.to_owned()).chain(numbered);
        names.find(|n| self.named(n).is_none()).expect("there are more numbers than tabs")
    }
    /// Keeps what has changed for the next visit. Returns the names of the files that could not be kept.
    pub fn keep(&mut self) -> Vec<String> {
        let mut list = self.all[..self.front].iter().filter(|t| t.is_file()).count().to_string();
        for tab in self.all.iter_mut().filter(|t| t.is_file()) {
            tab.kept = tab.kept || storage::keep(&place(&tab.name), &tab.text);
        }
        for name in self.files() {
            list.push('\n');
            list.push_str(name);
        }
        let listed = storage::keep(LIST, &list);
        let lost = self.all.iter().filter(|t| t.is_file() && !(t.kept && listed));
        lost.map(|t| t.name.clone()).collect()
    }
}

/// Where the files' names are kept: a line with the number of the one in front, and one for each name.
const LIST: &str = "files";

/// Where a file's text is kept.
fn place(name: &str) -> String {
    format!("file/{name}")
}

/// A name by which a command line can speak of a file: what would part it in two, lead out of its folder or look like a
/// flag is a dash.
fn speakable(name: &str) -> String {
    let mut out: String = name.trim().chars().take(NAME_MAX).collect();
    out =
        out.replace(|c: char| c.is_control() || c.is_whitespace() || "/\\,:;*?\"'<>|$&`()".contains(c), "-");
    let out = out.trim_start_matches(['-', '.']);
    if out.is_empty() { "file.yaml".to_owned() } else { out.to_owned() }
}
