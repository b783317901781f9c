//! Checkpoints of the ledger: its newest row at some moments, signed by an engine. Whoever can write
//! the database can write a new chain, but not sign it.

use model::Timestamp;

use crate::row::{Row, bigint, column, counted, each, time};
use crate::{Error, Source, Tx};

/// A checkpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// The number of the row that was the newest.
    pub number: u64,
    /// Its hash.
    pub hash: Vec<u8>,
    /// When.
    pub at: Timestamp,
    /// The vault key that signed.
    pub key_id: String,
    /// The signature.
    pub signature: Vec<u8>,
}

fn read(row: &Row) -> Result<Checkpoint, Error> {
    Ok(Checkpoint {
        number: counted(row, "number")?,
        hash: column(row, "hash")?,
        at: time(row, "at")?,
        key_id: column(row, "key_id")?,
        signature: column(row, "signature")?,
    })
}

/// All checkpoints, oldest first.
pub async fn all(source: impl Source) -> Result<Vec<Checkpoint>, Error> {
    let rows =
        sqlx::query("select number, hash, at, key_id, signature from checkpoints order by number")
            .fetch_all(source.executor())
            .await?;
    each(&rows, read)
}

/// The newest one.
pub async fn newest(source: impl Source) -> Result<Option<Checkpoint>, Error> {
    sqlx::query(
        "select number, hash, at, key_id, signature from checkpoints order by number desc limit 1",
    )
    .fetch_optional(source.executor())
    .await?
    .map(|row| read(&row))
    .transpose()
}

/// Adds one. It tells of the ledger, so the ledger does not tell of it. One of the same row is
/// [`Error::Unique`].
pub async fn add(tx: &mut Tx, checkpoint: &Checkpoint) -> Result<(), Error> {
    sqlx::query(
        "insert into checkpoints (number, hash, at, key_id, signature) values ($1, $2, $3, $4, $5)",
    )
    .bind(bigint(checkpoint.number)?)
    .bind(&*checkpoint.hash)
    .bind(checkpoint.at.0)
    .bind(&*checkpoint.key_id)
    .bind(&*checkpoint.signature)
    .execute(tx.connection())
    .await?;
    Ok(())
}
