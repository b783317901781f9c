//! `GET /workflows/NAME/runs/NUMBER/steps/POSITION/log[?attempt=]`: the log of a step as a file.

use std::io;

use axum::extract::{Path, Query, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use model::Problem;
use serde::Deserialize;
use service::{LogFrom, LogPart, Service};

use crate::parts::{self, Sender};
use crate::problem::ProblemAnswer;
use crate::standing::Standing;

/// About how many bytes are read from the database at once.
const PART: u64 = 256 * 1024;

/// Which step.
#[derive(Deserialize)]
pub(super) struct Place {
    name: String,
    number: u64,
    position: u64,
}

/// Which attempt.
#[derive(Deserialize)]
pub(super) struct Wanted {
    attempt: Option<u64>,
}

/// What was printed until now, as it is.
pub(super) async fn answer(
    State(service): State<Service>,
    standing: Standing,
    place: Result<Path<Place>, axum::extract::rejection::PathRejection>,
    Query(wanted): Query<Wanted>,
) -> Result<Response, ProblemAnswer> {
    let Ok(Path(place)) = place else {
        return Err(ProblemAnswer(Problem::not_found("log")));
    };
    let first = LogFrom {
        position: place.position,
        attempt: wanted.attempt,
        offset: 0,
        max: PART,
    };
    let viewer = standing.caller().viewer();
    let part = service.log(&viewer, &place.name, place.number, first);
    let part = part.await.map_err(ProblemAnswer)?;
    // A step that begins again meanwhile has another log.
    let from = LogFrom {
        attempt: Some(part.attempt),
        ..first
    };
    // The name of a workflow is letters, digits, dots, dashes and underscores.
    let file = format!(
        "attachment; filename=\"{}-run-{}-step-{}.log\"",
        place.name,
        place.number,
        place.position + 1
    );
    let (sender, body) = parts::body(&standing);
    tokio::spawn(send(service, standing, place, from, part, sender));
    let headers = [
        (header::CONTENT_TYPE, "text/plain; charset=utf-8".to_owned()),
        (header::CONTENT_DISPOSITION, file),
    ];
    Ok((headers, body).into_response())
}

/// Sends part after part, until there is no more, nobody takes them, or whoever asked may not have
/// them any more.
async fn send(
    service: Service,
    standing: Standing,
    place: Place,
    mut from: LogFrom,
    mut part: LogPart,
    sender: Sender,
) {
    while !part.chunks.is_empty() {
        let bytes: Vec<u8> = part
            .chunks
            .into_iter()
            .flat_map(|(.., bytes)| bytes)
            .collect();
        if sender.send(Ok(bytes.into())).await.is_err() {
            return;
        }
        from.offset = part.next_offset;
        part = match next(&service, &standing, &place, from).await {
            Ok(part) => part,
            Err(problem) => {
                // Cut off, so that nobody takes half of a log for all of it.
                let _ = sender.send(Err(io::Error::other(problem))).await;
                return;
            }
        };
    }
}

/// The next part. Taking them may last longer than a session.
async fn next(
    service: &Service,
    standing: &Standing,
    place: &Place,
    from: LogFrom,
) -> Result<LogPart, Problem> {
    let viewer = standing.now().await?.viewer();
    let log = service.log(&viewer, &place.name, place.number, from);
    log.await
}
