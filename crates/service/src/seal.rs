//! Sealing values, and taking in those that the browser has sealed.
//!
//! Whoever has a seal context and the vault's public key can seal. What arrives sealed cannot be
//! looked at here: emptiness and format were checked where it was typed, by the same code of
//! `model`. What can be checked is checked: that it belongs to a field there is, its length, and
//! that it was sealed for the next revision of that field and to the key in use.

use std::collections::BTreeMap;

use model::{
    AccountId, ConnectionId, Field, FieldProblem, Problem, ProblemKind, SecretId, SecretName, value,
};
use store::{SealedBytes, connections, secrets};
use vault::{Place, Plaintext, SealedValue};
use zeroize::Zeroizing;

use crate::Service;
use crate::field::parse;
use crate::permission::Administrator;
use crate::service::broken;

/// A value on its way in. It cannot be printed, copied or serialized.
pub enum Given {
    /// As it was typed; it is sealed here.
    Typed(Zeroizing<String>),
    /// Sealed by the browser: the field revision it was sealed for, a dot, and the sealed value.
    Sealed(String),
}

impl From<Zeroizing<String>> for Given {
    fn from(typed: Zeroizing<String>) -> Self {
        Self::Typed(typed)
    }
}

/// What a browser needs to know to seal the values of one form. None of it is secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealContext {
    /// The vault's public key, as a text.
    pub public_key: String,
    /// The account.
    pub account: AccountId,
    /// The id of the connection, or of the workflow that a secret belongs to.
    pub owner: String,
    /// The type of the connection, or the name of the secret.
    pub name: String,
    /// The newest revision of what is overwritten; 0 for what is not there yet.
    pub revision: u64,
    /// By field, the revision its next value has to be sealed for.
    pub fields: BTreeMap<String, u64>,
}

/// A value that passed its checks and can be stored.
pub(crate) enum Ready {
    /// In plain; its checks found nothing.
    Plain(Zeroizing<String>),
    /// Sealed for this field revision.
    Sealed(u64, SealedValue),
}

impl Ready {
    /// Where it was sealed, or will have been: the ledger's word.
    pub(crate) fn sealed_by(&self) -> &'static str {
        match self {
            Self::Plain(_) => "server",
            Self::Sealed(..) => "browser",
        }
    }
}

/// Checks one value. `None` is no value: an optional field that was left empty.
pub(crate) fn check(field: &Field, given: Given) -> Result<Option<Ready>, FieldProblem> {
    let wrong = |code: &str, detail: String| Err(FieldProblem::new(field.name, code, detail));
    match given {
        Given::Typed(typed) => {
            let value = Zeroizing::new(value::as_sealed(&typed, field.multiline));
            match value::check(field, &value) {
                Some(problem) => Err(problem),
                None if value.is_empty() => Ok(None),
                None => Ok(Some(Ready::Plain(value))),
            }
        }
        Given::Sealed(text) => {
            let parts = text.split_once('.');
            let parsed = parts.and_then(|(revision, sealed)| {
                let revision: u64 = revision.parse().ok()?;
                let sealed: SealedValue = sealed.parse().ok()?;
                Some((revision, sealed))
            });
            let Some((revision, sealed)) = parsed else {
                let label = field.label;
                return wrong(
                    "not_sealed",
                    format!(
                        "{label} did not arrive as a sealed value. Load the page again and retry."
                    ),
                );
            };
            if sealed.ciphertext.len() > vault::ciphertext_length(value::MAX_VALUE) {
                return wrong(
                    "too_large",
                    format!("{} is larger than 64 KiB.", field.label),
                );
            }
            Ok(Some(Ready::Sealed(revision, sealed)))
        }
    }
}

impl Service {
    /// The same use cases, refusing every value that the browser has not sealed.
    #[must_use]
    pub fn requiring_browser_sealing(mut self) -> Self {
        self.browser_sealing_required = true;
        self
    }

    /// Whether values are taken only when the browser has sealed them.
    pub fn requires_browser_sealing(&self) -> bool {
        self.browser_sealing_required
    }

    /// The refusal of a value that arrives in plain, where that is not allowed.
    pub fn unsealed_value() -> Problem {
        Problem::new(
            ProblemKind::Input,
            "unsealed_value",
            "This Relay takes values only when the browser has sealed them, and what was sent was \
             not read. Switch JavaScript on, load the page again and retry.",
        )
    }

    /// Whether the vault's key in the database is the one this process knows, or follows it.
    pub async fn believes_the_key(&self) -> Result<bool, Problem> {
        match self.look_for_key(&self.store).await {
            Ok(()) => Ok(true),
            // The reason has been logged; a database that failed has its own words there.
            Err(problem) if problem.kind == ProblemKind::Internal => Ok(false),
            Err(problem) => Err(problem),
        }
    }

