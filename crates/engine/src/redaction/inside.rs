//! Texts that lie in a value: a step that takes a value apart can print them alone.

use base64ct::{Base64, Base64Unpadded, Base64Url, Base64UrlUnpadded, Encoding};
use serde_json::Value;

use super::SHORTEST;

/// How many layers are taken off, such as base64 around JSON.
const LAYERS: usize = 3;

/// Shorter texts are hardly ever base64, and often look like it.
const SHORTEST_BASE64: usize = 12;

/// Every text in a value that is JSON, or base64 of a text, or one in the other.
pub(super) fn texts(value: &[u8]) -> Vec<Vec<u8>> {
    let mut found = Vec::new();
    let mut layer = vec![value.to_vec()];
    for _ in 0..LAYERS {
        layer = layer.iter().flat_map(|value| opened(value)).collect();
        found.extend(layer.iter().cloned());
    }
    found
}

fn opened(value: &[u8]) -> Vec<Vec<u8>> {
    let Ok(text) = std::str::from_utf8(value) else {
        return Vec::new();
    };
    if text.trim_start().starts_with(['{', '['])
        && let Ok(json) = serde_json::from_str(text)
    {
        let mut leaves = Vec::new();
        gather(json, &mut leaves);
        return leaves;
    }
    decoded(text).into_iter().collect()
}

/// The texts of a JSON value. Numbers and names are no secrets.
fn gather(json: Value, leaves: &mut Vec<Vec<u8>>) {
    match json {
        Value::String(text) if text.len() >= SHORTEST => leaves.push(text.into_bytes()),
        Value::Array(items) => items.into_iter().for_each(|item| gather(item, leaves)),
        Value::Object(entries) => entries
            .into_iter()
            .for_each(|(_, item)| gather(item, leaves)),
        _ => {}
    }
}

/// The text that this is base64 of, if it is.
fn decoded(text: &str) -> Option<Vec<u8>> {
    let packed: String = text.split_ascii_whitespace().collect();
    if packed.len() < SHORTEST_BASE64 {
        return None;
    }
    let bytes = Base64::decode_vec(&packed)
        .or_else(|_| Base64Unpadded::decode_vec(&packed))
        .or_else(|_| Base64Url::decode_vec(&packed))
        .or_else(|_| Base64UrlUnpadded::decode_vec(&packed))
        .ok()?;
    let text = std::str::from_utf8(&bytes).ok()?;
    // What decodes to anything else by chance is not meant.
    let readable = |c: char| !c.is_control() || matches!(c, '\n' | '\r' | '\t');
    (text.chars().all(readable)).then_some(bytes)
}
