//! How an engine is set up, and why it may refuse to start.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

/// Which runner an engine takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum RunnerChoice {
    /// The process runner when it works here; else none, with the reason.
    #[default]
    Auto,
    /// The process runner; an engine where it does not work refuses to start.
    Process,
}

/// What one attempt at a step may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// How long it may take.
    pub time: Duration,
    /// Bytes of memory of all its processes together.
    pub memory: u64,
    /// Processes and threads at one time.
    pub processes: u64,
    /// Bytes of files it may write.
    pub disk: u64,
    /// Bytes of its log that are kept.
    pub log: u64,
    /// About how many bytes it may print as fast as it likes.
    pub print_burst: u64,
    /// Bytes a second it may print on and on; one that prints faster waits on its own pipe.
    pub print_rate: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            time: Duration::from_hours(1),
            memory: 2 * 1024 * 1024 * 1024,
            processes: 512,
            disk: 2 * 1024 * 1024 * 1024,
            log: 64 * 1024 * 1024,
            print_burst: 4 * 1024 * 1024,
            print_rate: 8 * 1024 * 1024,
        }
    }
}

/// The settings of an engine.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Which runner.
    pub runner: RunnerChoice,
    /// Whether steps may run without a sandbox when there is none.
    pub allow_unsandboxed: bool,
    /// Files and directories that no step may see: the data directory, the keys. With a file, those
    /// beside it whose names are its own with something behind a dot.
    pub hidden: Vec<PathBuf>,
    /// The address of the metadata API, as bound.
    pub metadata: SocketAddr,
    /// How many attempts may be under way at one time.
    pub slots: usize,
    /// Directories with programs that steps can read, not write; `bin` of each comes first in
    /// their `PATH`.
    pub tools: Vec<PathBuf>,
    /// What one attempt may use.
    pub limits: Limits,
    /// Whether `inputFile` may name an address of the private network.
    pub allow_private_input_files: bool,
}

/// Why an engine did not start. Nothing of a run was changed.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The database failed, or another engine works on it.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// The runner that was asked for does not work here.
    #[error("the runner “process” does not work here: {0}")]
    Runner(String),
    /// Ids and step tokens are random, or there are none.
    #[error("the system gives no randomness, so no step could be told from another")]
    NoRandomness,
}

/// Which runner an engine has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RunnerWords {
    /// Steps run as processes on this machine.
    Process,
    /// Nothing can run, for this reason.
    None(String),
}

impl RunnerWords {
    /// The word that stands in the engine's row.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Process => "process",
            Self::None(_) => "none",
        }
    }

    /// Why there is none; empty when there is one.
    pub fn reason(&self) -> &str {
        match self {
            Self::Process => "",
            Self::None(reason) => reason,
        }
    }
}
