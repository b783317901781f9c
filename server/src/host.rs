//! Guard against DNS rebinding: a page from elsewhere whose name is made to point at this machine
//! would be same-origin with us in the browser's eyes. Its requests still carry its own name.

use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;

use crate::problem;
use crate::state::Doors;

/// Without the port, in lower case; `None` when the request names no host, or several.
pub fn of(request: &Request) -> Option<String> {
    let authority = authority_of(request)?;
    let authority: axum::http::uri::Authority = authority.parse().ok()?;
    Some(authority.host().to_ascii_lowercase())
}

/// Host and port as the headers name them; empty when they do not.
pub fn named(headers: &axum::http::HeaderMap) -> &str {
    let host = headers.get(header::HOST);
    host.and_then(|host| host.to_str().ok()).unwrap_or_default()
}

/// Host and port as the request names them.
pub fn authority_of(request: &Request) -> Option<&str> {
    let mut named = request.headers().get_all(header::HOST).iter();
    match (named.next(), named.next()) {
        (Some(only), None) => only.to_str().ok().filter(|host| !host.is_empty()),
        (None, _) => request
            .uri()
            .authority()
            .map(axum::http::uri::Authority::as_str),
        (Some(_), Some(_)) => None,
    }
}

/// Whether a name can only mean this machine.
fn is_loopback(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost"
        || bare
            .parse::<IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

/// Refuses requests that name no host; bound to loopback, also those that name another machine.
pub async fn guard(State(doors): State<Arc<Doors>>, request: Request, next: Next) -> Response {
    let Some(host) = of(&request) else {
        let detail = "The request names no host, or several.";
        return problem::answer(StatusCode::BAD_REQUEST, "no_host", detail, &[]);
    };
    let public = doors
        .public_url
        .as_ref()
        .is_some_and(|url| url.host() == host);
    if doors.loopback_only && !public && !is_loopback(&host) {
        let detail = "This server answers to the names of its own machine. To use another name, \
                      start it with --public-url.";
        return problem::answer(StatusCode::MISDIRECTED_REQUEST, "wrong_host", detail, &[]);
    }
    next.run(request).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_this_machine() {
        for host in ["localhost", "127.0.0.1", "127.9.9.9", "[::1]"] {
            assert!(is_loopback(host), "{host}");
        }
        for host in [
            "evil.example",
            "localhost.evil.example",
            "10.0.0.1",
            "[::2]",
            "",
            "0.0.0.0",
        ] {
            assert!(!is_loopback(host), "{host}");
        }
    }
}
