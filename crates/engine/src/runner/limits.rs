//! Limits the kernel keeps for each process of an attempt.

use std::io;

use rustix::process::{Pid, Resource, Rlimit, getrlimit, prlimit};

use crate::settings::Limits;

/// Files one process may have open.
const OPEN_FILES: u64 = 4096;

/// Memory that is asked for and never touched costs nothing but counts here: a hundred threads
/// have a gigabyte of stacks. The memory really used is limited for all processes together.
const UNTOUCHED_MEMORY_FACTOR: u64 = 2;

/// A dump of one byte is none, and unlike 0 this value also keeps the kernel from handing the
/// process's memory to a program that collects dumps.
const NO_DUMP: u64 = 1;

/// Sets the limits of a process that waits at the gate; what it starts inherits them.
///
/// From outside, and once its user namespace exists: the number of processes is then counted in
/// that namespace alone, and not together with everything else of the same user. `own_user`:
/// whether there is nothing else of that user, or nothing else is counted.
pub(super) fn set(process: Pid, limits: &Limits, own_user: bool) -> io::Result<()> {
    let memory = limits.memory.saturating_mul(UNTOUCHED_MEMORY_FACTOR);
    for (resource, wanted) in [
        (
            Resource::Nproc,
            if own_user { limits.processes } else { u64::MAX },
        ),
        (Resource::Data, memory),
        (Resource::Fsize, limits.disk),
        (Resource::Nofile, OPEN_FILES),
        (Resource::Core, NO_DUMP),
        (Resource::Rtprio, 0),
    ] {
        // Nobody may have more than Relay itself.
        let most = getrlimit(resource).maximum.unwrap_or(u64::MAX);
        let limit = Some(wanted.min(most));
        prlimit(
            Some(process),
            resource,
            Rlimit {
                current: limit,
                maximum: limit,
            },
        )?;
    }
    Ok(())
}
