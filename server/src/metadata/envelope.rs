//! What an expression came to, as the original's clients read it.

use axum::body::{Body, Bytes};
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use language::Evaluation;
use serde_json::json;

/// The value, what could not be resolved, and whether that was nothing.
pub(super) fn written(evaluation: &Evaluation) -> Vec<u8> {
    let envelope = json!({
        "value": evaluation.value.to_wire(),
        "unresolvable": evaluation.unresolvable,
        "complete": evaluation.complete(),
    });
    envelope.to_string().into_bytes()
}

/// What was written, as the body of an answer.
pub(super) fn of(written: impl Into<Bytes>) -> Response {
    let body = Body::from(written.into());
    ([(CONTENT_TYPE, "application/json")], body).into_response()
}
