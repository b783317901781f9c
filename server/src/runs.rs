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
mod log;
mod text;

use axum::Router;
use axum::routing::get;

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
