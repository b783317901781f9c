//! An answer that is sent part after part, as somebody else makes the parts.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::{Body, Bytes};
use futures_core::Stream;
use tokio::sync::mpsc;

/// Where the parts go. An error cuts the answer off, so that nobody takes a part of it for the whole.
pub(crate) type Sender = mpsc::Sender<io::Result<Bytes>>;

/// A body, and where its parts are to be put. Whoever is faster than the one who reads has to wait.
pub(crate) fn body() -> (Sender, Body) {
    let (sender, parts) = mpsc::channel(2);
    (sender, Body::from_stream(Parts(parts)))
}

struct Parts(mpsc::Receiver<io::Result<Bytes>>);

impl Stream for Parts {
    type Item = io::Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.poll_recv(context)
    }
}
