//! What an attempt is started with: its program and its environment.

use std::sync::Arc;

use language::{RunnableStep, Value};
use zeroize::Zeroizing;

use crate::asking::{self, Wish};
use crate::core::Core;
use crate::door::DoorError;
use crate::live::Live;
use crate::runner::Program;
use crate::{input_file, script, sentences};

/// Why an attempt was not started.
pub(crate) enum Hindrance {
    /// The step is at fault; the sentence tells how.
    Step(String),
    /// Relay or this machine is at fault, and that is logged; what was lacking, as a sentence
    /// without its end.
    Relay(String),
}

/// What is told of a failure whose words are for the log alone.
pub(crate) const FAILED: &str = "Relay failed while it prepared the step, and an administrator \
     finds out why in its log";

/// What is told when a value of the environment does not open.
const UNOPENABLE: &str = "The environment of the step needs a value that is stored and can't be \
     opened. The ledger names it, and an administrator has to overwrite it, or to delete it and add it \
     again.";

/// What the step runs.
pub(crate) async fn program(core: &Core, step: &RunnableStep) -> Result<Program, Hindrance> {
    if !step.input.is_empty() {
        return Ok(Program::Script(script::script(&step.input)));
    }
    if let Some(url) = &step.input_file {
        let allow_private = core.settings.allow_private_input_files;
        let text = input_file::fetch_input_file(url, allow_private)
            .await
            .map_err(Hindrance::Step)?;
        return Ok(Program::Script(script::script(&[text])));
    }
    match &step.command {
        Some(command) => Ok(Program::Command {
            command: command.clone(),
            args: step.args.clone(),
        }),
        None => Err(Hindrance::Step(
            "The step has only an image, and this server has no runner for containers. Give the \
             step an `input`, an `inputFile` or a `command`."
                .to_owned(),
        )),
    }
}

/// The environment of the step; the runner adds what depends on where the step runs. Relay's own
/// variables win.
pub(crate) async fn environment(
    core: &Core,
    live: &Arc<Live>,
    token: &Zeroizing<String>,
) -> Result<Vec<(String, String)>, Hindrance> {
    let own = [
        ("CI", "true".to_owned()),
        ("RELAY", "true".to_owned()),
        ("RELAY_RUN", live.run.to_string()),
        ("RELAY_STEP", live.step.clone()),
        ("RELAY_ATTEMPT", live.number.to_string()),
        (
            "METADATA_API_URL",
            format!("http://:{}@{}", **token, core.settings.metadata),
        ),
    ];
    let mut variables = written(core, live).await?;
    variables.retain(|(name, _)| own.iter().all(|(known, _)| known != name));
    variables.extend(own.map(|(name, value)| (name.to_owned(), value)));
    Ok(variables)
}

/// What the step's `env` says.
async fn written(core: &Core, live: &Arc<Live>) -> Result<Vec<(String, String)>, Hindrance> {
    let Some(step) = live.written() else {
        return Ok(Vec::new());
    };
    let Some(env) = &step.env else {
        return Ok(Vec::new());
    };
    let wish = Wish {
        expression: env.clone(),
        query: None,
    };
    let evaluation = asking::evaluate(core, live, wish, |evaluation| evaluation)
        .await
        .map_err(|error| match error {
            DoorError::Evaluation(error) => Hindrance::Step(format!(
                "The environment of the step cannot be evaluated: {error}."
            )),
            DoorError::Unopenable => Hindrance::Step(UNOPENABLE.to_owned()),
            _ => Hindrance::Relay(FAILED.to_owned()),
        })?
        .answer;
    if let Some(missing) = evaluation.unresolvable.references().first() {
        return Err(Hindrance::Step(format!(
            "The environment of the step uses {}.",
            sentences::missing(missing, &step.reads)
        )));
    }
    let Some(variables) = evaluation.value.as_map() else {
        return Err(Hindrance::Step(
            "The environment of the step is not a map of names and values.".to_owned(),
        ));
    };
    variables
        .iter()
        .map(|(name, value)| Ok((name.to_owned(), plain(name, value)?)))
        .collect()
}

/// A value as programs expect it: text as it is, lists and maps as JSON.
fn plain(name: &str, value: &Value) -> Result<String, Hindrance> {
    match value {
        Value::Null => Ok(String::new()),
        Value::Text(_) => value.as_text().map(str::to_owned).ok_or_else(|| {
            Hindrance::Step(format!(
                "The value of the environment variable {name} is no text. Let the step ask for it \
                 in its `spec` instead."
            ))
        }),
        other => Ok(other.to_wire().to_string()),
    }
}
