//! [`App`]: the page's model and everything that can happen to it.

use super::apply::{self, Outcome};
use super::editor::{Editor, Handle};
use super::files::{Desk, FileMsg};
use super::heard::{self, Heard};
use super::palette::Palette;
use super::player::{Player, Speed};
use super::screen::Screen;
use super::shown::Shown;
use super::tabs::Tabs;
use super::terminal::{self, Prompt, TerminalMsg};
use super::{keys, storage, told};
use crate::api::Uid;
use crate::examples::{self, Example};
use crate::kubectl::terminal::Terminal;
use crate::manifest::{self, Diagnostic};
use crate::sim::{Config, Request, Sandbox, Timeline, World};
use crate::view::{self, Action, Gantt, Scene};
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::*;
use yew::{Component, Context, Html, NodeRef};

/// How long after the last key stroke the text is checked, in milliseconds.
const CHECK_AFTER_MS: f64 = 140.0;
/// And one millisecond more for so many bytes.
const CHECKED_BYTES_PER_MS: f64 = 500.0;
/// How often the panels follow a world that plays, in milliseconds.
const PANELS_EVERY_MS: f64 = 100.0;

/// What is open below the stage.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(missing_docs)]
pub enum Tab {
    Timeline,
    Terminal,
    Events,
    Logs,
}

/// Which pane a narrow screen shows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(missing_docs)]
pub enum Pane {
    Manifest,
    Stage,
    Details,
    More,
}

/// Which menu is open.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(missing_docs)]
pub enum Menu {
    Examples,
    Cluster,
    Help,
}

impl Menu {
    /// The id of the button that opens it.
    pub fn button(self) -> &'static str {
        match self {
            Menu::Examples => "open-examples",
            Menu::Cluster => "open-cluster",
            Menu::Help => "open-help",
        }
    }
}

/// Everything that can happen to the page.
pub enum Msg {
    /// The browser is about to draw; the time in milliseconds.
    Frame(f64),
    /// Something has another size, or the fonts have come.
    Resized,
    /// A key was pressed anywhere.
    Key(web_sys::KeyboardEvent),
    /// Something outside the open menu was pressed.
    PressedOutside,
    /// All of the program is here: the cluster may run.
    Whole,
    /// The editor has come.
    EditorReady(Handle),
    /// The text was changed by its writer.
    Text(String),
    /// Something happens to the files of the editor.
    File(FileMsg),
    /// The text is to be sent to the cluster.
    Apply,
    /// An example is to be opened in a fresh cluster.
    Open(&'static Example),
    /// A fresh cluster of so many nodes.
    Fresh(u32),
    PlayOrPause,
    Step,
    StepBack,
    NextMoment,
    ToStart,
    Speed(Speed),
    /// To so many seconds after the start.
    Scrub(f64),
    /// The place on the timeline that was pressed, in CSS pixels.
    TimelinePressed(f32, f32),
    /// The place on the stage that was pressed, in CSS pixels.
    StagePressed(f32, f32),
    Select(Option<Uid>),
    Act(Action),
    /// Shows the place of a diagnostic.
    Show(Rc<Diagnostic>),
    Tab(Tab),
    /// Something happens at the prompt.
    Terminal(TerminalMsg),
    /// What stands below the stage is to be so high, in CSS pixels.
    Divide(f64),
    Pane(Pane),
    Menu(Menu),
    Help,
    Theme,
    Escape,
    /// Somebody asks how things stand.
    Asked,
    /// The page is about to be left.
    Leaving,
}

/// The page.
pub struct App {
    pub(super) timeline: Timeline,
    /// The world at the furthest instant that was lived.
    pub(super) latest: World,
    pub(super) player: Player,
    pub(super) tabs: Tabs,
    pub(super) desk: Desk,
    pub(super) editor: Editor,
    pub(super) editor_host: NodeRef,
    pub(super) diagnostics: Rc<Vec<Rc<Diagnostic>>>,
    pub(super) outcomes: Rc<Vec<Outcome>>,
    pub(super) selected: Option<Uid>,
    pub(super) tab: Tab,
    pub(super) pane: Pane,
    pub(super) menu: Option<Menu>,
    pub(super) dark: Option<bool>,
    pub(super) terminal: Terminal,
    pub(super) prompt: Prompt,
    /// How high what stands below the stage is, where somebody has said so.
    pub(super) height_below: Option<f64>,
    pub(super) stage: Screen,
    pub(super) below: Screen,
    pub(super) scrubber: NodeRef,
    pub(super) scene: Scene,
    pub(super) gantt: Gantt,
    pub(super) shown: Shown,
    /// The world that the editor asks for names.
    pub(super) seen: Rc<RefCell<World>>,
    /// How the panels tell the page what happened in them.
    pub(super) send: yew::Callback<Msg>,
    /// Is all of the program here? The first picture is drawn before.
    pub(super) whole: bool,
    palette: Option<Palette>,
    check_at: Option<f64>,
    panels_at: f64,
    /// Is the picture out of date?
    stale: bool,
    /// Is what stands below the stage older than the stage?
    below_stale: bool,
    frames: Option<Closure<dyn FnMut(f64)>>,
    heard: Vec<Heard>,
}

pub(super) fn now_ms() -> f64 {
    web_sys::window().and_then(|w| w.performance()).map_or(0.0, |p| p.now())
}

impl Component for App {
    type Message = Msg;
    type Properties = ();

