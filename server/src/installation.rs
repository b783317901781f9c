//! Joins a database and a key to the use cases.

use std::time::{SystemTime, UNIX_EPOCH};

use model::{AccountId, Timestamp};
use opener::KeyRing;
use service::{Clock, Service};
use store::Store;

use crate::failure::Failure;
use crate::public_key::PublicKeys;

/// The time of this machine.
pub fn now() -> Timestamp {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    Timestamp(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

/// The use cases of a server. The first key of a database is written down here; from then on no
/// other one will do.
pub async fn service(store: &Store, ring: &KeyRing, clock: Clock) -> Result<Service, Failure> {
    let account = service::account(store, clock).await?;
    let key = ring.public_key();
    if current(store).await?.is_none() {
        service::record_first_key(store, &account, &key, clock).await?;
    }
    // Another first start may have been faster, with a key of its own.
    match current(store).await? {
        Some(current) if current[..] == key.as_bytes()[..] => {
            verified(store, ring, account, clock).await
        }
        _ => Err(Failure::failed(
            "another server has given this database a key at the same moment: start with that one",
        )),
    }
}

/// The use cases of a key that is the right one, with what its signatures are verified with.
async fn verified(
    store: &Store,
    ring: &KeyRing,
    account: AccountId,
    clock: Clock,
) -> Result<Service, Failure> {
    let key = ring.public_key();
    let verifying = ring
        .verifying_key(&key.id())
        .ok_or_else(|| Failure::failed("the vault's key is not here"))?;
    if !service::record_verifying_key(store, &account, &key, &verifying, clock).await? {
        tracing::warn!(
            key = %key.id(),
            "the database has another verifying key for the vault's key: somebody has changed it"
        );
    }
    Ok(Service::new(store.clone(), account, key, clock).verifying_with(verifying))
}

/// The use cases of a server that has only the public key: what its file says, or the database.
pub async fn sealing_service(
    store: &Store,
    pinned: Option<PublicKeys>,
    clock: Clock,
) -> Result<Service, Failure> {
    let account = service::account(store, clock).await?;
    let keys = if let Some(keys) = pinned {
        keys
    } else {
        tracing::warn!(
            "the public key is taken from the database: whoever can write there can have new \
             values sealed to a key of theirs; --public-key-file prevents that"
        );
        PublicKeys::of_database(store).await?
    };
    let service = Service::new(store.clone(), account, keys.key, clock);
    let service = match keys.verifying {
        Some(verifying) => service.verifying_with(verifying),
        None => service,
    };
    if service.believes_the_key().await? {
        return Ok(service);
    }
    Err(Failure::failed(format!(
        "the values in this database are sealed to another key than {}, the one of the public key \
         file, and nothing proves that it follows that one: look whether the database is the right \
         one, and make the file again with `relay keys public` where the private key is",
        keys.key.id()
    )))
}

async fn current(store: &Store) -> Result<Option<Vec<u8>>, Failure> {
    let found = store::vault_keys::current(store).await?;
    Ok(found.map(|found| found.public_key))
}

/// The use cases of the command line, which needs no key to work on people.
pub(crate) async fn keyless_service(store: &Store) -> Result<Service, Failure> {
    let account = service::account(store, now).await?;
    Ok(Service::without_key(store.clone(), account, now))
}
