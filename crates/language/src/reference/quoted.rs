//! Texts in quotes and comments, as the readers of templates meet them.

/// What [`quoted`] found.
pub(crate) struct Quoted {
    /// The text without its quotes and escapes.
    pub(crate) value: String,
    /// Bytes up to and with the closing quote; all there are when it is missing.
    pub(crate) length: usize,
    /// Whether the closing quote is there.
    pub(crate) closed: bool,
}

/// Reads a text that begins with its quote. Between backticks a backslash is a character like any other.
pub(crate) fn quoted(text: &str) -> Quoted {
    let mut characters = text.char_indices();
    let quote = characters.next().map(|(_, c)| c);
    let mut value = String::new();
    let mut escaped = false;
    for (offset, c) in characters {
        if escaped {
            value.push(match c {
                'n' => '\n',
                't' => '\t',
                'r' => '\r',
                other => other,
            });
            escaped = false;
        } else if c == '\\' && quote != Some('`') {
            escaped = true;
        } else if Some(c) == quote {
            return Quoted {
                value,
                length: offset + c.len_utf8(),
                closed: true,
            };
        } else {
            value.push(c);
        }
    }
    Quoted {
        value,
        length: text.len(),
        closed: false,
    }
}

/// How long the blanks and comments are that a text begins with, and whether the last comment ends
/// before the text does.
pub(crate) fn blanks(text: &str) -> (usize, bool) {
    let (mut at, mut closed) = (0, true);
    loop {
        let rest = &text[at..];
        at += rest.len()
            - rest
                .trim_start_matches(|c: char| c.is_ascii_whitespace())
                .len();
        let Some((length, ends)) = comment(&text[at..]) else {
            return (at, closed);
        };
        at += length;
        closed = ends;
    }
}

/// How long the comment is that a text begins with, and whether it ends before the text does.
pub(crate) fn comment(text: &str) -> Option<(usize, bool)> {
    let end = if text.starts_with("//") {
        text.find('\n')
    } else if text.starts_with("/*") {
        text.find("*/").map(|end| end + 2)
    } else {
        return None;
    };
    Some((end.unwrap_or(text.len()), end.is_some()))
}
