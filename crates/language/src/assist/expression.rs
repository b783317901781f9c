//! How names are written in expressions.

/// Whether a name needs no quotes in an expression.
pub(super) fn is_identifier(name: &str) -> bool {
    name.starts_with(|c: char| c == '_' || c.is_ascii_alphabetic())
        && name
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "_-".contains(c))
}

/// A name between these quotes of an expression.
pub(super) fn inside(name: &str, quote: char) -> String {
    if quote == '`' {
        return name.to_owned();
    }
    let mut text = String::with_capacity(name.len());
    for c in name.chars() {
        if c == quote || c == '\\' {
            text.push('\\');
        }
        text.push(c);
    }
    text
}

/// Whether a text ends the scalar without quotes that it is put in.
pub(super) fn breaks(text: &str, in_brackets: bool) -> bool {
    text.contains(": ")
        || text.ends_with(':')
        || text.contains(" #")
        || (in_brackets && text.contains([',', '[', ']', '{', '}']))
}
