//! Hearing what others have changed.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use model::RunId;
use store::Change;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;

use super::Message;
use crate::core::Core;

/// Changes that this engine has announced and will hear itself: it need not look at those.
#[derive(Default)]
pub(crate) struct Echoes(Mutex<HashMap<RunId, u32>>);

impl Echoes {
    /// A change of this run is about to be announced.
    pub(crate) fn expect(&self, run: &RunId) {
        *self.lock().entry(run.clone()).or_default() += 1;
    }

    /// Whether a change that was heard is one of them.
    fn is_own(&self, run: &RunId) -> bool {
        let mut expected = self.lock();
        let Some(number) = expected.get_mut(run) else {
            return false;
        };
        *number -= 1;
        if *number == 0 {
            expected.remove(run);
        }
        true
    }

    fn forget_all(&self) {
        self.lock().clear();
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<RunId, u32>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Tells the coordinator what others have changed. A task of its own, because the coordinator is
/// often waiting for the disk, and what steps print is announced thousands of times.
pub(super) async fn forward(core: Arc<Core>, mut changes: Receiver<Change>) {
    loop {
        match changes.recv().await {
            Ok(Change::Run(run)) if core.echoes.is_own(&run) => {}
            Ok(Change::Run(run)) => core.tell(Message::Look(run)),
            Ok(Change::Queue) => core.tell(Message::Claim),
            Ok(Change::Log(_)) => {}
            Err(RecvError::Lagged(_)) => {
                core.echoes.forget_all();
                core.tell(Message::Claim);
                core.tell(Message::LookAround);
            }
            Err(RecvError::Closed) => return,
        }
    }
}
