//! The lines of a log as the server renders them; the island adds what comes later.

use leptos::prelude::*;
use model::Timestamp;
use service::{LogFrom, LogPart};

use super::live::ShownLog;
use super::log_text::{LONGEST, Line, Lines, MOST_LINES};
use crate::ui::time::time_of_day;

/// A part of a log, ready to be shown.
pub(super) struct RenderedLog {
    /// What the browser needs to go on.
    pub(super) shown: ShownLog,
    /// The lines, the last one perhaps without an end.
    pub(super) lines: Vec<Line>,
}

impl RenderedLog {
    /// The lines of that part.
    pub(super) fn of(from: LogFrom, part: LogPart) -> Self {
        let mut lines = Lines::default();
        let mut ended = Vec::new();
        let mut held_back = Vec::new();
        let mut torn = match from.offset {
            0 => 0,
            _ => torn(&part.chunks),
        };
        let mut left_out = from.offset + torn as u64;
        for (_, at, bytes) in part.chunks {
            let skipped = torn.min(bytes.len());
            torn -= skipped;
            held_back.extend_from_slice(&bytes[skipped..]);
            let whole = held_back.len() - unfinished(&held_back);
            let text = String::from_utf8_lossy(&held_back[..whole]).into_owned();
            held_back.drain(..whole);
            ended.extend(lines.push(at, &text));
        }
        ended.extend(lines.unended());
        let gone = ended.len().saturating_sub(MOST_LINES);
        left_out += ended
            .drain(..gone)
            .map(|line| line.text.len() as u64 + 1)
            .sum::<u64>();
        let counted = from.offset == 0;
        if !counted {
            lines.forget(gone as u64);
            for line in &mut ended {
                line.number -= gone as u64;
            }
        }
        Self {
            shown: ShownLog {
                counted,
                position: from.position,
                attempt: part.attempt,
                next_offset: part.next_offset - held_back.len() as u64,
                left_out,
                lines,
            },
            lines: ended,
        }
    }
}

/// How many bytes at the beginning of a part that was cut out of a log are left out: the rest of the
/// line before. Of a line that is longer than the page shows in one piece, or that is all there is,
/// the rest is worth seeing; then only what is left of a character goes.
fn torn(chunks: &[(u64, Timestamp, Vec<u8>)]) -> usize {
    let bytes = || chunks.iter().flat_map(|(.., bytes)| bytes);
    let end = bytes().take(LONGEST).position(|byte| *byte == b'\n');
    match end.map(|end| end + 1) {
        Some(next) if bytes().nth(next).is_some() => next,
        _ => {
            let rest_of_a_character = |byte: &&u8| matches!(**byte, 0x80..0xc0);
            bytes().take(3).take_while(rest_of_a_character).count()
        }
    }
}

/// How many bytes at the end may be the beginning of a character.
fn unfinished(bytes: &[u8]) -> usize {
    let begins = |byte: &u8| *byte >= 0b1100_0000;
    let last = bytes.iter().rev().take(3).position(begins);
    let Some(after) = last else { return 0 };
    let length = match bytes[bytes.len() - 1 - after] {
        0b1111_0000.. => 4,
        0b1110_0000.. => 3,
        _ => 2,
    };
    if after + 1 < length { after + 1 } else { 0 }
}

