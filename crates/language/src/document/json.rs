//! A node as JSON text, without recursion.

use std::fmt::Write as _;

use crate::tree::{Content, NodeId, ScalarType, Tree};

enum Part {
    Node(NodeId),
    Key(NodeId),
    Text(&'static str),
}

/// The value as JSON, with bytes in the envelope that they have on the wire. Tags of the workflow
/// language are left out: a default is plain data.
pub(super) fn text(tree: &Tree<'_>, id: NodeId) -> String {
    let mut json = String::new();
    let mut waiting = vec![Part::Node(id)];
    while let Some(part) = waiting.pop() {
        match part {
            Part::Text(text) => json.push_str(text),
            Part::Key(id) => quote(tree.scalar(id).unwrap_or_default(), &mut json),
            Part::Node(id) => match tree.content(id) {
                Content::Alias(target) if tree.follows_aliases() => {
                    waiting.push(Part::Node(target));
                }
                Content::Alias(_) => json.push_str("null"),
                Content::Scalar(text, _) => scalar(tree, id, text, &mut json),
                Content::Sequence(items) => {
                    json.push('[');
                    waiting.push(Part::Text("]"));
                    for (at, item) in items.iter().enumerate().rev() {
                        waiting.push(Part::Node(*item));
                        if at > 0 {
                            waiting.push(Part::Text(","));
                        }
                    }
                }
                Content::Mapping => {
                    json.push('{');
                    let first = waiting.len();
                    for (at, (key, value)) in tree.entries(id).enumerate() {
                        if at > 0 {
                            waiting.push(Part::Text(","));
                        }
                        waiting.extend([Part::Key(key), Part::Text(":"), Part::Node(value)]);
                    }
                    waiting.push(Part::Text("}"));
                    waiting[first..].reverse();
                }
            },
        }
    }
    json
}

/// One scalar as JSON.
pub(crate) fn scalar(tree: &Tree<'_>, id: NodeId, text: &str, json: &mut String) {
    match tree.scalar_type(id) {
        Some(ScalarType::Null) => json.push_str("null"),
        Some(ScalarType::Boolean) => {
            json.push_str(if text.eq_ignore_ascii_case("true") {
                "true"
            } else {
                "false"
            });
        }
        Some(ScalarType::Integer | ScalarType::Float) => match number(text) {
            Some(number) => json.push_str(&number),
            None => quote(text, json),
        },
        Some(ScalarType::Binary) => {
            json.push_str("{\"$encoding\":\"base64\",\"data\":");
            // Base64 of several lines is folded, with blanks where they end.
            let data: String = text.split_ascii_whitespace().collect();
            quote(&data, json);
            json.push('}');
        }
        _ => quote(text, json),
    }
}

/// A number as JSON writes it; none for what JSON has no number for.
fn number(text: &str) -> Option<String> {
    let plain = text.replace('_', "");
    let (sign, digits) = match plain.strip_prefix(['+', '-']) {
        Some(digits) => (if plain.starts_with('-') { "-" } else { "" }, digits),
        None => ("", plain.as_str()),
    };
    let radix = |digits: &str, radix| u128::from_str_radix(digits, radix).ok();
    let whole = match digits.get(..2) {
        Some("0x") => radix(&digits[2..], 16),
        Some("0o") => radix(&digits[2..], 8),
        Some("0b") => radix(&digits[2..], 2),
        // An old way to write octal numbers.
        Some(two) if two.starts_with('0') && digits.bytes().all(|b| (b'0'..=b'7').contains(&b)) => {
            radix(digits, 8)
        }
        _ => radix(digits, 10),
    };
    if let Some(whole) = whole {
        return Some(format!("{sign}{whole}"));
    }
    let float: f64 = plain.parse().ok()?;
    float.is_finite().then(|| format!("{float}"))
}

fn quote(text: &str, json: &mut String) {
    json.push('"');
    for c in text.chars() {
        match c {
            '"' => json.push_str("\\\""),
            '\\' => json.push_str("\\\\"),
            '\n' => json.push_str("\\n"),
            c if c < ' ' => {
                // Writing to a string cannot fail.
                let _ = write!(json, "\\u{:04x}", u32::from(c));
            }
            c => json.push(c),
        }
    }
    json.push('"');
}

#[cfg(test)]
mod tests {
    fn json(yaml: &str) -> String {
        let (tree, diagnostics) = crate::tree::parse(yaml);
        assert!(diagnostics.is_empty(), "{diagnostics:?}");
        super::text(&tree, tree.root().expect("there is a node"))
    }

    #[test]
    fn values() {
        for (yaml, expected) in [
            ("~", "null"),
            ("True", "true"),
            ("'true'", r#""true""#),
            ("0x1f", "31"),
            ("-1_000", "-1000"),
            ("010", "8"),
            ("1.50", "1.5"),
            (".inf", r#"".inf""#),
            (
                "[!!binary aGk=, !!binary 'aG\n  k=']",
                r#"[{"$encoding":"base64","data":"aGk="},{"$encoding":"base64","data":"aGk="}]"#,
            ),
            (
                "123456789012345678901234567890",
                "123456789012345678901234567890",
            ),
            (
                "[a, [], {b: 1, 'c\"': \"x\\n\"}]",
                r#"["a",[],{"b":1,"c\"":"x\n"}]"#,
            ),
            (
                "[&a {x: 1}, {<<: *a, y: 2}, *a]",
                r#"[{"x":1},{"y":2,"x":1},{"x":1}]"#,
            ),
        ] {
            assert_eq!(json(yaml), expected, "{yaml}");
        }
    }
}
