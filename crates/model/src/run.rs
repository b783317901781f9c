//! States of runs, of their steps and of the attempts at a step.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The word names no state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownState;

impl fmt::Display for UnknownState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("this word names no state")
    }
}

impl std::error::Error for UnknownState {}

macro_rules! states {
    ($(#[$doc:meta])* $name:ident { $($(#[$state_doc:meta])* $state:ident = $words:literal,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub enum $name {
            $($(#[$state_doc])* #[serde(rename = $words)] $state,)*
        }

        impl $name {
            /// All states.
            pub const ALL: &'static [Self] = &[$(Self::$state,)*];

            /// The words shown on pages, and kept in the database.
            pub fn words(self) -> &'static str {
                match self {
                    $(Self::$state => $words,)*
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.words())
            }
        }

        impl FromStr for $name {
            type Err = UnknownState;

            fn from_str(words: &str) -> Result<Self, UnknownState> {
                match words {
                    $($words => Ok(Self::$state),)*
                    _ => Err(UnknownState),
                }
            }
        }
    };
}

states!(
    /// State of a run.
    RunState {
        /// No step of it has begun.
        Queued = "queued",
        /// At least one step has begun, and something can still go on without a person.
        Running = "running",
        /// Nothing goes on before somebody decides an approval.
        WaitingForApproval = "waiting for approval",
        /// Every step succeeded or was skipped by its own condition.
        Succeeded = "succeeded",
        /// At least one step failed, timed out or was interrupted too often.
        Failed = "failed",
        /// An approval was refused, and nothing failed.
        Rejected = "rejected",
        /// Somebody stopped it.
        Cancelled = "cancelled",
    }
);

states!(
    /// State of one step of a run.
    StepState {
        /// It may start as soon as there is room.
        Queued = "queued",
        /// It waits for other steps.
        Waiting = "waiting",
        /// It is an approval that can be decided now.
        WaitingForApproval = "waiting for approval",
        /// An attempt at it is under way.
        Running = "running",
        /// It ended well; an approval was granted.
        Succeeded = "succeeded",
        /// It ended badly, or could not begin.
        Failed = "failed",
        /// Its condition did not hold, or a step it needs did not succeed.
        Skipped = "skipped",
        /// It is an approval that was refused.
        Rejected = "rejected",
        /// The run was stopped before it ended.
        Cancelled = "cancelled",
        /// It took longer than it may.
        TimedOut = "timed out",
        /// Relay itself was interrupted during it too often to try again.
        Interrupted = "interrupted",
    }
);

states!(
    /// State of one attempt at a step.
    AttemptState {
        /// It is under way, or was when its engine was interrupted.
        Running = "running",
        /// The step ended with exit code 0.
        Succeeded = "succeeded",
        /// The step ended otherwise, or could not begin.
        Failed = "failed",
        /// The run was stopped.
        Cancelled = "cancelled",
        /// It took longer than it may and was ended.
        TimedOut = "timed out",
        /// Its engine was interrupted; how it would have ended is not known.
        Interrupted = "interrupted",
    }
);

impl RunState {
    /// Whether nothing will change any more.
    pub fn is_final(self) -> bool {
        !matches!(
            self,
            Self::Queued | Self::Running | Self::WaitingForApproval
        )
    }
}

impl StepState {
    /// Whether nothing will change any more.
    pub fn is_final(self) -> bool {
        !matches!(
            self,
            Self::Queued | Self::Waiting | Self::WaitingForApproval | Self::Running
        )
    }

    /// Whether the step ended, or could not begin, through a fault.
    pub fn is_failure(self) -> bool {
        matches!(self, Self::Failed | Self::TimedOut | Self::Interrupted)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_names_its_state() {
        for state in RunState::ALL {
            assert_eq!(state.words().parse(), Ok(*state));
        }
        for state in StepState::ALL {
            assert_eq!(state.words().parse(), Ok(*state));
        }
        for state in AttemptState::ALL {
            assert_eq!(state.words().parse(), Ok(*state));
        }
        assert_eq!("success".parse::<RunState>(), Err(UnknownState));
    }

    #[test]
    fn a_failure_is_final() {
        for state in StepState::ALL {
            assert!(!state.is_failure() || state.is_final(), "{state}");
        }
    }
}
