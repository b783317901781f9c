//! Places in a text: bytes for programs, UTF-16 for browsers, lines and columns for people.

use serde::{Deserialize, Serialize};

/// A range of a text in every unit somebody counts in. It lies inside the text, on character
/// boundaries, and orders by where it begins.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub struct Place {
    /// First byte.
    pub start: usize,
    /// The byte after the last one.
    pub end: usize,
    /// First UTF-16 code unit, which is how browsers and editors count.
    pub start_utf16: usize,
    /// The UTF-16 code unit after the last one.
    pub end_utf16: usize,
    /// Line of the first character, from 1.
    pub line: u32,
    /// Column of the first character, from 1, in characters.
    pub column: u32,
    /// Line of the end, from 1.
    pub end_line: u32,
    /// Column of the end, from 1, in characters; the end is not part of the range.
    pub end_column: u32,
}

impl Place {
    /// The beginning of any text.
    pub const START: Self = Self {
        start: 0,
        end: 0,
        start_utf16: 0,
        end_utf16: 0,
        line: 1,
        column: 1,
        end_line: 1,
        end_column: 1,
    };
}

/// A range of bytes. Texts are limited, so 32 bits are enough, and trees stay small.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// First byte.
    pub start: u32,
    /// The byte after the last one.
    pub end: u32,
}

impl Span {
    /// A range that is empty rather than backwards, and ends at the 32-bit limit at the latest.
    pub fn new(start: usize, end: usize) -> Self {
        let start = small(start);
        Self {
            start,
            end: small(end).max(start),
        }
    }

    /// As a range that slices.
    pub fn range(self) -> std::ops::Range<usize> {
        self.start as usize..self.end as usize
    }

    /// From the beginning of this to the end of the other.
    #[must_use]
    pub fn to(self, other: Self) -> Self {
        Self {
            start: self.start.min(other.start),
            end: self.end.max(other.end),
        }
    }
}

/// A count in 32 bits; texts are limited, so nothing is lost.
pub(crate) fn small(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

/// Bytes between two known counts.
const STRIDE: usize = 64;

#[derive(Clone, Copy, Default)]
struct Counts {
    characters: usize,
    utf16: usize,
}

impl Counts {
    fn after(mut self, text: &str) -> Self {
        for c in text.chars() {
            self.characters += 1;
            self.utf16 += c.len_utf16();
        }
        self
    }
}

/// Turns spans of one text into places. Each costs the same, wherever it lies and however long
/// the lines are.
pub struct Places<'t> {
    text: &'t str,
    lines: Vec<usize>,
    /// Counts up to every `STRIDE`th byte; empty when the text is ASCII, where all units agree.
    counts: Vec<(usize, Counts)>,
}

impl<'t> Places<'t> {
    /// Reads through the text once.
    pub fn new(text: &'t str) -> Self {
        let bytes = text.as_bytes();
        let mut lines = vec![0];
        for (at, byte) in bytes.iter().enumerate() {
            if *byte == b'\n' || (*byte == b'\r' && bytes.get(at + 1) != Some(&b'\n')) {
                lines.push(at + 1);
            }
        }
        let mut counts = Vec::new();
        if !text.is_ascii() {
            let mut known = Counts::default();
            let mut from = 0;
            while from < text.len() {
                counts.push((from, known));
                let to = text.ceil_char_boundary(from + STRIDE);
                known = known.after(&text[from..to]);
                from = to;
            }
        }
        Self {
            text,
            lines,
            counts,
        }
    }

    fn counts(&self, byte: usize) -> Counts {
        let at = self.counts.partition_point(|(from, _)| *from <= byte);
        match at.checked_sub(1).and_then(|at| self.counts.get(at)) {
            Some((from, known)) => known.after(&self.text[*from..byte]),
            None => Counts {
                characters: byte,
                utf16: byte,
            },
        }
    }

