//! Server functions of runs.

#![expect(
    missing_docs,
    reason = "the macro makes a public struct of every function's arguments"
)]

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::refused::Refused;

/// A parameter, as the form of a run sends it. Names may hold whatever a form's own names cannot,
/// so they are sent as values.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TypedParameter {
    /// Its name.
    pub name: String,
    /// What was typed.
    #[serde(default)]
    pub value: String,
}

/// Starts a run and goes to its page. `revision` is the one whose form was filled in.
#[server(prefix = "/fn", endpoint = "start_run")]
pub async fn start_run(
    workflow: String,
    #[server(default)] revision: u64,
    #[server(default)] parameters: Vec<TypedParameter>,
) -> Result<(), Refused> {
    let operator = crate::door::operator()?;
    let typed = parameters
        .into_iter()
        // A text area posts CRLF at every line end.
        .map(|one| (one.name, one.value.replace("\r\n", "\n")))
        .collect();
    let number = crate::door::service()?
        .start_run(&operator, &workflow, revision, typed)
        .await?;
    leptos_axum::redirect(&format!("/workflows/{workflow}/runs/{number}"));
    Ok(())
}

/// Asks for a run to be stopped.
#[server(prefix = "/fn", endpoint = "stop_run")]
pub async fn stop_run(workflow: String, number: u64) -> Result<(), Refused> {
    let operator = crate::door::operator()?;
    crate::door::service()?
        .stop_run(&operator, &workflow, number)
        .await?;
    leptos_axum::redirect(&format!("/workflows/{workflow}/runs/{number}"));
    Ok(())
}

/// Decides an approval of a run.
#[server(prefix = "/fn", endpoint = "decide_approval")]
pub async fn decide_approval(
    workflow: String,
    number: u64,
    step: String,
    granted: bool,
) -> Result<(), Refused> {
    let approver = crate::door::approver()?;
    crate::door::service()?
        .decide_approval(&approver, &workflow, number, &step, granted)
        .await?;
    leptos_axum::redirect(&format!("/workflows/{workflow}/runs/{number}"));
    Ok(())
}
