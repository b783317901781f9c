//! Rows: one file per noun, the same SQL for SQLite and PostgreSQL.
//!
//! Reads take a [`Store`] or a [`Tx`]; every function that changes something takes a [`Tx`] and the
//! [`ledger::Entry`] that tells of it, appends that entry, and takes who and when from it. What runs
//! do by themselves is the exception: transitions of steps, outputs and logs are not told in the
//! ledger, while starting and stopping a run, deciding an approval and every hand-out of a value are.
//! What the store keeps of a sealed value is bytes: it can neither seal nor open.
//!
//! This is the only crate that names sqlx. It draws no randomness and reads no clock.

pub mod accounts;
mod address;
pub mod altered;
pub mod backup;
pub mod checkpoints;
pub mod connections;
mod database;
pub mod devices;
pub mod engines;
mod error;
pub mod grants;
mod inspect;
pub mod invitations;
pub mod ledger;
pub mod logs;
mod migrate;
pub mod outputs;
mod pools;
pub mod requirements;
pub mod resealing;
pub mod revisions;
pub mod rotations;
mod row;
pub mod runs;
mod sealed;
pub mod secrets;
pub mod sessions;
mod settings;
pub mod setup_code;
pub mod sign_ins;
pub mod steps;
#[cfg(feature = "testing")]
pub mod testing;
pub mod told;
mod transaction;
pub mod used_ids;
pub mod users;
pub mod uses;
pub mod vault_keys;
mod wake;
pub mod workflows;

pub use address::sqlite_url;
pub use database::Store;
pub use error::Error;
pub use inspect::{Inspection, inspect};
pub use row::Source;
pub use sealed::SealedBytes;
pub use transaction::Tx;
pub use wake::Change;
