//! Reads a text up to the place, and on to the end of what is around it: what is open, and what
//! was found.

use super::{Entry, Frame, Holder, Role, Spot};
use crate::assist::written::Notation;
use crate::limits::MAX_DEPTH;
use crate::text::Span;

pub(super) struct Scanner<'t> {
    pub(super) text: &'t str,
    pub(super) cursor: usize,
    /// What is open.
    pub(super) frames: Vec<Frame>,
    /// Frames around the place that have ended since, innermost first.
    ended: Vec<Frame>,
    /// How many of the open frames are around the place, once it is found.
    around: usize,
    found: Option<Spot>,
    /// Whether nothing can be written at the place.
    nowhere: bool,
    /// A tag whose map or list begins on a later line.
    pub(super) tag: Option<Span>,
    /// Whether it is known what follows the place.
    settled: bool,
    /// The column of a list that the line at hand has ended.
    dash: Option<usize>,
}

/// Where a line lies, without its end.
#[derive(Clone, Copy)]
pub(super) struct Line {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) next: usize,
}

impl<'t> Scanner<'t> {
    pub(super) fn new(text: &'t str, at: usize) -> Self {
        Self {
            text,
            cursor: text.floor_char_boundary(at),
            frames: Vec::new(),
            ended: Vec::new(),
            around: 0,
            found: None,
            nowhere: false,
            tag: None,
            settled: false,
            dash: None,
        }
    }

    pub(super) fn run(mut self) -> Option<Spot> {
        let mut at = 0;
        loop {
            let line = self.line(at);
            let content = &self.text[line.start..line.end];
            let indent = content.len() - content.trim_start_matches(' ').len();
            let content = &content[indent..];
            let begun = !self.frames.is_empty();
            if content.trim().is_empty() {
                self.blank(line);
                at = line.next;
            } else if content.starts_with('#') {
                self.nowhere |= self.holds(line.start + indent + 1, line.end);
                at = line.next;
            } else if indent == 0 && (content.starts_with("---") || content.starts_with("...")) {
                if begun {
                    break;
                }
                self.nowhere |= self.holds(line.start, line.end);
                at = line.next;
            } else {
                at = self.node(line, indent);
            }
            if self.nowhere || at > self.text.len() || (at == line.start) {
                break;
            }
        }
        if self.nowhere {
            return None;
        }
        let mut spot = self.found?;
        self.frames.truncate(self.around);
        self.frames.extend(self.ended.into_iter().rev());
        spot.frames = self.frames;
        Some(spot)
    }

    pub(super) fn line(&self, start: usize) -> Line {
        let rest = &self.text[start..];
        let length = rest.find('\n').unwrap_or(rest.len());
        let end = start + rest[..length].trim_end_matches('\r').len();
        Line {
            start,
            end,
            next: start + length + 1,
        }
    }

    /// Whether the place is in this stretch, or at one of its ends, and not found yet.
    pub(super) fn holds(&self, from: usize, to: usize) -> bool {
        self.found.is_none() && (from..=to).contains(&self.cursor)
    }

    pub(super) fn blanks(&self, from: usize, end: usize) -> usize {
        let rest = self.text.get(from..end).unwrap_or_default();
        end - rest.trim_start_matches([' ', '\t']).len()
    }

    pub(super) fn pop(&mut self) {
        let Some(frame) = self.frames.pop() else {
            return;
        };
        if self.found.is_some() && self.frames.len() < self.around {
            self.around = self.frames.len();
            self.ended.push(frame);
        }
    }

    /// Begins a map or a list; `false` when they stand deeper than anything is read.
    pub(super) fn push(&mut self, holder: Holder, tag: Option<Span>) -> bool {
        if self.frames.len() >= MAX_DEPTH as usize {
            self.nowhere();
            return false;
        }
        self.fill(Span::default());
        self.frames.push(Frame::new(holder, tag));
        true
    }

    /// The innermost entry has its value.
    pub(super) fn fill(&mut self, value: Span) {
        if let Some(top) = self.frames.last_mut() {
            top.filled = true;
            if let Some(last) = top.entries.last_mut() {
                last.value = value;
            }
        }
    }

    pub(super) fn key(&mut self, key: Span) {
        if let Some(top) = self.frames.last_mut() {
            top.entries.push(Entry {
                key,
                value: Span::default(),
            });
            top.filled = false;
        }
    }

