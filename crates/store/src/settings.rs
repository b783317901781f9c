//! The settings of each connection that durability and safety rest on, made and then asked for.

use std::time::Duration;

use sqlx::AnyConnection;

use crate::Error;
use crate::transaction::is_busy;

/// What a connection to SQLite is for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Use {
    /// It may read only.
    Read,
    /// It is the one that writes.
    Write,
}

/// What a commit must survive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Durability {
    /// A power cut: a commit waits for the disk. For everything but logs.
    PowerCut,
    /// The end of this process, however sudden. For logs.
    Crash,
}

impl Durability {
    /// SQLite's word for it, and the number it answers.
    fn synchronous(self) -> (&'static str, &'static str) {
        match self {
            Self::PowerCut => ("pragma synchronous = full", "2"),
            Self::Crash => ("pragma synchronous = normal", "1"),
        }
    }
}

/// Makes the settings of one SQLite connection, and asks whether they hold.
pub(crate) async fn sqlite(
    connection: &mut AnyConnection,
    purpose: Use,
    durability: Durability,
) -> Result<(), sqlx::Error> {
    let (synchronous, synchronous_number) = durability.synchronous();
    // First of all: from here on the other settings wait for their turn.
    sqlx::raw_sql("pragma busy_timeout = 5000")
        .execute(&mut *connection)
        .await?;
    if purpose == Use::Write {
        use_write_ahead_log(connection).await?;
    }
    sqlx::raw_sql(synchronous).execute(&mut *connection).await?;
    sqlx::raw_sql(
        "pragma foreign_keys = on; pragma secure_delete = on; pragma trusted_schema = off",
    )
    .execute(&mut *connection)
    .await?;
    if purpose == Use::Read {
        sqlx::raw_sql("pragma query_only = on")
            .execute(&mut *connection)
            .await?;
    }
    let journal: String = sqlx::query_scalar("pragma journal_mode")
        .fetch_one(&mut *connection)
        .await?;
    hold("journal_mode", &journal, "wal")?;
    for (setting, query, wanted) in [
        ("synchronous", "pragma synchronous", synchronous_number),
        ("foreign_keys", "pragma foreign_keys", "1"),
        ("secure_delete", "pragma secure_delete", "1"),
        ("busy_timeout", "pragma busy_timeout", "5000"),
    ] {
        let found: i64 = sqlx::query_scalar(query)
            .fetch_one(&mut *connection)
            .await?;
        hold(setting, &found.to_string(), wanted)?;
    }
    Ok(())
}

/// Switching a new file to write-ahead logging needs it for oneself, and does not wait for it.
async fn use_write_ahead_log(connection: &mut AnyConnection) -> Result<(), sqlx::Error> {
    let mut patience = 100;
    loop {
        match sqlx::raw_sql("pragma journal_mode = wal")
            .execute(&mut *connection)
            .await
        {
            Err(error) if is_busy(&error) && patience > 0 => {
                patience -= 1;
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
            done => return done.map(|_| ()),
        }
    }
}

fn hold(setting: &'static str, found: &str, wanted: &'static str) -> Result<(), sqlx::Error> {
    if found == wanted {
        return Ok(());
    }
    let refusal = Error::Setting {
        setting,
        found: found.to_owned(),
        wanted,
    };
    Err(sqlx::Error::Configuration(Box::new(refusal)))
}

/// A server that hangs must not hang its callers.
pub(crate) async fn postgres(
    connection: &mut AnyConnection,
    durability: Durability,
) -> Result<(), sqlx::Error> {
    sqlx::raw_sql(
        "set lock_timeout = '30s'; set statement_timeout = '60s'; \
         set idle_in_transaction_session_timeout = '60s'",
    )
    .execute(&mut *connection)
    .await?;
    if durability == Durability::Crash {
        sqlx::raw_sql("set synchronous_commit = off")
            .execute(connection)
            .await?;
    }
    Ok(())
}
