//! The bytes an attempt prints.

use std::io;

use rustix::io::Errno;
use tokio::io::AsyncReadExt;
use tokio::net::unix::pipe;
use tokio::sync::watch;

/// One pipe for standard output and standard error, so that their order is the order of writing.
#[derive(Debug)]
pub struct Output {
    pipe: pipe::Receiver,
    over: watch::Receiver<bool>,
}

impl Output {
    pub(super) fn new(pipe: pipe::Receiver, over: watch::Receiver<bool>) -> Self {
        Self { pipe, over }
    }

    /// Waits until everything the attempt started has ended.
    pub async fn over(&mut self) {
        // Whoever could tell is gone only when it has ended.
        let _ = self.over.wait_for(|over| *over).await;
    }

    /// Reads what is there, waiting for the first byte; 0 means that nothing more will come.
    /// Giving up waiting loses nothing.
    pub async fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        tokio::select! {
            biased;
            read = self.pipe.read(buffer) => return read,
            _ = self.over.wait_for(|over| *over) => {}
        }
        // Everything the attempt started has ended. Whoever still holds the other end is no part
        // of it, so what the pipe holds now is the rest.
        // Not through the event loop, which may not have heard of the last bytes yet.
        match rustix::io::read(&self.pipe, buffer) {
            Err(Errno::AGAIN) => Ok(0),
            read => Ok(read?),
        }
    }
}
