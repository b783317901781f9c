//! Values that are taken as they stand: a reference in them would never be looked up.

use crate::code::Code;
use crate::diagnostic::shown;
use crate::findings::Findings;
use crate::reference::refers;
use crate::text::Span;
use crate::tree::{Content, NodeId, Tree};

/// Complains when a text is written as if it were evaluated.
pub(super) fn check(tree: &Tree<'_>, id: NodeId, key: &str, findings: &mut Findings<'_>) {
    let target = tree.resolve(id);
    if let Some(span) = reference(tree, target) {
        findings.warning(
            Code::NotEvaluated,
            span,
            format_args!(
                "`{key}` is not evaluated, so this stays as it is; only `spec`, `env` and `when` \
                 refer to something"
            ),
        );
    }
}

/// The same for the default of a parameter, at its first place.
pub(super) fn check_default(tree: &Tree<'_>, id: NodeId, name: &str, findings: &mut Findings<'_>) {
    let mut waiting = vec![id];
    while let Some(id) = waiting.pop() {
        if let Some(span) = reference(tree, id) {
            return findings.warning(
                Code::NotEvaluated,
                span,
                format_args!(
                    "the default of {} is not evaluated, so this stays as it is; refer to it \
                     where the parameter is used",
                    shown(name)
                ),
            );
        }
        match tree.content(id) {
            Content::Sequence(items) => waiting.extend(items.iter().rev()),
            Content::Mapping => waiting.extend(tree.entries(id).map(|(_, value)| value)),
            Content::Scalar(..) | Content::Alias(_) => {}
        }
    }
}

/// Where a node looks like a reference: its tag, or the text with its template.
fn reference(tree: &Tree<'_>, id: NodeId) -> Option<Span> {
    if let Some(tag) = tree.tag(id)
        && tag.name.starts_with('!')
        && tag.name != "!"
    {
        return Some(tag.span);
    }
    match tree.content(id) {
        Content::Scalar(text, _) if refers(text) => Some(tree.first_line(id)),
        Content::Mapping if tree.get(id, "$type").is_some() => Some(tree.first_line(id)),
        _ => None,
    }
}
