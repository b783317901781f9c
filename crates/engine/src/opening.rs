//! The one place where sealed values are opened.

use language::{StepReads, Value};
use model::{ConnectionName, SecretName, TypeName, WorkflowId};
use opener::{OpenError, Opened};
use store::{SealedBytes, Tx, connections, grants, secrets};
use vault::{Owner, Place, SealedValue};

use crate::core::Core;
use crate::newest::{self, Stored};

/// A connection or a secret, as a text names it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Subject {
    /// A connection of the account.
    Connection { type_name: String, name: String },
    /// A secret of the run's workflow.
    Secret { name: String },
}

impl Subject {
    /// The word the ledger and the rows have for it.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Connection { .. } => "connection",
            Self::Secret { .. } => "secret",
        }
    }

    /// The type of a connection; empty for a secret.
    pub(crate) fn type_name(&self) -> &str {
        match self {
            Self::Connection { type_name, .. } => type_name,
            Self::Secret { .. } => "",
        }
    }

    /// Its name.
    pub(crate) fn name(&self) -> &str {
        match self {
            Self::Connection { name, .. } | Self::Secret { name } => name,
        }
    }

    /// Whether it is written in the step that reads this.
    pub(crate) fn is_read_by(&self, reads: &StepReads) -> bool {
        match self {
            Self::Connection { type_name, name } => reads
                .connections
                .iter()
                .any(|(kind, read)| kind == type_name && read == name),
            Self::Secret { name } => reads.secrets.iter().any(|read| read == name),
        }
    }

    /// Everything a step is written to read.
    pub(crate) fn of(reads: &StepReads) -> impl Iterator<Item = Self> {
        let connections = reads.connections.iter().map(|(type_name, name)| {
            let (type_name, name) = (type_name.clone(), name.clone());
            Self::Connection { type_name, name }
        });
        let secrets = reads.secrets.iter().cloned();
        connections.chain(secrets.map(|name| Self::Secret { name }))
    }
}

/// An opened connection or secret. Its values are wiped when it is dropped.
pub(crate) struct Held {
    /// The id of the row.
    pub(crate) id: String,
    /// The revision of the row.
    pub(crate) revision: u64,
    /// Its fields; a secret has one.
    fields: Vec<Field>,
    /// Whether it is a secret, so one text and no map.
    single: bool,
}

struct Field {
    name: String,
    /// Whether it is masked in logs.
    secret: bool,
    value: Opened,
}

impl Held {
    /// What a step gets: a map of the fields of a connection, the text of a secret.
    pub(crate) fn value(&self) -> Value {
        let text = |field: &Field| Value::text(field.value.expose());
        match self.fields.first() {
            Some(field) if self.single => text(field),
            _ => Value::map(
                self.fields
                    .iter()
                    .map(|field| (field.name.clone(), text(field))),
            ),
        }
    }

    /// The values that must never be stored in a log.
    pub(crate) fn to_mask(&self) -> impl Iterator<Item = &[u8]> {
        self.fields
            .iter()
            .filter(|field| field.secret)
            .map(|field| field.value.expose())
    }
}

/// What there is of a name for a workflow.
pub(crate) enum Opening {
    /// This.
    Held(Held),
    /// Nothing that may be handed out.
    Refused(Refusal),
}

/// Why something is refused, as the ledger tells it. A step is told nothing of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// It is not written in the step.
    NotWritten,
    /// There is nothing of that name.
    Missing,
    /// The connection is limited, and not to this workflow.
    NoPermission,
    /// It is stored, and does not open here.
    Unopenable,
}

impl Refusal {
    /// The word in the ledger.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::NotWritten => "not_written",
            Self::Missing => "missing",
            Self::NoPermission => "no_permission",
            Self::Unopenable => "unopenable",
        }
    }
}

