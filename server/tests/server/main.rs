//! The server through its real router and through its real binary.
//!
//! Tests of routes run in this process on SQLite, and on PostgreSQL too when `RELAY_TEST_POSTGRES`
//! names a server; tests of the command line start the binary.

mod cli;
mod functions;
mod harness;
mod headers;
mod keys;
mod limits;
mod marker;
mod origins;
mod process;
mod rights;
mod sessions;
