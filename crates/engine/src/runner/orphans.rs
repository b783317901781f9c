//! What an earlier Relay left behind.
//!
//! A sandbox ends with the Relay that started it. Only when Relay is killed within the fraction of
//! a millisecond before bubblewrap has asked the kernel for that, one stays. It is known by the
//! first word of its command line, which carries when its Relay began.

use std::fs;

use rustix::process::{Pid, Signal, kill_process};

use super::proc_files;

const NAME: &str = "relay-step-of-";

/// The first word of the command line of every sandbox of this process.
pub(super) fn name() -> String {
    let began = proc_files::start_time(rustix::process::getpid()).unwrap_or_default();
    format!("{NAME}{began}")
}

/// Ends the sandboxes whose Relay is gone.
pub(super) fn end() {
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
        for process in proc_files::family(process).into_iter().rev() {
            // It may be gone, or belong to somebody else's Relay.
            let _ = kill_process(process, Signal::KILL);
        }
    }
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
