//! `GET /workflows/NAME/runs/NUMBER/events[?step=&attempt=&offset=]`: what happens in a run, as
//! server-sent events.
//!
//! | Event | Data |
//! |---|---|
//! | `run` | the whole run (`RunSnapshot`), at first and whenever it has changed |
//! | `log` | a piece of the log of the step at position `step`: `{attempt, offset, at, text}` |
//!
//! Without `attempt` it is the log of the newest attempt there is, or of the first one to come;
//! `offset` says where to begin. The id of a `log` event is where the log goes on, and a browser
//! that connects again sends it. The answer ends when nothing more can come, when the session it was
//! asked for in has ended, or when the server stops.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use app::runs::snapshot::RunSnapshot;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_core::Stream;
use model::{AttemptId, Problem, RunId};
use serde::Deserialize;
use service::{LogFrom, LogPart, RunView, Service, Viewer};
use store::Change;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::mpsc;
use tokio::time::{MissedTickBehavior, interval};

use super::Looking;
use super::text::{Piece, Pieces};
use crate::problem::ProblemAnswer;
use crate::state::AppState;

/// A comment this often tells proxies that the connection is meant to stay open.
const HEARTBEAT: Duration = Duration::from_secs(15);

/// Announcements may be lost, so everything is looked at this often all the same.
const EVERY: Duration = Duration::from_secs(5);

/// Between two looks: a step that prints without a pause is told of in larger pieces.
const BREATH: Duration = Duration::from_millis(50);

/// About how many bytes of a log are read at once.
const PART: u64 = 64 * 1024;

/// Which run.
#[derive(Deserialize)]
pub(super) struct Place {
    name: String,
    number: u64,
}

/// Which log, from where.
#[derive(Deserialize)]
pub(super) struct Wanted {
    step: Option<u64>,
    attempt: Option<u64>,
    offset: Option<u64>,
}

/// Answers with events.
pub(super) async fn answer(
    State(state): State<AppState>,
    looking: Looking,
    place: Result<Path<Place>, axum::extract::rejection::PathRejection>,
    Query(wanted): Query<Wanted>,
    headers: HeaderMap,
) -> Result<Response, ProblemAnswer> {
    let Ok(Path(place)) = place else {
        return Err(ProblemAnswer(Problem::not_found("run")));
    };
    // Before the first look, so that nothing happens between the two.
    let changes = state.service.run_changes(&looking.viewer);
    let first = look_at(&state.service, &looking.viewer, &place);
    let first = first.await.map_err(ProblemAnswer)?;
    let again = headers
        .get("last-event-id")
        .and_then(|id| id.to_str().ok()?.parse().ok());
    let log = wanted.step.map(|position| Log {
        position,
        attempt: wanted.attempt,
        id: None,
        offset: again.or(wanted.offset).unwrap_or(0),
        pieces: Pieces::default(),
        ended: false,
    });
    let (sender, receiver) = mpsc::channel(16);
    let stop = state.stop.clone();
    let lost = looking.standing.lost(state.service.clone());
    let watch = Watch {
        service: state.service,
        now: state.clock,
        viewer: looking.viewer,
        place,
        run: first.id.clone(),
        told: None,
        log,
        events: sender,
    };
    tokio::spawn(async move {
        tokio::select! {
            () = stop.requested() => {}
            () = lost => {}
            // Either way the answer ends with it.
            _ = watch.follow(first, changes) => {}
        }
    });
    let alive = KeepAlive::new().interval(HEARTBEAT);
    let mut response = Sse::new(Events(receiver)).keep_alive(alive).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    // A proxy that collects an answer before it sends it on would make nothing of this live.
    headers.insert(
        HeaderName::from_static("x-accel-buffering"),
        HeaderValue::from_static("no"),
    );
    Ok(response)
}

async fn look_at(service: &Service, viewer: &Viewer, place: &Place) -> Result<RunView, Problem> {
    let run = service.run(viewer, &place.name, place.number).await?;
    run.ok_or_else(|| Problem::not_found("run"))
}

/// Somebody who watches a run.
struct Watch {
    service: Service,
    now: service::Clock,
    viewer: Viewer,
    place: Place,
    run: RunId,
    /// What was told of the run last.
    told: Option<RunSnapshot>,
    log: Option<Log>,
    events: mpsc::Sender<Event>,
}

/// The log that is watched.
struct Log {
    position: u64,
    attempt: Option<u64>,
    id: Option<AttemptId>,
    offset: u64,
    pieces: Pieces,
    ended: bool,
}

