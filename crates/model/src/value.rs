//! Checks of a value before it is sealed: emptiness, size and format. Nothing is changed silently
//! except the two things a browser does to a text on its way: CRLF in fields of several lines, and
//! one final newline pasted into a field of one line.

use crate::connection_type::Field;
use crate::problem::FieldProblem;

/// The one field of a secret. Several lines, because keys and certificates have them.
pub static SECRET: Field = Field {
    name: "value",
    label: "Value",
    help: "One text. It may have several lines, such as a key.",
    secret: true,
    multiline: true,
    required: true,
};

/// The longest value of one field, in bytes.
pub const MAX_VALUE: usize = 64 * 1024;

/// The value as it will be sealed.
///
/// A form posted without JavaScript turns every line end into CRLF, which breaks keys; a person who
/// copies a token often copies the line end behind it.
pub fn as_sealed(value: &str, multiline: bool) -> String {
    if multiline {
        value.replace("\r\n", "\n")
    } else {
        let one = value.strip_suffix('\n').unwrap_or(value);
        one.strip_suffix('\r').unwrap_or(one).to_owned()
    }
}

/// What is wrong with `value` for `field`, if anything. The answer never contains the value.
pub fn check(field: &Field, value: &str) -> Option<FieldProblem> {
    let label = field.label;
    let wrong = |code: &str, detail: String| Some(FieldProblem::new(field.name, code, detail));
    if value.is_empty() {
        return if field.required {
            wrong("required", format!("Enter a value for {label}."))
        } else {
            None
        };
    }
    if value.trim().is_empty() {
        return wrong("blank", format!("{label} holds only blanks."));
    }
    if value.len() > MAX_VALUE {
        return wrong("too_large", format!("{label} is larger than 64 KiB."));
    }
    if !field.multiline && value.contains(['\n', '\r']) {
        return wrong(
            "one_line",
            format!("{label} is one line; this has several."),
        );
    }
    if value.contains('\0') {
        return wrong("nul", format!("{label} contains a NUL character."));
    }
    None
}
