//! Whether the ledger is the one that was written, as far as a page can find out.

use model::{Problem, Timestamp};
use store::checkpoints::{self, Checkpoint};
use store::ledger::{self, Verdict};
use store::vault_keys::{self, KnownKey};
use vault::{Statement, VerifyingKey};

use crate::Service;
use crate::permission::Administrator;
use crate::service::broken;

/// How much of the ledger is walked for a page: an engine signs once a minute, and the entries since
/// are few.
const WALKED: u64 = 5_000;

/// How the ledger stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerStanding {
    /// How many entries it has.
    pub entries: u64,
    /// The last checkpoint that an engine has signed: the entry it is about, and when.
    pub checkpoint: Option<(u64, Timestamp)>,
    /// Up to this entry the chain is proved: by an engine up to the checkpoint, just now from there.
    pub verified_to: u64,
    /// What is wrong, if something is: a sentence.
    pub wrong: Option<String>,
    /// Why the checkpoint proves nothing, if it does not: a sentence.
    pub unproved: Option<String>,
}

/// Who has signed a checkpoint.
enum By {
    /// The key that this process was started with, or one that it leads to.
    Believed,
    /// That key, too, but what its signatures are verified with is known from the database alone.
    Own,
    /// A key that only the database names.
    Database,
    /// Not the key that it names.
    Nobody,
}

impl Service {
    /// Compares the last checkpoint with the ledger, and walks the entries since.
    ///
    /// Entries in front of the checkpoint were verified when it was signed; that they are still the
    /// same, `relay ledger verify` finds out.
    pub async fn ledger_standing(&self, _: &Administrator) -> Result<LedgerStanding, Problem> {
        let (entries, _) = ledger::head(&self.store).await.map_err(broken)?;
        let last = checkpoints::newest(&self.store).await.map_err(broken)?;
        let mut standing = LedgerStanding {
            entries,
            checkpoint: last.as_ref().map(|last| (last.number, last.at)),
            verified_to: 0,
            wrong: None,
            unproved: None,
        };
        let Some(last) = last else {
            return Ok(standing);
        };
        let there = ledger::hash_of(&self.store, last.number).await;
        let there = there.map_err(broken)?;
        let by = self.signed(&last).await?;
        let is_of_the_vault = matches!(by, By::Believed | By::Own);
        match (there, by) {
            (None, _) => {
                standing.wrong = Some(format!(
                    "Its end is cut off: an engine has signed entry {}, which is gone.",
                    last.number
                ));
            }
            (Some(hash), _) if hash != last.hash => {
                standing.wrong = Some(format!(
                    "Entry {} is not the one that an engine has signed.",
                    last.number
                ));
            }
            (_, By::Nobody) => {
                standing.wrong = Some(format!(
                    "The checkpoint of entry {} was not signed by a key of this vault.",
                    last.number
                ));
            }
            (_, By::Own) => {
                standing.unproved = Some(
                    "This server was not told what the signatures of its key are verified with, and \
                     takes the database's word for it. Give it both lines of relay keys public."
                        .to_owned(),
                );
            }
            (_, By::Database) => {
                standing.unproved = Some(format!(
                    "The checkpoint of entry {} was signed with the key {}, which only the database \
                     names: it is not the one that this server was started with, and does not follow \
                     from it.",
                    last.number, last.key_id
                ));
            }
            (_, By::Believed) => {}
        }
        if standing.wrong.is_none() && is_of_the_vault {
            let walked = ledger::walk_from(&self.store, last.number, &last.hash, WALKED).await;
            let walked = walked.map_err(broken)?;
            standing.verified_to = walked.number;
            // Some may have been added since.
            standing.entries = entries.max(walked.number);
            if let Some(Verdict::Broken { number, reason }) = walked.verdict {
                standing.wrong = Some(format!("Entry {number}: {reason}."));
            }
        }
        Ok(standing)
    }

    async fn signed(&self, checkpoint: &Checkpoint) -> Result<By, Problem> {
        let keys = vault_keys::all(&self.store).await.map_err(broken)?;
        let statement = Statement::Checkpoint {
            number: checkpoint.number,
            hash: &checkpoint.hash,
            at: checkpoint.at.0,
        };
        let known = keys
            .iter()
            .find(|known| known.key.key_id == checkpoint.key_id);
        let Some(known) = known else {
            return Ok(By::Nobody);
        };
        let (key, by) = match self.vouched(&keys, known) {
            Some(key) => (Some(key), By::Believed),
            None if self.is_own_without_proof(known) => (named(known), By::Own),
            None => (named(known), By::Database),
        };
        let good = key.is_some_and(|key| key.verify(&statement, &checkpoint.signature));
        Ok(if good { by } else { By::Nobody })
    }
}

/// What a row says that the signatures of its key are verified with.
fn named(known: &KnownKey) -> Option<VerifyingKey> {
    VerifyingKey::from_bytes(known.verifying_key.as_deref()?).ok()
}
