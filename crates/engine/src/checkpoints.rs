//! Signing checkpoints of the ledger, with a key that a web process does not have. Nothing is signed
//! that was not verified: the engine walks the chain on from the last row that it has seen itself, at
//! its start from its last checkpoint.

use std::sync::Arc;
use std::time::Duration;

use model::Timestamp;
use opener::{KeyRing, Keys};
use store::checkpoints::{self, Checkpoint};
use store::ledger::Verdict;
use store::{Store, ledger};
use vault::Statement;

/// How often the ledger is looked at; it gets a checkpoint when it has grown since.
const EVERY: Duration = Duration::from_mins(1);

/// Why there is no new checkpoint. Its text is for the log.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CheckpointError {
    #[error(transparent)]
    Store(#[from] store::Error),
    #[error("the ledger is not the one that was written: entry {number}: {reason}")]
    Broken { number: u64, reason: &'static str },
}

/// Signs checkpoints for as long as the engine lives, the first one at once.
pub(crate) async fn run(store: Store, keys: Arc<Keys>, clock: fn() -> Timestamp) {
    let mut signer = Signer {
        store,
        keys,
        clock,
        seen: None,
    };
    let mut told = None;
    loop {
        match signer.sign().await {
            // Another engine was faster.
            Ok(()) | Err(CheckpointError::Store(store::Error::Unique)) => told = None,
            // A ledger does not mend itself: once is enough.
            Err(CheckpointError::Broken { number, .. }) if told == Some(number) => {}
            Err(error) => {
                if let CheckpointError::Broken { number, .. } = error {
                    told = Some(number);
                }
                tracing::error!(
                    error = &error as &(dyn std::error::Error + 'static),
                    "the ledger got no checkpoint"
                );
            }
        }
        tokio::time::sleep(EVERY).await;
    }
}

/// What signs, and remembers how far it has seen the ledger.
struct Signer {
    store: Store,
    keys: Arc<Keys>,
    clock: fn() -> Timestamp,
    /// The last row that was seen to be right: its number and its hash. No change of the database
    /// makes this process forget it.
    seen: Option<(u64, Vec<u8>)>,
}

impl Signer {
    /// Signs the newest row of the ledger, unless that is done.
    async fn sign(&mut self) -> Result<(), CheckpointError> {
        let ring = self.keys.ring();
        // Before the walk: of a row that is added meanwhile there is no checkpoint yet.
        let last = checkpoints::newest(&self.store).await?;
        let proved = last.as_ref().filter(|last| is_signed(&ring, last));
        // A checkpoint that this key ring cannot answer for proves nothing.
        let from = match (&self.seen, proved) {
            (Some(seen), _) => seen.clone(),
            (None, Some(last)) => (last.number, last.hash.clone()),
            (None, None) => (0, vec![0; 32]),
        };
        let walked = ledger::walk_from(&self.store, from.0, &from.1, u64::MAX).await?;
        if let Some(Verdict::Broken { number, reason }) = walked.verdict {
            return Err(CheckpointError::Broken { number, reason });
        }
        let (number, hash) = (walked.number, walked.hash);
        if let Some(last) = &last
            && last.number > number
        {
            return Err(CheckpointError::Broken {
                number: number + 1,
                reason: "a checkpoint tells of it, and it is missing",
            });
        }
        if let Some(last) = proved
            && ledger::hash_of(&self.store, last.number).await?.as_ref() != Some(&last.hash)
        {
            return Err(CheckpointError::Broken {
                number: last.number,
                reason: "it is not the one that was signed",
            });
        }
        self.seen = Some((number, hash.clone()));
        if number == 0 || last.is_some_and(|last| last.number == number) {
            return Ok(());
        }
        let (key, at) = (ring.key_id(), (self.clock)());
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
        let mut tx = self.store.begin().await?;
        checkpoints::add(&mut tx, &checkpoint).await?;
        Ok(tx.commit().await?)
    }
}

fn is_signed(ring: &KeyRing, checkpoint: &Checkpoint) -> bool {
    let key = checkpoint.key_id.parse().ok();
    let key = key.and_then(|id| ring.verifying_key(&id));
    let statement = Statement::Checkpoint {
        number: checkpoint.number,
        hash: &checkpoint.hash,
        at: checkpoint.at.0,
    };
    key.is_some_and(|key| key.verify(&statement, &checkpoint.signature))
}

#[cfg(test)]
mod tests {
    use model::AccountId;
    use store::both;
    use store::ledger::{Actor, Entry};
    use store::testing::TestDatabase;

    use super::*;

    const TRIGGERS: [&str; 4] = [
        "ledger_keeps_its_rows",
        "ledger_loses_no_rows",
        "checkpoints_keep_their_rows",
        "checkpoints_lose_no_rows",
    ];

    /// What anybody who owns the database can do about its triggers.
    async fn drop_triggers(database: &TestDatabase) {
        if database.is_sqlite() {
            for trigger in TRIGGERS {
                let sql = format!("drop trigger {trigger}");
                database.execute(&sql).await.unwrap();
            }
        } else {
            let sql = "alter table ledger disable trigger all; \
                       alter table checkpoints disable trigger all";
            database.execute(sql).await.unwrap();
        }
    }

    async fn append(store: &Store, act: &'static str) {
        let entry = Entry {
            account: AccountId::from_bytes([1; 16]),
            at: Timestamp(1),
            actor: Actor::System,
            act,
            subject: String::new(),
            detail: "{}".to_owned(),
        };
        let mut tx = store.begin().await.unwrap();
        if act == "account.add" {
            store::accounts::add(&mut tx, "Relay", &entry)
                .await
                .unwrap();
        } else {
            ledger::append(&mut tx, &entry).await.unwrap();
        }
        tx.commit().await.unwrap();
    }

    fn signer(store: &Store, ring: KeyRing) -> Signer {
        Signer {
            store: store.clone(),
            keys: Arc::new(Keys::from(ring)),
            clock: || Timestamp(2),
            seen: None,
        }
    }

    async fn newest(store: &Store) -> Option<u64> {
        let newest = checkpoints::newest(store).await.unwrap();
        newest.map(|newest| newest.number)
    }

    async fn broken(signer: &mut Signer) -> u64 {
        match signer.sign().await {
            Err(CheckpointError::Broken { number, .. }) => number,
            other => panic!("it was not noticed: {other:?}"),
        }
    }

    /// The head is the newest row that there is.
    const HEAD: &str = "update ledger_head set number = (select max(number) from ledger), \
        hash = (select hash from ledger where number = (select max(number) from ledger))";

    both! {
        async fn a_chain_that_was_written_anew_is_not_signed(database: TestDatabase) {
            let store = database.open().await.unwrap();
            append(&store, "account.add").await;
            for _ in 0..4 {
                append(&store, "user.sign_in").await;
            }
            let mut signer = signer(&store, KeyRing::generate().unwrap());
            signer.sign().await.unwrap();
            assert_eq!(newest(&store).await, Some(5));
            // Nothing new, nothing signed.
            signer.sign().await.unwrap();
            append(&store, "user.sign_out").await;
            signer.sign().await.unwrap();
            assert_eq!(newest(&store).await, Some(6));

            // Cut off, with all that was signed.
            drop_triggers(&database).await;
            database.execute("delete from checkpoints").await.unwrap();
            database.execute("delete from ledger where number > 3").await.unwrap();
            database.execute(HEAD).await.unwrap();
            assert_eq!(broken(&mut signer).await, 4);
            assert_eq!(newest(&store).await, None);
            // A new end, longer than the old one was.
            for _ in 0..6 {
                append(&store, "user.forged").await;
            }
            assert_eq!(broken(&mut signer).await, 7);
            assert_eq!(newest(&store).await, None);
        }

        async fn a_checkpoint_of_a_row_that_is_not_there_is_noticed(database: TestDatabase) {
            let store = database.open().await.unwrap();
            append(&store, "account.add").await;
            let mut signer = signer(&store, KeyRing::generate().unwrap());
            let sql = "insert into checkpoints (number, hash, at, key_id, signature) \
                       select 1000, hash, 1, 'x', hash from ledger where number = 1";
            database.execute(sql).await.unwrap();
            assert_eq!(broken(&mut signer).await, 2);
            drop_triggers(&database).await;
            database.execute("delete from checkpoints").await.unwrap();
            signer.sign().await.unwrap();
            assert_eq!(newest(&store).await, Some(1));
        }
    }
}
