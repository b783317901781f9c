//! How much a request may send, and how long it may take to do so.

use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::{Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use model::{Problem, ProblemKind};

use crate::problem::{self, ProblemAnswer};

/// Bytes of a body. A workflow text of 1 MiB is the largest thing a form carries, and encoding it
/// for a form can triple it.
pub const LONGEST_BODY: usize = 4 * 1024 * 1024;

/// A body that dribbles in holds its memory; a slow line needs seconds for one of this size.
const PATIENCE: Duration = Duration::from_mins(1);

/// Reads the whole body before any route sees it, or refuses it.
pub async fn guard(request: Request, next: Next) -> Response {
    if *request.method() != Method::POST {
        return next.run(request).await;
    }
    let announced = request.headers().get(header::CONTENT_LENGTH);
    let announced = announced.and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    if announced.is_some_and(|length| length > LONGEST_BODY as u64) {
        return too_large();
    }
    let (parts, body) = request.into_parts();
    match tokio::time::timeout(PATIENCE, to_bytes(body, LONGEST_BODY)).await {
        Ok(Ok(bytes)) => {
            next.run(Request::from_parts(parts, Body::from(bytes)))
                .await
        }
        Ok(Err(error)) if is_limit(&error) => too_large(),
        Ok(Err(_)) => {
            let detail = "The request ended before it was complete.";
            problem::answer(StatusCode::BAD_REQUEST, "incomplete", detail, &[])
        }
        Err(_) => {
            let detail = "The request took too long to arrive.";
            problem::answer(StatusCode::REQUEST_TIMEOUT, "too_slow", detail, &[])
        }
    }
}

/// Whether a body was longer than what is taken.
pub(crate) fn is_limit(error: &axum::Error) -> bool {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(error) = cause {
        if error.is::<http_body_util::LengthLimitError>() {
            return true;
        }
        cause = error.source();
    }
    false
}

fn too_large() -> Response {
    let detail = "That is more than the server takes in one go: at most 4 MiB, and a workflow's \
                  text at most 1 MiB.";
    ProblemAnswer(Problem::new(ProblemKind::TooLarge, "too_large", detail)).into_response()
}
