//! How an attempt ended, in the words that the step keeps.

use std::time::Duration;

use model::{AttemptState, StepState};

use crate::runner::Exit;
use crate::settings::Limits;

/// Why an attempt was ended from outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stop {
    /// Somebody stopped the run.
    Run,
    /// The engine is stopping.
    Engine,
}

/// How an attempt ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It is over, and so is the step.
    Final {
        attempt: AttemptState,
        step: StepState,
        exit_code: Option<i32>,
        message: String,
    },
    /// Relay itself is why it did not come to its end: the step may be tried again.
    Interrupted(Interruption),
}

/// Why Relay did not bring an attempt to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Interruption {
    /// The engine was stopped, which never makes a step give up.
    OnPurpose,
    /// The engine, or what watched the attempt in it, was gone from one moment to the next.
    CutOff,
    /// It could not be started: what was lacking, as a sentence without its end.
    NotStarted(String),
}

/// What the message of a step says that was stopped with its run.
pub(crate) const STOPPED: &str = "The run was stopped.";

impl Outcome {
    /// The step could not begin, or not go on.
    pub(crate) fn failed(message: impl Into<String>) -> Self {
        Self::over(AttemptState::Failed, StepState::Failed, None, message)
    }

    /// It was ended from outside before it came to an end of its own.
    pub(crate) fn stopped(stop: Stop) -> Self {
        match stop {
            Stop::Run => Self::over(AttemptState::Cancelled, StepState::Cancelled, None, STOPPED),
            Stop::Engine => Self::Interrupted(Interruption::OnPurpose),
        }
    }

    /// The process exited.
    pub(crate) fn of(exit: &Exit, stop: Option<Stop>, limits: &Limits) -> Self {
        match (exit, stop) {
            (Exit::Code(0), _) => {
                Self::over(AttemptState::Succeeded, StepState::Succeeded, Some(0), "")
            }
            (_, Some(stop)) => Self::stopped(stop),
            (Exit::Code(code), None) => Self::over(
                AttemptState::Failed,
                StepState::Failed,
                Some(*code),
                format!("The step ended with exit code {code}."),
            ),
            (Exit::Signal(signal), None) => Self::failed(format!(
                "The step was ended by signal {signal}{}.",
                named(*signal)
            )),
            (Exit::TimedOut, None) => Self::over(
                AttemptState::TimedOut,
                StepState::TimedOut,
                None,
                format!(
                    "The step took longer than {}, which is the limit, and was ended.",
                    lasting(limits.time)
                ),
            ),
            (Exit::NotStarted(why), None) => {
                Self::failed(format!("The step could not begin: {why}."))
            }
            (Exit::OutOfMemory, None) => Self::failed(format!(
                "The step needed more than {} of memory, which is the limit, and was ended.",
                mebibytes(limits.memory)
            )),
        }
    }

    fn over(
        attempt: AttemptState,
        step: StepState,
        exit_code: Option<i32>,
        message: impl Into<String>,
    ) -> Self {
        Self::Final {
            attempt,
            step,
            exit_code,
            message: message.into(),
        }
    }
}

/// The signals that a step meets.
fn named(signal: i32) -> &'static str {
    match signal {
        2 => " (INT)",
        6 => " (ABRT)",
        9 => " (KILL)",
        11 => " (SEGV)",
        13 => " (PIPE)",
        15 => " (TERM)",
        24 => " (XCPU)",
        25 => " (XFSZ: it wrote more than it may)",
        _ => "",
    }
}

fn lasting(time: Duration) -> String {
    let seconds = time.as_secs();
    let counted = |number: u64, unit: &str| {
        let plural = if number == 1 { "" } else { "s" };
        format!("{number} {unit}{plural}")
    };
    match seconds {
        _ if seconds >= 3_600 && seconds.is_multiple_of(3_600) => counted(seconds / 3_600, "hour"),
        _ if seconds >= 60 && seconds.is_multiple_of(60) => counted(seconds / 60, "minute"),
        0 => counted(u64::try_from(time.as_millis()).unwrap_or(0), "millisecond"),
        _ => counted(seconds, "second"),
    }
}

fn mebibytes(bytes: u64) -> String {
    const MIB: u64 = 1024 * 1024;
    const GIB: u64 = 1024 * MIB;
    if bytes >= GIB && bytes.is_multiple_of(GIB) {
        format!("{} GiB", bytes / GIB)
    } else {
        format!("{} MiB", bytes / MIB)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(exit: &Exit, stop: Option<Stop>) -> String {
        match Outcome::of(exit, stop, &Limits::default()) {
            Outcome::Final { message, .. } => message,
            Outcome::Interrupted(_) => "interrupted".to_owned(),
        }
    }

    #[test]
    fn a_person_reads_why() {
        for (exit, stop, expected) in [
            (Exit::Code(0), None, ""),
            (Exit::Code(3), None, "The step ended with exit code 3."),
            (
                Exit::Signal(9),
                None,
                "The step was ended by signal 9 (KILL).",
            ),
            (Exit::Signal(40), None, "The step was ended by signal 40."),
            (
                Exit::NotStarted("nothing is there".to_owned()),
                None,
                "The step could not begin: nothing is there.",
            ),
            (
                Exit::TimedOut,
                None,
                "The step took longer than 1 hour, which is the limit, and was ended.",
            ),
            (
                Exit::OutOfMemory,
                None,
                "The step needed more than 2 GiB of memory, which is the limit, and was ended.",
            ),
            (Exit::Signal(9), Some(Stop::Run), "The run was stopped."),
            (Exit::Signal(9), Some(Stop::Engine), "interrupted"),
            // It was faster than whoever stopped it.
            (Exit::Code(0), Some(Stop::Run), ""),
        ] {
            assert_eq!(message(&exit, stop), expected);
        }
        assert_eq!(lasting(Duration::from_millis(500)), "500 milliseconds");
        assert_eq!(lasting(Duration::from_secs(90)), "90 seconds");
        assert_eq!(lasting(Duration::from_mins(2)), "2 minutes");
    }
}
