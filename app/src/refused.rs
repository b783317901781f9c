//! The error of every server function: a [`Problem`], as it crosses between browser and server.

use leptos::server_fn::codec::JsonEncoding;
use leptos::server_fn::error::{FromServerFnError, ServerFnErrorErr};
use model::{Problem, ProblemKind};
use serde::{Deserialize, Serialize};

/// A problem on its way to the browser.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Refused(pub Problem);

impl std::fmt::Display for Refused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl From<Problem> for Refused {
    fn from(problem: Problem) -> Self {
        Self(problem)
    }
}

impl FromServerFnError for Refused {
    type Encoder = JsonEncoding;

    /// The framework's own errors may quote what was sent, so only their kind is kept.
    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        Self(match error {
            ServerFnErrorErr::Args(_) | ServerFnErrorErr::MissingArg(_) => Problem::new(
                ProblemKind::Input,
                "incomplete_form",
                "The form was incomplete. Load the page again and retry.",
            ),
            ServerFnErrorErr::Request(_) => Problem::new(
                ProblemKind::Internal,
                "unreachable",
                "The server can't be reached. What you typed is still here; try again.",
            ),
            _ => Problem::internal(),
        })
    }
}
