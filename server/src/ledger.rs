//! `relay ledger`: proves that the ledger is the one that was written. Below it, the ledger as a file.
//!
//! The chain of hashes shows every row that was changed, removed, inserted or moved. Whoever can
//! write the database could compute a new chain, or cut off its end; a checkpoint shows that, which
//! an engine has signed, and best one that was kept elsewhere.

mod csv;
pub(crate) mod export;
mod trust;

use std::fs;
use std::path::PathBuf;

use clap::{Args, Subcommand};
use model::{Timestamp, counted};
use opener::KeyRing;
use store::checkpoints::{self, Checkpoint};
use store::ledger::{self, Verdict};
use store::{Store, vault_keys};

use trust::{By, Trust};

use crate::Outcome;
use crate::config;
use crate::failure::Failure;
use crate::hex::{hex, unhex};
use crate::key::refused;
use crate::place::Place;
use crate::serve::tell;

/// What can be done about the ledger.
#[derive(Debug, Subcommand)]
pub enum LedgerCommand {
    /// Walk the whole ledger, and fail at the first row that is not the one that was written
    Verify(Verify),
    /// Print the newest signed checkpoint, to be kept where nobody can change it together with the
    /// database
    Checkpoint(config::Place),
}

/// Flags of `relay ledger verify`.
#[derive(Debug, Args)]
pub struct Verify {
    /// Also compare with the checkpoints in this file, as `relay ledger checkpoint` prints them
    #[arg(long, value_name = "FILE")]
    pub checkpoint: Option<PathBuf>,
    /// The vault's key file, which signatures are then verified with
    /// [default: vault.key in the data directory, if it can be read]
    #[arg(long, env = "RELAY_KEY_FILE", value_name = "FILE")]
    pub key_file: Option<PathBuf>,
    /// Where the rows are.
    #[command(flatten)]
    pub place: config::Place,
}

/// What a line of a kept checkpoint begins with.
const FORMAT: &str = "relay-checkpoint-v1";

/// Does one of them.
pub(crate) fn run(command: LedgerCommand) -> Outcome {
    let flags = match &command {
        LedgerCommand::Verify(options) => &options.place,
        LedgerCommand::Checkpoint(place) => place,
    };
    let place = Place::of(flags)?;
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::failed(format!("cannot start: {error}")))?
        .block_on(async {
            if !store::inspect(&place.database_url).await?.has_ledger {
                return Err(Failure::failed("this database has no ledger yet"));
            }
            let store = Store::open(&place.database_url).await?;
            let done = match &command {
                LedgerCommand::Verify(options) => verify(&store, options, &place).await,
                LedgerCommand::Checkpoint(_) => print(&store).await,
            };
            store.close().await;
            done
        })
}

async fn print(store: &Store) -> Outcome {
    match checkpoints::newest(store).await? {
        Some(newest) => tell(&line(&newest)),
        None => Err(Failure::failed(
            "the ledger has no checkpoint yet: an engine signs the first one when it starts",
        )),
    }
}