    fn create(ctx: &Context<Self>) -> App {
        let example = examples::first();
        let tabs = Tabs::restore(example.manifest);
        let timeline = Timeline::new(Config::default());
        let speed = Speed::Times(1);
        let dark = storage::read("theme").map(|t| t == "dark");
        let mut app = App {
            latest: timeline.world().clone(),
            seen: Rc::new(RefCell::new(timeline.world().clone())),
            player: Player::new(&timeline, speed),
            timeline,
            tabs,
            desk: Desk::default(),
            editor: Editor::default(),
            editor_host: NodeRef::default(),
            diagnostics: Rc::default(),
            outcomes: Rc::default(),
            selected: None,
            tab: Tab::Timeline,
            pane: Pane::Stage,
            menu: None,
            dark,
            terminal: Terminal::default(),
            prompt: Prompt::default(),
            height_below: storage::read("below").and_then(|h| h.parse().ok()),
            stage: Screen::default(),
            below: Screen::default(),
            scrubber: NodeRef::default(),
            scene: Scene::default(),
            gantt: Gantt::default(),
            shown: Shown::default(),
            send: ctx.link().callback(|msg| msg),
            whole: false,
            palette: None,
            check_at: None,
            panels_at: 0.0,
            stale: true,
            below_stale: false,
            frames: None,
            heard: Vec::new(),
        };
        app.refresh();
        app.heard = heard::listen(&app.send);
        app
    }

    fn update(&mut self, ctx: &Context<Self>, msg: Msg) -> bool {
        let before = self.timeline.now();
        let mut render = self.take(ctx, msg);
        render |= self.whole && self.after_commands();
        if self.timeline.now() != before {
            self.stale = true;
        }
        if !self.timeline.is_in_the_past() {
            self.latest = self.timeline.world().clone();
        }
        render
    }

    fn view(&self, _: &Context<Self>) -> Html {
        super::panels::page(self)
    }

