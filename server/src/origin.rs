//! Whatever changes something must come from our own pages. A server function answers a form of
//! another site like one of ours, and the browser adds our cookie to some of them, so the origin
//! is checked here, before any route, and for people who are not signed in as well.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;

use crate::host;
use crate::problem;
use crate::state::Doors;

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Lets a request through that reads, or that comes from our own origin.
pub async fn guard(State(doors): State<Arc<Doors>>, request: Request, next: Next) -> Response {
    let reads = matches!(
        *request.method(),
        Method::GET | Method::HEAD | Method::OPTIONS
    );
    if reads || is_own(&doors, &request) {
        return next.run(request).await;
    }
    let detail = "This request came from another place than Relay's own pages. Open the page in \
                  Relay and try again.";
    problem::answer(StatusCode::FORBIDDEN, "foreign_origin", detail, &[])
}

/// `Sec-Fetch-Site` decides where a browser sends it; `Origin` is asked when it does not, and must
/// never speak against us. A request with neither is no browser's form, and is refused too.
fn is_own(doors: &Doors, request: &Request) -> bool {
    let Ok(site) = single(request.headers(), &SEC_FETCH_SITE) else {
        return false;
    };
    let Ok(origin) = single(request.headers(), &header::ORIGIN) else {
        return false;
    };
    match (site, origin) {
        (Some("same-origin"), None) => true,
        // The browser has compared schemes already; behind a proxy we cannot know ours.
        (Some("same-origin"), Some(origin)) => {
            let bare = origin
                .strip_prefix("https://")
                .or_else(|| origin.strip_prefix("http://"));
            is_ours(doors, request, origin)
                || bare.is_some_and(|bare| host::authority_of(request) == Some(bare))
        }
        (None, Some(origin)) => is_ours(doors, request, origin),
        (Some(_), _) | (None, None) => false,
    }
}

fn is_ours(doors: &Doors, request: &Request, origin: &str) -> bool {
    let public = doors
        .public_url
        .as_ref()
        .is_some_and(|url| url.origin() == origin);
    let bare = origin.strip_prefix(doors.scheme());
    let listening = bare.and_then(|rest| rest.strip_prefix("://"));
    public || listening.is_some_and(|bare| host::authority_of(request) == Some(bare))
}

/// The header's only value; an error when it is there twice or is no text.
fn single<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Result<Option<&'a str>, ()> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (None, _) => Ok(None),
        (Some(only), None) => only.to_str().map(Some).map_err(|_| ()),
        (Some(_), Some(_)) => Err(()),
    }
}

#[cfg(test)]
mod tests {
    use axum::body::Body;

    use super::*;

    fn judged(public: Option<&str>, headers: &[(&str, &str)]) -> bool {
        let doors = Doors {
            public_url: public.map(|url| url.parse().unwrap()),
            loopback_only: true,
            ..Doors::default()
        };
        let mut request = Request::builder()
            .method("POST")
            .uri("/fn/x")
            .header("host", "localhost:3000");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        is_own(&doors, &request.body(Body::empty()).unwrap())
    }

    #[test]
    fn our_own_pages() {
        let own = ("origin", "http://localhost:3000");
        let site = ("sec-fetch-site", "same-origin");
        assert!(judged(None, &[own]));
        assert!(judged(None, &[site]));
        assert!(judged(None, &[own, site]));
        assert!(judged(None, &[("origin", "https://localhost:3000"), site]));
        assert!(judged(
            Some("https://relay.example"),
            &[("origin", "https://relay.example")]
        ));
        assert!(judged(
            Some("https://relay.example"),
            &[("origin", "https://relay.example"), site]
        ));
    }

    #[test]
    fn everybody_else() {
        let site = |word| ("sec-fetch-site", word);
        assert!(!judged(None, &[]));
        for word in ["cross-site", "same-site", "none", "", "Same-Origin"] {
            assert!(!judged(None, &[site(word)]), "{word}");
            assert!(
                !judged(None, &[site(word), ("origin", "http://localhost:3000")]),
                "{word}"
            );
        }
        for origin in [
            "null",
            "",
            "http://localhost",
            "http://localhost:3001",
            "https://localhost:3000",
            "http://evil.example",
            "http://localhost:3000.evil.example",
            "localhost:3000",
        ] {
            assert!(!judged(None, &[("origin", origin)]), "{origin}");
        }
        for origin in ["null", "http://evil.example", "http://localhost:3001"] {
            assert!(
                !judged(None, &[site("same-origin"), ("origin", origin)]),
                "{origin}"
            );
        }
        let twice = [
            ("origin", "http://localhost:3000"),
            ("origin", "http://evil.example"),
        ];
        assert!(!judged(None, &twice));
        assert!(!judged(
            Some("https://relay.example"),
            &[("origin", "http://relay.example")]
        ));
    }
}
