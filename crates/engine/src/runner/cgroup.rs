//! Control groups: the kernel's way to limit the memory of all processes of a sandbox together.
//!
//! Two layouts exist. In the older one, which has a tree per resource, a thread can be a member;
//! so the thread that starts the sandboxes of a slot is, and they are born in the group. In the
//! newer one only whole processes are, and each sandbox is moved in while it waits at the gate.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use rustix::process::Pid;

use super::proc_files;
use crate::settings::Limits;

const NAME: &str = "relay-steps-";

/// Bytes left over from one step that do not matter to the next one.
const QUIET: u64 = 16 * 1024 * 1024;

/// Where this process may make groups.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    directory: PathBuf,
    layout: Layout,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Layout {
    Trees,
    Unified,
}

impl Place {
    /// Finds a place, tries it, and removes what a Relay that is gone left there.
    pub(super) fn find() -> Option<Self> {
        let mounts = fs::read_to_string("/proc/self/mountinfo").ok()?;
        let own = fs::read_to_string("/proc/self/cgroup").ok()?;
        let place = trees(&mounts, &own).or_else(|| unified(&mounts, &own))?;
        if place.layout == Layout::Unified {
            hand_down(&place.directory)?;
        }
        place.sweep();
        let tried = place.make().ok()?;
        tried
            .limit(&Limits::default())
            .ok()
            .filter(|()| tried.ended_for_memory().is_some())
            .map(|()| place)
    }

    /// Makes a group.
    pub(super) fn make(&self) -> io::Result<Group> {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let own = rustix::process::getpid();
        let began = proc_files::start_time(own).unwrap_or_default();
        let directory = self
            .directory
            .join(format!("{NAME}{}-{began}-{number}", own.as_raw_nonzero()));
        fs::create_dir(&directory)?;
        Ok(Group {
            directory,
            layout: self.layout,
        })
    }

    /// A place where no group can be made.
    #[cfg(test)]
    pub(super) fn nowhere() -> Self {
        Self {
            directory: PathBuf::from("/proc/no-such-directory"),
            layout: Layout::Unified,
        }
    }

    fn sweep(&self) {
        let Ok(entries) = fs::read_dir(&self.directory) else {
            return;
        };
        for entry in entries.flatten() {
            if entry
                .file_name()
                .to_str()
                .and_then(is_left)
                .unwrap_or(false)
            {
                // Not empty: its processes are still ending. The next start removes it.
                let _ = fs::remove_dir(entry.path());
            }
        }
    }
}

/// Whether a directory of this name is of a Relay that is gone; nothing for any other name.
fn is_left(name: &str) -> Option<bool> {
    let mut parts = name.strip_prefix(NAME)?.split('-');
    let process = Pid::from_raw(parts.next()?.parse().ok()?)?;
    let began: u64 = parts.next()?.parse().ok()?;
    Some(proc_files::start_time(process) != Some(began))
}

/// The directory of the tree that counts memory.
fn trees(mounts: &str, own: &str) -> Option<Place> {
    let path = own.lines().find_map(|line| {
        let mut parts = line.splitn(3, ':');
        let controllers = parts.nth(1)?;
        controllers
            .split(',')
            .any(|controller| controller == "memory")
            .then(|| parts.next())?
    })?;
    let directory = mounted(mounts, path, |kind, options| {
        kind == "cgroup" && options.split(',').any(|option| option == "memory")
    })?;
    Some(Place {
        directory,
        layout: Layout::Trees,
    })
}

/// The directory of the one tree, if it counts memory.
fn unified(mounts: &str, own: &str) -> Option<Place> {
    let path = own.lines().find_map(|line| line.strip_prefix("0::"))?;
    let directory = mounted(mounts, path, |kind, _| kind == "cgroup2")?;
    let controllers = fs::read_to_string(directory.join("cgroup.controllers")).ok()?;
    controllers
        .split_ascii_whitespace()
        .any(|controller| controller == "memory")
        .then_some(Place {
            directory,
            layout: Layout::Unified,
        })
}

/// Where `path` of a control group tree is in the file system.
fn mounted(mounts: &str, path: &str, wanted: impl Fn(&str, &str) -> bool) -> Option<PathBuf> {
    mounts.lines().find_map(|line| {
        let (mount, system) = line.split_once(" - ")?;
        let mut mount = mount.split(' ').skip(3);
        let (root, point) = (mount.next()?, mount.next()?);
        let mut system = system.split(' ');
        let kind = system.next()?;
        let options = system.nth(1).unwrap_or_default();
        if !wanted(kind, options) {
            return None;
        }
        let inside = Path::new(path).strip_prefix(root).ok()?;
        Some(Path::new(point).join(inside))
    })
}

/// In the one tree a group that has groups of its own holds no processes: Relay moves into one of
/// them, provided that it is alone in its group, as a service is.
fn hand_down(directory: &Path) -> Option<()> {
    let control = directory.join("cgroup.subtree_control");
    let has_memory = |text: String| text.split_ascii_whitespace().any(|word| word == "memory");
    if fs::read_to_string(&control).is_ok_and(has_memory) {
        return Some(());
    }
    if fs::write(&control, "+memory +pids").is_ok() {
        return Some(());
    }
    let own = rustix::process::getpid().as_raw_nonzero().to_string();
    let members = fs::read_to_string(directory.join("cgroup.procs")).ok()?;
    if members.split_ascii_whitespace().any(|member| member != own) {
        return None;
    }
    let relay = directory.join("relay");
    match fs::create_dir(&relay) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return None,
        _ => {}
    }
    fs::write(relay.join("cgroup.procs"), &own).ok()?;
    fs::write(&control, "+memory +pids").ok()
}

