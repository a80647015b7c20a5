//! [`Scene`]: a picture as lists of simple things, each list drawn in one go.

use crate::api::Uid;
use crate::sim::State;

/// A colour by its meaning; the page gives it its value in light and dark.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Ink {
    /// The ground of cards and nodes.
    Panel,
    /// A softer ground: the strip, empty bars, the past of a scale.
    Soft,
    /// Borders and quiet links.
    Line,
    /// Text.
    Text,
    /// Text of less weight.
    Muted,
    /// The one accent.
    Accent,
    /// A ground tinted with the accent.
    AccentSoft,
    /// Something that went well.
    Good,
    /// Something that went wrong.
    Bad,
    /// Something that needs a look.
    Warn,
    /// The colour of a state.
    State(State),
}

/// A rectangle, in CSS pixels.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
#[allow(missing_docs)]
pub struct Rect {
    pub x: f32,
    pub y: f32,
    pub w: f32,
    pub h: f32,
}

impl Rect {
    /// A rectangle.
    pub const fn new(x: f32, y: f32, w: f32, h: f32) -> Rect {
        Rect { x, y, w, h }
    }
    /// Is the point inside?
    pub fn holds(&self, x: f32, y: f32) -> bool {
        (self.x..self.x + self.w).contains(&x) && (self.y..self.y + self.h).contains(&y)
    }
    /// Its right edge.
    pub fn right(&self) -> f32 {
        self.x + self.w
    }
    /// Its lower edge.
    pub fn bottom(&self) -> f32 {
        self.y + self.h
    }
}

/// A rounded rectangle.
#[derive(Clone, Copy, PartialEq, Debug)]
#[allow(missing_docs)]
pub struct BoxItem {
    pub at: Rect,
    pub radius: f32,
    pub fill: Option<Ink>,
    pub stroke: Option<Ink>,
    /// Is the border dashed?
    pub dashed: bool,
    /// 0 is invisible, 1 is full.
    pub alpha: f32,
}

/// A line that leaves and arrives level, or straight.
#[derive(Clone, Copy, PartialEq, Debug)]
#[allow(missing_docs)]
pub struct LineItem {
    pub from: (f32, f32),
    pub to: (f32, f32),
    pub curved: bool,
    pub dashed: bool,
    pub width: f32,
    pub ink: Ink,
    pub alpha: f32,
}

/// The cut of a text.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
#[allow(missing_docs)]
pub enum Face {
    Plain,
    Bold,
    Mono,
}

/// Where a text stands relative to its point.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(missing_docs)]
pub enum Align {
    Left,
    Middle,
    Right,
}

/// A text on its base line.
#[derive(Clone, PartialEq, Debug)]
#[allow(missing_docs)]
pub struct TextItem {
    pub at: (f32, f32),
    pub text: String,
    pub size: f32,
    pub face: Face,
    pub ink: Ink,
    pub align: Align,
}

/// A ring, of which a part is drawn strongly, beginning at the top.
#[derive(Clone, Copy, PartialEq, Debug)]
#[allow(missing_docs)]
pub struct RingItem {
    pub at: (f32, f32),
    pub radius: f32,
    pub width: f32,
    /// From 0 to 1.
    pub part: f32,
    pub ink: Ink,
}

/// A pod, or a place for one.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct PodItem {
    /// Its middle.
    pub at: (f32, f32),
    /// Its edge.
    pub size: f32,
    /// Its state; none: an empty place.
    pub state: Option<State>,
    /// 0 is invisible, 1 is full.
    pub alpha: f32,
    /// How far it is in what it does, from 0 to 1, where that is known.
    pub part: Option<f32>,
    /// Is it looked at?
    pub selected: bool,
}

/// Something on its way over the network.
#[derive(Clone, Copy, PartialEq, Debug)]
#[allow(missing_docs)]
pub struct Packet {
    pub at: (f32, f32),
    pub ink: Ink,
}

/// What is found where.
#[derive(Clone, Copy, PartialEq, Debug)]
#[allow(missing_docs)]
pub struct Hit {
    pub at: Rect,
    pub uid: Uid,
}

/// A line of the text twin: the object, its place in the outline, and what the picture says of it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Said {
    /// The object; none for a remark.
    pub uid: Option<Uid>,
    /// How deep it stands in the outline.
    pub depth: u8,
    /// The words.
    pub text: String,
}

/// A picture.
#[derive(Clone, PartialEq, Debug, Default)]
#[allow(missing_docs)]
pub struct Scene {
    /// Its width and height in CSS pixels.
    pub size: (f32, f32),
    pub boxes: Vec<BoxItem>,
    pub lines: Vec<LineItem>,
    pub rings: Vec<RingItem>,
    pub pods: Vec<PodItem>,
    pub texts: Vec<TextItem>,
    pub packets: Vec<Packet>,
    pub hits: Vec<Hit>,
    /// The same picture in words.
    pub said: Vec<Said>,
}

