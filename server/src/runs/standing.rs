//! Whether somebody whose answer is kept open may still have it.

use std::time::Duration;

use service::{Service, SessionIdHash};
use tokio::time::{MissedTickBehavior, interval};

/// Between two looks.
const EVERY: Duration = Duration::from_secs(1);

/// The session of a request.
pub(super) struct Standing(pub(super) SessionIdHash);

impl Standing {
    /// Waits until the session has ended or the person may not look any more. It looks by the
    /// clock and at nothing else, so that no step can keep it from looking.
    pub(super) async fn lost(self, service: Service) {
        let mut every = interval(EVERY);
        every.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            every.tick().await;
            if !self.holds(&service).await {
                return;
            }
        }
    }

    /// As of now. Looking at a session does not lengthen it. Where it cannot be known the answer
    /// ends as well: the service has logged why, and a browser asks again.
    pub(super) async fn holds(&self, service: &Service) -> bool {
        matches!(service.caller(&self.0).await, Ok(Some(_)))
    }
}
