//! The connections to one database: one line for writers, some connections for readers.

use std::fs::{DirBuilder, OpenOptions};
use std::io::ErrorKind;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use sqlx::any::{AnyConnectOptions, AnyPoolOptions};
use sqlx::{AnyPool, ConnectOptions, Connection};

use crate::Error;
use crate::address::Address;
use crate::settings::{self, Durability, Use};

/// How long to wait for a connection. In one process a writer waits for all writers before it.
const PATIENCE: Duration = Duration::from_mins(1);

/// Which database it is. Only this crate ever asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Sqlite,
    Postgres,
}

/// Connections that write and connections that read. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Pools {
    pub(crate) kind: Kind,
    pub(crate) writers: AnyPool,
    pub(crate) readers: AnyPool,
    /// How often values were changed through here.
    pub(crate) changes_of_values: Arc<AtomicU64>,
}

impl Pools {
    /// Connects, and makes a file that is missing.
    pub(crate) async fn connect(address: &Address, durability: Durability) -> Result<Self, Error> {
        sqlx::any::install_default_drivers();
        let options = address.options("rw")?;
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
                let writers = pool()
                    .max_connections(1)
                    .after_connect(move |connection, _| {
                        Box::pin(settings::sqlite(connection, Use::Write, durability))
                    });
                let readers = pool()
                    .max_connections(4)
                    .after_connect(move |connection, _| {
                        Box::pin(settings::sqlite(connection, Use::Read, durability))
                    });
                (Kind::Sqlite, writers, readers)
            }
            Address::Postgres(_) => {
                let pool = || {
                    pool().after_connect(move |connection, _| {
                        Box::pin(settings::postgres(connection, durability))
                    })
                };
                let (writers, readers) = (pool().max_connections(4), pool().max_connections(8));
                (Kind::Postgres, writers, readers)
            }
        };
        // Once without a pool, which would try for a long time and forget why it did not work. On
        // SQLite this also switches a new file to write-ahead logging.
        let mut first = options.connect().await?;
        match kind {
            Kind::Sqlite => settings::sqlite(&mut first, Use::Write, durability).await?,
            Kind::Postgres => settings::postgres(&mut first, durability).await?,
        }
        let writers = writers.connect_with(options.clone()).await?;
        let readers = readers.connect_with(options).await?;
        // Not before: the last connection to a SQLite file tidies its log away.
        first.close().await?;
        Ok(Self {
            kind,
            writers,
            readers,
            changes_of_values: Arc::default(),
        })
    }

    /// Other writers of a PostgreSQL database that is open already, connecting when they are needed.
    pub(crate) fn more_writers(&self, options: AnyConnectOptions, durability: Durability) -> Self {
        let writers = pool()
            .max_connections(2)
            .after_connect(move |connection, _| {
                Box::pin(settings::postgres(connection, durability))
            });
        Self {
            kind: self.kind,
            writers: writers.connect_lazy_with(options),
            readers: self.readers.clone(),
            changes_of_values: Arc::clone(&self.changes_of_values),
        }
    }

    /// Ends all connections; on SQLite this also empties the write-ahead log.
    pub(crate) async fn close(&self) {
        self.readers.close().await;
        self.writers.close().await;
    }
}

fn pool() -> AnyPoolOptions {
    AnyPoolOptions::new().acquire_timeout(PATIENCE)
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
