//! One line of a table for other programs (RFC 4180).

/// Appends a line of these cells.
pub(super) fn line<'a>(to: &mut String, cells: impl IntoIterator<Item = &'a str>) {
    for (at, text) in cells.into_iter().enumerate() {
        if at > 0 {
            to.push(',');
        }
        cell(to, text);
    }
    to.push_str("\r\n");
}

/// A cell in quotation marks. What a spreadsheet would take for a formula begins with an apostrophe,
/// which spreadsheets show as text.
fn cell(to: &mut String, text: &str) {
    to.push('"');
    // Some programs look behind blanks and line ends.
    let first = text.trim_start().chars().next();
    let starts = text.chars().next();
    let formula = |character: Option<char>| {
        character
            .is_some_and(|first| matches!(first, '=' | '+' | '-' | '@' | '＝' | '＋' | '－' | '＠'))
    };
    if formula(first) || matches!(starts, Some('\t' | '\r' | '\n')) {
        to.push('\'');
    }
    for character in text.chars() {
        match character {
            '"' => to.push_str("\"\""),
            // Some programs end a line inside quotation marks too.
            '\r' | '\n' => to.push(' '),
            '\0' => to.push('\u{fffd}'),
            other => to.push(other),
        }
    }
    to.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(cells: &[&str]) -> String {
        let mut text = String::new();
        line(&mut text, cells.iter().copied());
        text
    }

    #[test]
    fn cells_stay_apart() {
        assert_eq!(
            written(&["a", "", "b,c", "d \"e\""]),
            "\"a\",\"\",\"b,c\",\"d \"\"e\"\"\"\r\n"
        );
        assert_eq!(
            written(&["one\r\ntwo\n\"x\",y"]),
            "\"one  two \"\"x\"\",y\"\r\n"
        );
        assert_eq!(written(&["a\0b"]), "\"a\u{fffd}b\"\r\n");
    }

    #[test]
    fn no_cell_is_a_formula() {
        for text in [
            "=1+1",
            "+1",
            "-1",
            "@SUM(A1)",
            " =1",
            "\t=1",
            "\r=1",
            "\n=1",
            "\u{a0}=1",
            "＝1",
            "=HYPERLINK(\"http://evil.example\")",
        ] {
            let written = written(&[text]);
            assert!(written.starts_with("\"'"), "{text:?}: {written}");
        }
        for text in ["1=1", "a-b", "{\"a\":-1}", "aws / -x"] {
            let quoted = text.replace('"', "\"\"");
            assert_eq!(written(&[text]), format!("\"{quoted}\"\r\n"));
        }
    }
}
