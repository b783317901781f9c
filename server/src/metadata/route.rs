//! What a request asks for, by its path.
//!
//! The path is taken apart as it was sent, and only then are the names in it decoded: `%2F` is a
//! part of a name, and `+` is a blank.

use axum::http::{HeaderValue, Method, Uri};
use percent_encoding::{AsciiSet, CONTROLS, percent_decode_str, utf8_percent_encode};

/// What stands in the address that a request is sent on to.
const KEPT: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'%')
    .add(b'<')
    .add(b'>')
    .add(b'?')
    .add(b'\\')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

/// What a path names.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// Something that can be asked for.
    Asked(Asked),
    /// Not itself, but this address.
    Elsewhere(HeaderValue),
    /// Nothing.
    Nothing,
}

/// What can be asked for.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Asked {
    Health,
    Spec,
    Environment,
    EnvironmentValue(String),
    Conditions,
    SetOutput(String),
    Output {
        step: String,
        name: String,
    },
    Secret(String),
    Connection {
        type_name: String,
        name: String,
    },
    /// Something whose name is not text: there is no such thing.
    Unnameable(Method),
}

impl Asked {
    /// The only method it takes.
    pub(super) fn method(&self) -> Method {
        match self {
            Self::SetOutput(_) => Method::PUT,
            Self::Unnameable(method) => method.clone(),
            _ => Method::GET,
        }
    }
}

/// Finds what a path names.
pub(super) fn find(uri: &Uri) -> Found {
    let path = uri.path();
    if let Some(clean) = elsewhere(path) {
        let query = uri.query().map(|query| format!("?{query}"));
        let address = format!("{clean}{}", query.unwrap_or_default());
        return HeaderValue::try_from(address).map_or(Found::Nothing, Found::Elsewhere);
    }
    let parts: Vec<_> = path.split('/').skip(1).collect();
    if parts.iter().any(|part| part.is_empty()) {
        return Found::Nothing;
    }
    let asked = match *parts.as_slice() {
        ["healthz"] => Some(Asked::Health),
        ["spec"] => Some(Asked::Spec),
        ["environment"] => Some(Asked::Environment),
        ["environment", name] => decoded(name).map(Asked::EnvironmentValue),
        ["conditions"] => Some(Asked::Conditions),
        ["outputs", name] => match decoded(name) {
            Some(name) => Some(Asked::SetOutput(name)),
            None => Some(Asked::Unnameable(Method::PUT)),
        },
        ["outputs", step, name] => decoded(step)
            .zip(decoded(name))
            .map(|(step, name)| Asked::Output { step, name }),
        ["secrets", name] => decoded(name).map(Asked::Secret),
        ["connections", type_name, name] => decoded(type_name)
            .zip(decoded(name))
            .map(|(type_name, name)| Asked::Connection { type_name, name }),
        _ => return Found::Nothing,
    };
    Found::Asked(asked.unwrap_or(Asked::Unnameable(Method::GET)))
}

/// A name as it was meant; `None` when it is not text.
fn decoded(part: &str) -> Option<String> {
    let part = part.replace('+', " ");
    let name = percent_decode_str(&part).decode_utf8().ok()?;
    Some(name.into_owned())
}

/// The path without empty parts and without dots that lead up, when it had some after decoding.
fn elsewhere(path: &str) -> Option<String> {
    let decoded = percent_decode_str(path).decode_utf8().ok()?;
    let odd = |part: &str| matches!(part, "" | "." | "..");
    let inner = decoded.trim_start_matches('/');
    let inner = inner.strip_suffix('/').unwrap_or(inner);
    if !decoded.starts_with("//") && (inner.is_empty() || !inner.split('/').any(odd)) {
        return None;
    }
    let mut parts = Vec::new();
    for part in decoded.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    let clean = format!("/{}", parts.join("/"));
    Some(utf8_percent_encode(&clean, KEPT).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(path: &str) -> Found {
        find(&path.parse().unwrap())
    }

    fn secret(name: &str) -> Found {
        Found::Asked(Asked::Secret(name.to_owned()))
    }

    #[test]
    fn names_are_decoded_after_the_path_was_taken_apart() {
        for (path, name) in [
            ("/secrets/tok", "tok"),
            ("/secrets/to%6B?x=/", "tok"),
            ("/secrets/a%20b", "a b"),
            ("/secrets/a+b", "a b"),
            ("/secrets/a%2Bb", "a+b"),
            ("/secrets/a%2Fb", "a/b"),
            ("/secrets/a%25b", "a%b"),
            ("/secrets/%C3%A9", "é"),
        ] {
            assert_eq!(found(path), secret(name), "{path}");
        }
        let (step, name) = ("a b".to_owned(), "c/d".to_owned());
        let output = Asked::Output { step, name };
        assert_eq!(found("/outputs/a+b/c%2Fd"), Found::Asked(output));
    }

    #[test]
    fn what_is_no_text_names_nothing() {
        let nothing = Found::Asked(Asked::Unnameable(Method::GET));
        assert_eq!(found("/secrets/%ff"), nothing);
        assert_eq!(found("/connections/aws/%ff"), nothing);
    }

    #[test]
    fn other_paths_are_nothing() {
        for path in [
            "/",
            "/secrets",
            "/secrets/",
            "/secrets/a/b",
            "/spec/",
            "/Spec",
            "/x",
        ] {
            assert_eq!(found(path), Found::Nothing, "{path}");
        }
    }

    #[test]
    fn a_path_that_leads_up_is_sent_on() {
        for (path, clean) in [
            ("/secrets/..%2Ftok", "/tok"),
            ("/secrets/%2E%2E", "/"),
            ("/secrets/a%2F%2Fb?q=x", "/secrets/a/b?q=x"),
            ("//spec", "/spec"),
            ("/a/../spec", "/spec"),
            ("/./spec%0d%0a", "/spec%0D%0A"),
        ] {
            let address = HeaderValue::from_str(clean).unwrap();
            assert_eq!(found(path), Found::Elsewhere(address), "{path}");
        }
    }
}