    fn rendered(&mut self, ctx: &Context<Self>, first: bool) {
        if first {
            self.draw_stage();
            self.draw_below();
            self.next_frame(ctx);
        }
        self.desk.settle();
        self.prompt.settle();
    }
}

impl App {
    /// Carries out a message; returns whether the elements of the page must follow.
    fn take(&mut self, ctx: &Context<Self>, msg: Msg) -> bool {
        match msg {
            Msg::Frame(at) => return self.frame(ctx, at),
            Msg::Key(event) => {
                let Some(msg) = keys::meaning(&event) else { return false };
                event.prevent_default();
                return self.take(ctx, msg);
            }
            Msg::Leaving => {
                self.tabs.keep();
                return false;
            }
            Msg::Asked => {
                told::tell(self);
                return false;
            }
            Msg::Resized => {
                self.palette = None;
                self.stale = true;
                return false;
            }
            Msg::PressedOutside if self.menu.is_none() => return false,
            Msg::PressedOutside => self.menu = None,
            Msg::Escape if self.menu.is_none() && self.desk.changes.is_some() => {
                self.file(FileMsg::CloseChanges)
            }
            Msg::Escape => self.close_menu(),
            Msg::Menu(menu) => self.menu = if self.menu == Some(menu) { None } else { Some(menu) },
            Msg::Help => self.menu = if self.menu == Some(Menu::Help) { None } else { Some(Menu::Help) },
            Msg::Theme => self.change_theme(),
            Msg::Tab(tab) => self.tab = tab,
            Msg::Terminal(msg) => self.at_prompt(msg),
            Msg::Divide(height) => self.divide(height),
            Msg::Pane(pane) => self.pane = pane,
            Msg::Whole => self.begin(),
            Msg::EditorReady(handle) => {
                self.editor.arrived(handle);
                self.editor.show(self.tabs.front().id, self.tabs.text());
                self.editor.diagnose(self.tabs.text(), &self.plain_diagnostics());
                self.editor.light(self.shown.decided.as_ref().map_or(0, |d| d.0));
            }
            Msg::Text(text) => {
                self.tabs.set_text(text);
                self.check_soon();
                return self.desk.changes.take().is_some();
            }
            Msg::File(msg) => self.file(msg),
            Msg::Apply => self.apply(),
            Msg::Open(example) => self.open(example),
            Msg::Fresh(nodes) => self.fresh(nodes),
            Msg::Show(diagnostic) => {
                let span = diagnostic.span;
                self.pane = Pane::Manifest;
                self.editor.select(self.tabs.text(), span.start.byte, span.end.byte);
            }
            Msg::Select(uid) => self.select(uid),
            Msg::StagePressed(x, y) => {
                let (x, y) = self.stage.place(x, y);
                self.select(self.scene.find(x, y));
            }
            Msg::TimelinePressed(x, y) => self.timeline_pressed(x, y),
            Msg::Act(action) => self.act(action),
            other => self.move_in_time(other),
        }
        self.stale = true;
        self.panels_at = 0.0;
        true
    }

    /// One animation frame: the world goes on, the picture follows, and now and then the panels do.
    fn frame(&mut self, ctx: &Context<Self>, at: f64) -> bool {
        self.next_frame(ctx);
        // The first frame belongs to the picture alone, and what comes next to the cluster.
        if self.whole && self.panels_at > 0.0 && !self.editor.is_asked() {
            self.load_editor();
        }
        let mut render = false;
        if self.whole && self.check_at.is_some_and(|due| at >= due) {
            self.check_at = None;
            self.check();
            render = true;
        }
        if self.whole && self.go_on(at) {
            self.stale = true;
            if !self.timeline.is_in_the_past() {
                self.latest = self.timeline.world().clone();
            }
        }
        let drawing = now_ms();
        if self.stale {
            self.draw_stage();
        }
        let panels = self.stale && at - self.panels_at >= PANELS_EVERY_MS;
        if panels {
            self.panels_at = at;
            render |= self.refresh();
        } else if self.stale || self.below_stale {
            self.draw_below();
        }
        // Until it is time for the panels a moment is not wholly shown; with them the timeline waits for the next frame,
        // so that no frame does everything.
        self.stale &= !panels;
        self.below_stale = panels;
        self.player.drew(now_ms() - drawing);
        render
    }
    /// The text that was kept, or the first example, goes to the cluster, unless something else went there meanwhile.
    fn begin(&mut self) {
        self.whole = true;
        self.terminal.history = terminal::remembered();
        if self.timeline.inputs().next().is_none() {
            self.check();
            self.outcomes = Rc::new(self.sent());
        }
    }
    fn load_editor(&mut self) {
        let Some(host) = self.editor_host.cast::<web_sys::Element>() else { return };
        self.editor.load(&host, self.tabs.front(), self.send.clone(), self.seen.clone());
    }
    fn next_frame(&mut self, ctx: &Context<Self>) {
        let link = ctx.link().clone();
        let frames =
            self.frames.get_or_insert_with(|| Closure::new(move |at| link.send_message(Msg::Frame(at))));
        if let Some(window) = web_sys::window() {
            let _ = window.request_animation_frame(frames.as_ref().unchecked_ref());
        }
    }

