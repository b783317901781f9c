//! What a run knows besides sealed values: parameters, outputs and states of steps.

use std::collections::BTreeMap;

use language::Value;
use model::{RunId, StepState};
use store::runs::RunRow;
use store::{Source, Store, outputs, runs, steps};

use crate::plans::Plan;

/// Outputs by the step that set them and their name.
pub(crate) type Outputs = BTreeMap<(String, String), Value>;

/// What a run knew when a step of it asked first. A step starts when all steps it needs have
/// ended, so that nothing of this changes for it.
pub(crate) struct Facts {
    pub(crate) parameters: BTreeMap<String, Value>,
    pub(crate) outputs: Outputs,
    pub(crate) states: BTreeMap<String, StepState>,
}

impl Facts {
    /// Looks them up; `None` when the run is gone.
    pub(crate) async fn of(
        store: &Store,
        run: &RunId,
        plan: &Plan,
    ) -> Result<Option<Self>, store::Error> {
        let Some(row) = runs::by_id(store, run).await? else {
            return Ok(None);
        };
        let states = steps::standings(store, run).await?;
        Ok(Some(Self {
            parameters: parameters(&row, plan),
            outputs: outputs_of(store, run).await?,
            states: states
                .into_iter()
                .map(|one| (one.name, one.state))
                .collect(),
        }))
    }
}

/// The parameters of a run, with the defaults of those it was not given. A default that was given unchanged is stored as
/// the text has it, so both are read alike.
pub(crate) fn parameters(run: &RunRow, plan: &Plan) -> BTreeMap<String, Value> {
    let given = serde_json::from_str(&run.parameters).unwrap_or_default();
    let given: serde_json::Map<String, serde_json::Value> = given;
    let defaults = plan
        .defaults()
        .filter(|(name, _)| !given.contains_key(*name))
        .filter_map(|(name, text)| {
            let value: serde_json::Value = serde_json::from_str(text).ok()?;
            Some((name.to_owned(), read(&value)))
        });
    let mut parameters: BTreeMap<_, _> = defaults.collect();
    parameters.extend(
        given
            .iter()
            .map(|(name, value)| (name.clone(), read(value))),
    );
    parameters
}

/// The outputs that steps of a run have set.
pub(crate) async fn outputs_of(source: impl Source, run: &RunId) -> Result<Outputs, store::Error> {
    let rows = outputs::of_run(source, run).await?;
    rows.into_iter()
        .map(|row| {
            let value: serde_json::Value =
                serde_json::from_str(&row.value).map_err(|_| store::Error::Row("value"))?;
            Ok(((row.step, row.name), read(&value)))
        })
        .collect()
}

/// A value as it is written down; what only looks like an envelope is taken as it is.
fn read(json: &serde_json::Value) -> Value {
    Value::from_wire(json).unwrap_or_else(|_| Value::from_json(json))
}
