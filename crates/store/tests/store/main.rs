//! The store on both databases; see `store::testing` for how PostgreSQL is reached.

#![expect(clippy::unwrap_used, reason = "what fails here fails the test")]

mod claims;
mod connections;
mod contention;
mod engines;
mod fixture;
mod help;
mod ledger;
mod logs;
mod looking;
mod opening;
mod people;
mod runs;
mod secrets;
mod steps;
mod tampering;
mod uses;
mod wake;
mod workflows;
