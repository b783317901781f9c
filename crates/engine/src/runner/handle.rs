//! Processes, addressed so that the right ones are ended and none is forgotten.

use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::process::Child;
use std::sync::Arc;

use rustix::event::{PollFd, PollFlags, poll};
use rustix::process::{
    Pid, PidfdFlags, Signal, WaitId, WaitIdOptions, pidfd_open, pidfd_send_signal, waitid,
};

/// A process, addressed so that another one that got its number later is never meant.
#[derive(Debug, Clone)]
pub(super) struct Process {
    pub(super) pid: Pid,
    fd: Arc<OwnedFd>,
}

impl Process {
    /// To be called while the process is certainly there.
    pub(super) fn open(pid: Pid) -> io::Result<Self> {
        let fd = Arc::new(pidfd_open(pid, PidfdFlags::empty())?);
        Ok(Self { pid, fd })
    }

    /// Ends it at once.
    pub(super) fn kill(&self) {
        // It may have ended already.
        let _ = pidfd_send_signal(&self.fd, Signal::KILL);
    }

    /// Waits until it has ended, and takes its code if it has become a child of Relay, as in a
    /// container where Relay is the first process.
    pub(super) fn wait_for_end(&self) -> io::Result<()> {
        loop {
            match poll(&mut [PollFd::new(&self.fd, PollFlags::IN)], None) {
                Err(error) if error == rustix::io::Errno::INTR => {}
                Err(error) => return Err(error.into()),
                Ok(_) => break,
            }
        }
        let _ = waitid(
            WaitId::PidFd(self.fd.as_fd()),
            WaitIdOptions::EXITED | WaitIdOptions::NOHANG,
        );
        Ok(())
    }
}

/// A process that was started and is ended when nobody takes it over.
#[derive(Debug)]
pub(super) struct Started(Option<Child>);

impl Started {
    /// Keeps it.
    pub(super) fn new(child: Child) -> Self {
        Self(Some(child))
    }

    /// Its address.
    pub(super) fn process(&self) -> io::Result<Process> {
        let child = self.0.as_ref();
        let gone = || io::Error::other("it has been taken over already");
        Process::open(Pid::from_child(child.ok_or_else(gone)?))
    }

    /// Takes it over.
    pub(super) fn take(&mut self) -> Option<Child> {
        self.0.take()
    }
}

impl Drop for Started {
    fn drop(&mut self) {
        if let Some(mut child) = self.0.take() {
            // It may have ended already. Nobody is told its code, but its number must not stay
            // taken.
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}