async fn verify(store: &Store, options: &Verify, place: &Place) -> Outcome {
    // Before the walk, so that a checkpoint that is added meanwhile is not asked for its row.
    let signed = checkpoints::all(store).await?;
    let rows = match ledger::verify(store).await? {
        Verdict::Whole { rows } => rows,
        Verdict::Broken { number, reason } => {
            return Err(Failure::failed(format!(
                "the ledger is not the one that was written: entry {number}: {reason}"
            )));
        }
    };
    crate::place::keep_unreadable();
    let ring = match &options.key_file {
        Some(path) => Some(KeyRing::from_files(path).map_err(refused)?),
        None => KeyRing::from_files(&place.key_file()).ok(),
    };
    let trust = Trust::of(ring.as_ref(), &vault_keys::all(store).await?);
    let mut older = 0;
    for checkpoint in &signed {
        let last = signed.last() == Some(checkpoint);
        match trust.answers(checkpoint) {
            None => {
                return Err(Failure::failed(format!(
                    "the checkpoint of entry {} was not signed by the key {}",
                    checkpoint.number, checkpoint.key_id
                )));
            }
            // A later one covers what an earlier one did.
            Some(By::Database) if last && ring.is_some() => {
                return Err(Failure::failed(format!(
                    "the newest checkpoint, of entry {}, is signed by the key {}, which only the \
                     database names: verify with its key file, or start an engine, which signs with \
                     the current key",
                    checkpoint.number, checkpoint.key_id
                )));
            }
            Some(By::Database) => older += 1,
            Some(By::Here) => {}
        }
        agrees(store, checkpoint, "a signed checkpoint").await?;
    }
    let kept = match &options.checkpoint {
        Some(path) => read_kept(path)?,
        None => Vec::new(),
    };
    for checkpoint in &kept {
        agrees(store, checkpoint, "a checkpoint that was kept").await?;
    }
    let checkpoints = |number: usize| counted(number as u64, "checkpoint", "checkpoints");
    let by = match (&ring, signed.is_empty()) {
        (_, true) => "no signed checkpoint".to_owned(),
        (Some(_), false) if older == 0 => {
            format!("{}, signed with the key here", checkpoints(signed.len()))
        }
        (Some(_), false) => format!(
            "{}, signed with the key here, and {older} before, signed with {} that only the \
             database names",
            checkpoints(signed.len() - older),
            if older == 1 { "a key" } else { "keys" }
        ),
        (None, false) => format!(
            "{}, signed with the keys that the database names",
            checkpoints(signed.len())
        ),
    };
    let entries = counted(rows, "entry", "entries");
    let kept = counted(kept.len() as u64, "kept checkpoint", "kept checkpoints");
    tell(&format!("the ledger is whole: {entries}, {by}, {kept}"))
}

/// Whether the ledger still has that row.
async fn agrees(store: &Store, checkpoint: &Checkpoint, what: &str) -> Outcome {
    match ledger::hash_of(store, checkpoint.number).await? {
        Some(hash) if hash == checkpoint.hash => Ok(()),
        Some(_) => Err(Failure::failed(format!(
            "entry {} of the ledger is not the one of {what}: the chain was written anew",
            checkpoint.number
        ))),
        None => Err(Failure::failed(format!(
            "the ledger is cut off: {what} knows its entry {}",
            checkpoint.number
        ))),
    }
}

fn line(checkpoint: &Checkpoint) -> String {
    format!(
        "{FORMAT} {} {} {} {} {}",
        checkpoint.number,
        hex(&checkpoint.hash),
        checkpoint.at.0,
        checkpoint.key_id,
        hex(&checkpoint.signature)
    )
}

fn read_kept(path: &PathBuf) -> Result<Vec<Checkpoint>, Failure> {
    let shown = path.display();
    let text = fs::read_to_string(path)
        .map_err(|error| Failure::failed(format!("cannot read {shown}: {error}")))?;
    let lines = text.lines().filter(|line| !line.trim().is_empty());
    lines
        .map(|line| {
            parse(line).ok_or_else(|| Failure::failed(format!("{shown} holds no checkpoint")))
        })
        .collect()
}

fn parse(line: &str) -> Option<Checkpoint> {
    let parts: Vec<_> = line.split_ascii_whitespace().collect();
    let [FORMAT, number, hash, at, key_id, signature] = parts[..] else {
        return None;
    };
    Some(Checkpoint {
        number: number.parse().ok()?,
        hash: unhex(hash)?,
        at: Timestamp(at.parse().ok()?),
        key_id: key_id.to_owned(),
        signature: unhex(signature)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kept_checkpoint_is_read_as_it_was_printed() {
        let checkpoint = Checkpoint {
            number: 7,
            hash: vec![0xab; 32],
            at: Timestamp(12),
            key_id: "66687aadf862bd77".to_owned(),
            signature: vec![1; 64],
        };
        assert_eq!(parse(&line(&checkpoint)), Some(checkpoint));
        for wrong in [
            "",
            "relay-checkpoint-v1",
            "relay-checkpoint-v2 7 ab 12 k ab",
        ] {
            assert_eq!(parse(wrong), None);
        }
    }
}
