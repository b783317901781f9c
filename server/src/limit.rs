//! How much a request may send, how long it may take to do so, and how much all of them may send
//! at one time.

use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::{Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http_body_util::BodyExt;
use model::{Problem, ProblemKind};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

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
    /// Room for so many more bytes, held until it is dropped.
    fn room(&self, bytes: usize) -> Result<OwnedSemaphorePermit, Refusal> {
        let bytes = u32::try_from(bytes).map_err(|_| Refusal::Busy)?;
        let room = Arc::clone(&self.0).try_acquire_many_owned(bytes);
        room.map_err(|_| Refusal::Busy)
    }

    /// The whole body, and the room it takes. The room is taken as the body arrives, whatever it says
    /// of its length: who sends nothing keeps nobody else out.
    async fn take_in(&self, mut body: Body) -> Result<(Bytes, Vec<OwnedSemaphorePermit>), Refusal> {
        let (mut bytes, mut room, mut charged) = (Vec::new(), Vec::new(), 0);
        while let Some(frame) = body.frame().await {
            let Ok(data) = frame.map_err(|_| Refusal::Incomplete)?.into_data() else {
                continue;
            };
            let length = bytes.len() + data.len();
            if length > LONGEST_BODY {
                return Err(Refusal::TooLarge);
            }
            if length > charged.max(SHORT_BODY) {
                // Twice as much each time, like the memory that it stands for.
                let more = (length - charged).max(charged).min(LONGEST_BODY - charged);
                room.push(self.room(more)?);
                charged += more;
            }
            bytes.extend_from_slice(&data);
        }
        Ok((bytes.into(), room))
    }
}

/// Why a body is not taken.
enum Refusal {
    /// There is no room for it at the moment.
    Busy,
    /// There never is.
    TooLarge,
    /// It ended before its end.
    Incomplete,
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
    match tokio::time::timeout(PATIENCE, budget.take_in(body)).await {
        // The room is held until the route has answered: as long as the body may be in memory.
        Ok(Ok((bytes, _room))) => {
            next.run(Request::from_parts(parts, Body::from(bytes)))
                .await
        }
        Ok(Err(Refusal::TooLarge)) => too_large(),
        Ok(Err(Refusal::Busy)) => busy(),
        Ok(Err(Refusal::Incomplete)) => {
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
