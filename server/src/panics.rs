//! What is told of a panic: where it happened, and its words only when they stand in the program as
//! they are. Words that were put together may hold what the program was working on: cutting a text in
//! the middle of a character panics with that text, and the text may be a value.

use std::backtrace::{Backtrace, BacktraceStatus};
use std::io::Write;
use std::panic::{PanicHookInfo, set_hook};

/// In place of words that were put together.
const WITHHELD: &str = "its words are withheld, because they may hold a value";

/// From now on, for all threads of this process. With `RUST_BACKTRACE=1` the calls that led there are
/// told too: names of functions and lines.
pub fn tell_no_values() {
    set_hook(Box::new(|panic| {
        // Nobody is left to tell when stderr is gone.
        let _ = std::io::stderr().write_all(told(panic).as_bytes());
    }));
}

fn told(panic: &PanicHookInfo<'_>) -> String {
    let words = panic.payload().downcast_ref::<&'static str>();
    let words = words.copied().unwrap_or(WITHHELD);
    let place = panic
        .location()
        .map_or_else(|| "a place unknown".to_owned(), ToString::to_string);
    let mut told = format!("relay: panicked at {place}: {words}\n");
    let calls = Backtrace::capture();
    if calls.status() == BacktraceStatus::Captured {
        told.push_str(&calls.to_string());
        told.push('\n');
    }
    told
}
