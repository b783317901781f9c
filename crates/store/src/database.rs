//! Opening a database: one line for writers, some connections for readers.

use std::fs::{DirBuilder, OpenOptions};
use std::io::ErrorKind;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;
use std::time::Duration;

use sqlx::any::AnyPoolOptions;
use sqlx::{AnyPool, ConnectOptions, Connection};

use crate::address::Address;
use crate::settings::{self, Use};
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
                    Box::pin(settings::sqlite(connection, Use::Write))
                });
                let readers = pool().max_connections(4).after_connect(|connection, _| {
                    Box::pin(settings::sqlite(connection, Use::Read))
                });
                (Kind::Sqlite, writers, readers)
            }
            Address::Postgres(_) => {
                let writers = pool()
                    .max_connections(4)
                    .after_connect(|connection, _| Box::pin(settings::postgres(connection)));
                let readers = pool()
                    .max_connections(8)
                    .after_connect(|connection, _| Box::pin(settings::postgres(connection)));
                (Kind::Postgres, writers, readers)
            }
        };
        // Once without a pool, which would try for a long time and forget why it did not work. On
        // SQLite this also switches a new file to write-ahead logging.
        let mut first = options.connect().await?;
        match kind {
            Kind::Sqlite => settings::sqlite(&mut first, Use::Write).await?,
            Kind::Postgres => settings::postgres(&mut first).await?,
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
