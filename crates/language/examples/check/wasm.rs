//! The same work for whoever has a clock or something to compare with. Only numbers go in and out, so the module needs
//! no bindings to be called: a text comes in pieces of four bytes, and an answer leaves so.

#![expect(
    unreachable_pub,
    reason = "bindings are made of public functions alone, and nothing can reach into a program"
)]

use std::cell::RefCell;

use wasm_bindgen::prelude::wasm_bindgen;

use crate::work;

thread_local! {
    static GIVEN: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
    static VOCABULARY: RefCell<String> = const { RefCell::new(String::new()) };
    static ANSWER: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Makes room for a text of so many bytes.
#[wasm_bindgen]
pub fn begin(length: usize) {
    GIVEN.with_borrow_mut(|given| {
        given.clear();
        given.reserve_exact(length + 3);
    });
}

/// Takes the next four bytes of the text; what is not its own at the end is cut off by [`end`].
#[wasm_bindgen]
pub fn take(four: u32) {
    GIVEN.with_borrow_mut(|given| given.extend(four.to_le_bytes()));
}

/// Ends the text at its length; returns whether it is one.
#[wasm_bindgen]
pub fn end(length: usize) -> bool {
    GIVEN.with_borrow_mut(|given| {
        given.truncate(length);
        std::str::from_utf8(given).is_ok()
    })
}

fn with<T>(work: impl FnOnce(&str) -> T) -> T {
    GIVEN.with_borrow(|given| work(std::str::from_utf8(given).unwrap_or_default()))
}

/// [`work::parse`] of the text.
#[wasm_bindgen]
pub fn parse() -> usize {
    with(work::parse)
}

/// [`work::check`] of the text.
#[wasm_bindgen]
pub fn check() -> usize {
    with(work::check)
}

/// [`work::check_and_compare`] of the text.
#[wasm_bindgen]
pub fn compare() -> usize {
    let holdings = work::holdings();
    with(|text| work::check_and_compare(text, &holdings))
}

/// Takes the text for what is said about words.
#[wasm_bindgen]
pub fn learn() {
    VOCABULARY.set(with(str::to_owned));
}

/// [`work::assist`] at a place of the text.
#[wasm_bindgen]
pub fn assist(place: usize) -> usize {
    let holdings = work::holdings();
    VOCABULARY
        .with_borrow(|vocabulary| with(|text| work::assist(text, &holdings, vocabulary, place)))
}

/// How many places there are.
#[wasm_bindgen]
pub fn places() -> usize {
    work::PLACES
}

/// Works out [`work::answer`]; returns its length in bytes.
#[wasm_bindgen]
pub fn answer() -> usize {
    let answer = with(work::answer);
    ANSWER.with_borrow_mut(|kept| {
        *kept = answer;
        kept.len()
    })
}

/// The four bytes of the answer from there on.
#[wasm_bindgen]
pub fn give(at: usize) -> u32 {
    ANSWER.with_borrow(|answer| {
        let byte = |more: usize| answer.as_bytes().get(at + more).copied().unwrap_or(0);
        u32::from_le_bytes([byte(0), byte(1), byte(2), byte(3)])
    })
}
