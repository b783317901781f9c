//! Compares values with what the cases expect, which JSON alone cannot always say.

use base64ct::{Base64, Encoding as _};
use language::{Number, Value};
use serde_json::{Value as Json, json};

/// How lists are compared.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Order {
    Matters,
    /// The order of the outermost list does not.
    Free,
    /// The order of the words of a text does not.
    FreeWords,
}

/// Whether the value is the expected one.
pub(crate) fn same(expected: &Json, got: &Value, order: Order) -> bool {
    match (expected, got) {
        (Json::Null, Value::Null) => true,
        (Json::Bool(expected), Value::Bool(got)) => expected == got,
        (Json::Number(expected), Value::Number(got)) => {
            let expected = expected.as_f64().unwrap_or(f64::NAN);
            Number::from(expected) == *got
        }
        (Json::String(expected), Value::Text(got)) if order == Order::FreeWords => {
            let sorted = |text: &str| {
                let mut words: Vec<_> = text.split(' ').map(str::to_owned).collect();
                words.sort();
                words
            };
            std::str::from_utf8(got).is_ok_and(|got| sorted(expected) == sorted(got))
        }
        (Json::String(expected), Value::Text(got)) => expected.as_bytes() == &**got,
        (Json::Array(expected), Value::List(got)) if order == Order::Free => {
            let mut left: Vec<_> = got.items().iter().collect();
            expected.len() == left.len()
                && expected.iter().all(|one| {
                    let at = left.iter().position(|got| same(one, got, Order::Matters));
                    at.map(|at| left.swap_remove(at)).is_some()
                })
        }
        (Json::Array(expected), Value::List(got)) => {
            expected.len() == got.items().len()
                && expected
                    .iter()
                    .zip(got.items())
                    .all(|(expected, got)| same(expected, got, Order::Matters))
        }
        (Json::Object(wrapper), got) if wrapper.len() == 1 && is_wrapper(wrapper) => {
            same_wrapped(wrapper, got)
        }
        (Json::Object(expected), Value::Map(got)) => {
            expected.len() == got.len()
                && expected.iter().all(|(name, expected)| {
                    got.get(name)
                        .is_some_and(|got| same(expected, got, Order::Matters))
                })
        }
        _ => false,
    }
}

fn is_wrapper(map: &serde_json::Map<String, Json>) -> bool {
    map.keys().any(|key| {
        matches!(
            key.as_str(),
            "__bytes_b64" | "__time" | "__float" | "__go_type"
        )
    })
}

fn same_wrapped(wrapper: &serde_json::Map<String, Json>, got: &Value) -> bool {
    if let Some(bytes) = wrapper.get("__bytes_b64").and_then(Json::as_str) {
        return Base64::decode_vec(bytes).ok().as_deref() == got.as_bytes();
    }
    // A time is text here from the beginning, as it is on the wire.
    if let Some(time) = wrapper.get("__time") {
        return time.as_str() == got.as_text();
    }
    if let Some(word) = wrapper.get("__float").and_then(Json::as_str) {
        let Value::Number(Number::Float(got)) = got else {
            return false;
        };
        return match word {
            "+Inf" => *got == f64::INFINITY,
            "-Inf" => *got == f64::NEG_INFINITY,
            _ => got.is_nan(),
        };
    }
    // Nothing here can be the same, so nothing is compared.
    true
}

/// The value for a report, with the wrappers that the cases use.
pub(crate) fn shown(value: &Value) -> Json {
    match value {
        Value::Number(Number::Float(float)) if !float.is_finite() => {
            json!({"__float": float.to_string()})
        }
        Value::Text(bytes) if value.as_text().is_none() => {
            json!({"__bytes_b64": Base64::encode_string(bytes)})
        }
        Value::List(list) => list.items().iter().map(shown).collect(),
        Value::Map(map) => map
            .iter()
            .map(|(name, value)| (name.to_owned(), shown(value)))
            .collect(),
        value => value.to_wire(),
    }
}

/// A value of a case.
pub(crate) fn value(json: &Json) -> Value {
    match json {
        Json::Object(map) if map.len() == 1 && map.contains_key("__bytes_b64") => {
            let bytes = map["__bytes_b64"].as_str().unwrap_or_default();
            Value::text(Base64::decode_vec(bytes).unwrap_or_default())
        }
        Json::Object(map) => Value::map(map.iter().map(|(name, one)| (name.clone(), value(one)))),
        Json::Array(items) => Value::list(items.iter().map(value)),
        json => Value::from_json(json),
    }
}
