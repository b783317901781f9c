//! Rows: one file per noun, the same SQL for SQLite and PostgreSQL.
//!
//! Reads take a [`Store`] or a [`Tx`]; every function that changes something takes a [`Tx`] and the
//! [`ledger::Entry`] that tells of it, appends that entry, and takes who and when from it. What the
//! store keeps of a sealed value is bytes: it can neither seal nor open.
//!
//! This is the only crate that names sqlx. It draws no randomness and reads no clock.

pub mod accounts;
mod address;
pub mod connections;
mod database;
mod error;
mod inspect;
pub mod ledger;
mod migrate;
pub mod requirements;
pub mod revisions;
mod row;
mod sealed;
pub mod secrets;
pub mod sessions;
mod settings;
pub mod setup_code;
#[cfg(feature = "testing")]
pub mod testing;
mod transaction;
pub mod used_ids;
pub mod users;
pub mod vault_keys;
pub mod workflows;

pub use address::sqlite_url;
pub use database::Store;
pub use error::Error;
pub use inspect::{Inspection, inspect};
pub use row::Source;
pub use sealed::SealedBytes;
pub use transaction::Tx;
