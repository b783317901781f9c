//! Brings the tables up to date: the migrations of this program, in order, in one transaction.
//!
//! A migration that has landed is never edited; its checksum in the database would tell. Several
//! processes may start at once: they stand in line, and the second finds nothing left to do.

use sha2::{Digest, Sha256};
use sqlx::{AnyConnection, AssertSqlSafe};

use crate::Error;
use crate::pools::{Kind, Pools};

/// The migrations of one set of tables, and the table that tells which of them were applied.
pub(crate) struct History {
    table: &'static str,
    migrations: &'static [Migration],
}

struct Migration {
    number: i64,
    name: &'static str,
    sqlite: &'static str,
    postgres: &'static str,
}

/// Everything but logs.
pub(crate) const HOUSE: History = History {
    table: "migrations",
    migrations: &[
        Migration {
            number: 1,
            name: "house",
            sqlite: include_str!("../../../migrations/sqlite/0001_house.sql"),
            postgres: include_str!("../../../migrations/postgres/0001_house.sql"),
        },
        Migration {
            number: 2,
            name: "runs",
            sqlite: include_str!("../../../migrations/sqlite/0002_runs.sql"),
            postgres: include_str!("../../../migrations/postgres/0002_runs.sql"),
        },
        Migration {
            number: 3,
            name: "keys",
            sqlite: include_str!("../../../migrations/sqlite/0003_keys.sql"),
            postgres: include_str!("../../../migrations/postgres/0003_keys.sql"),
        },
        Migration {
            number: 4,
            name: "people",
            sqlite: include_str!("../../../migrations/sqlite/0004_people.sql"),
            postgres: include_str!("../../../migrations/postgres/0004_people.sql"),
        },
        Migration {
            number: 5,
            name: "sealing",
            sqlite: include_str!("../../../migrations/sqlite/0005_sealing.sql"),
            postgres: include_str!("../../../migrations/postgres/0005_sealing.sql"),
        },
        Migration {
            number: 6,
            name: "grants",
            sqlite: include_str!("../../../migrations/sqlite/0006_grants.sql"),
            postgres: include_str!("../../../migrations/postgres/0006_grants.sql"),
        },
        Migration {
            number: 7,
            name: "checkpoints",
            sqlite: include_str!("../../../migrations/sqlite/0007_checkpoints.sql"),
            postgres: include_str!("../../../migrations/postgres/0007_checkpoints.sql"),
        },
        Migration {
            number: 8,
            name: "looking",
            sqlite: include_str!("../../../migrations/sqlite/0008_looking.sql"),
            postgres: include_str!("../../../migrations/postgres/0008_looking.sql"),
        },
        Migration {
            number: 9,
            name: "devices",
            sqlite: include_str!("../../../migrations/sqlite/0009_devices.sql"),
            postgres: include_str!("../../../migrations/postgres/0009_devices.sql"),
        },
        Migration {
            number: 10,
            name: "collected",
            sqlite: include_str!("../../../migrations/sqlite/0010_collected.sql"),
            postgres: include_str!("../../../migrations/postgres/0010_collected.sql"),
        },
        Migration {
            number: 11,
            name: "altered",
            sqlite: include_str!("../../../migrations/sqlite/0011_altered.sql"),
            postgres: include_str!("../../../migrations/postgres/0011_altered.sql"),
        },
    ],
};

/// Logs, which may lie in a file of their own.
pub(crate) const LOGS: History = History {
    table: "log_migrations",
    migrations: &[Migration {
        number: 1,
        name: "logs",
        sqlite: include_str!("../../../migrations/logs/sqlite/0001_logs.sql"),
        postgres: include_str!("../../../migrations/logs/postgres/0001_logs.sql"),
    }],
};

/// The first eight letters of “relaymig”: PostgreSQL's advisory locks are numbers.
const LOCK: i64 = i64::from_be_bytes(*b"relaymig");

impl Migration {
    fn text(&self, kind: Kind) -> &'static str {
        match kind {
            Kind::Sqlite => self.sqlite,
            Kind::Postgres => self.postgres,
        }
    }

    fn checksum(&self, kind: Kind) -> Vec<u8> {
        Sha256::digest(self.text(kind)).to_vec()
    }
}

