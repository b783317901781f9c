//! What is timed. Every result is returned, so that no compiler leaves the work out.

use language::{Assist, Library, compare, read, tree};
use model::{HeldConnection, Holdings};

/// Reads the YAML and nothing more; returns how many complaints there are.
pub(crate) fn parse(text: &str) -> usize {
    let (tree, diagnostics) = tree::parse(text);
    usize::from(tree.root().is_none()) + diagnostics.len()
}

/// Reads everything the language knows; returns how many complaints there are.
pub(crate) fn check(text: &str) -> usize {
    read(text).diagnostics.len()
}

/// The same with the comparison that follows every change in the editor; returns what is missing.
pub(crate) fn check_and_compare(text: &str, holdings: &Holdings) -> usize {
    compare(&read(text).requirements, holdings).missing()
}

/// At how many places of a text it is asked what an editor asks.
pub(crate) const PLACES: usize = 6;

/// Reads a text and answers everything an editor asks about a place in it, counted from 0 to [`PLACES`]; returns how
/// much was answered.
pub(crate) fn assist(text: &str, holdings: &Holdings, vocabulary: &str, place: usize) -> usize {
    let assist = Assist::of(text);
    let library = Library::new(vocabulary);
    // Counted in UTF-16 units there are at most so many as bytes, and what is behind the end is the end.
    let at = text.len() * place / (PLACES - 1);
    let completions = assist.complete(at, holdings, library, true);
    let hover = assist.hover(at, holdings, library);
    let target = assist.rename_target(at);
    let renamed = target.map(|_| assist.rename(at, "fresh"));
    completions.map_or(0, |found| found.items.len())
        + usize::from(hover.is_some())
        + usize::from(assist.definition(at).is_some())
        + renamed.map_or(0, |edits| edits.map_or(1, |edits| edits.len()))
        + assist.references(at).len()
        + assist.fixes(at, at).len()
        + assist.outline().len()
        + assist.graph().steps.len()
}

/// Everything that is said of a text, as JSON.
pub(crate) fn answer(text: &str) -> String {
    serde_json::to_string(&read(text)).unwrap_or_else(|error| error.to_string())
}

/// An account with the 50 connections that the pages are measured with; some fit.
pub(crate) fn holdings() -> Holdings {
    let connection = |number: usize| HeldConnection {
        id: format!("{number:032x}"),
        type_name: "postgresql".to_owned(),
        name: format!("prices-{number}"),
        permitted: true,
        unopenable: None,
    };
    Holdings {
        connections: (1..=50).map(connection).collect(),
        secrets: Vec::new(),
    }
}
