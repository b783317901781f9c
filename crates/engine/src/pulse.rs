//! Whether the parts of an engine that it cannot be without are all at work.

use std::sync::Arc;

use tokio::sync::watch;
use tokio::task::JoinHandle;

/// Held by a task that must not end by itself. When the first of them is dropped, also by a panic,
/// whoever watches is told.
#[derive(Clone)]
pub(crate) struct Pulse(Arc<watch::Sender<bool>>);

/// Told when one of them has ended.
pub(crate) struct Watch(watch::Receiver<bool>);

/// A pulse and whoever watches it.
pub(crate) fn start() -> (Pulse, Watch) {
    let (sender, receiver) = watch::channel(false);
    (Pulse(Arc::new(sender)), Watch(receiver))
}

impl Pulse {
    /// Lets a task go on that must not end by itself.
    pub(crate) fn keep(self, task: impl Future<Output = ()> + Send + 'static) -> JoinHandle<()> {
        tokio::spawn(async move {
            task.await;
            drop(self);
        })
    }
}

impl Drop for Pulse {
    fn drop(&mut self) {
        self.0.send_replace(true);
    }
}

impl Watch {
    /// Waits until one of them has ended.
    pub(crate) async fn ended(&self) {
        // Without anybody who could tell, all of them have ended.
        let _ = self.0.clone().wait_for(|ended| *ended).await;
    }
}
