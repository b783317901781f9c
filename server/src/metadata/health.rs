//! `GET /healthz`

use axum::Json;
use axum::response::{IntoResponse, Response};
use serde_json::json;

/// That somebody listens.
pub(super) fn answer() -> Response {
    Json(json!({ "ping": "pong" })).into_response()
}
