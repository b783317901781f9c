//! Every route, and every layer around them. A request passes the layers from the bottom of
//! [`router`] to its top; an answer passes them the other way.

use std::any::Any;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use model::Problem;
use tower_http::CompressionLevel;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;

use crate::problem::ProblemAnswer;
use crate::state::AppState;
use crate::{
    assets, client, headers, health, host, limit, logging, method, origin, pages, problem, runs,
    session,
};

/// The whole server as one service.
///
/// | Address | Answer |
/// |---|---|
/// | `/healthz` | 200 when ready |
/// | `/pkg/…`, `/favicon.svg` and the other embedded files | [`assets`] |
/// | `/workflows/NAME/runs/NUMBER/events` and the logs of its steps | [`runs`], with caller |
/// | `/fn/…` and everything else | [`pages`], with session and caller |
pub fn router(state: AppState) -> Router {
    let people = pages::pages(&state)
        .merge(runs::routes())
        .layer(from_fn_with_state(state.clone(), session::identify))
        .layer(session::layer(&state))
        // Compressed although the connection may be encrypted: its length tells nothing, because no
        // page holds a value, a session id or any other lasting secret beside what was asked.
        .layer(CompressionLayer::new().quality(CompressionLevel::Fastest));
    Router::new()
        .route("/healthz", get(health::healthz))
        .merge(people)
        .layer(from_fn_with_state(state.site.clone(), assets::serve))
        // The framework's own limit is lower and answers without a problem.
        .layer(DefaultBodyLimit::max(limit::LONGEST_BODY))
        .layer(from_fn_with_state(limit::Budget::default(), limit::guard))
        .layer(from_fn_with_state(state.doors.clone(), origin::guard))
        .layer(from_fn(method::guard))
        .layer(from_fn_with_state(state.doors.clone(), host::guard))
        .layer(from_fn_with_state(state.doors.clone(), client::identify))
        .layer(CatchPanicLayer::custom(after_panic))
        .layer(from_fn(problem::describe_bare_errors))
        .layer(from_fn_with_state(state.doors.clone(), headers::secure))
        .layer(from_fn(logging::request))
        .with_state(state)
}

/// The server of a process without pages: whoever watches it finds `/healthz`, and nothing else.
pub fn without_pages(state: AppState) -> Router {
    Router::new()
        .route("/healthz", get(health::healthz))
        .layer(from_fn(method::guard))
        .layer(from_fn_with_state(state.doors.clone(), host::guard))
        .layer(CatchPanicLayer::custom(after_panic))
        .layer(from_fn(problem::describe_bare_errors))
        .layer(from_fn_with_state(state.doors.clone(), headers::secure))
        .layer(from_fn(logging::request))
        .with_state(state)
}

/// The panic hook has written place and reason to stderr; nobody else is told.
fn after_panic(_reason: Box<dyn Any + Send>) -> Response {
    ProblemAnswer(Problem::internal()).into_response()
}
