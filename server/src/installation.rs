//! Joins a database and a key to the use cases.

use std::time::{SystemTime, UNIX_EPOCH};

use model::Timestamp;
use opener::KeyRing;
use service::{Clock, Service};
use store::Store;

use crate::failure::Failure;

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
            Ok(Service::new(store.clone(), account, key, clock))
        }
        _ => Err(Failure::failed(
            "another server has given this database a key at the same moment: start with that one",
        )),
    }
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
