//! The same work for a page that has the clock. Only numbers go in and out, so the module needs no
//! bindings to be called.

#![expect(
    unreachable_pub,
    reason = "bindings are made of public functions alone, and nothing can reach into a program"
)]

use std::cell::OnceCell;

use model::Holdings;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::{text, work};

struct Texts {
    workflow: String,
    holdings: Holdings,
    hostile: Vec<(&'static str, String)>,
}

thread_local! {
    static TEXTS: OnceCell<Texts> = const { OnceCell::new() };
}

fn with<T>(work: impl FnOnce(&Texts) -> T) -> T {
    TEXTS.with(|texts| {
        work(texts.get_or_init(|| Texts {
            workflow: text::workflow(),
            holdings: work::holdings(),
            hostile: text::hostile(),
        }))
    })
}

/// [`work::parse`] of the workflow.
#[wasm_bindgen]
pub fn parse() -> usize {
    with(|texts| work::parse(&texts.workflow))
}

/// [`work::check`] of the workflow.
#[wasm_bindgen]
pub fn check() -> usize {
    with(|texts| work::check(&texts.workflow))
}

/// [`work::check_and_compare`] of the workflow.
#[wasm_bindgen]
pub fn compare() -> usize {
    with(|texts| work::check_and_compare(&texts.workflow, &texts.holdings))
}

/// [`work::check`] of a hostile text, by its place in the list.
#[wasm_bindgen]
pub fn hostile(place: usize) -> usize {
    with(|texts| {
        let found = texts.hostile.get(place);
        found.map_or(0, |(_, text)| work::check(text))
    })
}
