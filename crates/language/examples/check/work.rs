//! What is timed. Every result is returned, so that no compiler leaves the work out.

use language::{compare, read, tree};
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
        unopenable: false,
    };
    Holdings {
        connections: (1..=50).map(connection).collect(),
        secrets: Vec::new(),
    }
}
