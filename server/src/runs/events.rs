//! `GET /workflows/NAME/runs/NUMBER/events[?step=&attempt=&offset=]`: what happens in a run, as
//! server-sent events.
//!
//! | Event | Data |
//! |---|---|
//! | `run` | the whole run (`RunSnapshot`), at first and whenever it has changed |
//! | `log` | a piece of the log of the step at position `step`: `{attempt, offset, at, text}` |
//!
//! Without `attempt` it is the log of the newest attempt there is, or of the first one to come, and
//! when that has been told to its end, of the next one; each has offsets of its own. `offset` says
//! where to begin. The id of a `log` event is `ATTEMPT:OFFSET`, where that log goes on; a browser
//! that connects again sends it, and it counts for that attempt only. The answer ends when nothing
//! more can come, when the session it was asked for in has ended, or when the server stops.

use std::convert::Infallible;
use std::time::Duration;

use app::runs::snapshot::RunSnapshot;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use model::{Problem, RunId};
use serde::Deserialize;
use service::{RunView, Service, Viewer};
use store::Change;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::mpsc;
use tokio::time::{MissedTickBehavior, interval};

use super::log::{Log, Mark};
use crate::parts::parts;
use crate::problem::ProblemAnswer;
use crate::standing::Standing;
use crate::state::AppState;

/// A comment this often tells proxies that the connection is meant to stay open.
const HEARTBEAT: Duration = Duration::from_secs(15);

/// Announcements may be lost, so everything is looked at this often all the same.
const EVERY: Duration = Duration::from_secs(5);

/// Between two looks: a step that prints without a pause is told of in larger pieces.
const BREATH: Duration = Duration::from_millis(50);

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
    standing: Standing,
    place: Result<Path<Place>, axum::extract::rejection::PathRejection>,
    Query(wanted): Query<Wanted>,
    headers: HeaderMap,
) -> Result<Response, ProblemAnswer> {
    let Ok(Path(place)) = place else {
        return Err(ProblemAnswer(Problem::not_found("run")));
    };
    // Before the first look, so that nothing happens between the two.
    let viewer = standing.caller().viewer();
    let changes = state.service.run_changes(&viewer);
    let first = look_at(&state.service, &viewer, &place);
    let first = first.await.map_err(ProblemAnswer)?;
    let lost = headers
        .get("last-event-id")
        .and_then(|id| Mark::of_id(id.to_str().ok()?));
    let from = lost.unwrap_or(Mark {
        attempt: wanted.attempt,
        offset: wanted.offset.unwrap_or(0),
    });
    let log = wanted
        .step
        .map(|position| Log::new(position, wanted.attempt, from));
    let (sender, events) = parts(16, None, standing.lost(), standing.hangup.clone());
    let stop = state.stop.clone();
    let watch = Watch {
        service: state.service,
        now: state.clock,
        viewer,
        place,
        run: first.id.clone(),
        told: None,
        log,
        events: sender,
    };
    tokio::spawn(async move {
        tokio::select! {
            () = stop.requested() => {}
            // Either way the answer ends with it.
            _ = watch.follow(first, changes) => {}
        }
    });
    let alive = KeepAlive::new().interval(HEARTBEAT);
    let mut response = Sse::new(events).keep_alive(alive).into_response();
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
    events: mpsc::Sender<Result<Event, Infallible>>,
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
            let log_ended = self.log.as_ref().is_none_or(Log::has_ended);
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
                    if self.log.as_ref().is_some_and(|log| log.is_of(&attempt)) {
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
            // Behind the end of a log there may be that of the next attempt.
            let that_was_all = part.chunks.is_empty() && !part.ended;
            let pieces = self.log.as_mut().map(|log| log.take(part));
            for piece in pieces.into_iter().flatten() {
                let id = Mark::behind(&piece);
                let event = Event::default().event("log").id(id).json_data(&piece);
                self.send(event).await?;
            }
            if that_was_all {
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
        self.events.send(Ok(event)).await.map_err(|_| Over)
    }
}
