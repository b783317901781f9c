//! What every answer tells the browser. An answer may set its own policy first: pages do, with
//! their nonce; files do, with how long they keep.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;

use crate::state::Doors;

/// For answers that are no page: nothing may be loaded by them or frame them.
const NOTHING: &str = "default-src 'none'; frame-ancestors 'none'";

/// A year. Names below ours are not spoken for: other people may have them.
const HSTS: &str = "max-age=31536000";

/// Whether pages of others that open ours can reach it.
pub(crate) const OPENER_POLICY: HeaderName = HeaderName::from_static("cross-origin-opener-policy");

/// Whose pages may load an answer.
pub(crate) const RESOURCE_POLICY: HeaderName =
    HeaderName::from_static("cross-origin-resource-policy");

/// Which powers of the browser a page has.
pub(crate) const PERMISSIONS_POLICY: HeaderName = HeaderName::from_static("permissions-policy");

/// Powers no page of ours uses.
pub(crate) const NO_POWERS: &str = "accelerometer=(), camera=(), display-capture=(), geolocation=(), \
     gyroscope=(), magnetometer=(), microphone=(), midi=(), payment=(), usb=()";

/// Set unless the answer brought its own.
const DEFAULTS: [(HeaderName, &str); 2] = [
    (header::CONTENT_SECURITY_POLICY, NOTHING),
    (header::CACHE_CONTROL, "no-store"),
];

/// Set on every answer.
const ALWAYS: [(HeaderName, &str); 5] = [
    // Not `no-referrer`: browsers would send `Origin: null` on our own forms.
    (header::REFERRER_POLICY, "same-origin"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (OPENER_POLICY, "same-origin"),
    (RESOURCE_POLICY, "same-origin"),
    (PERMISSIONS_POLICY, NO_POWERS),
];

/// Adds the headers to whatever comes back.
pub async fn secure(State(doors): State<Arc<Doors>>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    add(&doors, response.headers_mut());
    response
}

/// Adds the headers to an answer.
pub fn add(doors: &Doors, headers: &mut HeaderMap) {
    for (name, value) in DEFAULTS {
        headers
            .entry(name)
            .or_insert(HeaderValue::from_static(value));
    }
    for (name, value) in ALWAYS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if doors.https() {
        headers.insert(
            header::STRICT_TRANSPORT_SECURITY,
            HeaderValue::from_static(HSTS),
        );
    }
}
