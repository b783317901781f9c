//! Adding up the memory of a sandbox where the kernel does not do it.
//!
//! The kernel counts for a control group (see `cgroup`). Where Relay may not make one, this looks
//! several times a second. Two ways of holding memory outside all processes are then closed by the
//! system call filter.

use std::time::Duration;

use rustix::fs::{stat, statvfs};
use rustix::process::Pid;

use super::{proc_files, sandbox};

/// How often to look. A process can fill a few hundred megabytes in between.
pub(super) const INTERVAL: Duration = Duration::from_millis(50);

/// What one file costs the kernel beside its content.
const FILE_COST: u64 = 1024;

/// Whether the processes and files of the sandbox take more memory than this.
pub(super) fn exceeds(init: Pid, memory: u64) -> bool {
    let files = files(init);
    let family = proc_files::family(init);
    // Quick, but a page that several processes share counts several times.
    let at_most: u64 = family
        .iter()
        .filter_map(|process| proc_files::sum(*process, "status", &["RssAnon", "RssShmem"]))
        .sum();
    if files + at_most <= memory {
        return false;
    }
    let exactly: u64 = family
        .iter()
        .filter_map(|process| {
            proc_files::sum(*process, "smaps_rollup", &["Pss_Anon", "Pss_Shmem"])
                .or_else(|| proc_files::sum(*process, "status", &["RssAnon", "RssShmem"]))
        })
        .sum();
    files + exactly > memory
}

/// Bytes of the files in the places the step can write to, all of which lie in memory.
fn files(init: Pid) -> u64 {
    sandbox::WRITABLE
        .iter()
        .filter_map(|place| {
            let inside = proc_files::file(init, &format!("root{place}"));
            // In its first moments the sandbox still stands on this machine's own files.
            let device = |path: &str| stat(path).ok().map(|found| found.st_dev);
            if device(&inside) == device(place) {
                return None;
            }
            statvfs(inside).ok()
        })
        .map(|usage| {
            let blocks = usage.f_blocks.saturating_sub(usage.f_bfree);
            let files = usage.f_files.saturating_sub(usage.f_ffree);
            blocks * usage.f_frsize + files * FILE_COST
        })
        .sum()
}
