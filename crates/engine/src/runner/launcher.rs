//! The thread that starts the programs of one slot.
//!
//! A program asks the kernel to be ended with its parent, and the kernel takes that to be the
//! thread that started it. So the thread lives as long as its slot. It is also a member of the
//! slot's control group where threads can be, and what it starts is born there. When Relay is root,
//! the thread has given that up for good and is the user of its slot.

use std::io::{self, PipeWriter};
use std::os::fd::{AsRawFd, OwnedFd};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc};
use std::thread::{self, JoinHandle};

use rustix::fs::{MemfdFlags, SeekFrom};
use rustix::io::dup;
use rustix::process::{Gid, Uid, setpriority_process};
use rustix::thread::{set_thread_groups, set_thread_res_gid, set_thread_res_uid};
use tokio::sync::oneshot;

use super::cgroup::Group;

/// Steps give way to Relay, so that its pages answer while they work.
const NICENESS: i32 = 5;

/// The first file behind the three that every program has.
const FIRST_OTHER_FILE: i32 = 3;

/// Held from the moment a file is open that programs inherit until it is closed here again, so
/// that no other sandbox inherits it.
static INHERITED: Mutex<()> = Mutex::new(());

type Job = Box<dyn FnOnce() + Send>;

/// The thread of one slot.
#[derive(Debug)]
pub(super) struct Launcher {
    jobs: Option<mpsc::Sender<Job>>,
    thread: Option<JoinHandle<()>>,
}

impl Launcher {
    /// Starts the thread, as this user if one is given.
    pub(super) fn start(group: Option<Arc<Group>>, user: Option<u32>) -> io::Result<Self> {
        let (jobs, inbox) = mpsc::channel::<Job>();
        let (said, entered) = mpsc::channel();
        let thread = thread::Builder::new()
            .name("step launcher".to_owned())
            .spawn(move || {
                if let Err(error) = setpriority_process(None, NICENESS) {
                    tracing::debug!(%error, "steps do not give way to Relay");
                }
                let entered = enter(group.as_deref(), user);
                let ready = entered.is_ok();
                let _ = said.send(entered);
                if ready {
                    for job in inbox {
                        job();
                    }
                }
            })?;
        entered.recv().map_err(io::Error::other)??;
        Ok(Self {
            jobs: Some(jobs),
            thread: Some(thread),
        })
    }

    /// Runs this on the thread.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> io::Result<T> + Send + 'static,
    ) -> io::Result<T> {
        let (answer, answered) = oneshot::channel();
        let gone = || io::Error::other("the thread that starts steps has ended");
        self.jobs
            .as_ref()
            .ok_or_else(gone)?
            .send(Box::new(move || {
                // Nobody waits any more: what was started ends when it is dropped.
                let _ = answer.send(work());
            }))
            .map_err(|_| gone())?;
        answered.await.map_err(|_| gone())?
    }
}

/// Brings the calling thread into the group and makes it the user.
fn enter(group: Option<&Group>, user: Option<u32>) -> io::Result<()> {
    if let Some(group) = group {
        group.adopt_thread()?;
    }
    if let Some(user) = user {
        let (group, user) = (Gid::from_raw(user), Uid::from_raw(user));
        set_thread_groups(&[])?;
        set_thread_res_gid(group, group, group)?;
        set_thread_res_uid(user, user, user)?;
    }
    Ok(())
}

impl Drop for Launcher {
    fn drop(&mut self) {
        self.jobs = None;
        if let Some(thread) = self.thread.take() {
            // It only ends: a panic on it has been told where it happened.
            let _ = thread.join();
        }
    }
}

/// Both outputs into one pipe, and nothing to read.
pub(super) fn printing_to(command: &mut Command, pipe: PipeWriter) -> io::Result<&mut Command> {
    let errors = pipe.try_clone()?;
    Ok(command.stdin(Stdio::null()).stdout(pipe).stderr(errors))
}

/// The reading end of a pipe, for tokio.
pub(super) fn receiver(end: impl Into<OwnedFd>) -> io::Result<tokio::net::unix::pipe::Receiver> {
    tokio::net::unix::pipe::Receiver::from_owned_fd(end.into())
}

/// The same file as one that programs inherit.
pub(super) fn inherited(file: impl Into<OwnedFd>) -> io::Result<OwnedFd> {
    let file: OwnedFd = file.into();
    Ok(dup(&file)?)
}

/// A file in memory without a name that holds this, read from its beginning.
pub(super) fn file_with(content: &[u8]) -> io::Result<OwnedFd> {
    let file = rustix::fs::memfd_create("relay", MemfdFlags::empty())?;
    let mut rest = content;
    while !rest.is_empty() {
        let written = rustix::io::write(&file, rest)?;
        rest = rest.get(written..).unwrap_or_default();
    }
    rustix::fs::seek(&file, SeekFrom::Start(0))?;
    Ok(file)
}

/// The number a program finds an inherited file under.
pub(super) fn number(file: &OwnedFd) -> String {
    file.as_raw_fd().to_string()
}

/// Makes sure that programs inherit nothing that Relay itself was started with.
pub(super) fn keep_files_to_itself() {
    let _lock = inheriting();
    close_fds::set_fds_cloexec(FIRST_OTHER_FILE, &[]);
}

/// Takes the lock under which files are made that programs inherit.
pub(super) fn inheriting() -> MutexGuard<'static, ()> {
    // A panic while it was held has left nothing half done.
    INHERITED.lock().unwrap_or_else(PoisonError::into_inner)
}
