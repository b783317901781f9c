//! An answer that is sent part after part, as somebody else makes the parts, to whoever is signed in:
//! it ends when their session does, also while they take nothing of it.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes};
use futures_core::Stream;
use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout;

use crate::listener::Hangup;
use crate::standing::{self, Standing};

/// Where the parts of a file go. An error cuts the answer off, so that nobody takes a part of it for the
/// whole.
pub(crate) type Sender = mpsc::Sender<io::Result<Bytes>>;

/// For how long an answer may end by itself, before its connection is ended: it does at once, unless the
/// other side takes nothing.
const GRACE: Duration = Duration::from_millis(200);

// Looks and the end of an answer leave half of the second that a lost session may take.
const _: () = assert!(standing::EVERY.as_millis() + GRACE.as_millis() <= 500);

/// A body, and where its parts are to be put. Whoever is faster than the one who reads has to wait.
pub(crate) fn body(standing: &Standing) -> (Sender, Body) {
    let cut_off = io::Error::other("the session has ended");
    let (sender, parts) = parts(
        2,
        Some(Err(cut_off)),
        standing.lost(),
        standing.hangup.clone(),
    );
    (sender, Body::from_stream(parts))
}

/// Parts of any kind, of which `room` may wait to be taken. When it has `ended`, those that wait are
/// dropped, and `last` is what comes instead.
pub(crate) fn parts<Part: Send + 'static>(
    room: usize,
    last: Option<Part>,
    ended: impl Future<Output = ()> + Send + 'static,
    hangup: Option<Hangup>,
) -> (mpsc::Sender<Part>, Parts<Part>) {
    let (sender, waiting) = mpsc::channel(room);
    let (cut, is_cut) = oneshot::channel();
    let (here, mut gone) = oneshot::channel();
    tokio::spawn(async move {
        tokio::select! {
            _ = &mut gone => return,
            () = ended => {}
        }
        // Whether anybody still listens is found out next.
        let _ = cut.send(());
        if let (Err(_), Some(hangup)) = (timeout(GRACE, gone).await, hangup) {
            hangup.hang_up();
        }
    });
    let parts = Parts {
        waiting,
        is_cut: Some(is_cut),
        last,
        _here: here,
    };
    (sender, parts)
}

/// The parts as they are taken.
pub(crate) struct Parts<Part> {
    waiting: mpsc::Receiver<Part>,
    /// Nothing more once it is.
    is_cut: Option<oneshot::Receiver<()>>,
    last: Option<Part>,
    /// Dropped with everything else, and that is noticed.
    _here: oneshot::Sender<()>,
}

impl<Part: Unpin> Stream for Parts<Part> {
    type Item = Part;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Part>> {
        let Some(is_cut) = &mut self.is_cut else {
            return Poll::Ready(self.last.take());
        };
        // Also when nobody looks after it any more.
        if Pin::new(is_cut).poll(context).is_ready() {
            self.is_cut = None;
            return Poll::Ready(self.last.take());
        }
        self.waiting.poll_recv(context)
    }
}

#[cfg(test)]
mod tests {
    use std::future::{pending, poll_fn};

    use super::*;

    async fn next<Part: Unpin>(parts: &mut Parts<Part>) -> Option<Part> {
        poll_fn(|context| Pin::new(&mut *parts).poll_next(context)).await
    }

    #[tokio::test]
    async fn what_waits_is_dropped_when_it_is_lost() {
        let (ending, ended) = oneshot::channel::<()>();
        let hangup = Hangup::default();
        let ended = async move {
            let _ = ended.await;
        };
        let (sender, mut parts) = parts(2, Some("cut off"), ended, Some(hangup.clone()));
        for part in ["one", "two"] {
            sender.send(part).await.unwrap();
        }
        assert!(sender.try_send("three").is_err(), "there is no room");
        assert_eq!(next(&mut parts).await, Some("one"));
        ending.send(()).unwrap();
        // Nobody takes anything, and the connection is ended all the same.
        hangup.wanted().await;
        assert_eq!(next(&mut parts).await, Some("cut off"));
        assert_eq!(next(&mut parts).await, None);
        drop(parts);
        assert!(sender.send("four").await.is_err());
    }

    #[tokio::test]
    async fn who_reads_is_told_at_once_and_keeps_the_connection() {
        let (ending, ended) = oneshot::channel::<()>();
        let hangup = Hangup::default();
        let ended = async move {
            let _ = ended.await;
        };
        let (sender, mut parts) = parts(2, None::<u8>, ended, Some(hangup.clone()));
        let reading = tokio::spawn(async move { next(&mut parts).await });
        ending.send(()).unwrap();
        assert_eq!(reading.await.unwrap(), None);
        assert!(timeout(2 * GRACE, hangup.wanted()).await.is_err());
        drop(sender);
    }

    #[tokio::test]
    async fn what_is_not_lost_is_read_to_its_end() {
        let hangup = Hangup::default();
        let (sender, mut parts) = parts(2, Some(0), pending(), Some(hangup.clone()));
        tokio::spawn(async move {
            for part in 1..=5 {
                sender.send(part).await.unwrap();
            }
        });
        for part in 1..=5 {
            assert_eq!(next(&mut parts).await, Some(part));
        }
        assert_eq!(next(&mut parts).await, None);
        drop(parts);
        assert!(timeout(2 * GRACE, hangup.wanted()).await.is_err());
    }
}
