//! Marking what does not open, so that a person learns of it before the next step asks.
//!
//! A value is marked that its own key refuses, or that is not the newest of its place: overwriting it
//! helps. Where that would not help, because its connection or secret is not what the ledger tells of
//! it, those are marked instead, and none of their values is.
//!
//! A value whose key is not here may be in order: perhaps another engine has that key, or its file
//! comes back.

use model::{AccountId, Timestamp, WorkflowId};
use opener::{Keys, OpenError};
use serde_json::json;
use store::altered::{self, Subject as Owner};
use store::ledger::{Actor, Entry};
use store::resealing::{self, SealedRow};
use store::{Store, Tx, connections, secrets};
use vault::SealedValue;

use crate::core::Core;
use crate::newest::{self, Stored, Wrong};
use crate::opening::{OpenFailure, SECRET_FIELD, Subject};
use crate::rotation::{marking, place};

/// How much of what is marked is read at one time. A value can have 64 KiB.
const PAGE: u32 = 256;

/// What trying to open a value has shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Found {
    Opens,
    /// It never will.
    Refused,
    /// Its key is not here.
    NoKey,
}

/// Looks again at everything that is marked: perhaps a key is here now that was not, or a row is what it
/// was.
pub(crate) async fn look_again(
    store: &Store,
    keys: &Keys,
    now: Timestamp,
) -> Result<(), store::Error> {
    let mut behind = String::new();
    loop {
        let marked = altered::marked(store, &behind, PAGE).await?;
        let Some((_, last)) = marked.last() else {
            break;
        };
        last.id().clone_into(&mut behind);
        for (account, owner) in marked {
            let mut tx = store.begin().await?;
            note(&mut tx, keys, &account, &owner, now).await?;
            tx.commit().await?;
        }
    }
    let mut behind = None;
    loop {
        let marked = resealing::unopenable(store, behind.as_ref(), PAGE).await?;
        let Some(last) = marked.last() else {
            return Ok(());
        };
        behind = Some(last.owner.clone());
        for row in marked.iter().filter(|row| tried(keys, row) == Found::Opens) {
            let mut tx = store.begin().await?;
            let faulty = note(&mut tx, keys, &row.account, &owner(row), now).await?;
            if !faulty.iter().any(|faulty| faulty.owner == row.owner) {
                let entry = marking(row, now, false);
                resealing::mark(&mut tx, row, None, &entry).await?;
            }
            tx.commit().await?;
        }
    }
}

/// Marks what of a connection or a secret does not open, after opening it has failed. Answers the
/// failure; one on the way here is only logged.
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
    let (account, name) = (&core.account, subject.name());
    let mut tx = core.store.begin().await?;
    let owner = match subject {
        Subject::Connection { type_name, .. } => {
            let found = connections::sealed_by_name(&mut tx, account, type_name, name).await?;
            found.map(|(row, _)| Owner::Connection {
                id: row.id,
                type_name: row.type_name.to_string(),
                name: row.name.to_string(),
            })
        }
        Subject::Secret { .. } => {
            let found = secrets::sealed_by_name(&mut tx, workflow, name).await?;
            found.map(|(row, ..)| Owner::Secret {
                id: row.id,
                workflow: workflow.clone(),
            })
        }
    };
    if let Some(owner) = owner {
        note(&mut tx, &core.keys, account, &owner, core.now()).await?;
        tx.commit().await?;
    }
    Ok(())
}

/// Marks what is wrong with a connection or a secret: the values that are answered or, where
/// overwriting them would not help, itself. Of itself the mark is taken back otherwise.
async fn note(
    tx: &mut Tx,
    keys: &Keys,
    account: &AccountId,
    owner: &Owner,
    now: Timestamp,
) -> Result<Vec<SealedRow>, store::Error> {
    let faulty = faulty(tx, keys, account, owner).await?;
    let entry = Entry {
        account: account.clone(),
        at: now,
        actor: Actor::System,
        act: if faulty.is_none() {
            "value.unopenable"
        } else {
            "value.openable"
        },
        subject: owner.id().to_owned(),
        detail: json!({ "reason": "altered" }).to_string(),
    };
    altered::mark(tx, owner, faulty.is_none().then_some(now), &entry).await?;
    let faulty = faulty.unwrap_or_default();
    for row in &faulty {
        let entry = marking(row, now, true);
        resealing::mark(tx, row, Some(now), &entry).await?;
    }
    Ok(faulty)
}

/// The values that do not open, or are not the newest; `None` where overwriting would not help.
async fn faulty(
    tx: &mut Tx,
    keys: &Keys,
    account: &AccountId,
    owner: &Owner,
) -> Result<Option<Vec<SealedRow>>, store::Error> {
    let rows = resealing::of(tx, owner.id()).await?;
    let stored: Vec<_> = rows
        .iter()
        .map(|row| Stored {
            field: field(row),
            revision: row.field_revision,
            record: row.sealed.fingerprint(),
        })
        .collect();
    let told = match owner {
        Owner::Connection {
            id,
            type_name,
            name,
        } => newest::Owner::Connection {
            id: id.as_str(),
            type_name,
            name,
        },
        Owner::Secret { id, workflow } => newest::Owner::Secret(id.as_str(), workflow.as_str()),
    };
    let Wrong::Fields(old) = newest::wrong(account, tx, told, &stored).await? else {
        return Ok(None);
    };
    let faulty = rows
        .iter()
        .filter(|row| old.contains(field(row)) || tried(keys, row) == Found::Refused);
    let faulty: Vec<_> = faulty.cloned().collect();
    Ok(faulty.iter().all(is_in_a_form).then_some(faulty))
}

/// What a value belongs to.
fn owner(row: &SealedRow) -> Owner {
    match &row.owner {
        resealing::Owner::Field {
            connection,
            type_name,
            name,
            ..
        } => Owner::Connection {
            id: connection.clone(),
            type_name: type_name.clone(),
            name: name.clone(),
        },
        resealing::Owner::Secret {
            secret, workflow, ..
        } => Owner::Secret {
            id: secret.clone(),
            workflow: workflow.clone(),
        },
    }
}

fn field(row: &SealedRow) -> &str {
    match &row.owner {
        resealing::Owner::Field { field, .. } => field,
        resealing::Owner::Secret { .. } => SECRET_FIELD,
    }
}

/// Whether there is a form in which a person can overwrite the value. A field that the type does not
/// have stands in none.
fn is_in_a_form(row: &SealedRow) -> bool {
    match &row.owner {
        resealing::Owner::Field {
            type_name, field, ..
        } => model::connection_type(type_name).is_some_and(|known| known.field(field).is_some()),
        resealing::Owner::Secret { .. } => true,
    }
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
