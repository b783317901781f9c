//! What an earlier Relay left behind.
//!
//! A sandbox ends with the Relay that started it. Only when Relay is killed within the fraction of
//! a millisecond before bubblewrap has asked the kernel for that, one stays. It is known by the
//! first word of its command line, which carries when its Relay began.

use std::fs;
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use super::proc_files;

const NAME: &str = "relay-step-of-";

/// The first word of the command line of every sandbox of this process.
pub(super) fn name() -> String {
    let began = proc_files::start_time(rustix::process::getpid()).unwrap_or_default();
    format!("{NAME}{began}")
}

/// How long what was killed may take to be gone; a process that waits for a disk takes its time.
const PATIENCE: Duration = Duration::from_secs(2);

/// Between two looks.
const PAUSE: Duration = Duration::from_millis(1);

/// Ends the sandboxes whose Relay is gone, and waits until nothing of them can act any more: what
/// they did is not begun anew while they still do it.
pub(super) fn end() {
    let begun = Instant::now();
    while kill() {
        if begun.elapsed() > PATIENCE {
            tracing::warn!("a step of an earlier Relay was killed and does not end");
            return;
        }
        thread::sleep(PAUSE);
    }
}

/// Kills the sandboxes whose Relay is gone; `false` when there was none.
fn kill() -> bool {
    let mut some = false;
    for process in proc_files::all() {
        let Some(relay) = relay_of(process) else {
            continue;
        };
        let Some(parent) = proc_files::parent(process) else {
            continue;
        };
        // Its own Relay, or the outer half of the sandbox, with which it ends.
        if proc_files::start_time(parent) == Some(relay) || relay_of(parent).is_some() {
            continue;
        }
        some = true;
        for process in proc_files::family(process).into_iter().rev() {
            // It may be gone, or belong to somebody else's Relay.
            let _ = kill_process(process, Signal::KILL);
        }
    }
    some
}

/// When the Relay of this sandbox began, if it is one.
fn relay_of(process: Pid) -> Option<u64> {
    let command_line = fs::read(proc_files::file(process, "cmdline")).ok()?;
    let first = command_line.split(|byte| *byte == 0).next()?;
    std::str::from_utf8(first)
        .ok()?
        .strip_prefix(NAME)?
        .parse()
        .ok()
}
