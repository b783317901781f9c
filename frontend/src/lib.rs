//! The WASM entries: what wakes the islands, and, as a bundle of its own, what seals values.

#[cfg(feature = "workbench")]
pub mod worker;

// Without this name the linker drops the islands.
#[cfg(feature = "islands")]
use app as _;

#[cfg(feature = "seal")]
pub mod seal;

/// Called by the page's script before it wakes the islands one by one.
#[cfg(feature = "islands")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    console_error_panic_hook::set_once();
    leptos::mount::hydrate_islands();
}
