//! Icons: one set, drawn on a grid of 20 with lines of 1.75, in the colour of the text around them.

use yew::{Html, html};

/// What an icon shows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(missing_docs)]
pub enum Icon {
    ToStart,
    Back,
    Play,
    Pause,
    Forward,
    Next,
    Down,
    Theme,
    Help,
    Close,
    Error,
    Warning,
    Info,
    Done,
    Follow,
    Plus,
    Open,
    Save,
    Format,
}

/// Draws an icon. It is only a picture: what it means is said beside it or in the label of its button.
pub fn icon(icon: Icon) -> Html {
    let (lines, solid): (&'static str, &'static str) = match icon {
        Icon::ToStart => ("M5 4v12", "M16 4.6v10.8L8 10z"),
        Icon::Back => ("M15 5v10", "M12 5v10L4.5 10z"),
        Icon::Play => ("", "M6 3.9v12.2L16.4 10z"),
        Icon::Pause => ("", "M5.2 4h3.4v12H5.2zM11.4 4h3.4v12h-3.4z"),
        Icon::Forward => ("M5 5v10", "M8 5v10l7.5-5z"),
        Icon::Next => ("M15 4v12", "M4 4.6v10.8L12 10z"),
        Icon::Down => ("M6 8.2 10 12.2 14 8.2", ""),
        Icon::Theme => {
            ("M10 3.2a6.8 6.8 0 1 0 0 13.6 6.8 6.8 0 0 0 0-13.6z", "M10 3.2a6.8 6.8 0 0 1 0 13.6z")
        }
        Icon::Help => ("M7.4 7.6a2.6 2.6 0 1 1 3.9 2.3c-.9.5-1.3 1-1.3 1.9M10 14.6v.1", ""),
        Icon::Close => ("M5.5 5.5l9 9M14.5 5.5l-9 9", ""),
        Icon::Error => ("M10 3a7 7 0 1 0 0 14 7 7 0 0 0 0-14zM7.6 7.6l4.8 4.8M12.4 7.6l-4.8 4.8", ""),
        Icon::Warning => ("M10 3.4 17.2 16H2.8zM10 8.2v3.6M10 13.9v.1", ""),
        Icon::Info => ("M10 3a7 7 0 1 0 0 14 7 7 0 0 0 0-14zM10 9.4v4.2M10 6.6v.1", ""),
        Icon::Done => ("M10 3a7 7 0 1 0 0 14 7 7 0 0 0 0-14zM6.9 10.2l2.2 2.2 4.1-4.6", ""),
        Icon::Follow => ("M6 14 14 6M8 6h6v6", ""),
        Icon::Plus => ("M10 4.5v11M4.5 10h11", ""),
        Icon::Open => ("M3 15.5v-10h5l1.6 2H17v8z", ""),
        Icon::Format => ("M4 5h12M7.5 8.4H16M7.5 11.8H16M4 15.2h12", ""),
        Icon::Save => ("M10 3.5v8.6M6.6 8.9l3.4 3.4 3.4-3.4M4 16h12", ""),
    };
    html! {
        <svg class="icon" viewBox="0 0 20 20" aria-hidden="true" focusable="false">
            if !solid.is_empty() { <path class="solid" d={solid} /> }
            if !lines.is_empty() { <path class="lines" d={lines} /> }
        </svg>
    }
}

/// Podium's sign: a cube with its heart open.
pub fn logo() -> Html {
    html! {
        <svg class="logo" viewBox="0 0 32 32" aria-hidden="true" focusable="false">
            <path class="logo-cube" d="M16 1.5 28.6 8.7v14.6L16 30.5 3.4 23.3V8.7z" />
            <rect class="logo-heart" x="10.5" y="10.5" width="11" height="11" rx="3" />
        </svg>
    }
}