/// Why something could not be opened. Its text is for the log.
#[derive(Debug, thiserror::Error)]
pub(crate) enum OpenFailure {
    #[error(transparent)]
    Store(#[from] store::Error),
    #[error(transparent)]
    Open(#[from] opener::OpenError),
    #[error("a sealed value in the database has the wrong form")]
    Malformed,
    #[error("a hand-out or a refusal was begun and not finished")]
    Unfinished,
}

impl OpenFailure {
    /// Whether it is stored and does not open here, so that nobody is handed anything of it.
    pub(crate) fn is_shut(&self) -> bool {
        !matches!(self, Self::Store(_) | Self::Unfinished)
    }

    /// Whether it is what is stored that is wrong, and not the way to it: asking again would not help,
    /// overwriting it does, or deleting it and adding it again.
    pub(crate) fn is_of_the_value(&self) -> bool {
        match self {
            // A key that this engine lacks may come back.
            Self::Store(_) | Self::Unfinished | Self::Open(OpenError::UnknownKey { .. }) => false,
            Self::Open(_) | Self::Malformed => true,
        }
    }
}

/// Opens a connection of the account or a secret of the workflow. The transaction is a ledgered one,
/// so that rows and ledger tell of one moment. Whoever hands out the answer, or refuses, has to write
/// the ledger first.
pub(crate) async fn open(
    core: &Core,
    tx: &mut Tx,
    workflow: &WorkflowId,
    subject: &Subject,
) -> Result<Opening, OpenFailure> {
    let missing = Ok(Opening::Refused(Refusal::Missing));
    match subject {
        Subject::Connection { type_name, name } => {
            // A text that is no name names nothing that is stored.
            if type_name.parse::<TypeName>().is_err() || name.parse::<ConnectionName>().is_err() {
                return missing;
            }
            let found =
                connections::sealed_by_name(&mut *tx, &core.account, type_name, name).await?;
            let Some((row, sealed)) = found else {
                return missing;
            };
            // Decided on ids, in the transaction that has read the values.
            if !grants::permit(&mut *tx, &row.id, workflow).await? {
                return Ok(Opening::Refused(Refusal::NoPermission));
            }
            let stored: Vec<_> = sealed
                .iter()
                .map(|(field, revision, sealed)| Stored {
                    field,
                    revision: *revision,
                    record: sealed.fingerprint(),
                })
                .collect();
            let owner = newest::Owner::Connection {
                id: row.id.as_str(),
                type_name: row.type_name.as_str(),
                name: row.name.as_str(),
            };
            newest::check(&core.account, tx, owner, &stored).await?;
            let known = model::connection_type(type_name);
            let mut fields = Vec::with_capacity(sealed.len());
            for (field, field_revision, sealed) in sealed {
                let place = Place {
                    account: core.account.as_str(),
                    owner: Owner::Connection {
                        id: row.id.as_str(),
                        type_name,
                    },
                    field: &field,
                    field_revision,
                };
                fields.push(Field {
                    value: core.keys.open(&sealed_value(sealed)?, &place)?,
                    // Of a type this program does not know, everything is a secret.
                    secret: known
                        .and_then(|known| known.field(&field))
                        .is_none_or(|field| field.secret),
                    name: field,
                });
            }
            Ok(Opening::Held(Held {
                id: row.id.to_string(),
                revision: row.revision,
                fields,
                single: false,
            }))
        }
        Subject::Secret { name } => {
            if name.parse::<SecretName>().is_err() {
                return missing;
            }
            let found = secrets::sealed_by_name(&mut *tx, workflow, name).await?;
            let Some((row, field_revision, sealed)) = found else {
                return missing;
            };
            let owner = newest::Owner::Secret(row.id.as_str(), workflow.as_str());
            let stored = [Stored {
                field: SECRET_FIELD,
                revision: field_revision,
                record: sealed.fingerprint(),
            }];
            newest::check(&core.account, tx, owner, &stored).await?;
            let place = Place {
                account: core.account.as_str(),
                owner: Owner::Secret {
                    workflow_id: workflow.as_str(),
                    name,
                },
                field: SECRET_FIELD,
                field_revision,
            };
            Ok(Opening::Held(Held {
                id: row.id.to_string(),
                revision: row.revision,
                fields: vec![Field {
                    name: SECRET_FIELD.to_owned(),
                    secret: true,
                    value: core.keys.open(&sealed_value(sealed)?, &place)?,
                }],
                single: true,
            }))
        }
    }
}

/// The one field of a secret, as it is sealed.
pub(crate) const SECRET_FIELD: &str = "value";

/// A row's bytes as the vault knows them.
fn sealed_value(sealed: SealedBytes) -> Result<SealedValue, OpenFailure> {
    Ok(SealedValue {
        key_id: sealed.key_id.parse().map_err(|_| OpenFailure::Malformed)?,
        sealed_data_key: sealed.sealed_data_key,
        nonce: sealed
            .nonce
            .try_into()
            .map_err(|_| OpenFailure::Malformed)?,
        ciphertext: sealed.ciphertext,
    })
}

#[cfg(test)]
mod tests {
    use std::fmt::{Debug, Display};

    use static_assertions::assert_not_impl_any;

    use super::{Field, Held, Opening};
    use crate::answers::Answer;
    use crate::hand_out::Given;
    use crate::live::{HandedOut, Known};

    assert_not_impl_any!(Held: Debug, Display, Clone, Copy, PartialEq, Into<Vec<u8>>, Into<String>);
    assert_not_impl_any!(Opening: Debug, Display, Clone, Copy, PartialEq);
    assert_not_impl_any!(Field: Debug, Display, Clone, Copy, PartialEq);
    assert_not_impl_any!(HandedOut: Debug, Display, Clone, Copy, PartialEq);
    assert_not_impl_any!(Known: Debug, Display, Clone, Copy, PartialEq);
    assert_not_impl_any!(Given: Debug, Display, Clone, Copy, PartialEq);
    // Clones share one buffer, which is wiped when the last of them is gone; its Debug shows nothing.
    assert_not_impl_any!(Answer: Display, Copy, PartialEq, Into<String>);
}
