//! The use cases, through the service, on both databases; see `store::testing`.

#![expect(clippy::unwrap_used, reason = "what fails here fails the test")]

mod connections;
mod fixture;
mod help;
mod leaks;
mod load;
mod people;
mod roles;
mod runs;
mod secrets;
mod sessions;
mod workflows;