impl Log {
    /// What to read next; nothing when it has ended, or has not begun.
    fn next(&mut self, run: &RunView) -> Option<LogFrom> {
        if self.ended {
            return None;
        }
        let step = run.steps.iter().find(|step| step.position == self.position);
        let attempt = step.and_then(|step| match self.attempt {
            Some(number) => step.attempts.iter().find(|one| one.number == number),
            None => step.attempts.last(),
        });
        let Some(attempt) = attempt else {
            self.ended = step.is_none_or(|step| step.state.is_final());
            return None;
        };
        self.attempt = Some(attempt.number);
        self.id = Some(attempt.id.clone());
        Some(LogFrom {
            position: self.position,
            attempt: self.attempt,
            offset: self.offset,
            max: PART,
        })
    }

    /// What was read, as text.
    fn take(&mut self, part: LogPart) -> Vec<Piece> {
        self.offset = part.next_offset;
        self.ended = part.ended;
        let mut pieces = Vec::new();
        for chunk in part.chunks {
            pieces.extend(self.pieces.next(part.attempt, chunk));
        }
        if self.ended {
            pieces.extend(self.pieces.rest(part.attempt));
        }
        pieces
    }
}

/// Why nothing more is sent: nobody listens any more, or it cannot go on.
struct Over;

/// What to look at again.
enum Happened {
    /// The run, and the log too.
    Run,
    /// Only the log.
    Log,
}

impl Watch {
    /// Sends until everything has been sent, or until it is over.
    async fn follow(mut self, mut run: RunView, mut changes: Receiver<Change>) -> Result<(), Over> {
        let mut happened = Happened::Run;
        // Outside the loop: a step that prints steadily does not put it off.
        let mut every = interval(EVERY);
        every.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            // The log first: it is complete by the time its run has ended.
            self.tell_log(&run).await?;
            if matches!(happened, Happened::Run) {
                self.tell_run(&run).await?;
            }
            let log_ended = self.log.as_ref().is_none_or(|log| log.ended);
            if run.state.is_final() && log_ended {
                return Ok(());
            }
            happened = tokio::select! {
                happened = self.something_happens(&mut changes) => happened,
                _ = every.tick() => Happened::Run,
                () = self.events.closed() => return Err(Over),
            };
            tokio::time::sleep(BREATH).await;
            if matches!(happened, Happened::Run) {
                run = self.look_again().await?;
            }
        }
    }

    /// The run as it is now.
    async fn look_again(&self) -> Result<RunView, Over> {
        let run = look_at(&self.service, &self.viewer, &self.place).await;
        // The service has logged what went wrong; a browser asks again and is told.
        run.map_err(|_| Over)
    }

    /// Waits for an announcement about this run or the log that is watched.
    async fn something_happens(&self, changes: &mut Receiver<Change>) -> Happened {
        loop {
            match changes.recv().await {
                Ok(Change::Run(run)) if run == self.run => return Happened::Run,
                Ok(Change::Log(attempt)) => {
                    let watched = self.log.as_ref().and_then(|log| log.id.as_ref());
                    if watched == Some(&attempt) {
                        return Happened::Log;
                    }
                }
                Ok(_) => {}
                Err(RecvError::Lagged(_)) => return Happened::Run,
                Err(RecvError::Closed) => std::future::pending().await,
            }
        }
    }

    /// Sends the run, when anything about it but the time has changed.
    async fn tell_run(&mut self, run: &RunView) -> Result<(), Over> {
        let mut snapshot = RunSnapshot::of(&self.place.name, run, (self.now)());
        if let Some(told) = &self.told {
            let now = std::mem::replace(&mut snapshot.now, told.now);
            if snapshot == *told {
                return Ok(());
            }
            snapshot.now = now;
        }
        let event = Event::default().event("run").json_data(&snapshot);
        self.send(event).await?;
        self.told = Some(snapshot);
        Ok(())
    }

    /// Sends what the log has gained.
    async fn tell_log(&mut self, run: &RunView) -> Result<(), Over> {
        while let Some(from) = self.log.as_mut().and_then(|log| log.next(run)) {
            let part = self
                .service
                .log(&self.viewer, &self.place.name, self.place.number, from)
                .await
                .map_err(|_| Over)?;
            let nothing = part.chunks.is_empty();
            let pieces = self.log.as_mut().map(|log| log.take(part));
            for piece in pieces.into_iter().flatten() {
                let id = piece.end.to_string();
                let event = Event::default().event("log").id(id).json_data(&piece);
                self.send(event).await?;
            }
            if nothing {
                break;
            }
        }
        Ok(())
    }

    async fn send(&self, event: Result<Event, axum::Error>) -> Result<(), Over> {
        let event = event.map_err(|error| {
            tracing::error!(%error, "an event of a run cannot be written as JSON");
            Over
        })?;
        self.events.send(event).await.map_err(|_| Over)
    }
}

/// The events as the body of an answer.
struct Events(mpsc::Receiver<Event>);

impl Stream for Events {
    type Item = Result<Event, Infallible>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.poll_recv(context).map(|event| event.map(Ok))
    }
}
