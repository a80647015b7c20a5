//! Colours by meaning → the values that the style sheet gives them, read once a theme.

use crate::sim::State;
use crate::view::Ink;
use std::collections::BTreeMap;

/// The colours of the present theme.
pub struct Palette {
    inks: BTreeMap<Ink, String>,
    /// The colour of signs on a state's ground.
    pub sign: String,
    /// The fonts of plain text and of code.
    pub fonts: [String; 2],
}

const STATES: [(State, &str); 12] = [
    (State::Pending, "pending"),
    (State::Creating, "creating"),
    (State::Running, "running"),
    (State::Ready, "running"),
    (State::Succeeded, "succeeded"),
    (State::Failed, "failed"),
    (State::CrashLoop, "crash-loop"),
    (State::Terminating, "terminating"),
    (State::Stuck, "crash-loop"),
    (State::Failing, "failed"),
    (State::Suspended, "suspended"),
    (State::Unknown, "pending"),
];

/// The name of a colour in the style sheet.
pub fn name(ink: Ink) -> &'static str {
    match ink {
        Ink::Panel => "panel",
        Ink::Soft => "soft",
        Ink::Line => "line",
        Ink::Text => "text",
        Ink::Muted => "muted",
        Ink::Accent => "accent",
        Ink::AccentSoft => "accent-soft",
        Ink::Good => "good",
        Ink::Bad => "bad",
        Ink::Warn => "warn",
        Ink::State(state) => STATES.iter().find(|(s, _)| *s == state).map_or("muted", |(_, n)| n),
    }
}

impl Palette {
    /// Reads the style sheet's values as they are now.
    pub fn read() -> Palette {
        let window = web_sys::window().expect("there is a window");
        let root = window.document().and_then(|d| d.document_element());
        let style = root.and_then(|r| window.get_computed_style(&r).ok().flatten());
        let value = |name: &str| {
            let found = style.as_ref().and_then(|s| s.get_property_value(&format!("--{name}")).ok());
            found.unwrap_or_default().trim().to_owned()
        };
        let plain = [
            Ink::Panel,
            Ink::Soft,
            Ink::Line,
            Ink::Text,
            Ink::Muted,
            Ink::Accent,
            Ink::AccentSoft,
            Ink::Good,
            Ink::Bad,
            Ink::Warn,
        ];
        let all = plain.into_iter().chain(STATES.map(|(s, _)| Ink::State(s)));
        Palette {
            inks: all.map(|ink| (ink, value(name(ink)))).collect(),
            sign: value("sign"),
            fonts: [value("sans"), value("mono")],
        }
    }
    /// The value of a colour.
    pub fn of(&self, ink: Ink) -> &str {
        self.inks.get(&ink).map_or("#888", String::as_str)
    }
}
