//! Runs of a workflow: what stands in the way of one, starting and stopping it, deciding its
//! approvals, and what its page shows.
//!
//! What happens in a run is `engine`'s business. Here people ask for it, and everything that the
//! form of a run has checked is proved once more.

mod blockers;
mod control;
mod form;
mod line;
mod log;
mod parameters;
mod start;
mod texts;
mod view;

pub(crate) use texts::Texts;

pub use form::{Blocker, RunForm, RunParameter};
pub use line::RunLine;
pub use log::{LogFrom, LogPart};
pub use view::{AttemptView, RunView, StepView, UseView};

use store::Change;
use tokio::sync::broadcast::Receiver;

use crate::Service;
use crate::permission::Viewer;

impl Service {
    /// What changes from now on in any run. Announcements may be lost: whoever waits for one also
    /// looks now and then.
    pub fn run_changes(&self, _: &Viewer) -> Receiver<Change> {
        self.store.changes()
    }
}
