//! What `/proc` tells of processes.

use std::fs;

use rustix::process::Pid;

/// When the process began, in ticks since the machine did: with its number, this names a process
/// for as long as the machine runs.
pub(super) fn start_time(process: Pid) -> Option<u64> {
    let stat = fs::read_to_string(file(process, "stat")).ok()?;
    after_name(&stat, 19)?.parse().ok()
}

/// The process that started it, or took it over.
pub(super) fn parent(process: Pid) -> Option<Pid> {
    let stat = fs::read_to_string(file(process, "stat")).ok()?;
    Pid::from_raw(after_name(&stat, 1)?.parse().ok()?)
}

/// The process and everything it started that is alive.
pub(super) fn family(eldest: Pid) -> Vec<Pid> {
    let mut family = vec![eldest];
    let mut next = 0;
    while let Some(process) = family.get(next).copied() {
        next += 1;
        let Ok(threads) = fs::read_dir(file(process, "task")) else {
            continue;
        };
        for thread in threads.flatten() {
            let children = fs::read_to_string(thread.path().join("children")).unwrap_or_default();
            family.extend(
                children
                    .split_ascii_whitespace()
                    .filter_map(|child| Pid::from_raw(child.parse().ok()?)),
            );
        }
    }
    family
}

/// Every process this one can see.
pub(super) fn all() -> Vec<Pid> {
    let Ok(entries) = fs::read_dir("/proc") else {
        return Vec::new();
    };
    entries
        .flatten()
        .filter_map(|entry| Pid::from_raw(entry.file_name().to_str()?.parse().ok()?))
        .collect()
}

/// The sum of these lines of a file of the process, in bytes; nothing when it cannot be read.
pub(super) fn sum(process: Pid, name: &str, lines: &[&str]) -> Option<u64> {
    let content = fs::read_to_string(file(process, name)).ok()?;
    let kibibytes: u64 = content
        .lines()
        .filter_map(|line| line.split_once(':'))
        .filter(|(key, _)| lines.contains(key))
        .filter_map(|(_, value)| value.split_ascii_whitespace().next()?.parse::<u64>().ok())
        .sum();
    Some(kibibytes * 1024)
}

/// The path of a file that tells of the process.
pub(super) fn file(process: Pid, name: &str) -> String {
    format!("/proc/{}/{name}", process.as_raw_nonzero())
}

/// A field of `stat` counted from the one behind the name, which may itself contain anything.
fn after_name(stat: &str, field: usize) -> Option<&str> {
    stat.rsplit_once(')')?.1.split_ascii_whitespace().nth(field)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_brackets_shifts_nothing() {
        let stat = "12 (a) b) S 7 1 1 0 -1 4 1 1 1 1 1 1 1 1 20 0 1 0 998877 1";
        assert_eq!(after_name(stat, 1), Some("7"));
        assert_eq!(after_name(stat, 19), Some("998877"));
    }

    #[test]
    fn this_process_is_found() {
        let own = rustix::process::getpid();
        assert!(start_time(own).is_some_and(|time| time > 0));
        assert_eq!(parent(own), rustix::process::getppid());
        assert!(family(own).contains(&own));
        assert!(all().contains(&own));
        assert!(sum(own, "status", &["RssAnon"]).is_some_and(|bytes| bytes > 0));
    }
}
