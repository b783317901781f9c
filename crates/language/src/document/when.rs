//! `when`: a condition or a list of them, each of which has to come out as `true` or `false`.

use crate::code::Code;
use crate::diagnostic::Severity;
use crate::expression::{self, Expr, Literal, Prefix};
use crate::findings::Findings;
use crate::repair::Repair;
use crate::tree::{Content, NodeId, ScalarType, Tree};

/// Complains about conditions that can never be a boolean. What is computed is not known here.
pub(super) fn check(tree: &Tree<'_>, id: NodeId, severity: Severity, findings: &mut Findings<'_>) {
    let target = tree.resolve(id);
    if tree.is_null(target) {
        return;
    }
    match tree.content(target) {
        Content::Sequence(items) if tree.tag(target).is_none() => {
            for item in items {
                condition(tree, *item, severity, findings);
            }
        }
        _ => condition(tree, id, severity, findings),
    }
}

fn condition(tree: &Tree<'_>, id: NodeId, severity: Severity, findings: &mut Findings<'_>) {
    let target = tree.resolve(id);
    if may_be_boolean(tree, target) {
        return;
    }
    // `'true'`: without its quotes it is what was meant. `yes` is a boolean in other YAML.
    let word = match tree.scalar(target) {
        Some("true" | "yes" | "on") => Some("true"),
        Some("false" | "no" | "off") => Some("false"),
        _ => None,
    };
    let then = match severity {
        Severity::Error => "and the step would fail",
        _ => "so the trigger would never fire",
    };
    findings.add(
        severity,
        Code::WhenNotBoolean,
        tree.first_line(id),
        format_args!(
            "a condition is `true`, `false`, or an expression that becomes one of them; this is \
             neither, {then}"
        ),
        word.filter(|_| target == id && tree.tag(id).is_none())
            .map(|word| Repair::replace(tree.span(id), word)),
    );
}

fn may_be_boolean(tree: &Tree<'_>, id: NodeId) -> bool {
    if let Some(tag) = tree.tag(id)
        && let Some(word) = tag.name.strip_prefix('!')
        && !word.is_empty()
    {
        return word
            .strip_prefix("Fn.")
            .map_or(!is_text(word), gives_boolean);
    }
    match tree.content(id) {
        Content::Mapping => {
            let function = tree
                .entries(id)
                .next()
                .and_then(|(key, _)| tree.scalar(key)?.strip_prefix("$fn."));
            let word = tree.get(id, "$type").and_then(|word| tree.scalar(word));
            match (function, word) {
                (Some(function), _) => gives_boolean(function),
                (None, Some(word)) => {
                    matches!(word, "Parameter" | "Output" | "Data" | "Answer")
                }
                (None, None) => false,
            }
        }
        Content::Scalar(text, _) => match tree.scalar_type(id) {
            Some(ScalarType::Boolean) => true,
            // Only a template that stands alone keeps the type of what it gives.
            Some(ScalarType::Text) => {
                let text = text.trim_end_matches('\n');
                text.starts_with("${")
                    && text.ends_with('}')
                    && expression::alone(text).is_none_or(|expr| can_be_boolean(&expr))
            }
            _ => false,
        },
        Content::Sequence(_) | Content::Alias(_) => false,
    }
}

/// Whether an expression may come out as a boolean, as far as its outermost part tells.
fn can_be_boolean(expr: &Expr) -> bool {
    match expr {
        Expr::Constant(literal) => matches!(literal, Literal::Bool(_)),
        Expr::Path(keys) => match keys.first() {
            Some(Expr::Constant(Literal::Text(root))) => {
                !matches!(&**root, b"secrets" | b"connections")
            }
            _ => true,
        },
        Expr::List(_) | Expr::Map(_) => false,
        Expr::Call(function, _) => gives_boolean(function),
        Expr::Prefix(operator, _) => *operator == Prefix::Not,
        Expr::Infix(operator, ..) => operator.gives_boolean(),
        // What is on the left is all that names on the right can mean.
        Expr::Pipe(_, right) => matches!(&**right, Expr::Path(_)) || can_be_boolean(right),
        #[cfg(feature = "evaluate")]
        Expr::Route(_) | Expr::Variable => true,
    }
}

/// Tags whose value is never a boolean.
fn is_text(word: &str) -> bool {
    matches!(word, "Secret" | "Connection")
}

/// Functions that always give something else are known; what the others give depends.
fn gives_boolean(function: &str) -> bool {
    !matches!(
        function,
        "append" | "concat" | "convertMarkdown" | "jsonMarshal" | "merge" | "now" | "toString"
    )
}
