//! The WASM entry: links the islands and wakes them.

#[cfg(feature = "workbench")]
pub mod worker;

// Without this name the linker drops the islands.
use app as _;

/// Called by the page's script before it wakes the islands one by one.
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    console_error_panic_hook::set_once();
    leptos::mount::hydrate_islands();
}
