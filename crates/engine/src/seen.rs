//! How long what was looked up counts as looked at.

use std::time::{Duration, Instant};

use crate::core::Core;

/// What this process changes is seen at once. What another one changes in the same database, when
/// the rows are looked at again: at the latest after this.
const LOOK_AGAIN: Duration = Duration::from_secs(1);

/// When values were seen as they are stored.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Seen {
    /// How often this process had changed values by then.
    changes: u64,
    /// When.
    at: Instant,
}

impl Seen {
    /// Taken before the look: what changes while it lasts is looked at again the next time.
    pub(crate) fn now(core: &Core) -> Self {
        Self {
            changes: core.store.changes_of_values(),
            at: Instant::now(),
        }
    }

    /// Whether nobody has to look again yet.
    pub(crate) fn counts(&self, core: &Core) -> bool {
        self.changes == core.store.changes_of_values() && self.at.elapsed() < LOOK_AGAIN
    }

    /// Of two things that were seen, when both had been.
    pub(crate) fn older(self, other: Self) -> Self {
        Self {
            changes: self.changes.min(other.changes),
            at: self.at.min(other.at),
        }
    }
}
