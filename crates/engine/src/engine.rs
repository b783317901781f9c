//! The engine: starting it, stopping it, and the doors of its steps.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use model::{AccountId, Timestamp};
use opener::Keys;
use store::Store;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use crate::coordinator::{Coordinator, Echoes, Message};
use crate::core::Core;
use crate::door::StepDoor;
use crate::plans::Plans;
use crate::rotation::Rotator;
use crate::runner::{ProcessRunner, RunnerSettings};
use crate::settings::{RunnerChoice, RunnerWords, Settings, StartError};
use crate::tokens::Tokens;
use crate::{checkpoints, logs, presence, pulse, unopenable};

/// How long steps and their last words may take when the engine is stopped.
const PATIENCE: Duration = Duration::from_secs(10);

/// An engine: it starts what can start, and writes down how it ended.
///
/// Dropped without [`Engine::stop`], everything of it ends at once, as in a crash; the next engine
/// puts its rows right.
pub struct Engine {
    core: Arc<Core>,
    coordinator: Mutex<Option<JoinHandle<()>>>,
    rotator: JoinHandle<()>,
    signer: JoinHandle<()>,
    watch: pulse::Watch,
}

impl Engine {
    /// Starts an engine for the runs of `account`, with the private keys of the vault.
    ///
    /// What an engine has left that was killed is put right before anything new is started.
    pub async fn start(
        store: Store,
        account: AccountId,
        keys: impl Into<Keys>,
        settings: Settings,
        clock: fn() -> Timestamp,
    ) -> Result<Self, StartError> {
        let (runner, words) = choose_runner(&settings).await?;
        let (engine, presence) = presence::announce(&store, &words, clock).await?;
        let changes = store.changes();
        let (inbox, messages) = mpsc::unbounded_channel();
        let keys = Arc::new(keys.into());
        let rotator = Rotator::new(store.clone(), Arc::clone(&keys), clock);
        let (pulse, watch) = pulse::start();
        let core = Arc::new(Core {
            chunks: logs::start(store.clone(), pulse.clone()),
            store,
            account,
            keys,
            settings,
            runner,
            words,
            tokens: Tokens::default(),
            plans: Plans::default(),
            inbox,
            echoes: Echoes::default(),
            clock,
        });
        let mut coordinator = Coordinator::new(Arc::clone(&core), messages, engine, presence);
        coordinator.listen(changes);
        coordinator.take_over().await;
        coordinator.sweep();
        unopenable::look_again(&core.store, &core.keys, clock()).await?;
        let signer = checkpoints::run(core.store.clone(), Arc::clone(&core.keys), clock);
        Ok(Self {
            core,
            rotator: pulse.clone().keep(rotator.run()),
            signer: pulse.clone().keep(signer),
            coordinator: Mutex::new(Some(pulse.keep(coordinator.run()))),
            watch,
        })
    }

    /// Ends all steps and writes down that they were interrupted; another engine, or the next one,
    /// begins them again. Takes at most some ten seconds.
    pub async fn stop(&self) {
        // The next one carries on where it was.
        self.rotator.abort();
        self.signer.abort();
        let coordinator = self
            .coordinator
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        let Some(mut coordinator) = coordinator else {
            return;
        };
        self.core.tell(Message::Stop);
        if tokio::time::timeout(PATIENCE, &mut coordinator)
            .await
            .is_err()
        {
            tracing::warn!("not every step could be ended in time; the next start puts it right");
            coordinator.abort();
        }
    }

    /// Waits until the engine is being stopped, or a part of it fails that it cannot be without;
    /// answers at once when that has happened. The panic hook has told why a part failed. Something
    /// is not done any more then, and only another engine can put that right.
    pub async fn ended(&self) {
        self.watch.ended().await;
    }

    /// The door of the step that a token speaks for; `None` when it speaks for none.
    pub fn door(&self, token: &str) -> Option<StepDoor> {
        let live = self.core.tokens.find(token)?;
        Some(StepDoor::new(Arc::clone(&self.core), live))
    }

    /// Which runner it has, or why it has none.
    pub fn runner_words(&self) -> &RunnerWords {
        &self.core.words
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        self.rotator.abort();
        self.signer.abort();
        let coordinator = self
            .coordinator
            .get_mut()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(coordinator) = coordinator {
            coordinator.abort();
        }
    }
}

async fn choose_runner(
    settings: &Settings,
) -> Result<(Option<ProcessRunner>, RunnerWords), StartError> {
    let machine = RunnerSettings {
        allow_unsandboxed: settings.allow_unsandboxed,
        hidden: settings.hidden.clone(),
        tools: settings.tools.clone(),
    };
    match (ProcessRunner::probe(&machine).await, settings.runner) {
        (Ok(runner), _) => Ok((Some(runner), RunnerWords::Process)),
        (Err(reason), RunnerChoice::Auto) => Ok((None, RunnerWords::None(reason))),
        (Err(reason), RunnerChoice::Process) => Err(StartError::Runner(reason)),
    }
}
