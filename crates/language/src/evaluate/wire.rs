//! Values on the wire: JSON, with an envelope for text that JSON cannot carry.

use serde_json::Value as Json;

use super::error::{ErrorKind, Fault, Result};
use super::value::Value;
use crate::number::Number;
use base64ct::{Base64, Encoding as _};

/// The key of the envelope.
pub(super) const ENCODING: &str = "$encoding";

/// How a text that is kept as plain text says that it is encoded.
const STORED: &str = "base64:";

impl Value {
    /// The value of a JSON value. Envelopes stay what they are.
    pub fn from_json(json: &Json) -> Self {
        match json {
            Json::Null => Self::Null,
            Json::Bool(value) => Self::Bool(*value),
            Json::Number(number) => Self::Number(read_number(number)),
            Json::String(text) => Self::text(text.as_str()),
            Json::Array(items) => Self::list(items.iter().map(Self::from_json)),
            Json::Object(entries) => Self::map(
                entries
                    .iter()
                    .map(|(name, value)| (name.clone(), Self::from_json(value))),
            ),
        }
    }

    /// The value of a JSON value, with every envelope in it opened.
    pub fn from_wire(json: &Json) -> std::result::Result<Self, super::EvaluationError> {
        Ok(open(json)?)
    }

    /// As JSON. Text that is no UTF-8 or holds a NUL character is put in an envelope; a number
    /// that JSON has no word for is `null`.
    pub fn to_wire(&self) -> Json {
        match self {
            Self::Null => Json::Null,
            Self::Bool(value) => Json::Bool(*value),
            Self::Number(number) => write_number(*number),
            Self::Text(bytes) => match plain(bytes) {
                Some(text) => Json::String(text.to_owned()),
                None => {
                    serde_json::json!({ENCODING: "base64", "data": Base64::encode_string(bytes)})
                }
            },
            Self::List(list) => list.items().iter().map(Self::to_wire).collect(),
            Self::Map(map) => map
                .iter()
                .map(|(name, value)| (name.to_owned(), value.to_wire()))
                .collect(),
        }
    }
}

/// The bytes as text that JSON carries as it is.
fn plain(bytes: &[u8]) -> Option<&str> {
    std::str::from_utf8(bytes)
        .ok()
        .filter(|text| !text.contains('\0'))
}

/// Bytes as the text under which they are stored where only text goes.
pub fn to_stored(bytes: &[u8]) -> String {
    match plain(bytes).filter(|text| !text.starts_with(STORED)) {
        Some(text) => text.to_owned(),
        None => format!("{STORED}{}", Base64::encode_string(bytes)),
    }
}

/// The bytes of a stored text.
pub fn from_stored(text: &str) -> std::result::Result<Vec<u8>, super::EvaluationError> {
    match text.strip_prefix(STORED) {
        Some(data) => Ok(decode("base64", data)?),
        None => Ok(text.as_bytes().to_vec()),
    }
}

fn read_number(number: &serde_json::Number) -> Number {
    let whole = number
        .as_i64()
        .map(i128::from)
        .or_else(|| number.as_u64().map(i128::from));
    whole.map_or_else(
        || Number::from(number.as_f64().unwrap_or(f64::NAN)),
        Number::Whole,
    )
}

fn write_number(number: Number) -> Json {
    if let Number::Whole(whole) = number {
        if let Ok(whole) = i64::try_from(whole) {
            return whole.into();
        }
        if let Ok(whole) = u64::try_from(whole) {
            return whole.into();
        }
    }
    serde_json::Number::from_f64(number.float()).map_or(Json::Null, Json::Number)
}

fn open(json: &Json) -> Result<Value> {
    Ok(match json {
        Json::Array(items) => Value::list(items.iter().map(open).collect::<Result<Vec<_>>>()?),
        Json::Object(entries) => match entries.get(ENCODING) {
            Some(Json::String(encoding)) => {
                let data = match entries.get("data") {
                    Some(Json::String(data)) => data,
                    // An expression was never meant to become a value silently.
                    Some(Json::Array(_) | Json::Object(_)) => return Err(not_text()),
                    // The first engine took everything else for nothing, and so do callers.
                    _ => "",
                };
                Value::text(decode(encoding, data)?)
            }
            _ => Value::map(
                entries
                    .iter()
                    .map(|(name, value)| Ok((name.clone(), open(value)?)))
                    .collect::<Result<Vec<_>>>()?,
            ),
        },
        _ => Value::from_json(json),
    })
}

pub(super) fn not_text() -> Fault {
    Fault::new(
        ErrorKind::Encoding,
        "encoded data has to be a text under the key `data`",
    )
}

/// The bytes of encoded data.
pub(super) fn decode(encoding: &str, data: &str) -> Result<Vec<u8>> {
    match encoding {
        "" => Ok(data.as_bytes().to_vec()),
        "base64" => {
            // Lines of it are as good as one long line.
            let joined: String = data.chars().filter(|c| !matches!(c, '\r' | '\n')).collect();
            Base64::decode_vec(&joined).map_err(|_| {
                Fault::new(
                    ErrorKind::Encoding,
                    "this is no base64: it needs the letters A–Z, a–z, 0–9, + and /, and = at \
                     the end where a group of four is not full",
                )
            })
        }
        _ => Err(Fault::new(
            ErrorKind::Encoding,
            "there is no such encoding; use `base64`",
        )),
    }
}
