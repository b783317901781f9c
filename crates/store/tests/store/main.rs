//! The store on both databases; see `store::testing` for how PostgreSQL is reached.

#![expect(clippy::unwrap_used, reason = "what fails here fails the test")]

mod connections;
mod contention;
mod fixture;
mod help;
mod ledger;
mod opening;
mod people;
mod secrets;
mod workflows;
