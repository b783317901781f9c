//! Opening a database: its address, its pools, and the settings that durability rests on.

use std::fs::{DirBuilder, OpenOptions};
use std::io::ErrorKind;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

use sqlx::any::{AnyConnectOptions, AnyPoolOptions};
use sqlx::{AnyConnection, AnyPool, ConnectOptions, Connection};

use crate::transaction::is_busy;
use crate::vault_keys::{self, VaultKey};
use crate::{Error, migrate};

/// How long to wait for a connection. In one process a writer waits for all writers before it.
const PATIENCE: Duration = Duration::from_mins(1);

/// Which database it is. Only this crate ever asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Sqlite,
    Postgres,
}

/// A database, ready for use. Cheap to clone.
#[derive(Clone)]
pub struct Store {
    kind: Kind,
    writers: AnyPool,
    readers: AnyPool,
}

/// What a database holds before anything was written to it by this start.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Inspection {
    /// The vault key in use.
    pub current_key: Option<VaultKey>,
    /// Whether there ever was a vault key. A database that had one and has none is damaged.
    pub ever_held_key: bool,
    /// Whether a person can sign in already.
    pub has_users: bool,
}

impl Store {
    /// Opens the database at `url` and brings its tables up to date.
    ///
    /// `sqlite:` with a path makes the file (0600) and its directory (0700) when they are missing;
    /// `postgres://` reaches a server, also over a Unix socket (`?host=/run/postgresql`).
    pub async fn open(url: &str) -> Result<Self, Error> {
        let store = Self::connect(&Address::parse(url)?).await?;
        migrate::run(&store).await?;
        Ok(store)
    }

    /// Ends all connections; on SQLite this also empties the write-ahead log.
    pub async fn close(&self) {
        self.readers.close().await;
        self.writers.close().await;
    }

    async fn connect(address: &Address) -> Result<Self, Error> {
        sqlx::any::install_default_drivers();
        let options = address.options("rw")?;
        let pool = || AnyPoolOptions::new().acquire_timeout(PATIENCE);
        let (kind, writers, readers) = match address {
            Address::Sqlite(path) => {
                make_file(path)?;
                let pool = || {
                    pool()
                        .idle_timeout(None)
                        .max_lifetime(None)
                        .test_before_acquire(false)
                };
                // One writer, so that this process stands in its own line before it asks SQLite.
                let writers = pool().max_connections(1).after_connect(|connection, _| {
                    Box::pin(prepare_sqlite(connection, Use::Write))
                });
                let readers = pool()
                    .max_connections(4)
                    .after_connect(|connection, _| Box::pin(prepare_sqlite(connection, Use::Read)));
                (Kind::Sqlite, writers, readers)
            }
            Address::Postgres(_) => {
                let writers = pool()
                    .max_connections(4)
                    .after_connect(|connection, _| Box::pin(prepare_postgres(connection)));
                let readers = pool()
                    .max_connections(8)
                    .after_connect(|connection, _| Box::pin(prepare_postgres(connection)));
                (Kind::Postgres, writers, readers)
            }
        };
        // Once without a pool, which would try for a long time and forget why it did not work. On
        // SQLite this also switches a new file to write-ahead logging.
        let mut first = options.connect().await?;
        match kind {
            Kind::Sqlite => prepare_sqlite(&mut first, Use::Write).await?,
            Kind::Postgres => prepare_postgres(&mut first).await?,
        }
        let writers = writers.connect_with(options.clone()).await?;
        let readers = readers.connect_with(options).await?;
        // Not before: the last connection to a SQLite file tidies its log away.
        first.close().await?;
        Ok(Self {
            kind,
            writers,
            readers,
        })
    }

    pub(crate) fn kind(&self) -> Kind {
        self.kind
    }

    pub(crate) fn writers(&self) -> &AnyPool {
        &self.writers
    }

