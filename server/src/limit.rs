//! How much a request may send, how long it may take to do so, and how much all of them may send
//! at one time.

use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, HttpBody, to_bytes};
use axum::extract::{Request, State};
use axum::http::{Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use model::{Problem, ProblemKind};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, TryAcquireError};

use crate::problem::{self, ProblemAnswer};

/// Bytes of a body. A workflow text of 1 MiB is the largest thing a form carries, and encoding it
/// for a form can triple it.
pub const LONGEST_BODY: usize = 4 * 1024 * 1024;

/// Bytes of all bodies that are in memory at one time.
pub const ALL_BODIES: usize = 64 * 1024 * 1024;

/// A body up to this length needs no room: people can sign in and press buttons however many long
/// ones somebody sends. There are no more of them than open connections.
pub const SHORT_BODY: usize = 16 * 1024;

/// A body that dribbles in holds its memory; a slow line needs seconds for one of this size.
const PATIENCE: Duration = Duration::from_mins(1);

/// The memory that bodies share. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Budget(Arc<Semaphore>);

impl Default for Budget {
    /// Nothing of it is taken.
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(ALL_BODIES)))
    }
}

impl Budget {
    /// Room for a body, held until it is dropped; for the longest one when its length is not known.
    fn room(&self, body: &Body) -> Result<Option<OwnedSemaphorePermit>, TryAcquireError> {
        let length = body.size_hint().upper().unwrap_or(u64::MAX);
        let length =
            usize::try_from(length).map_or(LONGEST_BODY, |length| length.min(LONGEST_BODY));
        if length <= SHORT_BODY {
            return Ok(None);
        }
        let length = u32::try_from(length).map_err(|_| TryAcquireError::NoPermits)?;
        Arc::clone(&self.0).try_acquire_many_owned(length).map(Some)
    }
}

/// Reads the whole body before any route sees it, or refuses it.
pub async fn guard(State(budget): State<Budget>, request: Request, next: Next) -> Response {
    if *request.method() != Method::POST {
        return next.run(request).await;
    }
    let announced = request.headers().get(header::CONTENT_LENGTH);
    let announced = announced.and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    if announced.is_some_and(|length| length > LONGEST_BODY as u64) {
        return too_large();
    }
    let (parts, body) = request.into_parts();
    // Held until the route has answered: as long as the body may be in memory.
    let Ok(_room) = budget.room(&body) else {
        return busy();
    };
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

fn busy() -> Response {
    let detail = "The server is taking in as much as it can at the moment. Try again in a minute.";
    problem::answer(StatusCode::SERVICE_UNAVAILABLE, "busy", detail, &[])
}

fn too_large() -> Response {
    let detail = "That is more than the server takes in one go: at most 4 MiB, and a workflow's \
                  text at most 1 MiB.";
    ProblemAnswer(Problem::new(ProblemKind::TooLarge, "too_large", detail)).into_response()
}
