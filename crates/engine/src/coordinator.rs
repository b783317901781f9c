//! The coordinator: one task that owns every transition of runs and steps.
//!
//! It gathers what has happened, carries it over one boundary, which is one transaction, and starts
//! what that transaction has claimed. While it waits for the disk, more comes together for the next
//! one. It never loads all runs: it looks at those something has happened to.

mod advance;
mod attempts;
mod boundary;
mod changes;
mod life;
mod wanted;
mod work;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use model::{EngineId, RunId};
use store::engines::Presence;
use store::{Change, runs};
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until};

use crate::core::Core;
use crate::outcome::Stop;
use advance::Opened;
use attempts::Attempts;
use boundary::Crossed;
use work::Work;

pub(crate) use changes::Echoes;
pub(crate) use work::Ended;

/// What the coordinator is told.
pub(crate) enum Message {
    /// An attempt is over, and everything it printed is stored.
    Ended(Ended),
    /// Somebody changed a run.
    Look(RunId),
    /// Steps may be waiting for an engine.
    Claim,
    /// Changes were missed: look at all runs.
    LookAround,
    /// Values that a condition asked for are open.
    Opened {
        /// The run.
        run: RunId,
        /// The name of the step.
        step: String,
        /// What was asked for.
        opened: wanted::Opened,
    },
    /// End everything.
    Stop,
}

/// How often the coordinator looks by itself.
const TICK: Duration = Duration::from_secs(1);

/// How many unfinished runs it looks at in one go when it looks around.
const AROUND: u32 = 16;

/// How many ticks lie between two looks for engines that have died.
const DEAD: u32 = 5;

/// The pause after a failure of the database; it doubles up to the longest.
const PAUSE: Duration = Duration::from_millis(200);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

pub(crate) struct Coordinator {
    core: Arc<Core>,
    inbox: mpsc::UnboundedReceiver<Message>,
    /// This life of the engine, while it has one.
    presence: Option<Presence>,
    engine: EngineId,
    attempts: Attempts,
    work: Work,
    /// Values for conditions of waiting steps; they are wiped when the step has been decided.
    opened: HashMap<RunId, Opened>,
    /// Steps whose condition's values are being opened.
    opening: HashSet<(RunId, String)>,
    /// Where looking around has got to; `None` before the first run.
    around: Option<RunId>,
    /// Whether looking around goes on without waiting for a tick.
    hurry: bool,
    stopping: bool,
    ticks: u32,
    next_tick: Instant,
    /// Not before this is tried what failed.
    pause: Duration,
    resume: Option<Instant>,
}

impl Coordinator {
    pub(crate) fn new(
        core: Arc<Core>,
        inbox: mpsc::UnboundedReceiver<Message>,
        engine: EngineId,
        presence: Presence,
    ) -> Self {
        Self {
            attempts: Attempts::new(Arc::clone(&core)),
            core,
            inbox,
            presence: Some(presence),
            engine,
            work: Work::default(),
            opened: HashMap::new(),
            opening: HashSet::new(),
            around: None,
            hurry: true,
            stopping: false,
            ticks: 0,
            next_tick: Instant::now(),
            pause: PAUSE,
            resume: None,
        }
    }

    /// Coordinates until it is told to stop.
    pub(crate) async fn run(mut self) {
        while !(self.stopping && self.attempts.is_empty() && self.work.ended.is_empty()) {
            self.gather().await;
            if self.resume.is_some_and(|resume| Instant::now() < resume) {
                continue;
            }
            self.resume = None;
            let work = std::mem::take(&mut self.work);
            if !work.is_empty() {
                self.settle(work).await;
            }
        }
        if let Some(presence) = self.presence.take() {
            let withdrawn = presence.withdraw(&self.core.store).await;
            if let Err(error) = withdrawn {
                failed(&error, "this engine could not be signed off");
            }
        }
    }

    /// Waits until something has happened, and takes everything that has.
    async fn gather(&mut self) {
        self.attempts.reap();
        if self.hurry && self.resume.is_none() && self.inbox.is_empty() {
            self.look_around().await;
            return;
        }
        let until = self
            .resume
            .map_or(self.next_tick, |resume| resume.min(self.next_tick));
        let lost = async {
            match &self.presence {
                Some(presence) => presence.lost().await,
                None => std::future::pending().await,
            }
        };
        let first = tokio::select! {
            biased;
            message = self.inbox.recv() => message,
            () = lost => {
                self.end_life();
                return;
            }
            () = sleep_until(until) => None,
        };
        let Some(first) = first else {
            if Instant::now() >= self.next_tick {
                self.tick().await;
            }
            return;
        };
        self.take(first);
        while let Ok(next) = self.inbox.try_recv() {
            self.take(next);
        }
    }

