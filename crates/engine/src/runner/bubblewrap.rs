//! Starting bubblewrap and waiting until its sandbox stands.
//!
//! The step's program begins only when Relay has set its limits and taken it into its control
//! group: until then bubblewrap waits at a gate.

use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixDatagram;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;

use rustix::process::Pid;
use tokio::io::AsyncReadExt;
use tokio::net::unix::pipe;

use super::handle::{Process, Started};
use super::launcher::{file_with, inherited, inheriting, number, printing_to, receiver};
use super::slots::Slot;
use super::supervisor::{Enclosure, Supervised};
use super::{LaunchError, failed, limits};
use crate::settings::Limits;

/// The most of bubblewrap's own words that a person is shown.
const LONGEST_REASON: u64 = 2000;

/// A sandbox that waits at its gate.
#[derive(Debug)]
struct Waiting {
    /// Bubblewrap, outside the sandbox.
    outer: Started,
    /// Where bubblewrap tells how far it is.
    status: OwnedFd,
    /// One byte sent here opens the gate.
    gate: UnixDatagram,
    /// What is printed.
    output: OwnedFd,
}

/// Files that bubblewrap is given as numbers.
#[derive(Debug, Clone, Copy)]
pub(super) enum Handed {
    /// Where it tells how far it is.
    Status,
    /// Where it waits before the program begins.
    Gate,
    /// The data with this place in the list.
    Data(usize),
}

/// An argument of bubblewrap. It may be a secret, so it is never shown.
#[derive(Clone)]
pub(super) enum Argument {
    /// As it is.
    Text(Vec<u8>),
    /// The number of a file.
    Handed(Handed),
}

/// Everything needed to start bubblewrap. Its arguments may hold secrets, so it is never shown.
pub(super) struct Order {
    /// Where bubblewrap is.
    pub(super) bubblewrap: PathBuf,
    /// The first word of its command line.
    pub(super) name: String,
    /// Its arguments. They are handed over in a file: other users can read a command line.
    pub(super) arguments: Vec<Argument>,
    /// Contents of files.
    pub(super) data: Vec<Vec<u8>>,
    /// What runs in the sandbox.
    pub(super) command_line: Vec<String>,
}

impl Order {
    /// Starts bubblewrap. To be called on the thread of the slot.
    fn start(self) -> io::Result<Waiting> {
        let (output, printed) = io::pipe()?;
        let (status, status_inside) = io::pipe()?;
        // Not a pipe: when Relay dies, reading from a pipe ends and the gate would open.
        let (gate, gate_inside) = UnixDatagram::pair()?;
        let lock = inheriting();
        // Files that `dup` makes are inherited, and so are these made without a flag.
        let status_inside = inherited(status_inside)?;
        let gate_inside = inherited(gate_inside)?;
        let data = self
            .data
            .iter()
            .map(|data| file_with(data))
            .collect::<io::Result<Vec<_>>>()?;
        let mut arguments = Vec::new();
        for argument in &self.arguments {
            match argument {
                Argument::Text(text) => arguments.extend_from_slice(text),
                Argument::Handed(handed) => {
                    let file = match handed {
                        Handed::Status => &status_inside,
                        Handed::Gate => &gate_inside,
                        Handed::Data(place) => data
                            .get(*place)
                            .ok_or_else(|| io::Error::other("no such data"))?,
                    };
                    arguments.extend_from_slice(number(file).as_bytes());
                }
            }
            arguments.push(0);
        }
        let arguments = file_with(&arguments)?;
        let mut command = Command::new(&self.bubblewrap);
        command
            .arg0(&self.name)
            .args(["--args", &number(&arguments), "--"])
            .args(&self.command_line)
            .env_clear()
            .current_dir("/");
        let outer = Started::new(printing_to(&mut command, printed)?.spawn()?);
        // Before the lock: the next program to start would inherit them.
        drop((status_inside, gate_inside, data, arguments));
        drop(lock);
        Ok(Waiting {
            outer,
            status: status.into(),
            gate,
            output: output.into(),
        })
    }
}

/// How bubblewrap's last words end when the machine lacks something that may be there again in a
/// moment. It runs without an environment, so it speaks English.
const LACKS: [&str; 5] = [
    "Resource temporarily unavailable",
    "Too many open files",
    "Too many open files in system",
    "Cannot allocate memory",
    "No space left on device",
];

/// Starts a sandbox, and the program in it.
pub(super) async fn start(
    order: Order,
    slot: Slot,
    limits: Limits,
) -> Result<(pipe::Receiver, Supervised), LaunchError> {
    slot.limit(&limits).map_err(failed)?;
    let seat = Arc::clone(&slot.seat);
    let waiting = seat.launcher.run(|| order.start()).await.map_err(failed)?;
    let output = receiver(waiting.output).map_err(failed)?;
    let mut status = receiver(waiting.status).map_err(failed)?;
    let Some(init) = told_init(&mut status).await else {
        let said = rest(output).await;
        let sentence = format!("the sandbox could not be made: {said}");
        return Err(if LACKS.iter().any(|lack| said.ends_with(lack)) {
            tracing::error!(%said, "an attempt could not be started");
            LaunchError::Lack(sentence)
        } else {
            LaunchError::Failed(sentence)
        });
    };
    let enclosure = Enclosure::Sandbox {
        init: Process::open(init).map_err(failed)?,
        status,
    };
    let supervised = Supervised::new(waiting.outer, enclosure, slot).map_err(failed)?;
    supervised.adopt().map_err(failed)?;
    let gate = waiting.gate;
    // As the user of the step: root alone may not always do this for somebody else.
    seat.launcher
        .run(move || {
            limits::set(init, &limits, true)?;
            gate.send(&[1]).map(|_| ())
        })
        .await
        .map_err(failed)?;
    Ok((output, supervised))
}

/// The number of the sandbox's first process, which bubblewrap tells on a line of its own.
async fn told_init(status: &mut pipe::Receiver) -> Option<Pid> {
    let mut told = Vec::new();
    while !told.contains(&b'\n') {
        if status.read_buf(&mut told).await.ok()? == 0 {
            return None;
        }
    }
    let line = told.split(|byte| *byte == b'\n').next()?;
    let line: serde_json::Value = serde_json::from_slice(line).ok()?;
    Pid::from_raw(line.get("child-pid")?.as_i64()?.try_into().ok()?)
}

/// What bubblewrap printed before it gave up.
async fn rest(output: pipe::Receiver) -> String {
    let mut said = Vec::new();
    // What was read until then is better than nothing.
    let _ = output.take(LONGEST_REASON).read_to_end(&mut said).await;
    String::from_utf8_lossy(&said).trim().to_owned()
}
