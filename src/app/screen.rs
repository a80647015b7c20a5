//! A canvas that fills its pane, sharp on every screen.

use super::painter::paint;
use super::palette::Palette;
use crate::view::Scene;
use wasm_bindgen::JsCast;
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement};
use yew::NodeRef;

/// Up to this room a unit of the picture is a CSS pixel; beyond it units grow.
const UNSCALED: (f32, f32) = (860.0, 560.0);
const SCALE_MAX: f32 = 1.7;

/// A pane with a canvas in it.
#[derive(Default)]
pub struct Screen {
    /// The pane that scrolls.
    pub pane: NodeRef,
    /// The canvas.
    pub canvas: NodeRef,
    context: Option<CanvasRenderingContext2d>,
    drawn_at: (u32, u32),
    /// How many CSS pixels one unit of the picture is.
    scale: Scale,
    /// Is the canvas taller than its pane, rather than standing still in it?
    scrolls: bool,
}

/// A factor that is 1 unless something else was said.
struct Scale(f32);

impl Default for Scale {
    fn default() -> Self {
        Scale(1.0)
    }
}

impl Screen {
    /// The room in the pane, in CSS pixels; none while the pane is not shown.
    pub fn room(&self) -> Option<(f32, f32)> {
        let pane = self.pane.cast::<web_sys::Element>()?;
        let (w, h) = (pane.client_width(), pane.client_height());
        (w > 40 && h > 20).then_some((w as f32, h as f32))
    }
    /// The room in units of the picture, which grow with a large screen: what is projected is read from far away.
    pub fn scaled_room(&mut self) -> Option<(f32, f32)> {
        let (w, h) = self.room()?;
        self.scrolls = true;
        self.scale.0 = (w / UNSCALED.0).min(h / UNSCALED.1).clamp(1.0, SCALE_MAX);
        Some((w / self.scale.0, h / self.scale.0))
    }
    /// A place on the canvas, in CSS pixels, as a place in the picture.
    pub fn place(&self, x: f32, y: f32) -> (f32, f32) {
        (x / self.scale.0, y / self.scale.0)
    }
    /// How far the pane is scrolled.
    pub fn scroll(&self) -> f32 {
        self.pane.cast::<web_sys::Element>().map_or(0.0, |p| p.scroll_top() as f32)
    }
    /// Draws a picture; the canvas takes its size.
    pub fn show(&mut self, palette: &Palette, scene: &Scene) {
        let Some(canvas) = self.canvas.cast::<HtmlCanvasElement>() else {
            self.context = None;
            return;
        };
        let same = self.context.as_ref().and_then(|c| c.canvas()).is_some_and(|c| c == canvas);
        if !same {
            let context = canvas.get_context("2d").ok().flatten();
            self.context = context.and_then(|c| c.dyn_into().ok());
            self.drawn_at = (0, 0);
        }
        let Some(context) = &self.context else { return };
        let ratio = web_sys::window().map_or(1.0, |w| w.device_pixel_ratio()).clamp(1.0, 3.0);
        let (ratio, scale) = (ratio * self.scale.0 as f64, self.scale.0);
        let pixels = |units: f32| (units as f64 * ratio).round() as u32;
        let size = (pixels(scene.size.0), pixels(scene.size.1));
        if size != self.drawn_at {
            canvas.set_width(size.0);
            canvas.set_height(size.1);
            let style = canvas.style();
            let _ = style.set_property("width", &format!("{}px", scene.size.0 * scale));
            let _ = style.set_property("height", &format!("{}px", scene.size.1 * scale));
            self.drawn_at = size;
        }
        let pane = self.pane.cast::<web_sys::Element>().filter(|_| self.scrolls);
        let _ = context.set_transform(ratio, 0.0, 0.0, ratio, 0.0, 0.0);
        // What is scrolled out of sight is not drawn; a scroll draws anew.
        let (from, tall) =
            pane.map_or((0.0, f32::MAX), |p| (p.scroll_top() as f32, p.client_height() as f32));
        paint(context, palette, scene, (from / scale, (from + tall) / scale));
    }
}
