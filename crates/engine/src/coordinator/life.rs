//! The lives of engines: this one's own, and what others have left when theirs ended.

use std::sync::Arc;

use store::{Change, engines, steps};
use tokio::sync::broadcast::Receiver;

use super::work::{Ended, Work};
use super::{Coordinator, changes, failed};
use crate::outcome::{Interruption, Outcome, Stop};
use crate::{presence, sweeping};

impl Coordinator {
    /// Takes over what engines have left that are dead.
    pub(crate) async fn take_over(&mut self) {
        if let Err(error) = self.take_over_all().await {
            failed(
                &error,
                "the attempts of an engine that died could not be taken over",
            );
        }
    }

    async fn take_over_all(&mut self) -> Result<(), store::Error> {
        for dead in engines::dead(&self.core.store, &self.engine).await? {
            let left = steps::running_of(&self.core.store, &dead).await?;
            let mut work = Work::default();
            work.ended.extend(left.into_iter().map(|attempt| Ended {
                attempt: attempt.id,
                run: attempt.run,
                outcome: Outcome::Interrupted(Interruption::CutOff),
            }));
            // Each run for itself: one that cannot be put right holds up no other.
            let mut first_failure = Ok(());
            for part in work.split() {
                let crossed = self.cross(&part).await;
                first_failure = first_failure.and(crossed);
            }
            // As long as the row is there, what is left is tried again.
            first_failure?;
            let mut tx = self.core.store.begin_transition().await?;
            engines::forget(&mut tx, &dead).await?;
            tx.commit().await?;
        }
        Ok(())
    }

    /// Hears from now on what others have changed.
    pub(crate) fn listen(&mut self, changes: Receiver<Change>) {
        let core = Arc::clone(&self.core);
        self.attempts.also(changes::forward(core, changes));
    }

    /// Deletes from now on what nobody can find any more.
    pub(crate) fn sweep(&mut self) {
        let core = Arc::clone(&self.core);
        self.attempts.also(sweeping::sweep(core));
    }

    /// The lock that shows this engine to others is lost, so they may take over its attempts: it
    /// ends them, and begins a new life when the last one is over.
    pub(super) fn end_life(&mut self) {
        self.presence = None;
        self.attempts.stop_all(Stop::Engine);
    }

    pub(super) async fn begin_life(&mut self) {
        let core = &self.core;
        match presence::announce(&core.store, &core.words, core.clock).await {
            Ok((engine, presence)) => {
                self.engine = engine;
                self.presence = Some(presence);
            }
            Err(error) => tracing::error!(
                error = &error as &(dyn std::error::Error + 'static),
                "this engine could not be announced again"
            ),
        }
    }
}
