//! What an expression came to, as the original's clients read it.

use axum::Json;
use axum::response::{IntoResponse, Response};
use language::Evaluation;
use serde_json::json;

/// The value, what could not be resolved, and whether that was nothing.
pub(super) fn of(evaluation: &Evaluation) -> Response {
    Json(json!({
        "value": evaluation.value.to_wire(),
        "unresolvable": evaluation.unresolvable,
        "complete": evaluation.complete(),
    }))
    .into_response()
}
