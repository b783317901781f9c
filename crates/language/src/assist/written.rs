//! A scalar as it is written: its characters after escapes, each with the byte it comes from.

use std::borrow::Cow;
use std::ops::Range;

use crate::text::Span;
use crate::tree::{Content, NodeId, Style, Tree};

/// How the characters of a scalar stand in the source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Notation {
    /// As they are, on their own.
    Plain,
    /// Between `'`.
    Single,
    /// Between `"`.
    Double,
    /// As they are, behind `|` or `>`.
    Block,
}

/// The characters of a scalar.
pub(super) struct Written<'t> {
    pub(super) text: Cow<'t, str>,
    pub(super) notation: Notation,
    start: usize,
    /// The source's byte for every byte of `text` and for its end; empty where they agree.
    bytes: Vec<usize>,
}

impl<'t> Written<'t> {
    /// Reads the source between the quotes, if there are any.
    pub(super) fn new(source: &'t str, inside: Range<usize>, notation: Notation) -> Self {
        let start = inside.start;
        let raw = source.get(inside).unwrap_or_default();
        let escaped = match notation {
            Notation::Plain | Notation::Block => false,
            Notation::Single => raw.contains("''"),
            Notation::Double => raw.contains('\\'),
        };
        let mut written = Self {
            text: Cow::Borrowed(raw),
            notation,
            start,
            bytes: Vec::new(),
        };
        if escaped {
            written.unescape(raw);
        }
        written
    }

    /// The scalar at a node; none for anything else.
    pub(super) fn of(tree: &Tree<'t>, id: NodeId) -> Option<Self> {
        let Content::Scalar(_, style) = tree.content(id) else {
            return None;
        };
        let source = tree.source();
        let span = tree.span(id);
        let raw = source.get(span.range())?;
        let notation = match style {
            Style::Plain => Notation::Plain,
            Style::Block => Notation::Block,
            Style::Quoted if raw.starts_with('\'') => Notation::Single,
            Style::Quoted => Notation::Double,
        };
        let mut inside = span.range();
        if style == Style::Quoted && inside.len() >= 2 {
            inside = inside.start + 1..inside.end - 1;
        }
        Some(Self::new(source, inside, notation))
    }

    fn unescape(&mut self, raw: &str) {
        let mut text = String::with_capacity(raw.len());
        let mut rest = raw.char_indices().peekable();
        while let Some((at, c)) = rest.next() {
            let before = text.len();
            match (self.notation, c) {
                (Notation::Single, '\'') => {
                    rest.next_if(|(_, next)| *next == '\'');
                    text.push('\'');
                }
                (Notation::Double, '\\') => match rest.next() {
                    Some((_, 'n')) => text.push('\n'),
                    Some((_, 't')) => text.push('\t'),
                    // The line goes on at the first character of the next one.
                    Some((_, '\n' | '\r')) => {
                        while rest.next_if(|(_, next)| next.is_whitespace()).is_some() {}
                    }
                    Some((at, kind @ ('x' | 'u' | 'U'))) => {
                        let digits = match kind {
                            'x' => 2,
                            'u' => 4,
                            _ => 8,
                        };
                        let code = raw.get(at + 1..at + 1 + digits);
                        let code = code.and_then(|code| u32::from_str_radix(code, 16).ok());
                        if let Some(c) = code.and_then(char::from_u32) {
                            text.push(c);
                            rest.nth(digits - 1);
                        }
                    }
                    Some((_, other)) => text.push(other),
                    None => {}
                },
                _ => text.push(c),
            }
            for _ in before..text.len() {
                self.bytes.push(self.start + at);
            }
        }
        self.bytes.push(self.start + raw.len());
        self.text = Cow::Owned(text);
    }

    /// The byte of the source where a byte of the text comes from.
    pub(super) fn byte(&self, at: usize) -> usize {
        match self.bytes.get(at).or(self.bytes.last()) {
            Some(byte) => *byte,
            None => self.start + at.min(self.text.len()),
        }
    }

    /// Where a part of the text stands in the source.
    pub(super) fn span(&self, range: &Range<usize>) -> Span {
        Span::new(self.byte(range.start), self.byte(range.end))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_keep_their_places() {
        for (source, notation, text, part) in [
            ("it''s x", Notation::Single, "it's x", "x"),
            (r#"a\"b\"\u00e9 x"#, Notation::Double, "a\"b\"é x", "x"),
            ("a\\\n   b x", Notation::Double, "ab x", "x"),
            (r"a\b x", Notation::Plain, r"a\b x", "x"),
        ] {
            let written = Written::new(source, 0..source.len(), notation);
            assert_eq!(written.text, text);
            let at = written.text.find(part).expect("it is there");
            let span = written.span(&(at..at + part.len()));
            assert_eq!(&source[span.range()], part, "{source}");
        }
    }
}
