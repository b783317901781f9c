//! Why a command ended early, and the exit code it ends with.

use std::fmt;
use std::process::ExitCode;

use model::Problem;

/// A failure in one or several clear lines; never with a value somebody typed as a secret.
#[derive(Debug)]
pub enum Failure {
    /// The command line makes no sense as a whole: exit code 2.
    Usage(String),
    /// It was understood and did not work: exit code 1.
    Failed(String),
}

impl Failure {
    /// A failure of exit code 1.
    pub(crate) fn failed(sentence: impl Into<String>) -> Self {
        Self::Failed(sentence.into())
    }

    pub(crate) fn exit_code(&self) -> ExitCode {
        match self {
            Self::Usage(_) => ExitCode::from(2),
            Self::Failed(_) => ExitCode::from(1),
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Usage(sentence) | Self::Failed(sentence) => f.write_str(sentence),
        }
    }
}

impl std::error::Error for Failure {}

impl From<store::Error> for Failure {
    fn from(error: store::Error) -> Self {
        Self::Failed(error.to_string())
    }
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        // A single wrong field already is the problem's own sentence.
        let mut lines = problem.detail.clone();
        if problem.fields.len() > 1 {
            for field in &problem.fields {
                lines.push_str("\nrelay: ");
                lines.push_str(&field.name);
                lines.push_str(": ");
                lines.push_str(&field.detail);
            }
        }
        Self::Failed(lines)
    }
}
