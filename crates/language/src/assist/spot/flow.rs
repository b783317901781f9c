//! Between braces and brackets, over as many lines as they go.

use super::scan::Scanner;
use super::{Holder, Role};
use crate::assist::written::Notation;
use crate::text::Span;

impl Scanner<'_> {
    /// Reads a group in brackets; gives the byte behind it. A group that is not closed ends
    /// before the first line that stands as far left as what it is in.
    pub(super) fn flow(&mut self, from: usize, tag: Option<Span>) -> usize {
        let floor = self.frames.len();
        let own = self.indent();
        let bytes = self.text.as_bytes();
        let mut at = from;
        let mut tag = tag;
        while let Some(byte) = bytes.get(at).copied() {
            if !b" \t\r\n#".contains(&byte) {
                self.settle(!b",:]}".contains(&byte));
            }
            match byte {
                b'[' | b'{' => {
                    self.gap(at, tag);
                    if self.frames.len() > floor {
                        self.item();
                    }
                    let holder = if byte == b'[' {
                        Holder::Brackets
                    } else {
                        Holder::Braces
                    };
                    if !self.push(holder, tag.take()) {
                        return self.text.len();
                    }
                    at += 1;
                }
                b']' | b'}' => {
                    self.gap(at, tag.take());
                    self.pop();
                    at += 1;
                    if self.frames.len() <= floor {
                        return at;
                    }
                }
                b',' | b':' => {
                    self.gap(at, tag.take());
                    at += 1;
                    self.mark(byte == b':', at);
                }
                b'\n' => {
                    self.gap(at, tag);
                    at += 1;
                    if self.ends_before(at, own) {
                        self.settle(false);
                        self.leave(floor);
                        return at - 1;
                    }
                }
                b' ' | b'\t' | b'\r' => {
                    self.gap(at, tag);
                    at += 1;
                }
                b'#' if b" \t\n".contains(&bytes[at - 1]) => {
                    let end = self.until(at, "\n");
                    if self.holds(at, end) {
                        self.nowhere();
                    }
                    at = end;
                }
                b'!' | b'&' | b'*' => {
                    let end = self.until(at, " \t\r\n,[]{}");
                    self.property(byte, Span::new(at, end));
                    if byte == b'!' {
                        tag = Some(Span::new(at, end));
                    }
                    at = end;
                }
                _ => at = self.word(at, tag.take()),
            }
        }
        self.gap(at, tag);
        self.leave(floor);
        at
    }

    fn leave(&mut self, floor: usize) {
        while self.frames.len() > floor {
            self.pop();
        }
    }

    /// Behind a comma or a colon.
    fn mark(&mut self, colon: bool, behind: usize) {
        let next = self.text.as_bytes().get(behind);
        // Right behind a colon a blank is missing first.
        if colon && self.holds(behind, behind) && !next.is_some_and(|next| b"'\"[{".contains(next))
        {
            self.nowhere();
        }
        if let Some(top) = self.frames.last_mut() {
            top.filled = false;
            top.colon = colon;
        }
    }

    /// A tag, an anchor or an alias.
    fn property(&mut self, mark: u8, span: Span) {
        let here = self.holds(span.start as usize, span.end as usize);
        match mark {
            b'!' if here => {
                self.item();
                let role = Role::Value { fresh: false };
                self.found(role, span, Notation::Plain, true, None);
            }
            b'!' => {}
            _ if here => self.nowhere(),
            b'*' => drop(self.scalar(span, span.end as usize)),
            _ => {}
        }
    }

    /// A text, with or without quotes.
    fn word(&mut self, at: usize, tag: Option<Span>) -> usize {
        let notation = match self.text.as_bytes().get(at) {
            Some(b'"') => Notation::Double,
            Some(b'\'') => Notation::Single,
            _ => Notation::Plain,
        };
        let (end, closed, quote) = if notation == Notation::Plain {
            (self.plain_end(at), true, 0)
        } else {
            let (end, closed) = self.close(at);
            (end, closed, 1)
        };
        let inside = Span::new(at + quote, end - if closed { quote } else { 0 });
        let here = self.holds(inside.start as usize, inside.end as usize);
        let role = self.scalar(Span::new(at, end), end);
        if here {
            self.found(role, inside, notation, closed, tag);
        }
        end
    }

    /// Between two words: here a new one may begin, unless one is there already.
    fn gap(&mut self, at: usize, tag: Option<Span>) {
        if !self.holds(at, at) {
            return;
        }
        let Some(top) = self.frames.last() else {
            return self.nowhere();
        };
        if top.filled || !top.in_brackets() {
            return self.nowhere();
        }
        let role = if top.holder == Holder::Braces && !top.colon {
            Role::Key { colon: false }
        } else {
            self.item();
            Role::Value { fresh: false }
        };
        self.found(role, Span::new(at, at), Notation::Plain, true, tag);
    }

    /// In a list, a value is an entry of its own.
    fn item(&mut self) {
        let list = |top: &super::Frame| top.holder == Holder::Brackets;
        if self
            .frames
            .last()
            .is_some_and(|top| list(top) && !top.filled)
        {
            self.key(Span::default());
        }
    }

    /// Notes a scalar down as key or value and gives which of them it is.
    fn scalar(&mut self, span: Span, end: usize) -> Role {
        let braces = self.frames.last().map(|top| (top.holder, top.colon));
        if braces == Some((Holder::Braces, false)) {
            self.key(span);
            if let Some(top) = self.frames.last_mut() {
                top.filled = true;
            }
            let rest = self.text[end..].trim_start_matches([' ', '\t', '\r', '\n']);
            return Role::Key {
                colon: rest.starts_with(':'),
            };
        }
        self.item();
        self.fill(span);
        Role::Value { fresh: false }
    }

    fn until(&self, at: usize, stops: &str) -> usize {
        let rest = &self.text[at..];
        at + rest.find(|c| stops.contains(c)).unwrap_or(rest.len())
    }

    /// Where a text without quotes ends. A template belongs to it as a whole, although YAML
    /// thinks otherwise: whoever writes one means that.
    fn plain_end(&self, from: usize) -> usize {
        let bytes = self.text.as_bytes();
        let mut at = from;
        while let Some(byte) = bytes.get(at).copied() {
            let next = bytes.get(at + 1).copied().unwrap_or(b'\n');
            match byte {
                b'\n' | b',' | b'[' | b']' | b'{' | b'}' => break,
                b':' if b" \t\r\n,[]{}".contains(&next) => break,
                b' ' | b'\t' if next == b'#' => break,
                b'$' if next == b'{' => {
                    let line = self.until(at, "\n");
                    let close = self.text[at..line].find('}');
                    at = close.map_or(line, |close| at + close);
                }
                _ => {}
            }
            at += 1;
        }
        let at = at.min(self.text.len());
        let word = self.text[from..at].trim_end_matches([' ', '\t', '\r']);
        // Something is always taken, so that the reading goes on.
        (from + word.len()).max(from + 1).min(self.text.len())
    }

    /// Whether a line in a group that is not closed cannot belong to it any more.
    fn ends_before(&self, line: usize, own: Option<usize>) -> bool {
        let rest = &self.text[line..];
        let content = rest.trim_start_matches(' ');
        let indent = rest.len() - content.len();
        let left = own.is_some_and(|own| indent <= own);
        if !left || content.is_empty() || content.starts_with(['\n', '\r', '#']) {
            return false;
        }
        // What closes something that it did not open belongs to what is above.
        let line = content.split('\n').next().unwrap_or_default();
        let opened = line.matches(['[', '{']).count();
        line.matches([']', '}']).count() <= opened
    }
}