    fn draw_stage(&mut self) {
        let palette = self.palette.get_or_insert_with(Palette::read);
        if let Some(room) = self.stage.scaled_room() {
            let options = view::Options {
                size: room,
                selected: self.selected,
                pace: if self.player.playing { self.player.speed.pace() } else { 1.0 },
                motion: !prefers("(prefers-reduced-motion: reduce)"),
            };
            self.scene = view::stage(self.timeline.world(), &options);
            self.stage.show(palette, &self.scene);
        }
    }
    /// Draws what is open below the stage, and moves the scrubber.
    fn draw_below(&mut self) {
        let palette = self.palette.get_or_insert_with(Palette::read);
        if let Some(room) = self.below.room().filter(|_| self.tab == Tab::Timeline) {
            let scroll = self.below.scroll();
            self.gantt = view::gantt(self.timeline.world(), &self.latest, room, scroll, self.selected);
            self.below.show(palette, &self.gantt.scene);
        }
        if let Some(range) = self.scrubber.cast::<web_sys::HtmlInputElement>() {
            range.set_value_as_number(self.timeline.world().age().as_secs_f64());
        }
    }

    pub(super) fn check(&mut self) {
        self.desk.lost = self.tabs.keep();
        let parsed = manifest::parse(self.tabs.text());
        self.editor.diagnose(self.tabs.text(), &parsed.diagnostics);
        self.desk.documents = parsed.documents;
        self.diagnostics = Rc::new(parsed.diagnostics.into_iter().map(Rc::new).collect());
    }
    fn plain_diagnostics(&self) -> Vec<Diagnostic> {
        self.diagnostics.iter().map(|d| Diagnostic::clone(d)).collect()
    }
    /// The text is checked once its writer rests.
    pub(super) fn check_soon(&mut self) {
        // The longer a text, the longer a check takes, and the rarer it is.
        let more = self.tabs.text().len() as f64 / CHECKED_BYTES_PER_MS;
        self.check_at = Some(now_ms() + CHECK_AFTER_MS + more);
    }
    /// The text is checked at the next frame.
    pub(super) fn check_next(&mut self) {
        self.check_at = Some(0.0);
    }
    fn apply(&mut self) {
        self.check_at = None;
        self.check();
        self.desk.changes = None;
        if self.save_edit() {
            return;
        }
        self.player.stay(&self.timeline);
        let outcomes = self.sent();
        if outcomes.iter().any(|o| o.taken) {
            self.player.playing = true;
        }
        self.outcomes = Rc::new(outcomes);
        self.player.stay(&self.timeline);
    }
    /// The text in front goes to the cluster.
    fn sent(&mut self) -> Vec<Outcome> {
        let tab = self.tabs.front();
        apply::apply(&mut self.timeline, &tab.name, &tab.text)
    }
    /// What the text in front would change there.
    pub(super) fn changes(&self) -> Vec<crate::kubectl::Change> {
        let tab = self.tabs.front();
        apply::changes(&self.timeline, &tab.name, &tab.text)
    }
    fn open(&mut self, example: &'static Example) {
        self.tabs.show_file();
        self.turn();
        self.tabs.set_text(example.manifest.to_owned());
        self.editor.set(self.tabs.text());
        self.fresh(self.timeline.world().config().nodes);
        self.player.speed = Speed::Times(example.speed);
        self.apply();
    }
    /// Closes the open menu; its button gets the focus back, so that nobody is lost who came by keyboard.
    fn close_menu(&mut self) {
        let Some(menu) = self.menu.take() else { return };
        focus(menu.button());
    }
    fn fresh(&mut self, nodes: u32) {
        self.close_menu();
        self.selected = None;
        self.outcomes = Rc::default();
        self.timeline = Timeline::new(Config { nodes, ..Config::default() });
        self.terminal.moved_away();
        self.player = Player::new(&self.timeline, self.player.speed);
    }
    pub(super) fn select(&mut self, uid: Option<Uid>) {
        self.selected = uid;
        if uid.is_some() && self.pane == Pane::Stage && self.is_narrow() {
            self.pane = Pane::Details;
        }
    }
    /// Is only one pane shown at a time? The style sheet decides that; this reads its decision.
    pub(super) fn is_narrow(&self) -> bool {
        prefers("(max-width: 860px)")
    }
    fn act(&mut self, action: Action) {
        self.player.stay(&self.timeline);
        let said = match action {
            Action::Delete(key) => {
                let name = format!("{} \"{}\" deleted", key.kind.info().qualified(), key.name);
                self.request(Request::Delete(key, Default::default(), None), name)
            }
            Action::Cordon(key, on) => {
                let name = format!("node/{} {}", key.name, if on { "cordoned" } else { "uncordoned" });
                self.request(
                    Request::Patch(
                        key,
                        crate::record! { "spec" => crate::record! { "unschedulable" => on } },
                    ),
                    name,
                )
            }
            Action::Suspend(key, on) => {
                let name = format!("{}/{} patched", key.kind.info().qualified(), key.name);
                self.request(
                    Request::Patch(key, crate::record! { "spec" => crate::record! { "suspend" => on } }),
                    name,
                )
            }
            Action::Scale(key, n) => {
                let name = format!("{}/{} scaled", key.kind.info().qualified(), key.name);
                self.request(
                    Request::Patch(key, crate::record! { "spec" => crate::record! { "replicas" => n } }),
                    name,
                )
            }
            Action::Crash(namespace, name) => self.interfere(Sandbox::Crash(namespace, name)),
            Action::Power(name, true) => self.interfere(Sandbox::NodeUp(name)),
            Action::Power(name, false) => self.interfere(Sandbox::NodeDown(name)),
        };
        self.outcomes = Rc::new(vec![said]);
        self.player.stay(&self.timeline);
    }
    fn request(&mut self, request: Request, done: String) -> Outcome {
        match self.timeline.call(request) {
            Ok(_) => Outcome { taken: true, text: done },
            Err(refusal) => Outcome { taken: false, text: refusal.for_kubectl("error") },
        }
    }
    fn interfere(&mut self, act: Sandbox) -> Outcome {
        match self.timeline.interfere(act) {
            Ok(text) => Outcome { taken: true, text },
            Err(text) => Outcome { taken: false, text },
        }
    }
    fn change_theme(&mut self) {
        let dark = !self.is_dark();
        self.dark = Some(dark);
        let name = if dark { "dark" } else { "light" };
        storage::keep("theme", name);
        let root = web_sys::window().and_then(|w| w.document()).and_then(|d| d.document_element());
        if let Some(root) = root {
            let _ = root.set_attribute("data-theme", name);
        }
        self.palette = None;
    }
    /// Does the page show the instant that was asked for, and stay there?
    pub(super) fn is_settled(&self) -> bool {
        self.whole && !self.player.playing && !self.stale && !self.below_stale && !self.player.is_going()
    }
    /// Is the page dark?
    pub(super) fn is_dark(&self) -> bool {
        self.dark.unwrap_or_else(|| prefers("(prefers-color-scheme: dark)"))
    }
}

/// Gives an element the focus.
pub(super) fn focus(id: &str) {
    let document = web_sys::window().and_then(|w| w.document());
    let element = document.and_then(|d| d.get_element_by_id(id)?.dyn_into::<web_sys::HtmlElement>().ok());
    if let Some(element) = element {
        let _ = element.focus();
    }
}

fn prefers(query: &str) -> bool {
    let list = web_sys::window().and_then(|w| w.match_media(query).ok().flatten());
    list.is_some_and(|l| l.matches())
}
