//! Cures that a program can carry out: which bytes to replace by what.

use crate::diagnostic::shown;
use crate::text::Span;
use crate::tree::{Content, NodeId, Style, Tree};

/// A cure, before its places are known in every unit.
#[derive(Debug, Clone)]
pub(crate) struct Repair {
    pub(crate) label: String,
    pub(crate) edits: Vec<(Span, String)>,
}

impl Repair {
    /// Puts `text` in the place of what is there.
    pub(crate) fn replace(span: Span, text: &str) -> Self {
        Self {
            label: format!("change it to {}", shown(text)),
            edits: vec![(span, text.to_owned())],
        }
    }

    /// Adds `text` at a byte.
    pub(crate) fn insert(label: impl Into<String>, at: u32, text: impl Into<String>) -> Self {
        Self {
            label: label.into(),
            edits: vec![(Span { start: at, end: at }, text.into())],
        }
    }

    /// Takes out what is there.
    pub(crate) fn remove(label: impl Into<String>, span: Span) -> Self {
        Self {
            label: label.into(),
            edits: vec![(span, String::new())],
        }
    }

    /// Puts a stretch of one line into the quotes that need the least change.
    pub(crate) fn quote(source: &str, span: Span) -> Option<Self> {
        let inside = source.get(span.range())?;
        if inside.is_empty() || inside.contains(['\n', '\r']) {
            return None;
        }
        Some(Self {
            label: "put it in quotes".to_owned(),
            edits: vec![(span, quoted(inside))],
        })
    }

    /// Puts a plain scalar of one line into quotes; none for any other node, nor behind a tag,
    /// which says what it is whatever stands around it.
    pub(crate) fn quote_node(tree: &Tree<'_>, id: NodeId) -> Option<Self> {
        let plain = matches!(tree.content(id), Content::Scalar(_, Style::Plain));
        (plain && tree.tag(id).is_none()).then(|| Self::quote(tree.source(), tree.span(id)))?
    }

    /// Writes another name in the place of a scalar, in quotes where it needs them.
    pub(crate) fn rename(span: Span, name: &str) -> Self {
        Self {
            label: format!("change it to {}", shown(name)),
            edits: vec![(span, word(name))],
        }
    }
}

/// A name as YAML: in quotes unless it reads as text without them everywhere.
pub(crate) fn word(name: &str) -> String {
    let plain = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '!')
        && name
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "!._-/".contains(c))
        && !matches!(
            name.to_ascii_lowercase().as_str(),
            "true" | "false" | "null" | "yes" | "no" | "on" | "off"
        );
    if plain { name.to_owned() } else { quoted(name) }
}

fn quoted(text: &str) -> String {
    if text.contains('\'') && !text.contains(['"', '\\']) {
        format!("\"{text}\"")
    } else {
        format!("'{}'", text.replace('\'', "''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_quoted_where_they_must_be() {
        for (name, expected) in [
            ("build", "build"),
            ("Step 8", "'Step 8'"),
            ("it's", "\"it's\""),
            ("a'\"b", "'a''\"b'"),
            ("null", "'null'"),
            ("5", "'5'"),
            ("a,b", "'a,b'"),
        ] {
            assert_eq!(word(name), expected);
        }
    }
}
