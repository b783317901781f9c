//! `GET /healthz`, for whoever watches the process.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use service::Service;

/// 200 when the database answers. Says nothing else: anybody may ask.
pub(crate) async fn healthz(State(service): State<Service>) -> Response {
    if service.healthy().await {
        (StatusCode::OK, "ok\n").into_response()
    } else {
        (
            StatusCode::SERVICE_UNAVAILABLE,
            "the database does not answer\n",
        )
            .into_response()
    }
}
