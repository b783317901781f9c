//! From the bytes of a log to lines a person reads, while it is still being written.
//!
//! The same code makes the lines of the page and, in the browser, those that arrive later. What a
//! step prints is never markup: a line is text, without the sequences that steer a terminal.

use std::mem::take;

use model::Timestamp;
use serde::{Deserialize, Serialize};

/// More lines than this slow the page down: the oldest ones go.
pub const MOST_LINES: usize = 5_000;

/// Bytes of a line. A longer one is broken, so that one line never fills the page.
pub(super) const LONGEST: usize = 4_000;

/// A line as it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Its number, from 1 at the first line shown.
    pub number: u64,
    /// When its first letter was printed.
    pub at: Timestamp,
    /// Its text, with nothing in it that steers a terminal.
    pub text: String,
}

/// Cuts text into lines as it arrives.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lines {
    number: u64,
    at: Timestamp,
    /// What was printed since the last line end.
    begun: String,
}

impl Default for Lines {
    fn default() -> Self {
        Self {
            number: 1,
            at: Timestamp(0),
            begun: String::new(),
        }
    }
}

impl Lines {
    /// Takes what was printed at that time, and gives the lines that it ends.
    pub fn push(&mut self, at: Timestamp, text: &str) -> Vec<Line> {
        let mut ended = Vec::new();
        for piece in text.split_inclusive('\n') {
            if self.begun.is_empty() {
                self.at = at;
            }
            let mut rest = piece;
            while self.begun.len() + rest.len() > LONGEST {
                let room = LONGEST - self.begun.len().min(LONGEST);
                let mut cut = room;
                while !rest.is_char_boundary(cut) {
                    cut -= 1;
                }
                let (now, later) = rest.split_at(cut);
                self.begun.push_str(now);
                ended.push(self.end());
                self.at = at;
                rest = later;
            }
            self.begun.push_str(rest);
            if self.begun.ends_with('\n') {
                ended.push(self.end());
            }
        }
        ended
    }

    fn end(&mut self) -> Line {
        let line = Line {
            number: self.number,
            at: self.at,
            text: readable(&take(&mut self.begun)),
        };
        self.number += 1;
        line
    }

    /// Counts as if so many lines had never been.
    pub fn forget(&mut self, lines: u64) {
        self.number = self.number.saturating_sub(lines);
    }

    /// The line that has no end yet.
    pub fn unended(&self) -> Option<Line> {
        (!self.begun.is_empty()).then(|| Line {
            number: self.number,
            at: self.at,
            text: readable(&self.begun),
        })
    }
}

/// A line without its end and without what steers a terminal: colours are dropped, a lone carriage
/// return begins the line anew, and other control characters show as their symbols.
fn readable(line: &str) -> String {
    let line = line.trim_end_matches(['\n', '\r']);
    let mut text = String::with_capacity(line.len());
    let mut letters = line.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '\u{1b}' => match letters.next() {
                // A control sequence ends with a letter or one of its neighbours.
                Some('[') => {
                    let _ = letters.find(|c| ('@'..='~').contains(c));
                }
                // A command to the terminal, such as a title or a link, ends with BEL or ESC \.
                Some(']') => {
                    let end = letters.find(|c| matches!(c, '\u{7}' | '\u{1b}'));
                    if end == Some('\u{1b}') {
                        let _ = letters.next_if_eq(&'\\');
                    }
                }
                _ => {}
            },
            '\r' => text.clear(),
            '\t' => text.push('\t'),
            control @ '\0'..'\u{20}' => text.extend(char::from_u32(0x2400 + u32::from(control))),
            '\u{7f}' => text.push('\u{2421}'),
            '\u{80}'..'\u{a0}' => text.push(char::REPLACEMENT_CHARACTER),
            other => text.push(other),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    const AT: Timestamp = Timestamp(7);

    fn texts(pieces: &[&str]) -> (Vec<String>, Option<String>) {
        let mut lines = Lines::default();
        let ended = pieces.iter().flat_map(|piece| lines.push(AT, piece));
        let ended = ended.map(|line| line.text).collect();
        (ended, lines.unended().map(|line| line.text))
    }

    #[test]
    fn lines_do_not_depend_on_how_they_arrive() {
        let whole = texts(&["one\ntwo\r\n\nthree"]);
        assert_eq!(whole.0, ["one", "two", ""]);
        assert_eq!(whole.1.as_deref(), Some("three"));
        assert_eq!(texts(&["o", "ne\nt", "wo\r", "\n\n", "thr", "ee"]), whole);
    }

    #[test]
    fn a_line_has_its_number_and_the_time_of_its_first_letter() {
        let mut lines = Lines::default();
        assert!(lines.push(Timestamp(1), "a").is_empty());
        let ended = lines.push(Timestamp(2), "b\nc\n");
        let seen: Vec<_> = ended
            .iter()
            .map(|line| (line.number, line.at, line.text.as_str()))
            .collect();
        assert_eq!(seen, [(1, Timestamp(1), "ab"), (2, Timestamp(2), "c")]);
        assert_eq!(lines.unended(), None);
    }

    #[test]
    fn nothing_steers_a_terminal() {
        let (lines, _) = texts(&[
            "\u{1b}[1;31mred\u{1b}[0m and \u{1b}]8;;http://x\u{1b}\\link\u{1b}]8;;\u{7}\n",
            "10%\r20%\r\n",
            "bell\u{7} nul\0 tab\t del\u{7f} c1\u{9b}31m\n",
            "cut\u{1b}[3\n",
        ]);
        assert_eq!(lines[0], "red and link");
        assert_eq!(lines[1], "20%");
        assert_eq!(
            lines[2],
            "bell\u{2407} nul\u{2400} tab\t del\u{2421} c1\u{fffd}31m"
        );
        assert_eq!(lines[3], "cut");
    }

    #[test]
    fn a_line_without_an_end_is_broken() {
        let long = "é".repeat(10_000);
        let (ended, rest) = texts(&[&long[..6_000], &long[6_000..]]);
        assert_eq!(ended.len(), 4);
        assert!(ended.iter().all(|line| line.len() == LONGEST));
        let whole: String = ended.into_iter().chain(rest).collect();
        assert_eq!(whole, long);
    }
}
