//! Watching one attempt until nothing of it is left.

use std::io;
use std::process::{Child, ExitStatus};
use std::sync::Arc;

use model::AttemptId;
use rustix::process::Pid;
use tokio::net::unix::pipe;
use tokio::sync::watch;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep_until};

use super::bare::{self, Room};
use super::handle::{Process, Started};
use super::slots::Slot;
use super::{Exit, accounting};
use crate::settings::Limits;

/// A shell adds this to the number of a signal.
const SIGNALLED: i32 = 128;

/// The last code that is read as a signal.
const LAST_SIGNAL: i32 = 159;

const NOT_STARTED: &str = "the program could not be started in the sandbox; the last line of its \
     log says why";

/// What keeps an attempt together.
#[derive(Debug)]
pub(super) enum Enclosure {
    /// The first process of the sandbox, with which everything in it ends, and the pipe on which
    /// bubblewrap tells how its program ended.
    Sandbox {
        init: Process,
        status: pipe::Receiver,
    },
    /// None: what is known of an attempt that runs without a sandbox.
    Bare {
        attempt: AttemptId,
        #[expect(dead_code, reason = "removes the directory when it is dropped")]
        room: Room,
    },
}

/// How everything of an attempt can be found and ended.
#[derive(Debug, Clone)]
struct Reach {
    process: Process,
    init: Option<Process>,
    attempt: Option<AttemptId>,
}

impl Reach {
    fn kill(&self) {
        if let Some(init) = &self.init {
            init.kill();
        }
        if let Some(attempt) = &self.attempt {
            bare::end(self.process.pid, attempt);
        }
        self.process.kill();
    }

    /// Waits for the process Relay started, then ends the rest and waits for that. The first
    /// process of a sandbox counts as ended only when all others in it are gone.
    fn wait(&self, mut child: Child) -> io::Result<ExitStatus> {
        let status = child.wait();
        if let Some(init) = &self.init {
            init.kill();
            init.wait_for_end()?;
        }
        if let Some(attempt) = &self.attempt {
            bare::end(self.process.pid, attempt);
        }
        status
    }
}

/// An attempt from its start on. Dropped before it has ended, it is ended.
#[derive(Debug)]
pub(super) struct Supervised {
    /// The process Relay started: bubblewrap, or the program itself. Nothing once the thread of
    /// the slot waits for it.
    child: Started,
    reach: Reach,
    enclosure: Enclosure,
    slot: Slot,
    /// Processes the kernel had ended in the slot before.
    ended_for_memory: u64,
    over: bool,
}

/// Why Relay ended an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cause {
    Time,
    Memory,
    Wish,
}

impl Supervised {
    /// Takes over what was started in this slot.
    pub(super) fn new(child: Started, enclosure: Enclosure, slot: Slot) -> io::Result<Self> {
        let (init, attempt) = match &enclosure {
            Enclosure::Sandbox { init, .. } => (Some(init.clone()), None),
            Enclosure::Bare { attempt, .. } => (None, Some(attempt.clone())),
        };
        Ok(Self {
            reach: Reach {
                process: child.process()?,
                init,
                attempt,
            },
            child,
            enclosure,
            ended_for_memory: slot.ended_for_memory().unwrap_or_default(),
            slot,
            over: false,
        })
    }

    /// The process Relay started.
    pub(super) fn pid(&self) -> Pid {
        self.reach.process.pid
    }

    /// Takes its processes into the control group of the slot. To be called before its gate opens.
    pub(super) fn adopt(&self) -> io::Result<()> {
        let Some(group) = &self.slot.seat.group else {
            return Ok(());
        };
        group.adopt(self.reach.process.pid)?;
        self.reach
            .init
            .as_ref()
            .map_or(Ok(()), |init| group.adopt(init.pid))
    }

    /// Waits until it ended, or ends it; answers when nothing of it is left.
    pub(super) async fn watch(mut self, limits: Limits, mut kill: watch::Receiver<bool>) -> Exit {
        let deadline = Instant::now() + limits.time;
        let mut looks = interval(accounting::INTERVAL);
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let uncounted = match &self.enclosure {
            Enclosure::Sandbox { init, .. } if !self.slot.counted() => Some(init.pid),
            _ => None,
        };
        let seat = Arc::clone(&self.slot.seat);
        let (child, reach) = (self.child.take(), self.reach.clone());
        let ended = seat.launcher.run(move || match child {
            Some(child) => reach.wait(child),
            None => Err(io::Error::other("nothing was started")),
        });
        tokio::pin!(ended);
        let mut cause = None;
        let status = loop {
            let reason = tokio::select! {
                status = &mut ended => break status,
                () = sleep_until(deadline), if cause.is_none() => Cause::Time,
                () = asked(&mut kill), if cause.is_none() => Cause::Wish,
                () = too_much(&mut looks, uncounted, limits.memory), if cause.is_none() => {
                    Cause::Memory
                }
            };
            cause = Some(reason);
            self.reach.kill();
        };
        self.over = true;
        let code = status
            .inspect_err(|error| {
                tracing::error!(%error, "how a step ended cannot be found out");
            })
            .ok()
            .and_then(|status| status.code());
        self.exit(cause, code)
    }

    fn exit(&self, cause: Option<Cause>, code: Option<i32>) -> Exit {
        let ended_for_memory = self.slot.ended_for_memory();
        let short_of_memory = ended_for_memory.is_some_and(|now| now > self.ended_for_memory);
        match (cause, code) {
            (Some(Cause::Time), _) => Exit::TimedOut,
            (Some(Cause::Memory), _) => Exit::OutOfMemory,
            (_, code) if short_of_memory && code != Some(0) => Exit::OutOfMemory,
            (Some(Cause::Wish), _) | (None, None) => Exit::Signal(super::KILLED),
            (None, Some(code)) => match &self.enclosure {
                Enclosure::Sandbox { status, .. } if !was_started(status) => {
                    Exit::NotStarted(NOT_STARTED.to_owned())
                }
                _ if code > SIGNALLED && code <= LAST_SIGNAL => Exit::Signal(code - SIGNALLED),
                _ => Exit::Code(code),
            },
        }
    }
}

impl Drop for Supervised {
    fn drop(&mut self) {
        if self.over {
            return;
        }
        self.reach.kill();
        if let Some(child) = self.child.take() {
            // Nobody is told how it ended.
            let _ = self.reach.wait(child);
        }
    }
}

/// Bubblewrap tells a code only of a program that began.
fn was_started(status: &pipe::Receiver) -> bool {
    let mut told = [0; 256];
    // Not through the event loop, which may not have heard of the last words yet.
    let length = rustix::io::read(status, &mut told).unwrap_or_default();
    told.get(..length)
        .is_some_and(|told| told.windows(9).any(|part| part == b"exit-code"))
}

/// Waits until somebody wants the attempt ended; whoever could is gone only after asking.
async fn asked(kill: &mut watch::Receiver<bool>) {
    if kill.wait_for(|kill| *kill).await.is_err() {
        tracing::error!("an attempt was let go of without being ended");
    }
}

/// Looks again and again, and answers when the sandbox takes more memory than this.
async fn too_much(looks: &mut tokio::time::Interval, uncounted: Option<Pid>, memory: u64) {
    let Some(init) = uncounted else {
        return std::future::pending().await;
    };
    loop {
        looks.tick().await;
        let look = tokio::task::spawn_blocking(move || accounting::exceeds(init, memory));
        if look.await.unwrap_or(false) {
            return;
        }
    }
}
