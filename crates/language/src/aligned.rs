//! Where the characters of a scalar stand in the source: between the two lie quotes, escapes,
//! indentation and folded lines.

use std::ops::Range;

use crate::text::{Span, small};
use crate::tree::{Content, NodeId, Style, Tree};

/// A stretch of a scalar, up to the next one, and what stands for it in the source: the same
/// characters, or something else of another length.
struct Run {
    at: u32,
    span: Span,
}

/// The places of a scalar's characters.
pub(crate) struct Aligned {
    runs: Vec<Run>,
    /// How many bytes of the scalar have a place.
    reach: usize,
    /// How many bytes of the source were looked at.
    pub(crate) effort: usize,
}

impl Aligned {
    /// The places of the scalar at a node; none for any other node.
    pub(crate) fn of(tree: &Tree<'_>, id: NodeId) -> Self {
        if let Some(span) = tree.verbatim(id) {
            let runs = vec![Run { at: 0, span }];
            let reach = span.range().len();
            return Self {
                runs,
                reach,
                effort: reach,
            };
        }
        let span = tree.span(id);
        let (value, style) = match tree.content(id) {
            Content::Scalar(value, style) => (value, style),
            _ => ("", Style::Plain),
        };
        let mut begin = span.range().start;
        if style == Style::Block {
            // The node begins with the first line that is not empty.
            let above = tree.source().get(..begin).unwrap_or_default();
            let header = above.trim_end().len();
            begin = above[header..]
                .find('\n')
                .map_or(begin, |end| header + end + 1);
        }
        let aligner = Aligner {
            value,
            at: 0,
            source: tree.source().get(..span.range().end).unwrap_or_default(),
            from: begin,
            runs: Vec::new(),
        };
        let Aligner { runs, at, .. } = match style {
            Style::Plain => aligner.flow(None),
            Style::Quoted => aligner.quoted(),
            Style::Block => aligner.block(),
        };
        Self {
            runs,
            reach: at,
            effort: span.range().end - begin,
        }
    }

    /// Where a part of the scalar stands; none when that cannot be told.
    pub(crate) fn span(&self, range: &Range<usize>) -> Option<Span> {
        if range.end > self.reach {
            return None;
        }
        let end = match range.end.checked_sub(1) {
            Some(last) => self.byte(last, range.end, true)?,
            None => self.runs.first()?.span.range().start,
        };
        let start = if range.is_empty() {
            end
        } else {
            self.byte(range.start, range.start, false)?
        };
        Some(Span::new(start, end))
    }

    /// What a byte of the scalar, which belongs to the same run as `inside`, is in the source.
    fn byte(&self, inside: usize, at: usize, end: bool) -> Option<usize> {
        let next = self.runs.partition_point(|run| run.at as usize <= inside);
        let run = self.runs.get(next.checked_sub(1)?)?;
        let first = run.at as usize;
        let length = self
            .runs
            .get(next)
            .map_or(self.reach, |run| run.at as usize)
            - first;
        let span = run.span.range();
        Some(if length == span.len() {
            span.start + at - first
        } else if end {
            span.end
        } else {
            span.start
        })
    }
}

/// Goes through a scalar and its source side by side, as far as they agree.
struct Aligner<'a> {
    value: &'a str,
    at: usize,
    /// The source up to the end of the scalar.
    source: &'a str,
    from: usize,
    runs: Vec<Run>,
}

