//! The engine through its front door: real database, real sandbox, real keys.

#![expect(clippy::unwrap_used, reason = "what fails here fails the test")]

mod again;
mod boundaries;
mod conditions;
mod failing;
mod help;
mod input_files;
mod logs;
mod masking;
mod meeting;
mod recovery;
mod refusals;
mod replay;
mod rotation;
mod steps;
mod values;
