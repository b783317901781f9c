//! The server through its real router and through its real binary.
//!
//! Tests of routes run in this process on SQLite, and on PostgreSQL too when `RELAY_TEST_POSTGRES`
//! names a server; tests of the command line start the binary.

#![expect(
    clippy::unwrap_used,
    reason = "a helper that cannot go on has failed its test"
)]

mod backup;
mod cli;
mod door;
mod files;
mod fixtures;
mod functions;
mod grants;
mod guesses;
mod harness;
mod headers;
mod held;
mod house;
mod keys;
mod ledger;
mod ledger_page;
mod limits;
mod marker;
mod memory;
mod metadata;
mod origins;
mod pages;
mod people;
mod process;
mod rights;
mod rotation;
mod runs;
mod sealing;
mod seed;
mod serving;
mod serving_steps;
mod sessions;
mod stalled;
mod table;
mod two_roles;
mod unopenable;
mod validate;
mod wire;
