//! What is logged: one line per request with method, route, status and duration.
//!
//! The route is the pattern that matched, so a line holds no name, id, query, body or cookie.

use std::time::Instant;

use axum::extract::{MatchedPath, Request};
use axum::middleware::Next;
use axum::response::Response;
use tracing::Instrument;
use tracing_subscriber::EnvFilter;

/// Without `RUST_LOG`. An expired cookie is no suspicious activity, whatever the session layer says.
const DEFAULT: &str = "info,tower_sessions_core=error,tower_sessions=error";

/// Logs to stderr, at the levels that `RUST_LOG` names. Returns whether `RUST_LOG` was understood.
pub(crate) fn start() -> bool {
    let wanted = std::env::var("RUST_LOG")
        .ok()
        .filter(|text| !text.is_empty());
    let parsed = wanted.as_deref().map(EnvFilter::try_new);
    let understood = !matches!(parsed, Some(Err(_)));
    let filter = parsed
        .and_then(Result::ok)
        .unwrap_or_else(|| EnvFilter::new(DEFAULT));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        // It would tell them on stderr, which panics when that is what cannot be written.
        .log_internal_errors(false)
        .init();
    understood
}

/// Writes the line.
pub async fn request(request: Request, next: Next) -> Response {
    let started = Instant::now();
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or("none", MatchedPath::as_str);
    let span = tracing::info_span!("request", method = %request.method(), route);
    let response = next.run(request).instrument(span.clone()).await;
    let status = response.status().as_u16();
    let milliseconds = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    span.in_scope(|| tracing::info!(status, milliseconds, "answered"));
    response
}
