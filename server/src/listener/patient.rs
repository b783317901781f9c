//! A connection that is ended when the other side takes nothing of what it has asked for: else it would
//! keep its place for ever.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Sleep, sleep};

/// Waits so long for the other side to take something, and no longer.
pub(super) struct Patient<Io> {
    io: Io,
    longest: Duration,
    /// For as long as nothing is taken.
    waiting: Option<Pin<Box<Sleep>>>,
}

impl<Io: Unpin> Patient<Io> {
    pub(super) fn new(io: Io, longest: Duration) -> Self {
        Self {
            io,
            longest,
            waiting: None,
        }
    }

    fn unless_over<T>(
        &mut self,
        context: &mut Context<'_>,
        step: impl FnOnce(Pin<&mut Io>, &mut Context<'_>) -> Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        if let Poll::Ready(done) = step(Pin::new(&mut self.io), context) {
            self.waiting = None;
            return Poll::Ready(done);
        }
        let longest = self.longest;
        let waiting = self.waiting.get_or_insert_with(|| Box::pin(sleep(longest)));
        waiting
            .as_mut()
            .poll(context)
            .map(|()| Err(io::ErrorKind::TimedOut.into()))
    }
}

impl<Io: AsyncRead + Unpin> AsyncRead for Patient<Io> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_read(context, buffer)
    }
}

impl<Io: AsyncWrite + Unpin> AsyncWrite for Patient<Io> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.unless_over(context, |io, context| io.poll_write(context, bytes))
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        pieces: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.unless_over(context, |io, context| {
            io.poll_write_vectored(context, pieces)
        })
    }

    fn is_write_vectored(&self) -> bool {
        self.io.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.unless_over(context, AsyncWrite::poll_flush)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.unless_over(context, AsyncWrite::poll_shutdown)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};

    use super::*;

    #[tokio::test]
    async fn who_takes_nothing_is_given_up() {
        let (ours, mut theirs) = duplex(16);
        let mut ours = Patient::new(ours, Duration::from_millis(50));
        let writing = tokio::spawn(async move { ours.write_all(&[7; 64]).await });
        let mut some = [0; 16];
        theirs.read_exact(&mut some).await.unwrap();
        let waited = tokio::time::timeout(Duration::from_secs(30), writing);
        let given_up = waited.await.unwrap().unwrap().unwrap_err();
        assert_eq!(given_up.kind(), io::ErrorKind::TimedOut);
    }

    #[tokio::test]
    async fn who_takes_all_of_it_gets_all_of_it() {
        let (ours, mut theirs) = duplex(16);
        let mut ours = Patient::new(ours, Duration::from_mins(1));
        let writing = tokio::spawn(async move { ours.write_all(&[7; 64]).await });
        let mut all = [0; 64];
        theirs.read_exact(&mut all).await.unwrap();
        writing.await.unwrap().unwrap();
    }
}
