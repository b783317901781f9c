//! What the fuzz targets have in common: an input is held against everything that must hold, within bounds.
//!
//! `scripts/fuzz` builds and runs them. What they find becomes a test in `crates/language/tests`.

mod bounds;
#[path = "../../tests/language/holds/mod.rs"]
mod holds;

use language::Value;
use serde_json::Value as Json;

/// Any bytes, read as a workflow text.
pub fn parser(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    bounds::within(|| holds::text(&text));
}

/// A workflow text with `‸` where the cursor is, or else with the cursor at its end: whatever an editor asks there.
pub fn assist(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    let (before, behind) = text.split_once('‸').unwrap_or((&text, ""));
    let (at, text) = (before.encode_utf16().count(), format!("{before}{behind}"));
    bounds::within(|| holds::assist(&text, at));
}

/// A tree in its JSON form, or else a single text: as something to evaluate, and as data from outside.
pub fn template(input: &[u8]) {
    let tree = serde_json::from_slice(input)
        .map_or_else(|_| Value::text(input), |json: Json| Value::from_json(&json));
    bounds::within(|| {
        holds::template(&tree);
        holds::data(&tree);
    });
}

/// A question to a document.
pub fn query(input: &[u8]) {
    let question = String::from_utf8_lossy(input);
    bounds::within(|| holds::query(&question));
}