    pub(crate) fn readers(&self) -> &AnyPool {
        &self.readers
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
    if migrate::newest_applied(connection, kind).await? == 0 {
        return Ok(Inspection::default());
    }
    let users: i64 = sqlx::query_scalar("select count(*) from users")
        .fetch_one(&mut *connection)
        .await?;
    Ok(Inspection {
        current_key: vault_keys::current_on(&mut *connection).await?,
        ever_held_key: vault_keys::any_on(&mut *connection).await?,
        has_users: users > 0,
    })
}

/// The address of a SQLite file, as [`Store::open`] takes it.
pub fn sqlite_url(path: &Path) -> String {
    let digit = |four_bits: u8| char::from(b"0123456789ABCDEF"[usize::from(four_bits)]);
    let mut url = String::from("sqlite://");
    for byte in path.as_os_str().as_encoded_bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'.' | b'-' | b'_' | b'~' => {
                url.push(char::from(*byte));
            }
            other => url.extend(['%', digit(other >> 4), digit(other & 15)]),
        }
    }
    url
}

enum Address {
    Sqlite(PathBuf),
    Postgres(String),
}

impl Address {
    fn parse(url: &str) -> Result<Self, Error> {
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            return Ok(Self::Postgres(url.to_owned()));
        }
        let rest = url.strip_prefix("sqlite:").ok_or(Error::Address(
            "it begins with sqlite: for a file, or with postgres:// for a server",
        ))?;
        let rest = rest.strip_prefix("//").unwrap_or(rest);
        if rest.contains('?') {
            return Err(Error::Address(
                "relay makes the settings of SQLite itself: leave out what follows the ?",
            ));
        }
        if rest.is_empty() || rest.contains(":memory:") {
            return Err(Error::Address("sqlite: needs the path of a file"));
        }
        Ok(Self::Sqlite(std::path::absolute(unescape(rest)?)?))
    }

    /// What to connect with; `mode` is SQLite's.
    fn options(&self, mode: &str) -> Result<AnyConnectOptions, Error> {
        let options: AnyConnectOptions = match self {
            Self::Sqlite(path) => format!("{}?mode={mode}", sqlite_url(path)).parse()?,
            Self::Postgres(url) => url.parse()?,
        };
        Ok(options.disable_statement_logging())
    }
}

/// Undoes `%41`; what is not an escape stays as it is.
fn unescape(text: &str) -> Result<String, Error> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let escaped = (*first == b'%')
            .then(|| after.get(..2))
            .flatten()
            .and_then(|two| std::str::from_utf8(two).ok())
            .and_then(|two| u8::from_str_radix(two, 16).ok());
        bytes.push(escaped.unwrap_or(*first));
        rest = if escaped.is_some() {
            &after[2..]
        } else {
            after
        };
    }
    String::from_utf8(bytes).map_err(|_| Error::Address("the path is not UTF-8"))
}

/// Makes the file readable by its owner alone; SQLite gives its log the same rights.
fn make_file(path: &Path) -> Result<(), Error> {
    if let Some(directory) = path.parent() {
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(directory)?;
    }
    match OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
    {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(error.into()),
        _ => Ok(()),
    }
}

fn has_log(path: &Path) -> bool {
    let mut log = path.as_os_str().to_owned();
    log.push("-wal");
    std::fs::metadata(log).is_ok_and(|file| file.len() > 0)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Use {
    Read,
    Write,
}

/// Makes the settings of one SQLite connection, and asks whether they hold.
async fn prepare_sqlite(connection: &mut AnyConnection, purpose: Use) -> Result<(), sqlx::Error> {
    // First of all: from here on the other settings wait for their turn.
    sqlx::raw_sql("pragma busy_timeout = 5000")
        .execute(&mut *connection)
        .await?;
    if purpose == Use::Write {
        use_write_ahead_log(connection).await?;
    }
    sqlx::raw_sql(
        "pragma synchronous = full; pragma foreign_keys = on; pragma secure_delete = on; \
         pragma trusted_schema = off",
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
        ("synchronous", "pragma synchronous", "2"),
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
async fn prepare_postgres(connection: &mut AnyConnection) -> Result<(), sqlx::Error> {
    sqlx::raw_sql(
        "set lock_timeout = '30s'; set statement_timeout = '60s'; \
         set idle_in_transaction_session_timeout = '60s'",
    )
    .execute(connection)
    .await
    .map(|_| ())
}
