//! Deleting the logs of attempts that are gone.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::sleep;

use crate::core::Core;

/// Between two rounds.
const EVERY: Duration = Duration::from_hours(1);

/// Between two looks of a round, so that nobody waits for it.
const BREATH: Duration = Duration::from_millis(50);

/// Looks at all logs, again and again.
pub(crate) async fn sweep(core: Arc<Core>) {
    loop {
        let mut after = None;
        loop {
            match store::logs::sweep(&core.store, after.as_ref()).await {
                Ok(None) => break,
                Ok(last) => after = last,
                Err(error) => {
                    tracing::error!(
                        error = &error as &(dyn std::error::Error + 'static),
                        "logs of attempts that are gone could not be deleted"
                    );
                    break;
                }
            }
            sleep(BREATH).await;
        }
        sleep(EVERY).await;
    }
}
