//! Where somebody is in a text that need not be YAML at this moment: inside which keys, in the
//! middle of which word.
//!
//! This goes by indentation and brackets alone, line by line, as people do. It never gives up, so
//! it also knows its way where the parser found only an error.

mod flow;
mod line;
mod scan;

use super::written::Notation;
use crate::text::Span;
use scan::Scanner;

/// What holds something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Holder {
    /// A map in lines, whose keys stand in this column.
    Map(usize),
    /// A list in lines, whose dashes stand in this column.
    List(usize),
    /// `{…}`
    Braces,
    /// `[…]`
    Brackets,
}

/// A map or list around the place.
#[derive(Debug, Clone)]
pub(super) struct Frame {
    pub(super) holder: Holder,
    /// The tag in front of it.
    pub(super) tag: Option<Span>,
    /// Of a map: keys with the scalars behind them on the same line, both with their quotes.
    /// Of a list: items as values without a key.
    pub(super) entries: Vec<Entry>,
    /// The entry that the place is in; for who writes a new key, the number of keys before it.
    pub(super) current: usize,
    /// Whether the last entry has its value already.
    filled: bool,
    /// Between braces: whether the last key has its colon.
    colon: bool,
}

#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Entry {
    pub(super) key: Span,
    pub(super) value: Span,
}

impl Frame {
    fn new(holder: Holder, tag: Option<Span>) -> Self {
        Self {
            holder,
            tag,
            entries: Vec::new(),
            current: 0,
            filled: false,
            colon: false,
        }
    }

    pub(super) fn is_map(&self) -> bool {
        matches!(self.holder, Holder::Map(_) | Holder::Braces)
    }

    pub(super) fn in_brackets(&self) -> bool {
        matches!(self.holder, Holder::Brackets | Holder::Braces)
    }
}

/// What can be written at the place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// A key of the innermost frame; with whether a colon follows already.
    Key { colon: bool },
    /// A value of the innermost frame's current entry; with whether it stands where a map in
    /// lines could begin as well.
    Value { fresh: bool },
}

/// A place in a text.
#[derive(Debug)]
pub(super) struct Spot {
    /// From the outermost map inwards.
    pub(super) frames: Vec<Frame>,
    pub(super) role: Role,
    /// The word at the place, without its quotes; empty where there is none yet.
    pub(super) word: Span,
    pub(super) notation: Notation,
    /// Whether the quote that begins the word has its counterpart.
    pub(super) closed: bool,
    /// The tag in front of the word.
    pub(super) tag: Option<Span>,
    /// The column of the word.
    pub(super) column: usize,
    /// Whether something follows that belongs to the same value, or would need a comma first.
    pub(super) crowded: bool,
    /// Where a list ended in this column, so that a dash would go on with it: the key it is
    /// under is the current one of the innermost frame.
    pub(super) dash: bool,
}

/// Finds out where a byte is; none where nothing of a workflow can be written, as in a comment.
pub(super) fn find(text: &str, at: usize) -> Option<Spot> {
    Scanner::new(text, at).run()
}

/// The characters of a span.
pub(super) fn part(text: &str, span: Span) -> &str {
    text.get(span.range()).unwrap_or_default()
}

/// A key or value as it is written, without its quotes.
pub(super) fn bare(text: &str, span: Span) -> &str {
    let raw = part(text, span);
    for quote in ['\'', '"'] {
        if let Some(inside) = raw.strip_prefix(quote) {
            return inside.strip_suffix(quote).unwrap_or(inside);
        }
    }
    raw
}

impl Spot {
    /// The keys around the place, from the outside inwards, `-` standing for an entry of a list.
    pub(super) fn path<'t>(&self, text: &'t str) -> Vec<&'t str> {
        let last = self.frames.len().saturating_sub(1);
        let inner = |at: usize| at == last && matches!(self.role, Role::Key { .. });
        let mut path = Vec::new();
        for (at, frame) in self.frames.iter().enumerate() {
            if inner(at) {
                break;
            }
            if frame.is_map() {
                let entry = frame.entries.get(frame.current).copied();
                path.push(bare(text, entry.unwrap_or_default().key));
            } else {
                path.push("-");
            }
        }
        path
    }

    /// The scalar behind a key of a frame, if it stands on the key's line.
    pub(super) fn value<'t>(&self, text: &'t str, frame: usize, key: &str) -> Option<&'t str> {
        let entries = &self.frames.get(frame)?.entries;
        let found = entries.iter().find(|one| bare(text, one.key) == key)?;
        let value = bare(text, found.value);
        (!value.is_empty()).then_some(value)
    }

    /// Whether the innermost frame is in brackets, where commas and braces mean something.
    pub(super) fn in_brackets(&self) -> bool {
        self.frames.last().is_some_and(Frame::in_brackets)
    }
}
