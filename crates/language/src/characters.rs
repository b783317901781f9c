//! Characters that have no business in a workflow, looked at before anything is parsed.

use crate::code::Code;
use crate::diagnostic::{Severity, is_direction_control};
use crate::findings::Findings;
use crate::repair::Repair;
use crate::text::Span;

/// Complains about invisible characters; `false` when the text cannot be read with them.
pub(crate) fn check(text: &str, findings: &mut Findings<'_>) -> bool {
    if text
        .bytes()
        .all(|byte| matches!(byte, b'\t' | b'\n' | b'\r' | b' '..=b'~'))
    {
        return true;
    }
    let nuls = text.bytes().filter(|byte| *byte == 0).count();
    if nuls > 1 && nuls >= text.len() / 4 {
        findings.error(
            Code::Utf16,
            Span::new(0, text.chars().next().map_or(0, char::len_utf8)),
            "every other byte is empty, as in UTF-16; save the file as UTF-8",
        );
        return false;
    }
    let mut readable = true;
    for (at, c) in text.char_indices() {
        let span = Span::new(at, at + c.len_utf8());
        let code = c.escape_unicode();
        match c {
            '\t' | '\n' | '\r' | '\u{85}' => {}
            '\0' => {
                readable = false;
                let message = "there is a NUL character here; remove it";
                findings.add(
                    Severity::Error,
                    Code::Nul,
                    span,
                    message,
                    Some(remove(span)),
                );
            }
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => {
                readable = false;
                let message = format_args!("there is an invisible character ({code}); remove it");
                findings.add(
                    Severity::Error,
                    Code::ControlCharacter,
                    span,
                    message,
                    Some(remove(span)),
                );
            }
            c if is_direction_control(c) && findings.is_full(Severity::Warning) => {}
            c if is_direction_control(c) => findings.add(
                Severity::Warning,
                Code::DirectionControl,
                span,
                format_args!(
                    "an invisible character ({code}) makes the text around it read other than \
                     it is; remove it"
                ),
                Some(remove(span)),
            ),
            _ => {}
        }
    }
    readable
}

fn remove(span: Span) -> Repair {
    Repair::remove("remove the character", span)
}