impl Scene {
    /// An empty picture.
    pub fn sized(size: (f32, f32)) -> Scene {
        Scene { size, ..Scene::default() }
    }
    /// Adds a card: a ground with a border.
    pub fn card(&mut self, at: Rect, selected: bool) {
        let stroke = if selected { Ink::Accent } else { Ink::Line };
        let fill = Some(Ink::Panel);
        self.boxes.push(BoxItem { at, radius: 10.0, fill, stroke: Some(stroke), dashed: false, alpha: 1.0 });
    }
    /// Adds a ground without a border.
    pub fn ground(&mut self, at: Rect, radius: f32, fill: Ink, alpha: f32) {
        self.boxes.push(BoxItem { at, radius, fill: Some(fill), stroke: None, dashed: false, alpha });
    }
    /// Adds a text that stands left of its point; returns its width.
    pub fn text(&mut self, at: (f32, f32), text: impl Into<String>, size: f32, face: Face, ink: Ink) -> f32 {
        let text = text.into();
        let width = text_width(&text, size, face);
        self.texts.push(TextItem { at, text, size, face, ink, align: Align::Left });
        width
    }
    /// Adds a text with another alignment.
    pub fn text_to(
        &mut self,
        at: (f32, f32),
        text: impl Into<String>,
        size: f32,
        face: Face,
        ink: Ink,
        align: Align,
    ) {
        self.texts.push(TextItem { at, text: text.into(), size, face, ink, align });
    }
    /// Adds a word in a rounded border whose right upper corner is given; returns its width.
    pub fn pill(&mut self, right: f32, y: f32, word: &str, ink: Ink) -> f32 {
        let w = text_width(word, 11.5, Face::Bold) + 22.0;
        let at = Rect::new(right - w, y, w, 24.0);
        self.boxes.push(BoxItem {
            at,
            radius: 12.0,
            fill: None,
            stroke: Some(ink),
            dashed: false,
            alpha: 1.0,
        });
        self.text_to((right - w / 2.0, y + 16.0), word, 11.5, Face::Bold, ink, Align::Middle);
        w
    }
    /// Makes something findable.
    pub fn hit(&mut self, at: Rect, uid: Uid) {
        self.hits.push(Hit { at, uid });
    }
    /// Adds a line of the text twin.
    pub fn say(&mut self, uid: Option<Uid>, depth: u8, text: impl Into<String>) {
        self.said.push(Said { uid, depth, text: text.into() });
    }
    /// What is found at a point: the topmost, which was added last.
    pub fn find(&self, x: f32, y: f32) -> Option<Uid> {
        self.hits.iter().rev().find(|h| h.at.holds(x, y)).map(|h| h.uid)
    }
}

/// About how wide a text will be. The true width is known only to the screen; this errs on the wide side.
pub fn text_width(text: &str, size: f32, face: Face) -> f32 {
    let each = match face {
        Face::Mono => return text.chars().count() as f32 * size * 0.605,
        Face::Plain => 1.0,
        Face::Bold => 1.06,
    };
    let em: f32 = text
        .chars()
        .map(|c| match c {
            'i' | 'j' | 'l' | '.' | ',' | ':' | ';' | '\'' | '|' | '!' => 0.28,
            'f' | 't' | 'r' | ' ' | '(' | ')' | '-' | '/' => 0.36,
            'm' | 'w' | 'M' | 'W' | '%' | '@' => 0.86,
            'A'..='Z' => 0.68,
            c if c.is_ascii() => 0.56,
            _ => 0.7,
        })
        .sum();
    em * size * each
}

/// A text cut to a width, with `…` at its end where something is missing.
pub fn fit(text: &str, width: f32, size: f32, face: Face) -> String {
    if text_width(text, size, face) <= width {
        return text.to_owned();
    }
    let mut out = String::new();
    let mut used = text_width("…", size, face);
    for c in text.chars() {
        used += text_width(c.encode_utf8(&mut [0; 4]), size, face);
        if used > width {
            break;
        }
        out.push(c);
    }
    out.push('…');
    out
}

/// A text cut to a width, with `…` at its beginning where something is missing: for names that differ at their end.
pub fn fit_end(text: &str, width: f32, size: f32, face: Face) -> String {
    if text_width(text, size, face) <= width {
        return text.to_owned();
    }
    let mut used = text_width("…", size, face);
    let fits = |c: &char| {
        used += text_width(c.encode_utf8(&mut [0; 4]), size, face);
        used <= width
    };
    let kept: Vec<char> = text.chars().rev().take_while(fits).collect();
    std::iter::once('…').chain(kept.into_iter().rev()).collect()
}

/// A text broken into at most so many lines of a width; the last is cut.
pub fn wrap(text: &str, width: f32, size: f32, face: Face, lines_max: usize) -> Vec<String> {
    let mut lines: Vec<String> = vec![String::new()];
    for word in text.split_whitespace() {
        let last = lines.last_mut().expect("there is always one");
        let longer = if last.is_empty() { word.to_owned() } else { format!("{last} {word}") };
        if last.is_empty() || text_width(&longer, size, face) <= width || lines.len() == lines_max {
            *lines.last_mut().expect("there is always one") = longer;
        } else {
            lines.push(word.to_owned());
        }
    }
    lines.iter().map(|l| fit(l, width, size, face)).collect()
}
