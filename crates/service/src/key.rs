//! The vault's public key: as the database remembers it, and which one of them is believed.
//!
//! Values are sealed to the key that is current in the database at the moment they are saved, so
//! that a rotation needs no restart. But whoever can write the database must not be able to have
//! values sealed to a key of their own: a key is believed only if it is the one this process was
//! started with, or carries the signature of one that is believed.

use std::collections::HashSet;
use std::sync::{Arc, PoisonError, RwLock};

use model::{AccountId, Problem};
use serde_json::json;
use store::ledger::{Actor, Entry};
use store::vault_keys::{self, KnownKey};
use store::{Source, Store};
use vault::{PublicKey, Statement, VerifyingKey};

use crate::service::broken;
use crate::{Clock, Service, begin};

/// The key that values are sealed to now, shared by all copies of a [`Service`].
#[derive(Clone, Default)]
pub(crate) struct SealingKey(Arc<RwLock<Option<Beliefs>>>);

/// What this process believes, and why.
#[derive(Clone, Copy)]
struct Beliefs {
    /// What it was started with.
    first: Believed,
    /// What a chain of signatures has led to since.
    current: Believed,
}

/// A key that is believed, and what its statements are verified with, if that is known for sure.
#[derive(Clone, Copy)]
struct Believed {
    key: PublicKey,
    verifying: Option<VerifyingKey>,
}

impl SealingKey {
    pub(crate) fn of(key: PublicKey) -> Self {
        let believed = Believed {
            key,
            verifying: None,
        };
        let key = Self::default();
        key.start_with(believed);
        key
    }

    pub(crate) fn current(&self) -> Option<PublicKey> {
        self.believed().map(|believed| believed.key)
    }

    fn beliefs(&self) -> Option<Beliefs> {
        *self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn believed(&self) -> Option<Believed> {
        self.beliefs().map(|beliefs| beliefs.current)
    }

    fn start_with(&self, first: Believed) {
        let beliefs = Beliefs {
            first,
            current: first,
        };
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Some(beliefs);
    }

    fn go_on_with(&self, next: Believed) {
        let mut beliefs = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(beliefs) = beliefs.as_mut() {
            beliefs.current = next;
        }
    }
}

impl Service {
    /// Also says what statements of the key are verified with, as this process knows it from the
    /// key itself or took it from its configuration. Without that a rotation needs a restart.
    #[must_use]
    pub fn verifying_with(self, verifying: VerifyingKey) -> Self {
        if let Some(believed) = self.key.believed() {
            self.key.start_with(Believed {
                verifying: Some(verifying),
                ..believed
            });
        }
        self
    }

    /// Looks which key is the current one, before something is sealed to it. In the transaction
    /// that saves, what this finds stays true until it commits.
    pub(crate) async fn look_for_key<S: Source>(&self, source: S) -> Result<(), Problem> {
        let Some(believed) = self.key.believed() else {
            // Whoever seals without a key is told there.
            return Ok(());
        };
        let keys = vault_keys::all(source).await.map_err(broken)?;
        let current = keys.iter().find(|known| known.retired_at.is_none());
        let Some(current) = current else {
            // Tests and the command line work on databases that never had a key.
            return Ok(());
        };
        if current.key.public_key == believed.key.as_bytes() {
            return Ok(());
        }
        let Some(next) = follow(&keys, current, believed) else {
            tracing::error!(
                found = current.key.key_id,
                believed = %believed.key.id(),
                "the vault's key in the database is another one, and nothing proves that it \
                 follows the one this server was started with: nothing is sealed to it; restart \
                 the server with the right key"
            );
            return Err(Problem::internal());
        };
        tracing::info!(key = %next.key.id(), "values are sealed to a new key from now on");
        self.key.go_on_with(next);
        Ok(())
    }

