//! The one error of this program: a sentence for the person at the terminal.

use std::fmt::{self, Display};

/// Why a build stopped: what was being done, to which file, and what went wrong.
pub(crate) struct Failure(String);

/// What every part of the build returns.
pub(crate) type Result<T> = std::result::Result<T, Failure>;

impl Failure {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self(message.into())
    }
}

impl Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// Says what was being done when something else failed.
pub(crate) trait While<T> {
    /// The failure reads "DOING: CAUSE"; `doing` is only called when there is one.
    fn doing<D: Display>(self, doing: impl FnOnce() -> D) -> Result<T>;
}

impl<T, E: Display> While<T> for std::result::Result<T, E> {
    fn doing<D: Display>(self, doing: impl FnOnce() -> D) -> Result<T> {
        self.map_err(|cause| Failure(format!("{}: {cause:#}", doing())))
    }
}