/// The group of one slot. It is used again and again, and removed with the slot.
#[derive(Debug)]
pub(super) struct Group {
    directory: PathBuf,
    layout: Layout,
}

impl Group {
    /// Makes the calling thread a member where a thread can be one.
    pub(super) fn adopt_thread(&self) -> io::Result<()> {
        match self.layout {
            Layout::Trees => self.write("tasks", "0"),
            Layout::Unified => Ok(()),
        }
    }

    /// Makes the process a member where it is not born as one.
    pub(super) fn adopt(&self, process: Pid) -> io::Result<()> {
        match self.layout {
            Layout::Trees => Ok(()),
            Layout::Unified => self.write("cgroup.procs", &process.as_raw_nonzero().to_string()),
        }
    }

    /// Sets what all processes in it may use together.
    pub(super) fn limit(&self, limits: &Limits) -> io::Result<()> {
        let memory = limits.memory.to_string();
        match self.layout {
            Layout::Trees => {
                // The limit of memory with swap must never be below that of memory alone.
                let with_swap = "memory.memsw.limit_in_bytes";
                let _ = self.write(with_swap, "-1");
                self.write("memory.limit_in_bytes", &memory)?;
                // Not there when the kernel does not count swap.
                let _ = self.write(with_swap, &memory);
            }
            Layout::Unified => {
                self.write("memory.max", &memory)?;
                let _ = self.write("memory.swap.max", "0");
                let _ = self.write("pids.max", &limits.processes.to_string());
            }
        }
        Ok(())
    }

    /// How many processes the kernel has ended in it for want of memory, since it was made.
    pub(super) fn ended_for_memory(&self) -> Option<u64> {
        let name = match self.layout {
            Layout::Trees => "memory.oom_control",
            Layout::Unified => "memory.events",
        };
        self.read(name)?
            .lines()
            .find_map(|line| line.strip_prefix("oom_kill "))?
            .trim()
            .parse()
            .ok()
    }

    /// Whether what was in it is really gone: the kernel frees files and segments in memory a
    /// moment after the last process has ended, and until then they count.
    pub(super) fn is_quiet(&self) -> bool {
        let (usage, kept) = match self.layout {
            Layout::Trees => ("memory.usage_in_bytes", ["rss ", "shmem "]),
            Layout::Unified => ("memory.current", ["anon ", "shmem "]),
        };
        if self
            .read(usage)
            .is_none_or(|usage| usage.trim().parse().is_ok_and(|usage: u64| usage <= QUIET))
        {
            return true;
        }
        // What is left counts only if the kernel cannot drop it, as it can copies of files on disk.
        let statistics = self.read("memory.stat").unwrap_or_default();
        let left: u64 = statistics
            .lines()
            .filter_map(|line| kept.iter().find_map(|name| line.strip_prefix(name)))
            .filter_map(|bytes| bytes.trim().parse::<u64>().ok())
            .sum();
        left <= QUIET
    }

    fn read(&self, name: &str) -> Option<String> {
        fs::read_to_string(self.directory.join(name)).ok()
    }

    fn write(&self, name: &str, value: &str) -> io::Result<()> {
        fs::write(self.directory.join(name), value)
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir(&self.directory) {
            tracing::debug!(%error, group = %self.directory.display(), "a control group stays until the next start");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MOUNTS: &str = "\
36 25 0:32 / /sys/fs/cgroup/memory rw,relatime shared:9 - cgroup cgroup rw,memory
37 25 0:33 /docker/abc /sys/fs/cgroup/pids rw - cgroup cgroup rw,pids
42 25 0:26 / /sys/fs/cgroup/unified rw,relatime shared:10 - cgroup2 cgroup2 rw";

    #[test]
    fn the_tree_for_memory_is_found_below_its_mount() {
        let place = trees(MOUNTS, "8:pids:/\n4:memory:/a/b\n0::/x\n").unwrap();
        assert_eq!(place.directory, Path::new("/sys/fs/cgroup/memory/a/b"));
        assert_eq!(place.layout, Layout::Trees);
    }

    #[test]
    fn a_mount_that_shows_a_part_of_the_tree_is_taken_into_account() {
        let of = |path| mounted(MOUNTS, path, |_, options| options == "rw,pids");
        assert_eq!(
            of("/docker/abc/x"),
            Some(PathBuf::from("/sys/fs/cgroup/pids/x"))
        );
        assert_eq!(of("/elsewhere"), None);
    }

    #[test]
    fn only_groups_of_a_relay_that_is_gone_are_swept() {
        let own = rustix::process::getpid();
        let began = proc_files::start_time(own).unwrap();
        let number = own.as_raw_nonzero();
        assert_eq!(is_left(&format!("{NAME}{number}-{began}-1")), Some(false));
        assert_eq!(is_left(&format!("{NAME}{number}-1-1")), Some(true));
        assert_eq!(is_left("user.slice"), None);
    }
}
