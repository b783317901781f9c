//! The ledger: who or what did what, when.

mod form;
pub mod page;
mod standing;
