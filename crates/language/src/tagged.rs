//! A node of a workflow text in the form that is evaluated: `!Secret x` as
//! `{"$type": "Secret", "name": "x"}`, `!Fn.concat [a]` as `{"$fn.concat": ["a"]}`.

use crate::code::Code;
use crate::diagnostic::{Diagnostic, shown};
use crate::document::json;
use crate::evaluate::Value;
use crate::findings::Findings;
use crate::number::Number;
use crate::reference::tag_parts;
use crate::text::Span;
use crate::tree::{Content, NodeId, ScalarType, Tree};

/// How many lists and maps may stand inside each other.
const MAX_DEPTH: usize = 140;

/// What cannot be put into that form, and where it stands.
pub(crate) struct Unfit {
    pub(crate) code: Code,
    pub(crate) span: Span,
    pub(crate) message: String,
}

/// Reads a YAML text with the tags of the workflow language as a value in the form that
/// [`Expression::from_value`](crate::Expression::from_value) takes.
pub fn read_tagged(text: &str) -> Result<Value, Vec<Diagnostic>> {
    let mut findings = Findings::new(text);
    let parsed = crate::parse::parse(text, &mut findings);
    let mut value = None;
    if let Some(root) = parsed.tree.root() {
        match tagged(&parsed.tree, root) {
            Ok(read) => value = Some(read),
            Err(unfit) => findings.error(unfit.code, unfit.span, unfit.message),
        }
    } else if parsed.complete {
        findings.error(Code::Empty, Span::default(), "there is nothing here");
    }
    let errors = findings.finish();
    let wrong = |one: &Diagnostic| one.severity == crate::Severity::Error;
    match value.filter(|_| parsed.complete && !errors.iter().any(wrong)) {
        Some(value) => Ok(value),
        None => Err(errors),
    }
}

/// The node in the form that is evaluated.
pub(crate) fn tagged(tree: &Tree<'_>, id: NodeId) -> Result<Value, Unfit> {
    read(tree, id, true, 0)
}

/// `own` is false for what a tag stands in front of, which it has been read for already.
fn read(tree: &Tree<'_>, id: NodeId, own: bool, depth: usize) -> Result<Value, Unfit> {
    if depth > MAX_DEPTH {
        return Err(Unfit {
            code: Code::TooDeep,
            span: tree.first_line(id),
            message: format!(
                "lists and maps stand more than {MAX_DEPTH} deep inside each other; flatten them"
            ),
        });
    }
    if own
        && let Some(tag) = tree.tag(id)
        && tag.name != "!"
        && !tag.name.starts_with("tag:yaml.org,2002:")
    {
        return with_tag(tree, id, &tag.name, depth);
    }
    match tree.content(id) {
        Content::Alias(target) if tree.follows_aliases() => read(tree, target, true, depth + 1),
        Content::Alias(_) => Ok(Value::Null),
        Content::Scalar(text, _) => Ok(scalar(tree, id, text)),
        Content::Sequence(items) => {
            let items = items.iter().map(|item| read(tree, *item, true, depth + 1));
            Ok(Value::list(items.collect::<Result<Vec<_>, _>>()?))
        }
        Content::Mapping => {
            let mut entries = Vec::new();
            for (key, value) in tree.entries(id) {
                let Some(name) = tree.scalar(key) else {
                    return Err(Unfit {
                        code: Code::KeyNotText,
                        span: tree.first_line(key),
                        message: "a list or a map cannot be a key".to_owned(),
                    });
                };
                entries.push((name.to_owned(), read(tree, value, true, depth + 1)?));
            }
            Ok(Value::map(entries))
        }
    }
}

fn with_tag(tree: &Tree<'_>, id: NodeId, tag: &str, depth: usize) -> Result<Value, Unfit> {
    if let Some(function) = tag.strip_prefix("!Fn.").filter(|name| !name.is_empty()) {
        let arguments = read(tree, id, false, depth + 1)?;
        let arguments = match arguments {
            Value::List(_) | Value::Map(_) => arguments,
            only => Value::list([only]),
        };
        return Ok(Value::map([(format!("$fn.{function}"), arguments)]));
    }
    let unfit = |code, message| Unfit {
        code,
        span: tree.first_line(id),
        message,
    };
    match tag_parts(tree, id, tag) {
        Some(Ok(parts)) => {
            let mut entries = vec![("$type".to_owned(), Value::from(parts.word))];
            for (name, node) in parts.fields {
                // `!Secret x` carries its tag on the name itself.
                let value = read(tree, node, node != id, depth + 1)?;
                entries.push((name.to_owned(), value));
            }
            Ok(Value::map(entries))
        }
        Some(Err(example)) => Err(unfit(
            Code::TagShape,
            format!("`{tag}` is written {example}"),
        )),
        None => Err(unfit(
            Code::UnknownTag,
            format!("there is no tag {}", shown(tag)),
        )),
    }
}

fn scalar(tree: &Tree<'_>, id: NodeId, text: &str) -> Value {
    match tree.scalar_type(id) {
        Some(ScalarType::Binary) => Value::map([
            ("$encoding".to_owned(), "base64".into()),
            ("data".to_owned(), text.into()),
        ]),
        Some(ScalarType::Time) => time(text).into(),
        Some(ScalarType::Float) if text.to_ascii_lowercase().ends_with(".nan") => {
            Value::Number(Number::Float(f64::NAN))
        }
        Some(ScalarType::Float) if text.to_ascii_lowercase().ends_with(".inf") => {
            let infinity = if text.starts_with('-') {
                f64::NEG_INFINITY
            } else {
                f64::INFINITY
            };
            Value::Number(Number::Float(infinity))
        }
        _ => {
            let mut written = String::new();
            json::scalar(tree, id, text, &mut written);
            serde_json::from_str(&written)
                .map_or_else(|_| text.into(), |read| Value::from_json(&read))
        }
    }
}

/// A date, as RFC 3339 writes it: a day alone begins at midnight, without a zone it is UTC.
fn time(text: &str) -> String {
    let (day, clock) = text
        .split_once(['T', 't', ' '])
        .map_or((text, "00:00:00Z"), |(day, clock)| (day, clock.trim()));
    let padded = |part: &str| format!("{part:0>2}");
    let day: Vec<_> = day.split('-').map(padded).collect();
    let zone = clock.find(['Z', '+', '-']).unwrap_or(clock.len());
    let (clock, zone) = clock.split_at(zone);
    let clock: Vec<_> = clock.trim().split(':').map(padded).collect();
    let zone = if zone.is_empty() { "Z" } else { zone };
    format!("{}T{}{zone}", day.join("-"), clock.join(":"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates() {
        for (text, expected) in [
            ("2020-01-02", "2020-01-02T00:00:00Z"),
            ("2020-1-2", "2020-01-02T00:00:00Z"),
            ("2020-01-02T03:04:05Z", "2020-01-02T03:04:05Z"),
            ("2020-01-02 3:04:05.5", "2020-01-02T03:04:05.5Z"),
            ("2020-01-02t03:04:05+02:00", "2020-01-02T03:04:05+02:00"),
        ] {
            assert_eq!(time(text), expected);
        }
    }
}
