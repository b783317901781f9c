//! Running without a sandbox, for machines that have none and administrators who allow it.
//!
//! The limits of each process, the memory of all where the kernel counts it, the time, and a user
//! of its own when Relay is root: these hold here too. What a step can see and do on the machine
//! is not limited, and a process that moves away from its group may stay behind.

use std::fs;
use std::io::{self, PipeWriter, Write};
use std::os::fd::OwnedFd;
use std::os::unix::fs::{DirBuilderExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;

use model::AttemptId;
use rustix::process::{Pid, Signal, kill_process, kill_process_group};
use tokio::net::unix::pipe;

use super::handle::Started;
use super::launcher::{file_with, inheriting, number, printing_to, receiver};
use super::slots::Slot;
use super::supervisor::{Enclosure, Supervised};
use super::{LaunchError, Program, failed, limits, proc_files};
use crate::settings::Limits;

/// The variable that marks every process of an attempt.
pub(super) const MARK: &str = "RELAY_ATTEMPT_ID";

/// Waits for a line before it becomes the program. When Relay dies first, there is none.
const GATE: &str = r#"read -r go || exit 1; exec "$@" </dev/null"#;

/// The directory of one attempt, removed with it.
#[derive(Debug)]
pub(super) struct Room(PathBuf);

impl Room {
    /// Makes it, readable by the attempt's user alone.
    pub(super) fn new(attempt: &AttemptId, user: Option<u32>) -> io::Result<Self> {
        let path = std::env::temp_dir().join(format!("relay-step-{attempt}"));
        fs::DirBuilder::new().mode(0o700).create(&path)?;
        let room = Self(path);
        if let Some(user) = user {
            chown(&room.0, Some(user), Some(user))?;
        }
        Ok(room)
    }

    pub(super) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.0) {
            tracing::warn!(%error, directory = %self.0.display(), "the directory of a step stays behind");
        }
    }
}

/// Everything needed to start a program. Its environment may hold secrets, so it is never shown.
pub(super) struct Order {
    pub(super) env: Vec<(String, String)>,
    pub(super) room: PathBuf,
    pub(super) program: Program,
}

/// A program that waits at its gate.
#[derive(Debug)]
struct Waiting {
    child: Started,
    /// A line written here opens the gate.
    gate: PipeWriter,
    output: OwnedFd,
}

impl Order {
    /// Starts it. To be called on the thread of the slot.
    fn start(self) -> io::Result<Waiting> {
        let (output, printed) = io::pipe()?;
        let (go, gate) = io::pipe()?;
        let lock = inheriting();
        let mut script = None;
        let line = match self.program {
            Program::Command { command, args } => {
                let mut line = vec![command];
                line.extend(args);
                line
            }
            Program::Script(text) => {
                let file = script.insert(file_with(text.as_bytes())?);
                vec![format!("/proc/self/fd/{}", number(file))]
            }
        };
        let mut command = Command::new("/bin/sh");
        command
            .args(["-c", GATE, "sh"])
            .args(line)
            .env_clear()
            .envs(self.env)
            .current_dir(&self.room)
            .process_group(0);
        let child = printing_to(&mut command, printed)?
            .stdin(Stdio::from(go))
            .spawn()?;
        // Before the lock: the next program to start would inherit it.
        drop(script);
        drop(lock);
        Ok(Waiting {
            child: Started::new(child),
            gate,
            output: output.into(),
        })
    }
}

/// Starts a program.
pub(super) async fn start(
    order: Order,
    room: Room,
    attempt: AttemptId,
    slot: Slot,
    limits: Limits,
) -> Result<(pipe::Receiver, Supervised), LaunchError> {
    slot.limit(&limits).map_err(failed)?;
    let seat = Arc::clone(&slot.seat);
    let waiting = seat.launcher.run(|| order.start()).await.map_err(failed)?;
    let output = receiver(waiting.output).map_err(failed)?;
    let enclosure = Enclosure::Bare { attempt, room };
    let supervised = Supervised::new(waiting.child, enclosure, slot).map_err(failed)?;
    supervised.adopt().map_err(failed)?;
    let pid = supervised.pid();
    let own_user = seat.user.is_some();
    let mut gate = waiting.gate;
    seat.launcher
        .run(move || {
            limits::set(pid, &limits, own_user)?;
            gate.write_all(b"\n")
        })
        .await
        .map_err(failed)?;
    Ok((output, supervised))
}

/// Ends what the program started, as far as it can be found: by its group, and by the number of
/// the attempt in its environment.
pub(super) fn end(leader: Pid, attempt: &AttemptId) {
    // None may be left, or it belongs to nobody any more.
    let _ = kill_process_group(leader, Signal::KILL);
    let mark = format!("{MARK}={attempt}");
    for process in proc_files::all() {
        let environ = fs::read(proc_files::file(process, "environ")).unwrap_or_default();
        if environ
            .split(|byte| *byte == 0)
            .any(|variable| variable == mark.as_bytes())
        {
            let _ = kill_process(process, Signal::KILL);
        }
    }
}
