//! The attempts of this engine that are under way.

use std::collections::HashMap;
use std::future::Future;
use std::sync::Arc;

use model::{AttemptId, RunId};
use store::steps::Claim;
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::{Ended, Message};
use crate::core::Core;
use crate::outcome::{Interruption, Outcome, Stop};
use crate::{attempt, random};

/// The attempts that are under way. Dropped, all of them end at once.
pub(super) struct Attempts {
    core: Arc<Core>,
    under_way: HashMap<AttemptId, UnderWay>,
    tasks: JoinSet<()>,
}

struct UnderWay {
    run: RunId,
    stop: watch::Sender<Option<Stop>>,
}

impl Attempts {
    pub(super) fn new(core: Arc<Core>) -> Self {
        Self {
            core,
            under_way: HashMap::new(),
            tasks: JoinSet::new(),
        }
    }

    /// Starts what was claimed.
    pub(super) fn launch(&mut self, claim: Claim) {
        let (stop, stopped) = watch::channel(None);
        let under_way = UnderWay {
            run: claim.run.clone(),
            stop,
        };
        self.under_way.insert(claim.attempt.clone(), under_way);
        let report = Report {
            core: Arc::clone(&self.core),
            ended: Some(Ended {
                attempt: claim.attempt.clone(),
                run: claim.run.clone(),
                outcome: Outcome::Interrupted(Interruption::CutOff),
            }),
        };
        self.tasks.spawn(async move {
            let outcome = Box::pin(attempt::carry_out(&report.core, &claim, stopped)).await;
            report.send(outcome);
        });
    }

    /// Lets something else go on beside them.
    pub(super) fn also(&mut self, task: impl Future<Output = ()> + Send + 'static) {
        self.tasks.spawn(task);
    }

    /// Ends the attempts of a run.
    pub(super) fn stop_of(&self, run: &RunId) {
        for attempt in self.under_way.values().filter(|one| one.run == *run) {
            attempt.stop.send_replace(Some(Stop::Run));
        }
    }

    /// Ends all of them.
    pub(super) fn stop_all(&self, why: Stop) {
        for attempt in self.under_way.values() {
            attempt.stop.send_replace(Some(why));
        }
    }

    /// An attempt is over.
    pub(super) fn forget(&mut self, attempt: &AttemptId) {
        self.under_way.remove(attempt);
    }

    /// Lets go of tasks that have ended.
    pub(super) fn reap(&mut self) {
        while self.tasks.try_join_next().is_some() {}
    }

    /// How many more there may be.
    pub(super) fn free(&self) -> usize {
        match self.core.runner {
            Some(_) => self
                .core
                .settings
                .slots
                .saturating_sub(self.under_way.len()),
            None => 0,
        }
    }

    /// Whether there is none.
    pub(super) fn is_empty(&self) -> bool {
        self.under_way.is_empty()
    }
}

/// So many ids for attempts; `None` without randomness.
pub(super) fn fresh_ids(number: usize) -> Option<Vec<AttemptId>> {
    (0..number)
        .map(|_| random::id().ok().map(AttemptId::from_bytes))
        .collect()
}

/// Tells the coordinator how an attempt ended, whatever happens to the task.
struct Report {
    core: Arc<Core>,
    ended: Option<Ended>,
}

impl Report {
    fn send(mut self, outcome: Outcome) {
        if let Some(ended) = &mut self.ended {
            ended.outcome = outcome;
        }
    }
}

impl Drop for Report {
    fn drop(&mut self) {
        if let Some(ended) = self.ended.take() {
            self.core.tell(Message::Ended(ended));
        }
    }
}
