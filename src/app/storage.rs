//! What survives a reload. Storage may be forbidden, full or absent; the page then works without it.

use web_sys::Storage;

fn storage() -> Option<Storage> {
    web_sys::window()?.local_storage().ok()?
}

/// What was kept under a name.
pub fn read(name: &str) -> Option<String> {
    storage()?.get_item(&format!("podium/{name}")).ok()?
}

/// Keeps something under a name. Returns whether it could be kept.
pub fn keep(name: &str, value: &str) -> bool {
    storage().is_some_and(|s| s.set_item(&format!("podium/{name}"), value).is_ok())
}

/// Keeps nothing under a name any more.
pub fn forget(name: &str) {
    if let Some(storage) = storage() {
        let _ = storage.remove_item(&format!("podium/{name}"));
    }
}
