//! A diagnostic for people: its sentence, the line it is about with a mark below, and its cure.

use std::fmt::Write as _;

use language::{Diagnostic, Severity};

/// How much of a line is shown, in characters.
const WIDTH: usize = 100;

/// Colours, or none.
#[derive(Clone, Copy)]
pub(super) struct Paint(bool);

impl Paint {
    pub(super) fn new(colours: bool) -> Self {
        Self(colours)
    }

    fn with(self, style: &str, text: &str) -> String {
        if self.0 {
            format!("\x1b[{style}m{text}\x1b[0m")
        } else {
            text.to_owned()
        }
    }
}

/// The diagnostic, with a line end behind its last line.
pub(super) fn render(file: &str, text: &str, one: &Diagnostic, paint: Paint) -> String {
    let style = match one.severity {
        Severity::Error => "1;31",
        Severity::Warning => "1;33",
        Severity::Info => "1;36",
    };
    let place = one.place;
    let number = place.line.to_string();
    let margin = " ".repeat(number.len());
    let head = format!("{}[{}]", one.severity.as_str(), one.code);
    let mut shown = format!(
        "{}: {}\n{margin}{} {}:{}:{}\n",
        paint.with(style, &head),
        paint.with("1", &visible(&one.message)),
        paint.with("34", "-->"),
        visible(file),
        place.line,
        place.column
    );
    let bar = paint.with("34", "|");
    if !text.is_empty() {
        let (line, mark) = marked(text, place.start, place.end);
        let number = paint.with("34", &number);
        // Writing to a string cannot fail.
        let _ = write!(
            shown,
            "{margin} {bar}\n{number} {bar} {line}\n{margin} {bar} {}\n",
            paint.with(style, &mark)
        );
    }
    if let Some(fix) = &one.fix {
        let cure = paint.with("34", "=");
        let _ = writeln!(shown, "{margin} {cure} fix: {}", visible(&fix.label));
    }
    shown
}

/// The first line of a range, and what marks the range below it.
fn marked(text: &str, start: usize, end: usize) -> (String, String) {
    let ends = ['\n', '\r'];
    let from = text[..start].rfind(ends).map_or(0, |end| end + 1);
    let line = text[from..].split(ends).next().unwrap_or_default();
    let before = text[from..start].chars().count();
    let inside = text[start..end.min(from + line.len()).max(start)]
        .chars()
        .count()
        .max(1);
    // Of a long line what is marked is shown, with something in front of it.
    let skipped = if before + inside.min(WIDTH / 2) > WIDTH {
        before.saturating_sub(WIDTH / 4)
    } else {
        0
    };
    let rest: String = line.chars().skip(skipped).take(WIDTH).collect();
    let (lead, trail) = (
        if skipped > 0 { "…" } else { "" },
        if line.chars().count() > skipped + WIDTH {
            "…"
        } else {
            ""
        },
    );
    let blanks = before - skipped + usize::from(skipped > 0);
    let marks = inside.min(WIDTH.saturating_sub(before - skipped)).max(1);
    (
        format!("{lead}{}{trail}", visible(&rest)),
        format!("{}{}", " ".repeat(blanks), "^".repeat(marks)),
    )
}

/// A text on a terminal: nothing in it commands the terminal or turns its direction, and every
/// character keeps its column.
pub(super) fn visible(text: &str) -> String {
    let shown = |c: char| match c {
        '\t' => ' ',
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {
            '\u{fffd}'
        }
        c if c.is_control() => '\u{fffd}',
        c => c,
    };
    text.chars().map(shown).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rendered(text: &str) -> String {
        let document = language::read(text);
        render("a.yaml", text, &document.diagnostics[0], Paint::new(false))
    }

    #[test]
    fn the_line_is_marked_below() {
        let shown =
            rendered("steps:\n- {name: ö, image: i, dependsOn: é1}\n- {name: é, image: i}\n");
        assert_eq!(
            shown,
            "error[unknown_step]: there is no step `é1`; did you mean `é`?\n \
             --> a.yaml:2:34\n  |\n\
             2 | - {name: ö, image: i, dependsOn: é1}\n  |                                  ^^\n  \
             = fix: change it to `é`\n"
        );
    }

    #[test]
    fn long_lines_are_cut_around_the_mark() {
        let text = format!("{}x", "é".repeat(500));
        let (line, mark) = marked(&text, 1000, 1001);
        assert_eq!(line.chars().count(), 27);
        assert!(line.starts_with('…') && line.ends_with('x'));
        assert_eq!(line.chars().nth(mark.len() - 1), Some('x'));
        let (line, mark) = marked(&text, 0, 1001);
        assert_eq!((line.chars().count(), mark.len()), (WIDTH + 1, WIDTH));
    }

    #[test]
    fn nothing_commands_the_terminal() {
        assert_eq!(
            visible("a\x1b[31m\t\u{202e}b\u{9b}"),
            "a\u{fffd}[31m \u{fffd}b\u{fffd}"
        );
        let painted = Paint::new(true).with("1", "x");
        assert_eq!(painted, "\x1b[1mx\x1b[0m");
    }
}
