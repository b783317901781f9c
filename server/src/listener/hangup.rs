//! Ending a connection from within a request: while the other side takes nothing of an answer, hyper
//! asks for none of the rest, so that nothing in the answer can end it.

use std::sync::Arc;

use tokio::sync::Notify;

/// The connection a request came on; the listener puts it into each request. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub(crate) struct Hangup(Arc<Notify>);

impl Hangup {
    /// Ends the connection, whatever has been taken of its answer.
    pub(crate) fn hang_up(&self) {
        self.0.notify_one();
    }

    /// Waits until somebody wants it ended.
    pub(crate) async fn wanted(&self) {
        self.0.notified().await;
    }
}