impl<'a> Aligner<'a> {
    fn rest(&self) -> &'a str {
        self.source.get(self.from..).unwrap_or_default()
    }

    /// Takes bytes of the source that stand for `text`; none if the scalar says otherwise.
    fn take(&mut self, text: &str, length: usize) -> Option<()> {
        self.value.get(self.at..)?.strip_prefix(text)?;
        if !text.is_empty() {
            self.runs.push(Run {
                at: small(self.at),
                span: Span::new(self.from, self.from + length),
            });
        }
        self.at += text.len();
        self.from += length;
        Some(())
    }

    /// Takes bytes of the source that stand for one character, whichever it is.
    fn take_one(&mut self, length: usize) -> Option<()> {
        let value = self.value.get(self.at..)?;
        let length_of_one = value.chars().next()?.len_utf8();
        self.rest().get(..length)?;
        self.take(&value[..length_of_one], length)
    }

    fn quoted(mut self) -> Self {
        let quote = self.rest().chars().next();
        let end = self.source.len().saturating_sub(1);
        self.source = self.source.get(..end).unwrap_or_default();
        self.from += 1;
        self.flow(quote)
    }

    /// Without quotes or in them, where lines are folded.
    fn flow(mut self, quote: Option<char>) -> Self {
        while !self.rest().is_empty() && self.step(quote).is_some() {}
        self
    }

    fn step(&mut self, quote: Option<char>) -> Option<()> {
        let rest = self.rest();
        let (blanks, breaks) = blanks(rest);
        if breaks > 0 {
            let text = if breaks == 1 {
                " "
            } else {
                self.lines(breaks - 1)?
            };
            return self.take(text, blanks);
        }
        match (quote, rest.as_bytes()) {
            (Some('"'), [b'\\', b'\n' | b'\r', ..]) => {
                let (blanks, breaks) = self::blanks(&rest[1..]);
                let text = self.lines(breaks.saturating_sub(1))?;
                self.take(text, 1 + blanks)
            }
            (Some('"'), [b'\\', ..]) => self.take_one(escape(rest)),
            (Some('\''), [b'\'', ..]) => self.take_one(2),
            _ => {
                let special = |c: char| match c {
                    '\n' | '\r' => true,
                    '\\' => quote == Some('"'),
                    '\'' => quote == Some('\''),
                    _ => false,
                };
                let end = rest.find(special).unwrap_or(rest.len());
                let text = &rest[..end];
                // Blanks in front of a line end belong to it.
                let text = if rest[end..].starts_with(['\n', '\r']) {
                    text.trim_end_matches([' ', '\t'])
                } else {
                    text
                };
                self.take(text, text.len())
            }
        }
    }

    /// So many line ends of the scalar.
    fn lines(&self, count: usize) -> Option<&'a str> {
        let text = self.value.get(self.at..self.at + count)?;
        text.bytes().all(|byte| byte == b'\n').then_some(text)
    }

    /// Behind `|` or `>`. Which of them it is stands somewhere in the line above: what explains
    /// more of the scalar.
    fn block(mut self) -> Self {
        let first = |text: &str| {
            let mut lines = text.lines().filter(|line| !line.trim().is_empty());
            lines
                .next()
                .map(|line| line.len() - line.trim_start_matches(' ').len())
        };
        let indents = first(self.rest()).zip(first(self.value));
        let Some(indent) = indents.and_then(|(written, meant)| written.checked_sub(meant)) else {
            return self;
        };
        let mut folded = Self {
            runs: Vec::new(),
            ..self
        };
        while !self.rest().is_empty() && self.literal(indent).is_some() {}
        while !folded.rest().is_empty() && folded.folded(indent).is_some() {}
        if folded.at > self.at { folded } else { self }
    }

    /// One line behind `|`.
    fn literal(&mut self, indent: usize) -> Option<()> {
        let rest = self.rest();
        let length = rest.find('\n').map_or(rest.len(), |end| end + 1);
        let line = rest[..length].trim_end_matches(['\n', '\r']);
        let inside = line.get(indent..).unwrap_or_default();
        self.from += indent.min(line.len());
        self.take(inside, inside.len())?;
        let end = length - line.len();
        if end > 0 {
            self.take("\n", end)
        } else {
            Some(())
        }
    }

    /// The next line behind `>` that is not empty, with the line ends in front of it.
    fn folded(&mut self, indent: usize) -> Option<()> {
        let mut begin = 0;
        let inside = loop {
            let line = self.rest().get(begin..)?.split('\n').next()?;
            let end = line.trim_end_matches('\r');
            // Blanks behind the indentation are as good as words.
            if end.len() > indent {
                let (blanks, inside) = end.split_at_checked(indent)?;
                begin += indent;
                break blanks.trim_start().is_empty().then_some(inside)?;
            }
            begin += line.len() + 1;
        };
        let value = self.value.get(self.at..)?;
        let ends = value.len() - value.trim_start_matches('\n').len();
        let between = match (ends, self.at) {
            (0, 0) => "",
            (0, _) => " ",
            _ => &value[..ends],
        };
        self.take(between, begin)?;
        self.take(inside, inside.len())
    }
}

/// How many bytes of blanks and line ends a text begins with, and how many lines end in them.
fn blanks(text: &str) -> (usize, usize) {
    let length = text.len() - text.trim_start_matches([' ', '\t', '\n', '\r']).len();
    let blanks = &text[..length];
    let pairs = blanks.matches("\r\n").count();
    (length, blanks.matches(['\n', '\r']).count() - pairs)
}

