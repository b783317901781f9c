//! The vault's public key, as the database remembers it.

use model::{AccountId, Problem};
use serde_json::json;
use store::Store;
use store::ledger::{Actor, Entry};
use vault::PublicKey;

use crate::Clock;
use crate::service::broken;

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
    let mut tx = store.begin().await.map_err(broken)?;
    let added = store::vault_keys::add_first(&mut tx, &id, key.as_bytes(), &entry)
        .await
        .map_err(broken)?;
    tx.commit().await.map_err(broken)?;
    Ok(added)
}
