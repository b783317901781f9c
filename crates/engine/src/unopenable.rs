//! Marking values that do not open, so that a person learns of them before the next step asks.
//!
//! What is marked is a record that its own key refuses, and one that is not the newest of its place.
//! One whose key is not here may be in order: perhaps another engine has that key, or its file comes
//! back.

use model::{Timestamp, WorkflowId};
use opener::{Keys, OpenError};
use store::resealing::{self, SealedRow};
use store::{Store, Tx, connections, secrets};
use vault::SealedValue;

use crate::core::Core;
use crate::newest::{self, Stored};
use crate::opening::{OpenFailure, SECRET_FIELD, Subject};
use crate::rotation::{marking, place};

/// What trying to open a value has shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Found {
    Opens,
    /// It never will.
    Refused,
    /// Its key is not here.
    NoKey,
}

/// Looks again at every value that is marked: perhaps a key is here now that was not.
pub(crate) async fn look_again(
    store: &Store,
    keys: &Keys,
    now: Timestamp,
) -> Result<(), store::Error> {
    for row in resealing::unopenable(store).await? {
        if tried(keys, &row) == Found::Opens {
            let mut tx = store.begin().await?;
            if is_newest(&mut tx, &row).await? {
                mark(&mut tx, &row, now, false).await?;
                tx.commit().await?;
            }
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
    if failure.is_of_the_value()
        && let Err(error) = find(core, workflow, subject).await
    {
        tracing::warn!(%error, "a value that does not open could not be marked");
    }
    failure
}

async fn find(core: &Core, workflow: &WorkflowId, subject: &Subject) -> Result<(), store::Error> {
    let name = subject.name();
    let mut tx = core.store.begin().await?;
    let id = match subject {
        Subject::Connection { type_name, .. } => {
            connections::sealed_by_name(&mut tx, &core.account, type_name, name)
                .await?
                .map(|(row, _)| row.id.to_string())
        }
        Subject::Secret { .. } => secrets::sealed_by_name(&mut tx, workflow, name)
            .await?
            .map(|(row, ..)| row.id.to_string()),
    };
    for row in resealing::of(&mut tx, id.as_deref().unwrap_or_default()).await? {
        if tried(&core.keys, &row) == Found::Refused || !is_newest(&mut tx, &row).await? {
            mark(&mut tx, &row, core.now(), true).await?;
        }
    }
    tx.commit().await
}

async fn mark(
    tx: &mut Tx,
    row: &SealedRow,
    now: Timestamp,
    unopenable: bool,
) -> Result<(), store::Error> {
    let entry = marking(row, now, unopenable);
    resealing::mark(tx, row, unopenable.then_some(now), &entry).await?;
    Ok(())
}

/// Whether it is the value that the ledger told of last, with its ciphertext.
async fn is_newest(tx: &mut Tx, row: &SealedRow) -> Result<bool, store::Error> {
    let (owner, field) = match &row.owner {
        resealing::Owner::Field {
            connection,
            type_name,
            name,
            field,
        } => (
            newest::Owner::Connection {
                id: connection.as_str(),
                type_name,
                name,
            },
            field.as_str(),
        ),
        resealing::Owner::Secret {
            secret, workflow, ..
        } => (
            newest::Owner::Secret(secret.as_str(), workflow.as_str()),
            SECRET_FIELD,
        ),
    };
    let stored = Stored {
        field,
        revision: row.field_revision,
        record: row.sealed.fingerprint(),
    };
    let wrong = newest::not_newest(&row.account, tx, owner, &[stored]).await?;
    Ok(wrong.is_empty())
}

fn tried(keys: &Keys, row: &SealedRow) -> Found {
    let (Ok(key_id), Ok(nonce)) = (
        row.sealed.key_id.parse(),
        row.sealed.nonce.as_slice().try_into(),
    ) else {
        return Found::Refused;
    };
    let sealed = SealedValue {
        key_id,
        sealed_data_key: row.sealed.sealed_data_key.clone(),
        nonce,
        ciphertext: row.sealed.ciphertext.clone(),
    };
    match keys.open(&sealed, &place(row)) {
        Ok(_) => Found::Opens,
        Err(OpenError::UnknownKey { .. }) => Found::NoKey,
        Err(OpenError::Refused | OpenError::NotSealed(_)) => Found::Refused,
    }
}
