//! Whether the ledger is the one that was written, as far as a page can find out.

use model::{Problem, Timestamp};
use store::checkpoints::{self, Checkpoint};
use store::ledger::{self, Verdict};
use store::vault_keys;
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
        };
        let Some(last) = last else {
            return Ok(standing);
        };
        let there = ledger::hash_of(&self.store, last.number).await;
        standing.wrong = match there.map_err(broken)? {
            None => Some(format!(
                "Its end is cut off: an engine has signed entry {}, which is gone.",
                last.number
            )),
            Some(hash) if hash != last.hash => Some(format!(
                "Entry {} is not the one that an engine has signed.",
                last.number
            )),
            Some(_) if !self.is_signed(&last).await? => Some(format!(
                "The checkpoint of entry {} was not signed by a key of this vault.",
                last.number
            )),
            Some(_) => None,
        };
        if standing.wrong.is_none() {
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

    async fn is_signed(&self, checkpoint: &Checkpoint) -> Result<bool, Problem> {
        let keys = vault_keys::all(&self.store).await.map_err(broken)?;
        let known = keys
            .into_iter()
            .find(|known| known.key.key_id == checkpoint.key_id);
        let key = known.and_then(|known| {
            let bytes = known.verifying_key?;
            VerifyingKey::from_bytes(&bytes).ok()
        });
        let statement = Statement::Checkpoint {
            number: checkpoint.number,
            hash: &checkpoint.hash,
            at: checkpoint.at.0,
        };
        Ok(key.is_some_and(|key| key.verify(&statement, &checkpoint.signature)))
    }
}
