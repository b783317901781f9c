//! Marking values that do not open, so that a person learns of them before the next step asks.

use model::WorkflowId;
use store::resealing::{self, SealedRow};
use store::{connections, secrets};
use vault::SealedValue;

use crate::core::Core;
use crate::opening::{OpenFailure, Subject};
use crate::rotation::{marking, place};

/// Looks again at every value that is marked: perhaps a key is here now that was not.
pub(crate) async fn look_again(core: &Core) -> Result<(), store::Error> {
    for row in resealing::unopenable(&core.store).await? {
        if opens(core, &row) {
            mark(core, &row, false).await?;
        }
    }
    Ok(())
}

/// Marks those of a connection's or a secret's values that do not open, after opening it has failed.
/// Answers the failure; one on the way here is only logged.
pub(crate) async fn noted(
    core: &Core,
    workflow: &WorkflowId,
    subject: &Subject,
    failure: OpenFailure,
) -> OpenFailure {
    if !matches!(failure, OpenFailure::Store(_))
        && let Err(error) = find(core, workflow, subject).await
    {
        tracing::warn!(%error, "a value that does not open could not be marked");
    }
    failure
}

async fn find(core: &Core, workflow: &WorkflowId, subject: &Subject) -> Result<(), store::Error> {
    let name = subject.name();
    let id = match subject {
        Subject::Connection { type_name, .. } => {
            connections::sealed_by_name(&core.store, &core.account, type_name, name)
                .await?
                .map(|(row, _)| row.id.to_string())
        }
        Subject::Secret { .. } => secrets::sealed_by_name(&core.store, workflow, name)
            .await?
            .map(|(row, ..)| row.id.to_string()),
    };
    for row in resealing::of(&core.store, id.as_deref().unwrap_or_default()).await? {
        if !opens(core, &row) {
            mark(core, &row, true).await?;
        }
    }
    Ok(())
}

async fn mark(core: &Core, row: &SealedRow, unopenable: bool) -> Result<(), store::Error> {
    let entry = marking(row, core.now(), unopenable);
    let mut tx = core.store.begin().await?;
    let at = unopenable.then_some(entry.at);
    resealing::mark(&mut tx, row, at, &entry).await?;
    tx.commit().await
}

fn opens(core: &Core, row: &SealedRow) -> bool {
    let (Ok(key_id), Ok(nonce)) = (
        row.sealed.key_id.parse(),
        row.sealed.nonce.as_slice().try_into(),
    ) else {
        return false;
    };
    let sealed = SealedValue {
        key_id,
        sealed_data_key: row.sealed.sealed_data_key.clone(),
        nonce,
        ciphertext: row.sealed.ciphertext.clone(),
    };
    core.keys.open(&sealed, &place(row)).is_ok()
}
