//! A text in quotes, as the readers of templates meet it.

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
