//! Regular expressions, as the first engine understood them: `\d`, `\w`, `\s` and `\b` are about
//! ASCII alone.

use super::error::{ErrorKind, Fault, Result};

/// How large a pattern may become, in bytes, when it is written out in a template beside what it
/// is matched with: there may be thousands of those in a text.
pub(super) const SMALL: usize = 64 << 10;

/// How large another pattern may become.
pub(super) const LARGE: usize = 256 << 10;

/// What it costs to get such a pattern ready, in bytes of copying: the most that a short text can
/// ask for. An evaluation can pay for about sixty.
pub(super) const COST: usize = 1 << 20;

/// Whether the pattern matches somewhere in the text. Whatever the pattern is, that takes time in
/// proportion to the text.
pub(super) fn matches(pattern: &str, text: &[u8], limit: usize) -> Result<bool> {
    let pattern = regex::bytes::RegexBuilder::new(&ascii(pattern))
        .size_limit(limit)
        .dfa_size_limit(limit)
        .nest_limit(100)
        .build()
        .map_err(|_| {
            Fault::new(
                ErrorKind::Other,
                "the regular expression on the right cannot be read, or is too large",
            )
        })?;
    Ok(pattern.is_match(text))
}

/// The pattern with its short words for kinds of characters written out.
fn ascii(pattern: &str) -> String {
    let mut written = String::with_capacity(pattern.len());
    let mut in_class = false;
    let mut rest = pattern.chars();
    while let Some(c) = rest.next() {
        if c != '\\' {
            in_class = match c {
                '[' => true,
                ']' => false,
                _ => in_class,
            };
            written.push(c);
            continue;
        }
        let Some(escaped) = rest.next() else {
            written.push(c);
            break;
        };
        let class = match escaped.to_ascii_lowercase() {
            'd' => Some("0-9"),
            'w' => Some("0-9A-Za-z_"),
            's' => Some(r"\t\n\f\r "),
            _ => None,
        };
        match (escaped, class) {
            (_, Some(class)) if in_class && escaped.is_ascii_lowercase() => written.push_str(class),
            (_, Some(class)) if !in_class => {
                let not = if escaped.is_ascii_uppercase() {
                    "^"
                } else {
                    ""
                };
                written.extend(["[", not, class, "]"]);
            }
            ('b', _) if !in_class => written.push_str(r"(?-u:\b)"),
            ('B', _) if !in_class => written.push_str(r"(?-u:\B)"),
            _ => {
                written.push('\\');
                written.push(escaped);
            }
        }
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_of_characters_are_ascii() {
        for (pattern, text, expected) in [
            (r"^\w+$", "ab_1", true),
            (r"^\w+$", "é", false),
            (r"^[\w-]+$", "a-b", true),
            (r"^\W$", "é", true),
            (r"\bcat\b", "the cat", true),
            (r"^\d{3}$", "123", true),
            (r"^.$", "é", true),
            (r"^\.\\$", r".\", true),
            (r"(?i)STRASSE", "strasse", true),
            (r"\pL", "é", true),
        ] {
            let found = matches(pattern, text.as_bytes(), SMALL);
            assert_eq!(found.ok(), Some(expected), "{pattern} {text}");
        }
        assert!(matches("(", b"", SMALL).is_err());
        assert!(matches("((a{1000}){1000}){1000}", b"", LARGE).is_err());
    }
}