    /// The byte at so many UTF-16 code units, moved inside the text and onto a character boundary.
    pub(crate) fn byte(&self, utf16: usize) -> usize {
        let at = self
            .counts
            .partition_point(|(_, known)| known.utf16 <= utf16);
        let Some((from, known)) = at.checked_sub(1).and_then(|at| self.counts.get(at)) else {
            return utf16.min(self.text.len());
        };
        let mut units = known.utf16;
        for (at, c) in self.text[*from..].char_indices() {
            units += c.len_utf16();
            if units > utf16 {
                return from + at;
            }
        }
        self.text.len()
    }

    /// Where the line of a byte begins.
    pub(crate) fn line_start(&self, byte: usize) -> usize {
        let line = self.lines.partition_point(|start| *start <= byte);
        let line = line.checked_sub(1).and_then(|at| self.lines.get(at));
        line.copied().unwrap_or(0)
    }

    /// The line of a span's beginning, from 1.
    pub(crate) fn line(&self, span: Span) -> usize {
        self.lines
            .partition_point(|start| *start <= span.start as usize)
    }

    /// Units before `byte`, and its line and column.
    fn point(&self, byte: usize) -> (usize, u32, u32) {
        let line = self.lines.partition_point(|start| *start <= byte);
        let start = line
            .checked_sub(1)
            .and_then(|at| self.lines.get(at))
            .copied()
            .unwrap_or(0);
        let here = self.counts(byte);
        let column = here.characters - self.counts(start).characters + 1;
        (here.utf16, small(line), small(column))
    }

    /// The span itself, or, where there is nothing to see, the word in front of it.
    pub(crate) fn visible(&self, span: Span) -> Span {
        let before = self
            .text
            .get(..span.start as usize)
            .filter(|_| span.start == span.end);
        let line = before.and_then(|before| before.split(['\n', '\r']).next_back());
        let line = line.unwrap_or_default().trim_end();
        let Some(word) = line.split_whitespace().next_back() else {
            return span;
        };
        let end = before.map_or(0, |before| before.trim_end().len());
        // A long word without a blank would underline half a page.
        Span::new(self.text.ceil_char_boundary(end - word.len().min(80)), end)
    }

    /// The place of a span, moved inside the text and onto character boundaries.
    pub fn place(&self, span: Span) -> Place {
        let start = self.text.floor_char_boundary(span.start as usize);
        let end = self.text.floor_char_boundary(span.end as usize).max(start);
        let (start_utf16, line, column) = self.point(start);
        let (end_utf16, end_line, end_column) = self.point(end);
        Place {
            start,
            end,
            start_utf16,
            end_utf16,
            line,
            column,
            end_line,
            end_column,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_unit_is_counted() {
        let text = "a\né😀z\r\nx\ry";
        let places = Places::new(text);
        let at = text.find('z').expect("there is a z");
        let place = places.place(Span::new(at, at + 1));
        assert_eq!((place.start, place.end), (8, 9));
        assert_eq!((place.start_utf16, place.end_utf16), (5, 6));
        assert_eq!((place.line, place.column, place.end_column), (2, 3, 4));
        let last = places.place(Span::new(text.len() - 1, text.len()));
        assert_eq!((last.line, last.column), (4, 1));
    }

    #[test]
    fn long_lines_and_far_places_agree_with_counting() {
        let text = format!("{}\n{}", "é😀a".repeat(400), "ß".repeat(1000));
        let places = Places::new(&text);
        for (byte, _) in text.char_indices() {
            let (utf16, line, column) = places.point(byte);
            let before = &text[..byte];
            assert_eq!(utf16, before.encode_utf16().count());
            assert_eq!(places.byte(utf16), byte);
            let start = before.rfind('\n').map_or(0, |at| at + 1);
            assert_eq!(line as usize, before.matches('\n').count() + 1);
            assert_eq!(column as usize, text[start..byte].chars().count() + 1);
        }
    }

    #[test]
    fn spans_outside_are_moved_inside() {
        let places = Places::new("é");
        assert_eq!(places.place(Span::new(1, 90)).start, 0);
        assert_eq!(places.place(Span::new(1, 90)).end, 2);
        assert_eq!(Places::new("").place(Span::new(3, 4)), Place::START);
    }
}