    /// Refuses values that were typed, where only sealed ones are taken.
    pub(crate) fn allow<'a>(
        &self,
        given: impl IntoIterator<Item = &'a Given>,
    ) -> Result<(), Problem> {
        let mut given = given.into_iter();
        if self.browser_sealing_required && given.any(|one| matches!(one, Given::Typed(_))) {
            return Err(Self::unsealed_value());
        }
        Ok(())
    }

    /// What the form of a connection has to seal its values for: a new one of `type_name`, or the
    /// one that has this id.
    pub async fn connection_seal_context(
        &self,
        _: &Administrator,
        id: &ConnectionId,
        type_name: &str,
    ) -> Result<SealContext, Problem> {
        self.look_for_key(&self.store).await?;
        let (store, account) = (&self.store, &self.account);
        let row = connections::find(store, account, id)
            .await
            .map_err(broken)?;
        let known = row.as_ref().map_or(type_name, |row| row.type_name.as_str());
        let kind = model::connection_type(known).ok_or_else(|| {
            Problem::field(
                "type",
                "unknown_type",
                "Relay does not know this type of connection. Choose one from the list.",
            )
        })?;
        let stored = connections::fields(store, account, id)
            .await
            .map_err(broken)?;
        let last = |name: &str| {
            let found = stored.iter().find(|row| row.field == name);
            found.map_or(0, |row| row.last_revision)
        };
        let next = |field: &Field| (field.name.to_owned(), last(field.name) + 1);
        Ok(SealContext {
            public_key: self.public_key()?.to_text(),
            account: account.clone(),
            owner: id.to_string(),
            name: kind.name.to_owned(),
            revision: row.map_or(0, |row| row.revision),
            fields: kind.fields.iter().map(next).collect(),
        })
    }

    /// What the form of a secret has to seal its value for: a new one called `name`, or the one
    /// that has this id.
    pub async fn secret_seal_context(
        &self,
        _: &Administrator,
        workflow: &str,
        id: &SecretId,
        name: &str,
    ) -> Result<SealContext, Problem> {
        self.look_for_key(&self.store).await?;
        let workflow = self.known_workflow(workflow).await?;
        let row = secrets::find(&self.store, &workflow.id, id)
            .await
            .map_err(broken)?;
        let (name, revision): (SecretName, u64) = match row {
            Some(row) => (row.name, row.revision),
            None => (parse("name", name)?, 0),
        };
        let last = secrets::last_field_revision(&self.store, &workflow.id, &name)
            .await
            .map_err(broken)?;
        Ok(SealContext {
            public_key: self.public_key()?.to_text(),
            account: self.account.clone(),
            owner: workflow.id.to_string(),
            name: name.to_string(),
            revision,
            fields: [(value::SECRET.name.to_owned(), last + 1)].into(),
        })
    }

    /// The record of a value at its place: sealed now, or by the browser for exactly this place.
    pub(crate) fn seal(&self, ready: Ready, place: &Place<'_>) -> Result<SealedBytes, Problem> {
        let key = self.public_key()?;
        let sealed = match ready {
            Ready::Plain(value) => {
                vault::seal(Plaintext::from(value), place, &key).map_err(|error| {
                    tracing::error!(%error, "a value could not be sealed");
                    Problem::internal()
                })?
            }
            Ready::Sealed(revision, sealed) => {
                if revision != place.field_revision || sealed.key_id != key.id() {
                    return Err(stale());
                }
                sealed
            }
        };
        Ok(SealedBytes {
            key_id: sealed.key_id.to_string(),
            sealed_data_key: sealed.sealed_data_key,
            nonce: sealed.nonce.to_vec(),
            ciphertext: sealed.ciphertext,
        })
    }
}

/// The page's script seals again when it reads this code.
fn stale() -> Problem {
    Problem::new(
        ProblemKind::Stale,
        "seal_context_changed",
        "What the values were sealed for has changed meanwhile. Nothing was saved: save again.",
    )
}

#[cfg(test)]
mod tests {
    use std::fmt::{Debug, Display};

    use static_assertions::assert_not_impl_any;

    use super::*;
    use crate::{AddConnection, Change};

    assert_not_impl_any!(Given: Debug, Display, Clone, Copy, serde::Serialize);
    assert_not_impl_any!(Ready: Debug, Display, Clone, Copy, serde::Serialize);
    assert_not_impl_any!(AddConnection: Debug, Display, Clone, Copy, serde::Serialize);
    assert_not_impl_any!(Change: Debug, Display, Clone, Copy, serde::Serialize);

    fn checked(text: &str) -> Result<(), String> {
        let given = Given::Sealed(text.to_owned());
        match check(&value::SECRET, given) {
            Ok(Some(Ready::Sealed(7, _))) => Ok(()),
            Ok(_) => Err("taken for something else".to_owned()),
            Err(problem) => Err(problem.code),
        }
    }

    fn sealed(length: usize) -> String {
        let sealed = SealedValue {
            key_id: "0123456789abcdef".parse().unwrap(),
            sealed_data_key: vec![1; 80],
            nonce: [2; 12],
            ciphertext: vec![3; vault::ciphertext_length(length)],
        };
        sealed.to_text()
    }

    #[test]
    fn a_sealed_value_is_taken_by_its_shape_and_size() {
        assert_eq!(checked(&format!("7.{}", sealed(0))), Ok(()));
        assert_eq!(checked(&format!("7.{}", sealed(value::MAX_VALUE))), Ok(()));
        let larger = format!("7.{}", sealed(value::MAX_VALUE + 64));
        assert_eq!(checked(&larger), Err("too_large".to_owned()));
        for wrong in [
            String::new(),
            "7.".to_owned(),
            "a password".to_owned(),
            sealed(0),
            format!("-7.{}", sealed(0)),
            format!("7.{}x", sealed(0)),
        ] {
            assert_eq!(checked(&wrong), Err("not_sealed".to_owned()), "{wrong}");
        }
    }
}
