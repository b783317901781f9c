//! The log of a step.

use model::{AttemptState, Problem, Timestamp};
use store::{logs, steps};

use crate::Service;
use crate::permission::Viewer;
use crate::service::broken;

/// Which part of a run's logs is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LogFrom {
    /// The step's place in the text, from 0.
    pub position: u64,
    /// The number of the attempt; the newest one without it.
    pub attempt: Option<u64>,
    /// The first byte.
    pub offset: u64,
    /// About how many bytes: nothing begins that far behind the first one.
    pub max: u64,
}

/// A part of a step's log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogPart {
    /// The number of the attempt it belongs to; 0 when there is none yet.
    pub attempt: u64,
    /// Offset, time and bytes of each piece, in order and without gaps.
    pub chunks: Vec<(u64, Timestamp, Vec<u8>)>,
    /// Where to go on.
    pub next_offset: u64,
    /// How many bytes the whole log has until now.
    pub length: u64,
    /// Whether nothing will come after it.
    pub ended: bool,
}

impl Service {
    /// A part of the log of a step. One that has no attempt yet has an empty log.
    pub async fn log(
        &self,
        _: &Viewer,
        workflow: &str,
        number: u64,
        from: LogFrom,
    ) -> Result<LogPart, Problem> {
        let run = self.known_run(workflow, number).await?;
        let rows = steps::of_run(&self.store, &run.id).await.map_err(broken)?;
        let step = rows.into_iter().find(|step| step.position == from.position);
        let step = step.ok_or_else(|| Problem::not_found("step"))?;
        // The attempt first: what it has printed is complete before its end is written down.
        let attempts = steps::attempts(&self.store, &run.id);
        let mut attempts = attempts.await.map_err(broken)?;
        attempts.retain(|attempt| attempt.position == from.position);
        let attempt = match from.attempt {
            Some(number) => {
                let found = attempts.into_iter().find(|one| one.number == number);
                found.ok_or_else(|| Problem::not_found("attempt"))?
            }
            None => match attempts.pop() {
                Some(newest) => newest,
                None => {
                    return Ok(LogPart {
                        attempt: 0,
                        chunks: Vec::new(),
                        next_offset: from.offset,
                        length: 0,
                        ended: step.state.is_final(),
                    });
                }
            },
        };
        let logs = self.store.logs();
        let chunks = logs::read(logs, &attempt.id, from.offset, from.max);
        let chunks = chunks.await.map_err(broken)?;
        let next_offset = chunks
            .last()
            .map_or(from.offset, |chunk| chunk.offset + chunk.bytes.len() as u64);
        // A step that begins again goes on in another log.
        let over = attempt.state != AttemptState::Running
            && (from.attempt.is_some() || step.state.is_final());
        let length = logs::length(logs, &attempt.id).await.map_err(broken)?;
        let ended = over && next_offset >= length;
        Ok(LogPart {
            attempt: attempt.number,
            chunks: chunks
                .into_iter()
                .map(|chunk| (chunk.offset, chunk.at, chunk.bytes))
                .collect(),
            next_offset,
            length,
            ended,
        })
    }
}
