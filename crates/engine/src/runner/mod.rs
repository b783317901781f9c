//! Running the program of one attempt on this machine, closed off from the machine, from Relay
//! and from other attempts, and within its limits.
//!
//! [`ProcessRunner::start`] answers a [`Running`]: its output as one stream of bytes, and how it
//! ended. Whatever the program started is gone before [`Running::wait`] answers, and also when the
//! [`Running`] is dropped or Relay itself dies.

mod accounting;
mod bare;
mod bubblewrap;
mod cgroup;
mod environment;
mod handle;
mod launcher;
mod limits;
mod lookup;
mod orphans;
mod output;
mod proc_files;
mod process;
mod sandbox;
mod seccomp;
mod slots;
mod supervisor;

use std::fmt;
use std::io;
use std::path::PathBuf;

use model::AttemptId;
use rustix::io::Errno;
use tokio::sync::{oneshot, watch};

use crate::settings::Limits;

pub use output::Output;
pub use process::ProcessRunner;

/// What a runner must know about this machine.
#[derive(Debug, Clone, Default)]
pub struct RunnerSettings {
    /// Whether steps may run without a sandbox when there is none.
    pub allow_unsandboxed: bool,
    /// Files and directories no step may see, wherever they are: the data directory, the keys. With
    /// a file, those beside it whose names are its own with something behind a dot.
    pub hidden: Vec<PathBuf>,
    /// Directories with programs that steps can read, not write; `bin` of each comes first in
    /// `PATH`.
    pub tools: Vec<PathBuf>,
}

/// One attempt to be started.
pub struct Launch {
    /// Which attempt.
    pub attempt: AttemptId,
    /// What to run.
    pub program: Program,
    /// Its whole environment. `HOME`, `PATH`, `USER` and `TMPDIR` are added where they are
    /// missing, because they depend on the sandbox. It may hold secrets, so it is never shown.
    pub env: Vec<(String, String)>,
    /// What it may use.
    pub limits: Limits,
}

impl fmt::Debug for Launch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Launch")
            .field("attempt", &self.attempt)
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}

/// What an attempt runs.
#[derive(Clone)]
pub enum Program {
    /// The whole text of a script, interpreter line first.
    Script(String),
    /// A program and its arguments; a name without a slash is looked up in `PATH`.
    Command {
        /// The program.
        command: String,
        /// Its arguments.
        args: Vec<String>,
    },
}

/// Why an attempt was not started, in a sentence for the person who wrote the workflow.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LaunchError {
    /// It would not start the next time either.
    #[error("{0}")]
    Failed(String),
    /// This machine lacks something that may be there again in a moment: files, processes, memory,
    /// disk.
    #[error("{0}")]
    Lack(String),
}

/// How the main program of an attempt ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Exit {
    /// It ended by itself with this code.
    Code(i32),
    /// A signal ended it. A code between 129 and 159 counts as one, as in a shell.
    Signal(i32),
    /// It took longer than it may and was ended.
    TimedOut,
    /// It used more memory than it may and was ended.
    OutOfMemory,
    /// It was never begun, for the reason in this sentence.
    NotStarted(String),
}

/// An attempt under way. Dropping it ends it.
#[derive(Debug)]
pub struct Running {
    /// What it prints, standard output and standard error in the order written.
    pub output: Output,
    exit: oneshot::Receiver<Exit>,
    ended: Option<Exit>,
    kill: watch::Sender<bool>,
}

impl Running {
    /// Waits until it ended and nothing it started is left.
    pub async fn wait(&mut self) -> Exit {
        self.halves().1.wait().await
    }

    /// What it prints and how it ends apart, for whoever reads while waiting.
    pub fn halves(&mut self) -> (&mut Output, Ending<'_>) {
        let ending = Ending {
            exit: &mut self.exit,
            ended: &mut self.ended,
            kill: &self.kill,
        };
        (&mut self.output, ending)
    }

    /// Ends it and everything it started, at once.
    pub fn kill(&self) {
        self.kill.send_replace(true);
    }
}

/// How an attempt under way ends.
#[derive(Debug)]
pub struct Ending<'a> {
    exit: &'a mut oneshot::Receiver<Exit>,
    ended: &'a mut Option<Exit>,
    kill: &'a watch::Sender<bool>,
}

impl Ending<'_> {
    /// Waits until it ended and nothing it started is left. Giving up waiting loses nothing.
    pub async fn wait(&mut self) -> Exit {
        if let Some(exit) = &*self.ended {
            return exit.clone();
        }
        // The supervisor sends before it ends; without an answer it was ended from outside, as
        // when the whole program stops.
        let exit = (&mut *self.exit).await.unwrap_or(Exit::Signal(KILLED));
        *self.ended = Some(exit.clone());
        exit
    }

    /// Ends it and everything it started, at once.
    pub fn kill(&self) {
        self.kill.send_replace(true);
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.kill();
    }
}

/// The number of SIGKILL.
const KILLED: i32 = 9;

/// Something of this machine failed: the log tells what, and the person that it was not the step.
fn failed(error: io::Error) -> LaunchError {
    tracing::error!(%error, "an attempt could not be started");
    let sentence =
        format!("the step could not be started, for a reason that lies in this machine: {error}");
    if is_lack(&error) {
        LaunchError::Lack(sentence)
    } else {
        LaunchError::Failed(sentence)
    }
}

/// Whether the same may succeed in a moment.
fn is_lack(error: &io::Error) -> bool {
    let open_files = [Errno::MFILE, Errno::NFILE];
    let kinds = [
        io::ErrorKind::WouldBlock,
        io::ErrorKind::OutOfMemory,
        io::ErrorKind::StorageFull,
        io::ErrorKind::QuotaExceeded,
    ];
    kinds.contains(&error.kind())
        || Errno::from_io_error(error).is_some_and(|errno| open_files.contains(&errno))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_this_machine_lacks_is_told_from_what_is_wrong() {
        for lack in [
            Errno::AGAIN,
            Errno::MFILE,
            Errno::NFILE,
            Errno::NOMEM,
            Errno::NOSPC,
            Errno::DQUOT,
        ] {
            assert!(
                matches!(failed(lack.into()), LaunchError::Lack(_)),
                "{lack}"
            );
        }
        for wrong in [Errno::NOENT, Errno::ACCESS, Errno::TOOBIG] {
            assert!(
                matches!(failed(wrong.into()), LaunchError::Failed(_)),
                "{wrong}"
            );
        }
    }
}
