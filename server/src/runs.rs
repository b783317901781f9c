//! What a run sends as it goes on: its events and the logs of its steps.
//!
//! | Address | Answer |
//! |---|---|
//! | `/workflows/NAME/runs/NUMBER/events` | [`events`]: server-sent events, as long as it goes on |
//! | `/workflows/NAME/runs/NUMBER/steps/POSITION/log` | [`download`]: the log of a step as a file |
//!
//! Both are for whoever may look at the run's page; a problem is told as a problem.

mod download;
mod events;
mod standing;
mod text;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::routing::get;
use axum::{Extension, Router};
use model::Problem;
use service::{Caller, Viewer};

use self::standing::Standing;
use crate::problem::ProblemAnswer;
use crate::state::AppState;

/// The routes, for the part of the router that knows who asks.
pub(crate) fn routes() -> Router<AppState> {
    Router::new()
        .route(
            "/workflows/{name}/runs/{number}/events",
            get(events::answer),
        )
        .route(
            "/workflows/{name}/runs/{number}/steps/{position}/log",
            get(download::answer),
        )
}

/// Whoever is signed in.
struct Looking {
    viewer: Viewer,
    /// To be asked again while an answer is kept open.
    standing: Standing,
}

impl<S: Send + Sync> FromRequestParts<S> for Looking {
    type Rejection = ProblemAnswer;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ProblemAnswer> {
        let found = Extension::<Option<Caller>>::from_request_parts(parts, state).await;
        let caller = found.ok().and_then(|Extension(caller)| caller);
        let caller = caller.ok_or_else(|| ProblemAnswer(Problem::not_signed_in()))?;
        Ok(Self {
            viewer: caller.viewer(),
            standing: Standing(*caller.session()),
        })
    }
}