/// Applies what is missing. Reads first: a start that has nothing to do writes nothing.
pub(crate) async fn run(pools: &Pools, history: &History) -> Result<(), Error> {
    let kind = pools.kind;
    let mut reader = pools.readers.acquire().await?;
    let done = check(&mut reader, kind, history).await?;
    drop(reader);
    if done == history.migrations.len() {
        return Ok(());
    }
    let mut tx = pools.begin().await?;
    let connection = tx.connection();
    if kind == Kind::Postgres {
        sqlx::query("select pg_advisory_xact_lock($1)")
            .bind(LOCK)
            .execute(&mut *connection)
            .await?;
    }
    let table = history.table;
    let done = check(connection, kind, history).await?;
    if done == 0 {
        let bytes = match kind {
            Kind::Sqlite => "blob",
            Kind::Postgres => "bytea",
        };
        let create = format!(
            "create table {table} (number bigint primary key not null, name text not null, checksum {bytes} not null)"
        );
        sqlx::raw_sql(AssertSqlSafe(create))
            .execute(&mut *connection)
            .await?;
    }
    for migration in &history.migrations[done..] {
        sqlx::raw_sql(migration.text(kind))
            .execute(&mut *connection)
            .await?;
        let insert = format!("insert into {table} (number, name, checksum) values ($1, $2, $3)");
        sqlx::query(AssertSqlSafe(insert))
            .bind(migration.number)
            .bind(migration.name)
            .bind(migration.checksum(kind))
            .execute(&mut *connection)
            .await?;
    }
    tx.commit().await?;
    tracing::info!(
        applied = history.migrations.len() - done,
        history = table,
        "the database is up to date"
    );
    Ok(())
}

/// The number of the newest migration in the database; 0 when there is none.
pub(crate) async fn newest_applied(
    connection: &mut AnyConnection,
    kind: Kind,
    history: &History,
) -> Result<i64, Error> {
    let tables: i64 = sqlx::query_scalar(match kind {
        Kind::Sqlite => "select count(*) from sqlite_master where type = 'table' and name = $1",
        Kind::Postgres => {
            "select count(*) from information_schema.tables \
             where table_schema = current_schema() and table_name = $1"
        }
    })
    .bind(history.table)
    .fetch_one(&mut *connection)
    .await?;
    if tables == 0 {
        return Ok(0);
    }
    let newest = format!("select coalesce(max(number), 0) from {}", history.table);
    Ok(sqlx::query_scalar(AssertSqlSafe(newest))
        .fetch_one(connection)
        .await?)
}

/// How many migrations are applied, each of them the one this program knows.
async fn check(
    connection: &mut AnyConnection,
    kind: Kind,
    history: &History,
) -> Result<usize, Error> {
    let newest = newest_applied(connection, kind, history).await?;
    if newest == 0 {
        return Ok(0);
    }
    let known = history.migrations.last().map_or(0, |last| last.number);
    if newest > known {
        return Err(Error::Newer {
            found: newest,
            known,
        });
    }
    let all = format!(
        "select number, checksum from {} order by number",
        history.table
    );
    let applied: Vec<(i64, Vec<u8>)> = sqlx::query_as(AssertSqlSafe(all))
        .fetch_all(connection)
        .await?;
    for ((number, checksum), migration) in applied.iter().zip(history.migrations) {
        if *number != migration.number || *checksum != migration.checksum(kind) {
            return Err(Error::Altered(*number));
        }
    }
    Ok(applied.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What both databases must agree on: everything before the triggers, types and the ways to
    /// compute a column aside.
    fn tables(sql: &str) -> String {
        let end = ["create function", "create trigger"]
            .iter()
            .filter_map(|word| sql.find(word))
            .min();
        let sql = &sql[..end.unwrap_or(sql.len())];
        let zero = "00".repeat(32);
        let computed = |statement: &str| match statement.find("generated always") {
            Some(at) => statement[..at].to_owned(),
            None => statement.to_owned(),
        };
        let sql = sql.split(';').map(computed).collect::<Vec<_>>().join(";");
        sql.replace("bytea", "blob")
            .replace(&format!("'\\x{zero}'"), &format!("x'{zero}'"))
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ")
    }

    #[test]
    fn both_databases_get_the_same_tables() {
        for (at, migration) in HOUSE
            .migrations
            .iter()
            .enumerate()
            .chain(LOGS.migrations.iter().enumerate())
        {
            assert_eq!(
                migration.number,
                i64::try_from(at).unwrap() + 1,
                "{}",
                migration.name
            );
            assert_eq!(
                tables(migration.sqlite),
                tables(migration.postgres),
                "{}",
                migration.name
            );
        }
    }
}
