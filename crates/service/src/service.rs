//! The service itself: what every use case needs at hand.

use std::sync::Arc;

use model::{AccountId, Problem, Timestamp};
use serde_json::Value;
use store::Store;
use store::ledger::{Actor, Entry};
use tokio::sync::OnceCell;
use vault::PublicKey;

use crate::key::SealingKey;
use crate::password::Passwords;
use crate::runs::Texts;
use crate::{begin, random};

/// Reads the time.
pub type Clock = fn() -> Timestamp;

/// The use cases of one account. Cheap to clone.
#[derive(Clone)]
pub struct Service {
    pub(crate) store: Store,
    pub(crate) account: AccountId,
    pub(crate) key: SealingKey,
    pub(crate) browser_sealing_required: bool,
    pub(crate) passwords: Passwords,
    pub(crate) texts: Texts,
    pub(crate) gate_key: Arc<OnceCell<[u8; 32]>>,
    clock: Clock,
}

impl Service {
    /// The use cases of `account`, sealing values to `key`.
    pub fn new(store: Store, account: AccountId, key: PublicKey, clock: Clock) -> Self {
        Self {
            key: SealingKey::of(key),
            ..Self::without_key(store, account, clock)
        }
    }

    /// For the command line, which works on people before there is a key. Connections and secrets
    /// are refused.
    pub fn without_key(store: Store, account: AccountId, clock: Clock) -> Self {
        Self {
            store,
            account,
            key: SealingKey::default(),
            browser_sealing_required: false,
            passwords: Passwords::default(),
            texts: Texts::default(),
            gate_key: Arc::default(),
            clock,
        }
    }

    /// The vault's public key, which values are sealed to.
    pub(crate) fn public_key(&self) -> Result<PublicKey, Problem> {
        self.key.current().ok_or_else(|| {
            tracing::error!("a value was to be stored, and no vault key is loaded");
            Problem::internal()
        })
    }

    /// The account everything is done in.
    pub fn account(&self) -> &AccountId {
        &self.account
    }

    /// Whether the database answers.
    pub async fn healthy(&self) -> bool {
        store::accounts::first(&self.store).await.is_ok()
    }

    /// The time, as everything here is dated.
    pub fn now(&self) -> Timestamp {
        (self.clock)()
    }

    /// What the ledger will tell. `detail` names fields and revisions, never values.
    pub(crate) fn entry(
        &self,
        actor: Actor,
        act: &'static str,
        subject: &str,
        detail: &Value,
    ) -> Entry {
        Entry {
            account: self.account.clone(),
            at: self.now(),
            actor,
            act,
            subject: subject.to_owned(),
            detail: detail.to_string(),
        }
    }
}

/// The account of this installation, made when the database has none yet.
pub async fn account(store: &Store, clock: Clock) -> Result<AccountId, Problem> {
    if let Some(found) = store::accounts::first(store).await.map_err(broken)? {
        return Ok(found);
    }
    let account = AccountId::from_bytes(random::bytes()?);
    let mut tx = begin::as_system(store).await?;
    // Somebody else may have started at the same moment.
    if let Some(found) = store::accounts::first(&mut tx).await.map_err(broken)? {
        return Ok(found);
    }
    let entry = Entry {
        at: clock(),
        actor: Actor::System,
        act: "account.add",
        subject: account.to_string(),
        detail: "{}".to_owned(),
        account: account.clone(),
    };
    store::accounts::add(&mut tx, "Relay", &entry)
        .await
        .map_err(broken)?;
    tx.commit().await.map_err(broken)?;
    Ok(account)
}

/// The one place where a failure of the database is logged; whoever asked reads fixed words.
pub(crate) fn broken(error: store::Error) -> Problem {
    tracing::error!(
        error = &error as &(dyn std::error::Error + 'static),
        "the database failed"
    );
    Problem::internal()
}

/// A point in time for a sentence: `2026-11-21 20:45 UTC`.
pub(crate) fn moment(at: Timestamp) -> String {
    let text = at.to_string().replace('T', " ");
    format!("{} UTC", text.get(..16).unwrap_or(&text))
}

/// Who changed something, for a sentence or a column.
pub(crate) fn who(name: Option<String>) -> String {
    name.unwrap_or_else(|| "the command line".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_told_to_the_minute() {
        assert_eq!(moment(Timestamp(1_795_293_919_999)), "2026-11-21 20:45 UTC");
    }
}
