//! What every part of an engine shares.

use std::sync::Arc;

use model::{AccountId, RunId, Timestamp};
use opener::Keys;
use store::{Change, Store};
use tokio::sync::mpsc;

use crate::coordinator::{Echoes, Message};
use crate::logs;
use crate::plans::Plans;
use crate::runner::ProcessRunner;
use crate::settings::{RunnerWords, Settings};
use crate::tokens::Tokens;

/// What every part of an engine shares.
pub(crate) struct Core {
    pub(crate) store: Store,
    pub(crate) account: AccountId,
    /// The private keys. Only `opening` opens values with them; `rotation` seals data keys again,
    /// and `unopenable` tries whether a value opens.
    pub(crate) keys: Arc<Keys>,
    pub(crate) settings: Settings,
    pub(crate) runner: Option<ProcessRunner>,
    /// Which runner that is, or why there is none.
    pub(crate) words: RunnerWords,
    pub(crate) tokens: Tokens,
    pub(crate) plans: Plans,
    /// Where the logs of attempts go.
    pub(crate) chunks: logs::Sender,
    /// Where the coordinator is told.
    pub(crate) inbox: mpsc::UnboundedSender<Message>,
    /// What it will hear of itself.
    pub(crate) echoes: Echoes,
    pub(crate) clock: fn() -> Timestamp,
}

impl Core {
    /// The time.
    pub(crate) fn now(&self) -> Timestamp {
        (self.clock)()
    }

    /// Tells whoever watches that something of a run has changed.
    pub(crate) fn tell_of_run(&self, run: &RunId) {
        self.echoes.expect(run);
        self.store.announce(Change::Run(run.clone()));
    }

    /// Tells the coordinator. It is gone only when the engine is.
    pub(crate) fn tell(&self, message: Message) {
        let _ = self.inbox.send(message);
    }
}