/// The box of the lines.
pub(super) fn rendered(chosen: bool, lines: Vec<Line>) -> impl IntoView {
    let row = |line: Line| {
        view! {
            <div class="log-line">
                <span class="log-number">{line.number}</span>
                <time class="log-time">{time_of_day(line.at)}</time>
                <span class="log-text">{line.text}</span>
            </div>
        }
    };
    chosen.then(|| {
        view! {
            <div id="log-lines" class="log wrap" role="log" aria-live="off" aria-label="Log" tabindex="0">
                {lines.into_iter().map(row).collect_view()}
            </div>
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn log(offset: u64, pieces: &[&[u8]]) -> RenderedLog {
        let mut next_offset = offset;
        let mut chunks = Vec::new();
        for piece in pieces {
            chunks.push((next_offset, Timestamp(0), piece.to_vec()));
            next_offset += piece.len() as u64;
        }
        let from = LogFrom {
            position: 0,
            attempt: None,
            offset,
            max: 1_000,
        };
        let part = LogPart {
            attempt: 1,
            chunks,
            next_offset,
            length: next_offset,
            ended: false,
        };
        RenderedLog::of(from, part)
    }

    fn texts(log: &RenderedLog) -> Vec<&str> {
        log.lines.iter().map(|line| line.text.as_str()).collect()
    }

    #[test]
    fn a_character_may_be_cut_anywhere() {
        let text = "a é ✓ 🎉\nb".as_bytes();
        for cut in 0..text.len() {
            let whole = log(0, &[&text[..cut], &text[cut..]]);
            assert_eq!(texts(&whole), ["a é ✓ 🎉", "b"], "{cut}");
            let begun = log(0, &[&text[..cut]]);
            let next = usize::try_from(begun.shown.next_offset).unwrap();
            assert!(next <= cut && cut - next < 4 && std::str::from_utf8(&text[next..]).is_ok());
        }
    }

    #[test]
    fn bytes_that_are_no_text_are_shown_as_such() {
        assert_eq!(
            texts(&log(0, &[b"a\xff\xfe\nb\x80\n"])),
            ["a\u{fffd}\u{fffd}", "b\u{fffd}"]
        );
    }

    #[test]
    fn the_rest_of_a_cut_line_is_left_out() {
        let cut = log(100, &[b"rest of", b" a line\nwhole\n", b"begun"]);
        assert_eq!(texts(&cut), ["whole", "begun"]);
        assert_eq!(cut.shown.left_out, 115);
        assert_eq!(cut.shown.next_offset, 126);
    }

    #[test]
    fn a_line_that_is_longer_than_what_is_shown_is_shown_from_the_cut() {
        // The second half of an é, and nothing behind the line.
        let last = log(100, &[b"\xa9rest of", b" a line\n"]);
        assert_eq!(texts(&last), ["rest of a line"]);
        assert_eq!((last.shown.left_out, last.shown.next_offset), (101, 116));
        let unended = log(100, &[b"rest of", b" a line"]);
        assert_eq!(texts(&unended), ["rest of a line"]);
        assert_eq!(unended.shown.left_out, 100);
        let long = "x".repeat(LONGEST) + "\nafter\n";
        let begun = log(100, &[long.as_bytes()]);
        assert_eq!(texts(&begun), [&long[..LONGEST], "", "after"]);
        assert_eq!(begun.shown.left_out, 100);
    }

    #[test]
    fn the_page_has_the_last_lines_of_very_many() {
        let many = "12345\n".repeat(MOST_LINES + 10) + "begun";
        for (offset, first) in [(0, 12), (100, 1)] {
            let cut = log(offset, &[b"-\n", many.as_bytes()]);
            assert_eq!(cut.lines.len(), MOST_LINES);
            assert_eq!(cut.lines[0].number, first + u64::from(offset == 0));
            let last = cut.lines.last().unwrap().number;
            assert_eq!(cut.shown.lines.unended().unwrap().number, last);
            assert_eq!(last - cut.lines[0].number, MOST_LINES as u64 - 1);
            let shown: usize = cut.lines.iter().map(|line| line.text.len() + 1).sum();
            assert_eq!(cut.shown.left_out + shown as u64 - 1, cut.shown.next_offset);
        }
    }

    #[test]
    fn what_a_step_prints_is_no_markup() {
        let hostile = log(0, &[b"</div><script>alert(1)</script> &amp;\n"]);
        let html = rendered(true, hostile.lines).to_html();
        assert!(
            html.contains("&lt;/div&gt;&lt;script&gt;alert(1)&lt;/script&gt; &amp;amp;"),
            "{html}"
        );
    }
}
