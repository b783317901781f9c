//! The keys of one map: which are known, which are missing, which hold the wrong thing.

use super::literal;
use crate::code::Code;
use crate::diagnostic::{Severity, shown};
use crate::findings::Findings;
use crate::limits::MAX_NAME;
use crate::repair::Repair;
use crate::text::Span;
use crate::tree::{Content, NodeId, ScalarType, Tree};

/// A map with a fixed set of keys.
pub(super) struct Fields<'a, 't> {
    pub(super) tree: &'a Tree<'t>,
    /// Where to complain about what is missing.
    pub(super) head: Span,
    /// What the map is, for sentences: “a step”.
    what: &'static str,
    known: &'static [&'static str],
    values: Vec<Option<NodeId>>,
}

impl<'a, 't> Fields<'a, 't> {
    /// Reads the keys; none when the node is no map.
    pub(super) fn new(
        tree: &'a Tree<'t>,
        id: NodeId,
        what: &'static str,
        known: &'static [&'static str],
        findings: &mut Findings<'_>,
    ) -> Option<Self> {
        if !matches!(tree.content(tree.resolve(id)), Content::Mapping) {
            wrong(tree, id, what, "a map", findings);
            return None;
        }
        let mut fields = Self {
            tree,
            head: tree.first_line(id),
            what,
            known,
            values: vec![None; known.len()],
        };
        for (key, value) in tree.entries(id) {
            let Some(name) = tree.scalar(key) else {
                continue;
            };
            if let Some(at) = known.iter().position(|known| *known == name) {
                // A duplicate has its own complaint; the first counts.
                fields.values[at].get_or_insert(value);
            } else {
                let guess = findings.guess(name, known.iter().copied());
                findings.add(
                    Severity::Warning,
                    Code::UnknownKey,
                    tree.span(key),
                    format_args!("{what} has no key {}{guess}", shown(name)),
                    guess.repair(tree.span(key)),
                );
            }
        }
        Some(fields)
    }

    /// The value under a key, written or not.
    pub(super) fn get(&self, key: &str) -> Option<NodeId> {
        let at = self.known.iter().position(|known| *known == key)?;
        self.values.get(at).copied().flatten()
    }

    /// The value under a key that has to be there.
    pub(super) fn required(&self, key: &str, findings: &mut Findings<'_>) -> Option<NodeId> {
        let value = self.get(key);
        if value.is_none() {
            findings.error(
                Code::MissingKey,
                self.head,
                format_args!("{} needs the key `{key}`", self.what),
            );
        }
        value
    }

    /// A text under a key, which a run needs and takes as it stands. Anything else is a
    /// complaint.
    pub(super) fn text(&self, key: &str, findings: &mut Findings<'_>) -> Option<String> {
        let id = self.get(key)?;
        literal::check(self.tree, id, key, findings);
        text(self.tree, id, key, Severity::Error, findings)
    }

    /// The name of what this is, under `name`.
    pub(super) fn own_name(&self, findings: &mut Findings<'_>) -> Option<String> {
        let id = self.required("name", findings)?;
        let name = self.text("name", findings)?;
        if name.len() > MAX_NAME {
            findings.error(
                Code::NameTooLong,
                self.tree.first_line(id),
                format_args!(
                    "a name has at most {MAX_NAME} bytes, but this one has {}",
                    name.len()
                ),
            );
            return None;
        }
        Some(name)
    }

    /// A text under a key that only people read: no run fails because of it.
    pub(super) fn words(&self, key: &str, findings: &mut Findings<'_>) -> Option<String> {
        text(self.tree, self.get(key)?, key, Severity::Warning, findings)
    }

    /// A list of texts under a key.
    pub(super) fn texts(&self, key: &'static str, findings: &mut Findings<'_>) -> Vec<String> {
        let Some(id) = self.get(key) else {
            return Vec::new();
        };
        let Content::Sequence(items) = self.tree.content(self.tree.resolve(id)) else {
            wrong(self.tree, id, key, "a list of texts", findings);
            return Vec::new();
        };
        // An empty line of a script is a text too.
        let mut texts = Vec::new();
        for item in items {
            match self.tree.scalar_type(*item) {
                Some(ScalarType::Text) => {
                    literal::check(self.tree, *item, key, findings);
                    texts.extend(self.tree.scalar(*item).map(str::to_owned));
                }
                Some(kind) if kind != ScalarType::Null => {
                    let (expected, severity) = ("a list of texts", Severity::Error);
                    unquoted(self.tree, *item, key, expected, severity, findings);
                }
                _ => wrong(self.tree, *item, key, "a list of texts", findings),
            }
        }
        texts
    }

    /// Complains unless what stands under the key is a map, or nothing.
    pub(super) fn map(&self, key: &'static str, findings: &mut Findings<'_>) -> Option<NodeId> {
        let id = self.get(key)?;
        if self.tree.is_null(id) {
            return None;
        }
        if !matches!(self.tree.content(self.tree.resolve(id)), Content::Mapping) {
            wrong(self.tree, id, key, "a map", findings);
            return None;
        }
        Some(id)
    }
}

/// A text that is not empty.
pub(super) fn text(
    tree: &Tree<'_>,
    id: NodeId,
    key: &str,
    severity: Severity,
    findings: &mut Findings<'_>,
) -> Option<String> {
    match (tree.scalar_type(id), tree.scalar(id)) {
        (Some(ScalarType::Text), Some("")) => {
            let message = format_args!("`{key}` is empty; write something or remove it");
            findings.add(severity, Code::EmptyValue, tree.span(id), message, None);
            None
        }
        (Some(ScalarType::Text), Some(value)) => Some(value.to_owned()),
        (Some(kind), Some(value)) if kind != ScalarType::Null => {
            unquoted(tree, id, key, "a text", severity, findings);
            Some(value.to_owned())
        }
        _ => {
            other(tree, id, key, "a text", severity, findings);
            None
        }
    }
}

/// Complains about a scalar that would be a text in quotes.
fn unquoted(
    tree: &Tree<'_>,
    id: NodeId,
    key: &str,
    expected: &str,
    severity: Severity,
    findings: &mut Findings<'_>,
) {
    let found = tree.scalar_type(id).map_or("nothing", ScalarType::words);
    findings.add(
        severity,
        Code::WrongType,
        tree.span(id),
        format_args!("`{key}` is {expected}, but this is {found}; put it in quotes"),
        Repair::quote_node(tree, id),
    );
}

/// Complains that a node is not what a run needs.
pub(super) fn wrong(
    tree: &Tree<'_>,
    id: NodeId,
    what: &str,
    expected: &str,
    findings: &mut Findings<'_>,
) {
    other(tree, id, what, expected, Severity::Error, findings);
}

/// Complains that a node is not what its key needs.
pub(super) fn other(
    tree: &Tree<'_>,
    id: NodeId,
    what: &str,
    expected: &str,
    severity: Severity,
    findings: &mut Findings<'_>,
) {
    let target = tree.resolve(id);
    let found = match tree.content(target) {
        Content::Sequence(_) => "a list",
        Content::Mapping => "a map",
        Content::Scalar(..) | Content::Alias(_) => tree
            .scalar_type(target)
            .map_or("something else", ScalarType::words),
    };
    let what = if what.contains(' ') {
        what.to_owned()
    } else {
        format!("`{what}`")
    };
    findings.add(
        severity,
        Code::WrongType,
        tree.first_line(id),
        format_args!("{what} is {expected}, but this is {found}"),
        None,
    );
}
