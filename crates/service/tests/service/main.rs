//! The use cases, through the service, on both databases; see `store::testing`.

#![expect(clippy::unwrap_used, reason = "what fails here fails the test")]
#![expect(
    clippy::disallowed_methods,
    reason = "tests also write as other parts of Relay do"
)]

mod access;
mod connections;
mod fixture;
mod grants;
mod guessing;
mod help;
mod keys;
mod leaks;
mod ledger;
mod load;
mod people;
mod proofs;
mod queue;
mod roles;
mod runs;
mod sealing;
mod secrets;
mod sessions;
mod workflows;