    /// What the signatures of that key are verified with, if it is the one that this process
    /// was started with, or a chain of signatures leads from there to it. What a row says of any other
    /// key, whoever can write the database may have written.
    pub(crate) fn vouched(&self, keys: &[KnownKey], known: &KnownKey) -> Option<VerifyingKey> {
        let first = self.key.beliefs()?.first;
        follow(keys, known, first)?.verifying
    }

    /// Whether that key is the one this process was started with, without having been told what its
    /// signatures are verified with.
    pub(crate) fn is_own_without_proof(&self, known: &KnownKey) -> bool {
        let first = self.key.beliefs().map(|beliefs| beliefs.first);
        first.is_some_and(|first| {
            first.verifying.is_none() && known.key.public_key == first.key.as_bytes()
        })
    }
}

/// One of the keys, if there is a chain of signatures from a believed key to it.
fn follow(keys: &[KnownKey], wanted: &KnownKey, believed: Believed) -> Option<Believed> {
    let verifying = believed.verifying?;
    let mut seen = HashSet::new();
    let mut known = wanted;
    let mut chain = Vec::new();
    loop {
        let key = PublicKey::from_bytes(&known.key.public_key).ok()?;
        if key == believed.key {
            break;
        }
        // A ring of keys that endorse each other ends nowhere.
        if !seen.insert(known.key.key_id.as_str()) {
            return None;
        }
        let own = VerifyingKey::from_bytes(known.verifying_key.as_deref()?).ok()?;
        let (by, signature) = known.endorsement.as_ref()?;
        chain.push((key, own, signature));
        known = keys.iter().find(|known| known.key.key_id == *by)?;
    }
    // From the believed key on: each may vouch for the next only when it was vouched for itself.
    let mut last = Believed {
        key: believed.key,
        verifying: Some(verifying),
    };
    for (key, own, signature) in chain.into_iter().rev() {
        let statement = Statement::Successor {
            key: &key,
            verifying: &own,
        };
        if !last.verifying?.verify(&statement, signature) {
            return None;
        }
        last = Believed {
            key,
            verifying: Some(own),
        };
    }
    Some(last)
}

/// Writes down the first key of a database; `false` when it has, or ever had, one: somebody else
/// was faster, and the server has to look again.
pub async fn record_first_key(
    store: &Store,
    account: &AccountId,
    key: &PublicKey,
    clock: Clock,
) -> Result<bool, Problem> {
    let id = key.id().to_string();
    let entry = Entry {
        account: account.clone(),
        at: clock(),
        actor: Actor::System,
        act: "vault.key_add",
        detail: json!({}).to_string(),
        subject: id.clone(),
    };
    let mut tx = begin::as_system(store).await?;
    let added = store::vault_keys::add_first(&mut tx, &id, key.as_bytes(), &entry)
        .await
        .map_err(broken)?;
    tx.commit().await.map_err(broken)?;
    Ok(added)
}

/// Writes down what the statements of a key are verified with, unless the database knows. A key that
/// it has under another one is not this key's: then nothing is written, and `false` is the answer.
pub async fn record_verifying_key(
    store: &Store,
    account: &AccountId,
    key: &PublicKey,
    verifying: &VerifyingKey,
    clock: Clock,
) -> Result<bool, Problem> {
    let id = key.id().to_string();
    let known = vault_keys::all(store).await.map_err(broken)?;
    let known = known.into_iter().find(|known| known.key.key_id == id);
    if let Some(written) = known.and_then(|known| known.verifying_key) {
        return Ok(written == verifying.as_bytes());
    }
    let entry = Entry {
        account: account.clone(),
        at: clock(),
        actor: Actor::System,
        act: "vault.verifying_key_add",
        detail: json!({}).to_string(),
        subject: id.clone(),
    };
    let mut tx = begin::as_system(store).await?;
    vault_keys::add_verifying_key(&mut tx, &id, verifying.as_bytes(), &entry)
        .await
        .map_err(broken)?;
    tx.commit().await.map_err(broken)?;
    Ok(true)
}
