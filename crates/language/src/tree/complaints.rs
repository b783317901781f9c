//! What is wrong with single nodes: tags that do not fit or have no effect, keys that are no
//! texts, merges of what is no map.

use super::{Content, NodeId, ScalarType, Tag, Tree, scalar};
use crate::code::Code;
use crate::diagnostic::{Severity, shown};
use crate::findings::Findings;
use crate::repair::Repair;
use crate::text::Span;

/// Complains about one of YAML's own tags in front of a text that it does not fit.
pub(super) fn tag_misfit(tree: &Tree<'_>, id: NodeId, findings: &mut Findings<'_>) {
    let (Some(tag), Content::Scalar(text, _)) = (tree.tag(id), tree.content(id)) else {
        return;
    };
    let Some((word, expected)) = scalar::misfit(text, &tag.name) else {
        return;
    };
    // What is a boolean in other YAML.
    let meant = match text.to_ascii_lowercase().as_str() {
        "y" | "yes" | "on" => Some("true"),
        "n" | "no" | "off" => Some("false"),
        _ => None,
    };
    findings.add(
        Severity::Error,
        Code::TagShape,
        tree.first_line(id),
        format_args!(
            "`!!{word}` stands in front of {expected}; correct what follows it, or remove the tag"
        ),
        meant
            .filter(|_| word == "bool")
            .map(|meant| Repair::replace(tree.span(id), meant)),
    );
}

/// The tag of ours that a node has, through an alias too.
fn own_tag<'t>(tree: &'t Tree<'_>, id: NodeId) -> Option<&'t Tag> {
    tree.tag(tree.resolve(id))
        .filter(|tag| tag.name.starts_with('!') && tag.name != "!")
}

/// Complains about a tag in front of a key.
pub(super) fn tag_on_key(tree: &Tree<'_>, key: NodeId, findings: &mut Findings<'_>) {
    let Some(tag) = own_tag(tree, key) else {
        return;
    };
    let (span, repair) = if tree.resolve(key) == key {
        let rest = tree.source().get(tag.span.end as usize..);
        let rest = rest.unwrap_or_default();
        let blanks = rest.len() - rest.trim_start_matches([' ', '\t']).len();
        let whole = Span::new(tag.span.start as usize, tag.span.end as usize + blanks);
        (tag.span, Some(Repair::remove("remove the tag", whole)))
    } else {
        (tree.span(key), None)
    };
    findings.add(
        Severity::Warning,
        Code::NotEvaluated,
        span,
        format_args!(
            "keys are not evaluated, so {} has no effect here; put it in front of the value, or \
             remove it",
            shown(&tag.name)
        ),
        repair,
    );
}

/// Complains about a key that YAML reads as a number, a boolean or a date.
pub(super) fn key_not_text(tree: &Tree<'_>, key: NodeId, findings: &mut Findings<'_>) {
    let kind = tree.scalar_type(key).map_or("nothing", ScalarType::words);
    findings.add(
        Severity::Warning,
        Code::KeyNotText,
        tree.span(key),
        format_args!("a key is a text, but this is {kind}; put it in quotes"),
        Repair::quote_node(tree, key),
    );
}

/// Complains when what stands behind `<<` cannot be merged.
pub(super) fn merge(tree: &Tree<'_>, value: NodeId, findings: &mut Findings<'_>) {
    let tagged = |id: NodeId| own_tag(tree, id).map(|tag| (id, tag));
    let (lost, fits) = match tree.content(tree.resolve(value)) {
        Content::Sequence(items) => {
            let is_map =
                |item: &NodeId| matches!(tree.content(tree.resolve(*item)), Content::Mapping);
            let lost = tagged(value).or_else(|| items.iter().find_map(|item| tagged(*item)));
            (lost, items.iter().all(is_map))
        }
        found => (tagged(value), matches!(found, Content::Mapping)),
    };
    if let Some((id, tag)) = lost {
        // A map with `$type` keeps its meaning when it is merged; a tag is no key.
        findings.error(
            Code::MergeNotAMap,
            tree.first_line(id),
            format_args!(
                "merging this would lose its tag {}; give it a key of its own instead of `<<`",
                shown(&tag.name)
            ),
        );
    } else if !fits {
        findings.error(
            Code::MergeNotAMap,
            tree.span(value),
            "`<<` takes a map or a list of maps, usually an alias such as `*defaults`",
        );
    }
}
