//! Looking at a database without writing to it, before a server decides whether it may start.

use std::collections::BTreeMap;
use std::path::Path;

use sqlx::{AnyConnection, ConnectOptions, Connection};

use crate::address::Address;
use crate::pools::Kind;
use crate::vault_keys::{self, VaultKey};
use crate::{Error, migrate};

/// The migration that knows of more keys than one.
const ROTATIONS: i64 = 3;

/// What a database holds before anything was written to it by this start.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Inspection {
    /// The vault key in use.
    pub current_key: Option<VaultKey>,
    /// Whether there ever was a vault key. A database that had one and has none is damaged.
    pub ever_held_key: bool,
    /// Whether there is a ledger to look at: it has entries, or there is something that it must have
    /// told of.
    pub has_ledger: bool,
    /// The ids of the vault keys without which some value could not be opened.
    pub needed_keys: Vec<String>,
    /// Which vault key follows which: the id of the one before, by the id of each that has one.
    pub follows: BTreeMap<String, String>,
    /// Whether a person can sign in already.
    pub has_users: bool,
}

impl Inspection {
    /// Whether a key has followed another one, or one that has followed that.
    pub fn has_followed(&self, key: &str, before: &str) -> bool {
        let mut next = self.follows.get(key);
        // Keys that follow each other in a ring end nowhere.
        for _ in 0..self.follows.len() {
            match next {
                Some(found) if found == before => return true,
                Some(found) => next = self.follows.get(found),
                None => return false,
            }
        }
        false
    }
}

/// Looks at a database without writing to it, before a server decides whether it may start.
///
/// A file or tables that do not exist yet are an empty [`Inspection`].
pub async fn inspect(url: &str) -> Result<Inspection, Error> {
    sqlx::any::install_default_drivers();
    let address = Address::parse(url)?;
    let (kind, mode) = match &address {
        Address::Sqlite(path) if !path.try_exists()? => return Ok(Inspection::default()),
        // Reading a database with a write-ahead log makes files beside it. When no log is waiting
        // there is nothing in it to miss, and SQLite can be told to touch nothing at all.
        Address::Sqlite(path) if has_log(path) => (Kind::Sqlite, "ro"),
        Address::Sqlite(_) => (Kind::Sqlite, "ro&immutable=1"),
        Address::Postgres(_) => (Kind::Postgres, ""),
    };
    let mut connection = address.options(mode)?.connect().await?;
    let found = look(&mut connection, kind).await;
    connection.close().await?;
    found
}

async fn look(connection: &mut AnyConnection, kind: Kind) -> Result<Inspection, Error> {
    let newest = migrate::newest_applied(connection, kind, &migrate::HOUSE).await?;
    if newest == 0 {
        return Ok(Inspection::default());
    }
    let current_key = vault_keys::current_on(&mut *connection).await?;
    // Before there were rotations, every value was sealed to the one key.
    let needed_keys = if newest < ROTATIONS {
        current_key.iter().map(|key| key.key_id.clone()).collect()
    } else {
        vault_keys::needed_on(&mut *connection).await?
    };
    let follows = if newest < ROTATIONS {
        BTreeMap::new()
    } else {
        vault_keys::follows_on(&mut *connection).await?
    };
    let users: i64 = sqlx::query_scalar("select count(*) from users")
        .fetch_one(&mut *connection)
        .await?;
    let entry: Option<i64> = sqlx::query_scalar("select number from ledger limit 1")
        .fetch_optional(&mut *connection)
        .await?;
    let ever_held_key = vault_keys::any_on(&mut *connection).await?;
    Ok(Inspection {
        current_key,
        ever_held_key,
        has_ledger: entry.is_some() || ever_held_key || users > 0,
        needed_keys,
        follows,
        has_users: users > 0,
    })
}

fn has_log(path: &Path) -> bool {
    let mut log = path.as_os_str().to_owned();
    log.push("-wal");
    std::fs::metadata(log).is_ok_and(|file| file.len() > 0)
}