/// How long the escape is that a text begins with.
fn escape(text: &str) -> usize {
    let mut characters = text.chars().skip(1);
    match characters.next() {
        Some('x') => 4,
        Some('U') => 10,
        Some('u') => {
            // Two of them can stand for one character.
            let first = text.get(2..4).unwrap_or_default();
            let half = first.starts_with(['d', 'D']) && first.ends_with(|c| "89abAB".contains(c));
            if half { 12 } else { 6 }
        }
        other => 1 + other.map_or(0, char::len_utf8),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The source of every character of the scalar.
    fn sources(text: &str) -> String {
        let (tree, problems) = crate::tree::parse(text);
        assert!(problems.is_empty(), "{problems:?}");
        let root = tree.root().expect("there is a root");
        let node = tree.get(root, "a").expect("there is a value");
        let value = tree.scalar(node).expect("it is a scalar");
        let aligned = Aligned::of(&tree, node);
        let source = |(at, c): (usize, char)| {
            let span = aligned.span(&(at..at + c.len_utf8()));
            span.map_or("?", |span| &text[span.range()])
        };
        let sources: Vec<_> = value.char_indices().map(source).collect();
        sources.join(".").replace('\n', "/").replace('\r', "<")
    }

    #[test]
    fn every_character_has_a_place() {
        for (text, expected) in [
            ("a: bc\n", "b.c"),
            ("a: b c\n\n\n   d\n  e\n", "b. .c.///   .///   .d./  .e"),
            ("a: 'b''c\n  d'\n", "b.''.c./  .d"),
            (
                r#"a: "\x24\u00e9\ud83d\ude00\U0001f600\"""#,
                r#"\x24.\u00e9.\ud83d\ude00.\U0001f600.\""#,
            ),
            ("a: 'b'''''\n", "b.''.''"),
            ("a: \"b \\\n   c \n  \\ d\"\n", "b. .c. /  .\\ .d"),
            ("a: |\n    b\n\n      c\n    d\n", "b././. . .c./.d.?"),
            ("a: |2-\n      b\n    c\n", " . . . .b./. . .c"),
            (
                "a: >\n  b\n  c\n\n  d\n\n    e\n  f\n",
                "b./  .c.//  .d.//  .//  . . .e./  .f.?",
            ),
            ("a: >-\r\n  b\r\n  c\r\n", "b.</  .c"),
            ("a: |\r\n  é\r\n  c", "é.</.c"),
        ] {
            assert_eq!(sources(text), expected, "{text}");
        }
    }

    /// Texts of so many of these pieces, in every order.
    fn every(pieces: &[&str], count: u32) -> impl Iterator<Item = String> {
        let many = pieces.len();
        let pick = move |number: usize| {
            let piece = |place| pieces[number / many.pow(place) % many];
            (0..count).map(piece).collect()
        };
        (0..many.pow(count)).map(pick)
    }

    #[test]
    fn places_show_what_they_stand_for() {
        let mut placed = 0;
        for (begin, end, pieces) in [
            ("a: ", "\n", ["x", "é ", "\n ", "  ", "\n\n  "]),
            ("a: '", "'\n", ["x", "''", "\n ", "é ", "\n\n  "]),
            ("a: \"", "\"\n", ["x", "\\t", "\n ", "\\\n  ", "\n\n é"]),
            ("a: |\n  ", "\n", ["x", " ", "\n  ", "\n    ", "\n\n  é"]),
            ("a: >\n  ", "\n", ["x", " ", "\n  ", "\n    ", "\n\n  é"]),
            (
                "a: >+2 # |\n",
                "\n",
                ["  x", "\n  ", "\n    x", "\n", "\n  é"],
            ),
        ] {
            for inside in every(&pieces, 5) {
                let text = format!("{begin}{inside}{end}");
                let (tree, _) = crate::tree::parse(&text);
                let node = tree.root().and_then(|root| tree.get(root, "a"));
                let Some((node, value)) = node.and_then(|node| Some((node, tree.scalar(node)?)))
                else {
                    continue;
                };
                let aligned = Aligned::of(&tree, node);
                for (at, c) in value.char_indices().filter(|(_, c)| c.is_alphabetic()) {
                    let span = aligned.span(&(at..at + c.len_utf8()));
                    let shown = span.map(|span| text[span.range()].to_owned());
                    assert_eq!(shown, Some(c.to_string()), "{text:?}: {value:?}");
                    placed += 1;
                }
            }
        }
        assert!(placed > 20_000, "{placed}");
    }
}
