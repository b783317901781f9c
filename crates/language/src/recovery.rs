//! Going on behind a syntax error: where the next piece of the text begins that can be read on
//! its own.
//!
//! Only lines that leave no doubt count: a top key of a workflow at the very left, or a dash with
//! a known key behind it, exactly below the other dashes of the list that was being read. So a
//! script that lost its indentation is never taken for a part of the workflow.

use std::ops::Range;

use crate::document::{STEP_KEYS, TOP_KEYS, TRIGGER_KEYS};
use crate::limits::{MAX_TEXT, MAX_TROUBLES};
use crate::syntax::Trouble;

/// What is open where the trouble was found.
pub(crate) struct Opened {
    /// Whether the text is a map in lines, or nothing yet: else there is nowhere to go on.
    pub(crate) lines: bool,
    /// How far the dashes of the list under a top key are indented, if there is one.
    pub(crate) indent: Option<usize>,
    /// Where the outermost bracket that is not closed yet stands.
    pub(crate) bracket: Option<usize>,
}

/// The next piece.
pub(crate) struct Piece {
    pub(crate) range: Range<usize>,
    /// Whether it goes on with the list, and not with the top keys.
    pub(crate) list: bool,
}

/// Finds the next piece again and again, until that has cost as much as reading a text may.
pub(crate) struct Recovery<'t> {
    text: &'t str,
    /// Where top keys stand; found out at the first trouble.
    sections: Option<Vec<usize>>,
    /// Where the document ends.
    end: usize,
    troubles: usize,
    read: usize,
}

impl<'t> Recovery<'t> {
    pub(crate) fn new(text: &'t str) -> Self {
        Self {
            text,
            sections: None,
            end: text.len(),
            troubles: 0,
            read: 0,
        }
    }

    /// What comes behind a piece that could be read.
    pub(crate) fn after(&self, piece: &Piece) -> Option<Piece> {
        (piece.range.end < self.end).then_some(Piece {
            range: piece.range.end..self.end,
            list: false,
        })
    }

    /// Notes what reading a piece up to trouble at a byte has cost.
    pub(crate) fn spend(&mut self, piece: &Piece, at: usize, trouble: Trouble) {
        let endless = matches!(trouble, Trouble::Unclosed(_) | Trouble::UnclosedQuote);
        self.read += if endless {
            piece.range.len()
        } else {
            at.saturating_sub(piece.range.start)
        };
    }

    /// What can be read behind trouble at a byte.
    pub(crate) fn behind(&mut self, at: usize, trouble: Trouble, opened: &Opened) -> Option<Piece> {
        self.troubles += 1;
        if !opened.lines || trouble == Trouble::TooDeep || self.troubles >= MAX_TROUBLES {
            return None;
        }
        let own = line_start(self.text, at);
        // The line where it was noticed is whole when what went wrong began above it.
        let begun_above =
            trouble == Trouble::LineInQuote || opened.bracket.is_some_and(|bracket| bracket < own);
        let next = self.next(own, begun_above, opened.indent)?;
        (self.read + (self.end - next.range.start) <= MAX_TEXT).then_some(next)
    }

    /// The bracket that is not closed, if a piece begins between it and where that was noticed:
    /// then the bracket is the cause.
    pub(crate) fn cause(&self, at: usize, opened: &Opened) -> Option<usize> {
        let bracket = opened.bracket.filter(|_| opened.lines)?;
        let between = self.text.get(bracket..at)?;
        let own = line_start(self.text, at);
        let begins = |line: &str| {
            is_section(line) || opened.indent.is_some_and(|indent| is_item(line, indent))
        };
        let whole = between.contains('\n') && begins(first_line(&self.text[own..]));
        let mut lines = between.split('\n').skip(1);
        (whole || lines.any(begins)).then_some(bracket)
    }

    fn next(&mut self, own: usize, with_own: bool, indent: Option<usize>) -> Option<Piece> {
        self.look();
        let sections = self.sections.as_deref().unwrap_or_default();
        let mut start = own;
        while start < self.end {
            let line = first_line(&self.text[start..]);
            if start != own || with_own {
                if is_section(line) {
                    return Some(Piece {
                        range: start..self.end,
                        list: false,
                    });
                }
                if indent.is_some_and(|indent| is_item(line, indent)) {
                    let end = sections.partition_point(|section| *section <= start);
                    return Some(Piece {
                        range: start..sections.get(end).copied().unwrap_or(self.end),
                        list: true,
                    });
                }
            }
            start += line.len() + 1;
        }
        None
    }

    fn look(&mut self) {
        if self.sections.is_some() {
            return;
        }
        let mut sections = Vec::new();
        let mut start = 0;
        for line in self.text.split('\n') {
            let ends = line.starts_with("...") || (start > 0 && line.starts_with("---"));
            if ends && !sections.is_empty() {
                self.end = start;
                break;
            }
            if is_section(line) {
                sections.push(start);
            }
            start += line.len() + 1;
        }
        self.sections = Some(sections);
    }
}

fn line_start(text: &str, at: usize) -> usize {
    text[..at].rfind('\n').map_or(0, |end| end + 1)
}

fn first_line(text: &str) -> &str {
    text.split('\n').next().unwrap_or_default()
}

/// The word in front of the first colon, if that makes it a key.
fn key(line: &str) -> Option<&str> {
    let (word, rest) = line.split_once(':')?;
    let is_key = rest.is_empty() || rest.starts_with([' ', '\t', '\r']);
    is_key.then(|| word.trim_end_matches(' '))
}

fn is_section(line: &str) -> bool {
    key(line).is_some_and(|word| TOP_KEYS.contains(&word))
}

fn is_item(line: &str, indent: usize) -> bool {
    let Some((blanks, item)) = line.split_at_checked(indent) else {
        return false;
    };
    let Some(inside) = item.strip_prefix("- ") else {
        return false;
    };
    let inside = inside.trim_start_matches(' ');
    blanks.bytes().all(|byte| byte == b' ')
        && (inside.starts_with('{')
            || key(inside)
                .is_some_and(|word| STEP_KEYS.contains(&word) || TRIGGER_KEYS.contains(&word)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_lines_without_doubt_begin_a_piece() {
        for line in ["steps:", "name: x", "triggers:\r", "steps : []"] {
            assert!(is_section(line), "{line:?}");
        }
        for line in [
            " steps:",
            "stepsx:",
            "steps:x",
            "echo: hello",
            "# steps:",
            "- name: x",
        ] {
            assert!(!is_section(line), "{line:?}");
        }
        for line in ["  - name: x", "  -   image: x", "  - {a", "  - type:"] {
            assert!(is_item(line, 2), "{line:?}");
        }
        for line in [
            "- name: x",
            "   - name: x",
            "  - echo: x",
            "  - x",
            "  -name: x",
            "é- name: x",
        ] {
            assert!(!is_item(line, 2), "{line:?}");
        }
    }
}
