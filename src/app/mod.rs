//! The page: the only room that knows a browser.
//!
//! It decides nothing about a cluster: it turns the viewer's time and clicks into seeks and requests, and plain data of
//! the view into pixels and elements. The virtual DOM never holds a node for each pod.

mod apply;
mod assist;
mod editor;
mod files;
mod heard;
mod icons;
mod keys;
mod painter;
mod palette;
mod panels;
mod player;
mod screen;
mod shown;
mod storage;
mod tabs;
mod terminal;
mod time;
mod told;

mod page;

use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = podium)]
    fn broken(reason: &str);
}

/// Mounts the page. If the program ever breaks, a page takes its place that keeps the text and offers a way on.
pub fn start() {
    std::panic::set_hook(Box::new(|info| broken(&info.to_string())));
    let document = web_sys::window().and_then(|w| w.document());
    let place = document.and_then(|d| d.get_element_by_id("podium"));
    if let Some(place) = place {
        place.set_class_name("");
        place.set_inner_html("");
        yew::Renderer::<page::App>::with_root(place).render();
    }
}
