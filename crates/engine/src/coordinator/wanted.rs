//! Values that a condition asks for, opened before there is an attempt.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use store::ledger::{self, Actor, Entry};
use store::runs::RunRow;

use super::Message;
use crate::core::Core;
use crate::opening::{self, OpenFailure, Subject};
use crate::unopenable;
use crate::view::Values;

/// What opening values for a condition has come to.
#[derive(Default)]
pub(crate) struct Opened {
    /// Values; `None` for what there is not, and for what cannot be opened.
    pub(super) values: Values,
    /// What there is, but cannot be opened.
    pub(super) shut: BTreeSet<Subject>,
}

impl Opened {
    /// Takes what another one has.
    pub(super) fn extend(&mut self, other: Self) {
        self.values.extend(other.values);
        self.shut.extend(other.shut);
    }
}

/// How long until the next try when the database failed.
const PAUSE: Duration = Duration::from_secs(1);

/// Opens what the condition of a step asks for, and tells the coordinator. The ledger has it first;
/// no step is handed anything here.
pub(super) async fn open(core: Arc<Core>, run: RunRow, step: String, subjects: BTreeSet<Subject>) {
    let mut opened = Opened::default();
    for subject in subjects {
        let value = loop {
            match open_one(&core, &run, &step, &subject).await {
                Ok(value) => break value,
                Err(error) => {
                    tracing::error!(
                        error = &error as &(dyn std::error::Error + 'static),
                        "a value that a condition asks for could not be opened"
                    );
                    // One that does not open will not do so later either.
                    if !matches!(error, OpenFailure::Store(_)) {
                        opened.shut.insert(subject.clone());
                        break None;
                    }
                }
            }
            tokio::time::sleep(PAUSE).await;
        };
        opened.values.insert(subject, value);
    }
    core.tell(Message::Opened {
        run: run.id,
        step,
        opened,
    });
}

async fn open_one(
    core: &Core,
    run: &RunRow,
    step: &str,
    subject: &Subject,
) -> Result<Option<language::Value>, OpenFailure> {
    let mut tx = core.store.begin().await?;
    let held = match opening::open(core, &mut tx, &run.workflow_id, subject).await {
        Ok(Some(held)) => held,
        Ok(None) => return Ok(None),
        Err(failure) => {
            drop(tx);
            return Err(unopenable::noted(core, &run.workflow_id, subject, failure).await);
        }
    };
    let detail = json!({
        "run": run.id.as_str(),
        "workflow": run.workflow_id.as_str(),
        "step": step,
        "kind": subject.kind(),
        "type": subject.type_name(),
        "name": subject.name(),
        "revision": held.revision,
    });
    let entry = Entry {
        account: core.account.clone(),
        at: core.now(),
        actor: Actor::System,
        act: "condition.read",
        subject: held.id.clone(),
        detail: detail.to_string(),
    };
    ledger::append(&mut tx, &entry).await?;
    tx.commit().await?;
    Ok(Some(held.value()))
}
