//! The use cases, through the service, on both databases; see `store::testing`.

mod connections;
mod fixture;
mod help;
mod leaks;
mod load;
mod people;
mod roles;
mod secrets;
mod sessions;
mod workflows;
