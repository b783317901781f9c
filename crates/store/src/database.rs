//! Opening a database: its tables, its logs, and how changes are announced.

use std::sync::Arc;

use sqlx::AnyPool;

use crate::address::Address;
use crate::logs::Logs;
use crate::pools::{Kind, Pools};
use crate::settings::Durability;
use crate::wake::Wake;
use crate::{Error, migrate};

/// A database, ready for use. Cheap to clone.
#[derive(Clone)]
pub struct Store {
    address: Arc<Address>,
    pools: Pools,
    logs: Logs,
    pub(crate) wake: Arc<Wake>,
}

impl Store {
    /// Opens the database at `url` and brings its tables up to date.
    ///
    /// `sqlite:` with a path makes the file (0600), the one of the logs beside it, and their
    /// directory (0700) when they are missing; `postgres://` reaches a server, also over a Unix
    /// socket (`?host=/run/postgresql`).
    pub async fn open(url: &str) -> Result<Self, Error> {
        let address = Address::parse(url)?;
        let pools = Pools::connect(&address, Durability::PowerCut).await?;
        migrate::run(&pools, &migrate::HOUSE).await?;
        let logs = Logs::open(&address, &pools).await?;
        Ok(Self {
            wake: Arc::new(Wake::new(&address)),
            address: Arc::new(address),
            pools,
            logs,
        })
    }

    /// Ends all connections; on SQLite this also empties the write-ahead logs.
    pub async fn close(&self) {
        self.wake.close().await;
        self.logs.close().await;
        self.pools.close().await;
    }

    /// What steps have printed. Logs are apart from everything else: see [`crate::logs`].
    pub fn logs(&self) -> &Logs {
        &self.logs
    }

    pub(crate) fn address(&self) -> &Address {
        &self.address
    }

    pub(crate) fn kind(&self) -> Kind {
        self.pools.kind
    }

    pub(crate) fn pools(&self) -> &Pools {
        &self.pools
    }

    pub(crate) fn readers(&self) -> &AnyPool {
        &self.pools.readers
    }
}
