//! Values as text: as JSON, as a part of a longer text, or pasted as they are.

use std::fmt::Write as _;

use super::error::{ErrorKind, Fault, Result};
use super::value::Value;

/// As JSON, names sorted; indented by tabs, or on one line.
pub(super) fn json(value: &Value, indented: bool) -> Result<String> {
    let mut text = String::new();
    write_json(value, indented, 0, &mut text)?;
    Ok(text)
}

fn write_json(value: &Value, indented: bool, level: usize, text: &mut String) -> Result<()> {
    let line = |level: usize, text: &mut String| {
        if indented {
            text.push('\n');
            text.extend(std::iter::repeat_n('\t', level));
        }
    };
    match value {
        Value::Null => text.push_str("null"),
        Value::Bool(value) => text.push_str(if *value { "true" } else { "false" }),
        Value::Number(number) => text.push_str(&number.json().ok_or_else(|| {
            Fault::new(
                ErrorKind::Other,
                "JSON has no number for infinity and for nothing divided by nothing",
            )
        })?),
        Value::Text(bytes) => quote(bytes, text),
        Value::List(list) => {
            text.push('[');
            for (at, item) in list.items().iter().enumerate() {
                if at > 0 {
                    text.push(',');
                }
                line(level + 1, text);
                write_json(item, indented, level + 1, text)?;
            }
            if !list.items().is_empty() {
                line(level, text);
            }
            text.push(']');
        }
        Value::Map(map) => {
            text.push('{');
            for (at, (name, value)) in map.iter().enumerate() {
                if at > 0 {
                    text.push(',');
                }
                line(level + 1, text);
                quote(name.as_bytes(), text);
                text.push_str(if indented { ": " } else { ":" });
                write_json(value, indented, level + 1, text)?;
            }
            if !map.is_empty() {
                line(level, text);
            }
            text.push('}');
        }
    }
    Ok(())
}

/// A JSON text that is also safe inside of HTML.
fn quote(bytes: &[u8], text: &mut String) {
    text.push('"');
    for c in String::from_utf8_lossy(bytes).chars() {
        match c {
            '"' => text.push_str("\\\""),
            '\\' => text.push_str("\\\\"),
            '\n' => text.push_str("\\n"),
            '\r' => text.push_str("\\r"),
            '\t' => text.push_str("\\t"),
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' | '\0'..='\u{1f}' => {
                // Writing to a string cannot fail.
                let _ = write!(text, "\\u{:04x}", u32::from(c));
            }
            c => text.push(c),
        }
    }
    text.push('"');
}

/// As a part of a longer text: text as it is, everything else as JSON.
pub(super) fn joined(value: &Value) -> Result<Vec<u8>> {
    match value {
        Value::Text(bytes) => Ok(bytes.to_vec()),
        value => json(value, true).map(String::into_bytes),
    }
}

/// Pasted as it is: lists as `[a b]`, maps as `map[name:value]`.
pub(super) fn pasted(value: &Value) -> Vec<u8> {
    let mut text = Vec::new();
    paste(value, &mut text);
    text
}

fn paste(value: &Value, text: &mut Vec<u8>) {
    match value {
        Value::Null => text.extend(b"<nil>"),
        Value::Bool(value) => text.extend(if *value { &b"true"[..] } else { b"false" }),
        Value::Number(number) => text.extend(number.printed().bytes()),
        Value::Text(bytes) => text.extend(&**bytes),
        Value::List(list) => {
            text.push(b'[');
            for (at, item) in list.items().iter().enumerate() {
                if at > 0 {
                    text.push(b' ');
                }
                paste(item, text);
            }
            text.push(b']');
        }
        Value::Map(map) => {
            text.extend(b"map[");
            for (at, (name, value)) in map.iter().enumerate() {
                if at > 0 {
                    text.push(b' ');
                }
                text.extend(name.bytes());
                text.push(b':');
                paste(value, text);
            }
            text.push(b']');
        }
    }
}
