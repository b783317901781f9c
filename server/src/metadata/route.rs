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
    /// Something that can be asked for, and the only method it takes.
    Asked(&'static Method, Asked),
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
    Unnameable,
}

/// The names in a path, in order; a path with fewer leaves the rest empty.
type Names<Name> = [Name; 2];

/// A request there is: its method, its path, and what it asks for. What stands in braces is a name.
type Route = (Method, &'static str, fn(Names<String>) -> Asked);

/// Every request there is. Nothing else leads to a door.
pub(super) static ROUTES: [Route; 9] = [
    (Method::GET, "/healthz", |_| Asked::Health),
    (Method::GET, "/spec", |_| Asked::Spec),
    (Method::GET, "/environment", |_| Asked::Environment),
    (Method::GET, "/environment/{name}", |[name, _]| {
        Asked::EnvironmentValue(name)
    }),
    (Method::GET, "/conditions", |_| Asked::Conditions),
    (Method::PUT, "/outputs/{name}", |[name, _]| {
        Asked::SetOutput(name)
    }),
    (Method::GET, "/outputs/{step}/{name}", |[step, name]| {
        Asked::Output { step, name }
    }),
    (Method::GET, "/secrets/{name}", |[name, _]| {
        Asked::Secret(name)
    }),
    (
        Method::GET,
        "/connections/{type}/{name}",
        |[type_name, name]| Asked::Connection { type_name, name },
    ),
];

/// Finds what a path names.
pub(super) fn find(uri: &Uri) -> Found {
    let path = uri.path();
    if let Some(clean) = elsewhere(path) {
        let query = uri.query().map(|query| format!("?{query}"));
        let address = format!("{clean}{}", query.unwrap_or_default());
        return HeaderValue::try_from(address).map_or(Found::Nothing, Found::Elsewhere);
    }
    let mut fitting = ROUTES.iter().filter_map(|(method, form, asked)| {
        let [first, second] = names(form, path)?;
        let names = decoded(first).zip(decoded(second));
        let asked = names.map_or(Asked::Unnameable, |(first, second)| asked([first, second]));
        Some(Found::Asked(method, asked))
    });
    fitting.next().unwrap_or(Found::Nothing)
}

/// The names in a path as they were sent, if it has that form. No name is empty.
fn names<'path>(form: &str, path: &'path str) -> Option<Names<&'path str>> {
    let (mut wanted, mut sent) = (form.split('/'), path.split('/'));
    let mut names = [""; 2];
    let mut next = names.iter_mut();
    loop {
        match (wanted.next(), sent.next()) {
            (None, None) => break,
            (Some(wanted), Some(sent)) if wanted.starts_with('{') && !sent.is_empty() => {
                *next.next()? = sent;
            }
            (Some(wanted), Some(sent)) if wanted == sent => {}
            _ => return None,
        }
    }
    Some(names)
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
        Found::Asked(&Method::GET, Asked::Secret(name.to_owned()))
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
        assert_eq!(
            found("/outputs/a+b/c%2Fd"),
            Found::Asked(&Method::GET, output)
        );
    }

    #[test]
    fn each_route_leads_to_what_it_says() {
        for (method, form, asked) in &ROUTES {
            let names = form.split('/').filter(|part| part.starts_with('{')).count();
            let mut given = ["a", "b"].map(str::to_owned);
            given[names..].fill(String::new());
            let path = form.replace("{step}", "a").replace("{type}", "a").replacen(
                "{name}",
                ["", "a", "b"][names],
                1,
            );
            assert_eq!(found(&path), Found::Asked(method, asked(given)), "{form}");
        }
    }

    #[test]
    fn what_is_no_text_names_nothing() {
        let nothing = Found::Asked(&Method::GET, Asked::Unnameable);
        assert_eq!(found("/secrets/%ff"), nothing);
        assert_eq!(found("/connections/aws/%ff"), nothing);
        let nothing = Found::Asked(&Method::PUT, Asked::Unnameable);
        assert_eq!(found("/outputs/%ff"), nothing);
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
