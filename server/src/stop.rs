//! Tells those who keep an answer open that the server is going to stop.

use tokio::sync::watch;

/// Whoever decides it.
pub struct Stopper(watch::Sender<bool>);

/// Whoever wants to know. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Stop(watch::Receiver<bool>);

impl Stopper {
    /// A stopper and what it stops.
    pub fn new() -> (Self, Stop) {
        let (sender, receiver) = watch::channel(false);
        (Self(sender), Stop(receiver))
    }

    /// Tells all of them, for ever.
    pub fn stop(&self) {
        self.0.send_replace(true);
    }
}

impl Stop {
    /// Waits until it is told.
    pub async fn requested(&self) {
        let mut told = self.0.clone();
        if told.wait_for(|told| *told).await.is_err() {
            // Whoever could tell is gone without a word: as in a test without a server around it.
            std::future::pending::<()>().await;
        }
    }
}
