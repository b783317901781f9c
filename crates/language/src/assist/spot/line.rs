//! One line: dashes, keys, and the values behind them, which may go on over further lines.

use super::scan::{Line, Scanner};
use super::{Frame, Holder, Role};
use crate::assist::written::Notation;
use crate::text::Span;

impl Scanner<'_> {
    /// A line with something on it; gives where to go on.
    pub(super) fn node(&mut self, line: Line, indent: usize) -> usize {
        let mut at = line.start + indent;
        let dash = self.is_dash(at, line.end);
        self.dedent(indent, dash);
        let continued = self.filled()
            && self.indent().is_some_and(|own| indent > own)
            && !self.frames.last().is_some_and(Frame::in_brackets);
        if continued {
            if self.holds(line.start, line.end) {
                let entries = self.frames.last().and_then(|top| top.entries.last());
                let start = entries.map_or(at, |entry| entry.value.start as usize);
                let word = Span::new(start.min(at), line.end);
                self.found(
                    Role::Value { fresh: false },
                    word,
                    Notation::Plain,
                    true,
                    None,
                );
            }
            return line.next;
        }
        let mut below = false;
        while self.is_dash(at, line.end) {
            let column = at - line.start;
            let goes_on = self.frames.last().map(|top| top.holder) == Some(Holder::List(column));
            if !goes_on || below {
                let tag = self.tag.take();
                self.push(Holder::List(column), tag);
            }
            self.key(Span::default());
            let end = at + 1;
            if self.holds(line.start, end) {
                self.nowhere();
            }
            at = self.blanks(end, line.end);
            below = true;
            if at == line.end || self.text[at..].starts_with('#') {
                if self.holds(end + 1, at) {
                    let word = Span::new(self.cursor, self.cursor);
                    self.found(
                        Role::Value { fresh: true },
                        word,
                        Notation::Plain,
                        true,
                        None,
                    );
                }
                return line.next;
            }
        }
        self.content(at, line, Some(at - line.start))
    }

    fn is_dash(&self, at: usize, end: usize) -> bool {
        let rest = self.text.get(at..end).unwrap_or_default();
        rest == "-" || rest.starts_with("- ")
    }

    /// What stands behind a dash, a colon or the indentation. `column` where a key may begin.
    fn content(&mut self, from: usize, line: Line, column: Option<usize>) -> usize {
        let fresh = column.is_some();
        let mut at = self.blanks(from, line.end);
        let mut tag = None;
        let mut gap = from;
        loop {
            let rest = self.text.get(at..line.end).unwrap_or_default();
            let length = rest.find([' ', '\t']).unwrap_or(rest.len());
            let span = Span::new(at, at + length);
            if rest.is_empty() || rest.starts_with('#') {
                if self.holds(gap + 1, at) {
                    let word = Span::new(self.cursor, self.cursor);
                    let role = Role::Value { fresh: false };
                    self.found(role, word, Notation::Plain, true, tag);
                } else if self.holds(from, line.end) {
                    self.nowhere();
                }
                self.tag = tag;
                return line.next;
            }
            if rest.starts_with('!') {
                if self.holds(at, at + length) {
                    let role = Role::Value { fresh };
                    self.found(role, span, Notation::Plain, true, None);
                }
                tag = Some(span);
            } else if !rest.starts_with('&') {
                break;
            } else if self.holds(at, at + length) {
                self.nowhere();
            }
            gap = at + length;
            at = self.blanks(gap, line.end);
        }
        match self.text.as_bytes().get(at) {
            Some(b'[' | b'{') => {
                let end = self.flow(at, tag);
                self.behind(end)
            }
            Some(b'\'' | b'"') => self.quoted(at, line, column, tag),
            Some(b'|' | b'>') => self.block(at, line),
            _ => self.plain(at, line, column, tag),
        }
    }

    /// Where to go on behind something that ends at a byte: nothing else belongs on its line.
    fn behind(&mut self, end: usize) -> usize {
        let line = self.line(end);
        if self.holds(end, line.end) {
            self.nowhere();
        }
        line.next
    }

    fn quoted(&mut self, at: usize, line: Line, column: Option<usize>, tag: Option<Span>) -> usize {
        let (end, closed) = self.close(at);
        let inside = Span::new(at + 1, end - usize::from(closed));
        let whole = Span::new(at, end);
        let behind = self.blanks(end, line.end.max(end));
        let colon = end <= line.end && self.is_colon(behind, line.end);
        let here = self.holds(inside.start as usize, inside.end as usize);
        let notation = if self.text[at..].starts_with('"') {
            Notation::Double
        } else {
            Notation::Single
        };
        if let Some(column) = column
            && colon
        {
            self.begin_key(column, whole);
            if here {
                let role = Role::Key { colon };
                self.found(role, inside, notation, closed, None);
            }
            return self.content(behind + 1, line, None);
        }
        if here {
            let fresh = column.is_some();
            self.found(Role::Value { fresh }, inside, notation, closed, tag);
        }
        self.fill(whole);
        self.behind(end)
    }

    fn is_colon(&self, at: usize, end: usize) -> bool {
        let rest = self.text.get(at..end).unwrap_or_default();
        rest == ":" || rest.starts_with(": ") || rest.starts_with(":\t")
    }

    /// Where a quoted text ends, and whether that is its quote. One that is not closed before a
    /// line further left ends with its first line.
    pub(super) fn close(&self, at: usize) -> (usize, bool) {
        let rest = &self.text[at..];
        let quote = rest.as_bytes().first().copied();
        let own = self.indent().map_or(0, |indent| indent + 1);
        let bytes = rest.as_bytes();
        let mut end = 1;
        while let Some(byte) = bytes.get(end).copied() {
            match byte {
                b'\\' if quote == Some(b'"') => end += 1,
                b'\'' if quote == Some(b'\'') && bytes.get(end + 1) == Some(&b'\'') => end += 1,
                _ if Some(byte) == quote => return (at + end + 1, true),
                b'\n' => {
                    let line = self.line(at + end + 1);
                    let content = self.text[line.start..line.end].trim_start_matches(' ');
                    let indent = line.end - line.start - content.len();
                    // A line with one such quote has the end of what began above.
                    let quotes = content.bytes().filter(|byte| Some(*byte) == quote).count();
                    if indent < own && quotes % 2 == 0 && !content.trim().is_empty() {
                        break;
                    }
                }
                _ => {}
            }
            end += 1;
        }
        (self.line(at).end, false)
    }

    fn block(&mut self, at: usize, line: Line) -> usize {
        if self.holds(at, line.end) {
            self.nowhere();
        }
        let own = self.indent();
        let mut end = line.end;
        let mut next = line.next;
        while next < self.text.len() {
            let one = self.line(next);
            let content = self.text[one.start..one.end].trim_start_matches(' ');
            let indent = one.end - one.start - content.len();
            if own.is_some_and(|own| indent <= own) && !content.is_empty() {
                break;
            }
            // An empty line further left belongs to whoever writes something there.
            let typed = self.holds(one.start, one.end);
            if typed && content.is_empty() && own.is_some_and(|own| indent <= own) {
                break;
            }
            end = one.end;
            next = one.next;
        }
        if self.holds(line.next, end) {
            let word = Span::new(line.next, end);
            self.found(
                Role::Value { fresh: false },
                word,
                Notation::Block,
                true,
                None,
            );
        }
        self.fill(Span::new(at, line.end));
        next
    }

    fn plain(&mut self, at: usize, line: Line, column: Option<usize>, tag: Option<Span>) -> usize {
        let rest = &self.text[at..line.end];
        let comment = rest.find(" #").or_else(|| rest.find("\t#"));
        let rest = rest[..comment.unwrap_or(rest.len())].trim_end();
        let end = at + rest.len();
        if let Some(column) = column
            && let Some(colon) = colon(rest)
        {
            let key = Span::new(at, at + rest[..colon].trim_end().len());
            self.begin_key(column, key);
            if self.holds(at, key.end as usize) {
                let role = Role::Key { colon: true };
                self.found(role, key, Notation::Plain, true, None);
            }
            return self.content(at + colon + 1, line, None);
        }
        let word = Span::new(at, end);
        let here = self.holds(at, end);
        // A comment, or the blank in front of one, is no place to write.
        if !here && self.holds(at, line.end) {
            self.nowhere();
        }
        let Some(column) = column else {
            if here {
                let role = Role::Value { fresh: false };
                self.found(role, word, Notation::Plain, true, tag);
            }
            self.fill(word);
            return line.next;
        };
        let key_column = self.frames.last().map(|top| top.holder) == Some(Holder::Map(column));
        if here && tag.is_none() {
            self.begin(column, word, line);
        } else if here {
            let role = Role::Value { fresh: false };
            self.found(role, word, Notation::Plain, true, tag);
        }
        if !key_column && !self.frames.is_empty() {
            self.fill(word);
        }
        line.next
    }

    fn begin_key(&mut self, column: usize, key: Span) {
        let goes_on = self.frames.last().map(|top| top.holder) == Some(Holder::Map(column));
        if !goes_on {
            let tag = self.tag.take();
            self.push(Holder::Map(column), tag);
        }
        self.tag = None;
        self.key(key);
    }
}

/// The colon that makes the beginning of a line a key.
fn colon(rest: &str) -> Option<usize> {
    let mut from = 0;
    while let Some(at) = rest[from..].find(':') {
        let at = from + at;
        if rest[at + 1..].is_empty() || rest[at + 1..].starts_with([' ', '\t']) {
            return Some(at);
        }
        from = at + 1;
    }
    None
}
