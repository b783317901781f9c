//! Texts that lie in a value: a step that takes a value apart can print them alone.

use base64ct::{Base64, Base64Unpadded, Base64Url, Base64UrlUnpadded, Encoding};
use serde_json::Value;
use zeroize::Zeroizing;

use super::SHORTEST;

/// How many layers are taken off, such as base64 around JSON.
const LAYERS: usize = 3;

/// Shorter texts are hardly ever base64, and often look like it.
const SHORTEST_BASE64: usize = 12;

/// Every text in a value that is JSON, or base64 of a text, or one in the other.
pub(super) fn texts(value: &[u8]) -> Vec<Zeroizing<Vec<u8>>> {
    let mut found = opened(value);
    let mut layer = 0..found.len();
    for _ in 1..LAYERS {
        let deeper: Vec<_> = found
            .get(layer)
            .unwrap_or_default()
            .iter()
            .flat_map(|value| opened(value))
            .collect();
        layer = found.len()..found.len() + deeper.len();
        found.extend(deeper);
    }
    found
}

fn opened(value: &[u8]) -> Vec<Zeroizing<Vec<u8>>> {
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
fn gather(json: Value, leaves: &mut Vec<Zeroizing<Vec<u8>>>) {
    match json {
        Value::String(text) => {
            let text = Zeroizing::new(text.into_bytes());
            if text.len() >= SHORTEST {
                leaves.push(text);
            }
        }
        Value::Array(items) => items.into_iter().for_each(|item| gather(item, leaves)),
        Value::Object(entries) => entries
            .into_iter()
            .for_each(|(_, item)| gather(item, leaves)),
        _ => {}
    }
}

/// The text that this is base64 of, if it is.
fn decoded(text: &str) -> Option<Zeroizing<Vec<u8>>> {
    // As much room as it needs from the start: what a buffer outgrows is not wiped.
    let mut packed = Zeroizing::new(String::with_capacity(text.len()));
    packed.extend(text.split_ascii_whitespace());
    if packed.len() < SHORTEST_BASE64 {
        return None;
    }
    let mut bytes = Zeroizing::new(vec![0; packed.len()]);
    let mut fill =
        |decode: fn(&[u8], &mut [u8]) -> Option<usize>| decode(packed.as_bytes(), &mut bytes);
    let length = fill(decode::<Base64>)
        .or_else(|| fill(decode::<Base64Unpadded>))
        .or_else(|| fill(decode::<Base64Url>))
        .or_else(|| fill(decode::<Base64UrlUnpadded>))?;
    bytes.truncate(length);
    let text = std::str::from_utf8(&bytes).ok()?;
    // What decodes to anything else by chance is not meant.
    let readable = |c: char| !c.is_control() || matches!(c, '\n' | '\r' | '\t');
    text.chars().all(readable).then_some(bytes)
}

/// The length of what this is in that encoding, if it is.
fn decode<E: Encoding>(packed: &[u8], bytes: &mut [u8]) -> Option<usize> {
    E::decode(packed, bytes).ok().map(<[u8]>::len)
}