    /// The place is here.
    pub(super) fn found(
        &mut self,
        role: Role,
        word: Span,
        notation: Notation,
        closed: bool,
        tag: Option<Span>,
    ) {
        for frame in &mut self.frames {
            frame.current = frame.entries.len().saturating_sub(1);
        }
        let value = matches!(role, Role::Value { .. }) && notation == Notation::Plain;
        let crowded = value && self.is_followed(word.end as usize);
        let before = &self.text[..word.start as usize];
        let line = before.rfind('\n').map_or(0, |end| end + 1);
        self.around = self.frames.len();
        self.settled = !self.frames.last().is_some_and(Frame::in_brackets);
        self.found = Some(Spot {
            frames: Vec::new(),
            role,
            word,
            notation,
            closed,
            tag,
            column: before.len() - line,
            crowded,
            dash: self.dash.is_some() && role != Role::Value { fresh: false },
        });
    }

    /// Notes what comes next behind the place, if that is found already.
    pub(super) fn settle(&mut self, crowded: bool) {
        if let Some(found) = &mut self.found
            && !self.settled
        {
            self.settled = true;
            found.crowded = crowded;
        }
    }

    pub(super) fn nowhere(&mut self) {
        self.nowhere = true;
    }

    pub(super) fn filled(&self) -> bool {
        self.frames.last().is_some_and(|top| top.filled)
    }

    /// The column of the innermost map or list in lines.
    pub(super) fn indent(&self) -> Option<usize> {
        self.frames
            .iter()
            .rev()
            .find_map(|frame| match frame.holder {
                Holder::Map(column) | Holder::List(column) => Some(column),
                Holder::Braces | Holder::Brackets => None,
            })
    }

    /// Ends what a line in this column ends.
    pub(super) fn dedent(&mut self, column: usize, dash: bool) {
        self.dash = None;
        while let Some(top) = self.frames.last() {
            match top.holder {
                Holder::Map(own) if own <= column => break,
                Holder::List(own) if own < column || (own == column && dash) => break,
                Holder::List(own) if own == column => self.dash = Some(own),
                _ => {}
            }
            self.pop();
        }
    }

    /// A line without anything on it: where somebody begins to write.
    fn blank(&mut self, line: Line) {
        if !self.holds(line.start, line.end) {
            return;
        }
        let column = self.cursor - line.start;
        let word = Span::new(self.cursor, self.cursor);
        let following = self.following(line.next);
        // In the middle of something deeper, whatever is begun here would take over the rest.
        if following.is_some_and(|(indent, _)| indent > column) {
            return self.nowhere();
        }
        self.dedent(column, false);
        if self.dash.is_some() && following == Some((column, true)) {
            // Between two entries of a list nothing else can be written.
            let role = Role::Value { fresh: true };
            return self.found(role, word, Notation::Plain, true, None);
        }
        self.begin(column, word, line);
    }

    /// The column of the next line with something on it, and whether it begins with a dash.
    fn following(&self, from: usize) -> Option<(usize, bool)> {
        let mut rest = self.text.get(from..)?;
        while !rest.is_empty() {
            let (line, more) = rest.split_once('\n').unwrap_or((rest, ""));
            let content = line.trim_start_matches(' ');
            if !content.trim().is_empty() && !content.starts_with('#') {
                let dash = content.starts_with("- ") || content.trim_end() == "-";
                return Some((line.len() - content.len(), dash));
            }
            rest = more;
        }
        None
    }

    /// Whether the lines behind a place in a map or list in lines go on with the same value.
    fn is_followed(&self, from: usize) -> bool {
        let Some(top) = self.frames.last() else {
            return false;
        };
        let next = self.following(self.line(from).next);
        next.is_some_and(|(indent, dash)| match top.holder {
            Holder::Map(own) => indent > own || (indent == own && dash),
            Holder::List(own) => indent > own,
            Holder::Braces | Holder::Brackets => false,
        })
    }

    /// A word without a colon at the place: the beginning of a key, or a value.
    pub(super) fn begin(&mut self, column: usize, word: Span, line: Line) {
        let top = self.frames.last().map(|top| (top.holder, top.filled));
        let role = match top {
            Some((Holder::Map(own), _)) if own == column => Role::Key { colon: false },
            Some((_, true)) => {
                // A text goes on here, or nothing fits: only an entry of a list would.
                if self.dash.is_none() {
                    return self.nowhere();
                }
                Role::Value { fresh: true }
            }
            None if column > 0 => return self.nowhere(),
            _ => {
                let following = self.following(line.next);
                let same = following.is_some_and(|(indent, dash)| indent == column && !dash);
                if top.is_none() || same {
                    let tag = self.tag.take();
                    self.push(Holder::Map(column), tag);
                    Role::Key { colon: false }
                } else {
                    Role::Value { fresh: true }
                }
            }
        };
        let tag = self.tag;
        self.found(role, word, Notation::Plain, true, tag);
    }
}
