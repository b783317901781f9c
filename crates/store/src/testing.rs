//! Databases for tests: a SQLite file in a directory of its own, always, and a PostgreSQL database
//! of its own on the server that `RELAY_TEST_POSTGRES` names, when it names one.
//!
//! Only behind the feature `testing`, which no program switches on.

use std::env;
use std::future::Future;
use std::io::Write as _;
use std::panic::resume_unwind;
use std::path::{Path, PathBuf};
use std::sync::Once;
use std::sync::atomic::{AtomicU64, Ordering};

use sqlx::any::AnyConnectOptions;
use sqlx::{AnyConnection, AssertSqlSafe, ConnectOptions, Connection};

use crate::{Error, Store, sqlite_url};

/// A fresh, empty database.
#[derive(Debug, Clone)]
pub struct TestDatabase {
    /// Its address, as [`Store::open`] takes it.
    pub url: String,
    directory: PathBuf,
}

impl TestDatabase {
    /// Opens it.
    pub async fn open(&self) -> Result<Store, Error> {
        Store::open(&self.url).await
    }

    /// A directory that lasts as long as the test; on SQLite the database is in it.
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// Whether it is SQLite.
    pub fn is_sqlite(&self) -> bool {
        self.url.starts_with("sqlite:")
    }

    /// Runs statements behind the store's back, and answers how many rows they changed.
    pub async fn execute(&self, sql: &str) -> Result<u64, Error> {
        execute(&self.url, sql).await
    }

    /// The number that a query answers.
    pub async fn number(&self, sql: &str) -> Result<i64, Error> {
        let mut connection = connect(&self.url).await?;
        let done = sqlx::query_scalar(AssertSqlSafe(sql))
            .fetch_one(&mut connection)
            .await;
        connection.close().await?;
        Ok(done?)
    }
}

/// Runs statements on a database behind the store's back, and answers how many rows they changed.
pub async fn execute(url: &str, sql: &str) -> Result<u64, Error> {
    let mut connection = connect(url).await?;
    let done = sqlx::raw_sql(AssertSqlSafe(sql))
        .execute(&mut connection)
        .await;
    connection.close().await?;
    Ok(done?.rows_affected())
}

async fn connect(url: &str) -> Result<AnyConnection, Error> {
    sqlx::any::install_default_drivers();
    Ok(url
        .parse::<AnyConnectOptions>()?
        .disable_statement_logging()
        .connect()
        .await?)
}

/// Writes one test for each database: `both! { async fn name(database: TestDatabase) { … } }`.
#[macro_export]
macro_rules! both {
    ($($(#[$meta:meta])* async fn $name:ident($database:ident: $type:ty) $body:block)*) => {
        $($(#[$meta])* mod $name {
            use super::*;

            async fn test($database: $type) $body

            #[test]
            fn sqlite() {
                $crate::testing::on_sqlite(test);
            }

            #[test]
            fn postgres() {
                $crate::testing::on_postgres(test);
            }
        })*
    };
}

/// Runs a test on SQLite.
///
/// # Panics
/// When the test does, or when there is no directory for it.
pub fn on_sqlite<F>(test: impl FnOnce(TestDatabase) -> F)
where
    F: Future<Output = ()> + Send + 'static,
{
    let directory = expect(tempfile::tempdir(), "a directory for the test");
    let url = sqlite_url(&directory.path().join("data/relay.sqlite"));
    let test = test(TestDatabase {
        url,
        directory: directory.path().to_owned(),
    });
    run(test);
}

/// Runs a test on PostgreSQL, in a database that is dropped after it, or says that it was left out.
///
/// # Panics
/// When the test does, or when the server refuses.
pub fn on_postgres<F>(test: impl FnOnce(TestDatabase) -> F)
where
    F: Future<Output = ()> + Send + 'static,
{
    static NUMBER: AtomicU64 = AtomicU64::new(0);
    static LEFT_OUT: Once = Once::new();

    let Ok(server) = env::var("RELAY_TEST_POSTGRES") else {
        // Written directly: the test harness keeps what passing tests print.
        LEFT_OUT.call_once(|| {
            let _ = writeln!(
                std::io::stderr(),
                "PostgreSQL was LEFT OUT: RELAY_TEST_POSTGRES does not name a server"
            );
        });
        return;
    };
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let name = format!("relay_test_{}_{number}", std::process::id());
    let url = with_database(&server, &name);
    let directory = expect(tempfile::tempdir(), "a directory for the test");
    let test = test(TestDatabase {
        url,
        directory: directory.path().to_owned(),
    });
    run(async move {
        administer(&server, &format!("create database {name}")).await;
        let done = tokio::spawn(test).await;
        administer(&server, &format!("drop database {name} with (force)")).await;
        if let Err(failed) = done {
            resume_unwind(failed.into_panic());
        }
    });
}

fn run(test: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build();
    expect(runtime, "a runtime for the test").block_on(test);
}

async fn administer(server: &str, sql: &str) {
    let mut connection = expect(connect(server).await, "the server of RELAY_TEST_POSTGRES");
    expect(
        sqlx::raw_sql(AssertSqlSafe(sql))
            .execute(&mut connection)
            .await,
        sql,
    );
    expect(connection.close().await, "closing");
}

/// The same server, another database.
fn with_database(server: &str, name: &str) -> String {
    let (address, options) = server.split_once('?').unwrap_or((server, ""));
    let host = address.split('/').nth(2).unwrap_or_default();
    format!("postgres://{host}/{name}?{options}")
}

fn expect<T, E: std::fmt::Display>(done: Result<T, E>, what: &str) -> T {
    match done {
        Ok(value) => value,
        Err(error) => panic!("{what}: {error}"),
    }
}
