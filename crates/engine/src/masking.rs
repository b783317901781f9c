//! Masking outputs before they are kept.

use language::Value;

use crate::redaction::Redactor;

/// The value with everything in it masked that may not be shown, names of maps as well.
pub(crate) fn masked(redactor: &Redactor, value: &Value) -> Value {
    match value {
        Value::Null | Value::Bool(_) => value.clone(),
        // A number can be a value that may not be shown, too.
        Value::Number(_) => {
            let text = value.to_wire().to_string();
            let masked = redactor.mask_text(&text);
            if masked == text {
                value.clone()
            } else {
                Value::text(masked)
            }
        }
        Value::Text(bytes) => {
            let mut stream = redactor.stream();
            let mut masked = Vec::with_capacity(bytes.len());
            stream.push(bytes, &mut masked);
            stream.finish(&mut masked);
            Value::text(masked)
        }
        Value::List(list) => Value::list(list.items().iter().map(|item| masked(redactor, item))),
        Value::Map(map) => Value::map(
            map.iter()
                .map(|(name, value)| (redactor.mask_text(name), masked(redactor, value))),
        ),
    }
}