    fn take(&mut self, message: Message) {
        match message {
            Message::Ended(ended) => {
                self.attempts.forget(&ended.attempt);
                self.work.ended.push(ended);
            }
            Message::Look(run) => {
                self.work.look.insert(run);
            }
            Message::Claim => self.work.claim = true,
            Message::LookAround => {
                self.around = None;
                self.hurry = true;
            }
            Message::Opened { run, step, opened } => {
                self.opening.remove(&(run.clone(), step.clone()));
                let of_run = self.opened.entry(run.clone()).or_default();
                of_run.entry(step).or_default().extend(opened);
                self.work.look.insert(run);
            }
            Message::Stop => {
                self.stopping = true;
                self.hurry = false;
                self.attempts.stop_all(Stop::Engine);
            }
        }
    }

    /// Looks by itself: an announcement may have been lost.
    async fn tick(&mut self) {
        self.next_tick = Instant::now() + TICK;
        self.ticks = self.ticks.wrapping_add(1);
        if self.stopping {
            return;
        }
        if self.presence.is_none() && self.attempts.is_empty() && self.work.ended.is_empty() {
            self.begin_life().await;
        }
        self.work.claim = true;
        self.look_around().await;
        if self.ticks.is_multiple_of(DEAD) {
            self.take_over().await;
        }
    }

    /// Looks at the next few unfinished runs.
    async fn look_around(&mut self) {
        match runs::unfinished(&self.core.store, self.around.as_ref(), AROUND).await {
            Ok(some) => {
                self.around = some.last().cloned();
                self.hurry &= self.around.is_some();
                self.work.look.extend(some);
            }
            Err(error) => {
                self.hurry = false;
                failed(&error, "the unfinished runs could not be listed");
            }
        }
    }

    /// Carries work over a boundary. What cannot be carried over is tried again later, each run for
    /// itself.
    async fn settle(&mut self, work: Work) {
        let error = match self.cross(&work).await {
            Ok(()) => {
                self.pause = PAUSE;
                return;
            }
            Err(error) => error,
        };
        failed(&error, "a step boundary could not be written");
        let parts = work.split();
        let several = parts.len() > 1;
        let mut failures = 0;
        for part in parts {
            // After a second failure it is the database and not the run.
            if several && failures < 2 && self.cross(&part).await.is_ok() {
                continue;
            }
            failures += 1;
            self.work.add(part);
        }
        if failures > 0 {
            self.resume = Some(Instant::now() + self.pause);
            self.pause = (self.pause * 2).min(LONGEST_PAUSE);
        }
    }

    async fn cross(&mut self, work: &Work) -> Result<(), store::Error> {
        let free = if self.stopping || self.presence.is_none() {
            0
        } else {
            self.attempts.free()
        };
        let fresh = attempts::fresh_ids(free).unwrap_or_else(|| {
            tracing::error!("the system gives no randomness, so no step can be started");
            Vec::new()
        });
        if work.ended.is_empty() && work.look.is_empty() && fresh.is_empty() {
            return Ok(());
        }
        let crossed = boundary::cross(&self.core, &self.engine, work, &self.opened, &fresh).await?;
        self.follow(crossed);
        Ok(())
    }

    /// Does what a commit has made true.
    fn follow(&mut self, crossed: Crossed) {
        let mut queued = 0;
        let started = crossed.claims.len();
        let mut changed: HashSet<RunId> = crossed.ended.into_iter().collect();
        for claim in crossed.claims {
            changed.insert(claim.run.clone());
            self.attempts.launch(claim);
        }
        for (run, advanced) in crossed.runs {
            queued += advanced.queued;
            if advanced.stop {
                self.attempts.stop_of(&run.id);
            }
            if advanced.changed {
                changed.insert(run.id.clone());
            }
            self.keep_opened(&run.id, &advanced);
            for (step, wanted) in advanced.wanted {
                if self.opening.insert((run.id.clone(), step.clone())) {
                    let core = Arc::clone(&self.core);
                    self.attempts
                        .also(wanted::open(core, run.clone(), step, wanted));
                }
            }
        }
        for run in changed {
            self.core.tell_of_run(&run);
        }
        if queued > started {
            self.core.store.announce(Change::Queue);
        }
    }

    /// Forgets values for conditions that nobody waits for any more.
    fn keep_opened(&mut self, run: &RunId, advanced: &advance::Advanced) {
        if !self.opened.contains_key(run) {
            return;
        }
        if advanced.finished || advanced.wanted.is_empty() {
            self.opened.remove(run);
        }
    }
}

/// The one place where the coordinator's failures are logged.
fn failed(error: &store::Error, what: &'static str) {
    tracing::error!(
        error = error as &(dyn std::error::Error + 'static),
        "{what}"
    );
}
