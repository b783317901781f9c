//! Signing checkpoints of the ledger, with a key that a web process does not have.

use std::sync::Arc;
use std::time::Duration;

use model::Timestamp;
use opener::Keys;
use store::checkpoints::{self, Checkpoint};
use store::{Store, ledger};
use vault::Statement;

/// How often the ledger is looked at; it gets a checkpoint when it has grown since.
const EVERY: Duration = Duration::from_mins(1);

/// Signs checkpoints for as long as the engine lives, the first one at once.
pub(crate) async fn run(store: Store, keys: Arc<Keys>, clock: fn() -> Timestamp) {
    loop {
        match sign(&store, &keys, clock).await {
            // Another engine was faster.
            Ok(()) | Err(store::Error::Unique) => {}
            Err(error) => tracing::error!(
                error = &error as &(dyn std::error::Error + 'static),
                "the ledger got no checkpoint"
            ),
        }
        tokio::time::sleep(EVERY).await;
    }
}

/// Signs the newest row of the ledger, unless that is done.
pub(crate) async fn sign(
    store: &Store,
    keys: &Keys,
    clock: fn() -> Timestamp,
) -> Result<(), store::Error> {
    let mut tx = store.begin().await?;
    let (number, hash) = ledger::head(&mut tx).await?;
    let last = checkpoints::newest(&mut tx).await?;
    if number == 0 || last.is_some_and(|last| last.number >= number) {
        return Ok(());
    }
    let ring = keys.ring();
    let (key, at) = (ring.key_id(), clock());
    let statement = Statement::Checkpoint {
        number,
        hash: &hash,
        at: at.0,
    };
    let Some(signature) = ring.sign(&key, &statement) else {
        return Ok(());
    };
    let checkpoint = Checkpoint {
        number,
        at,
        key_id: key.to_string(),
        signature: signature.to_vec(),
        hash,
    };
    checkpoints::add(&mut tx, &checkpoint).await?;
    tx.commit().await
}
