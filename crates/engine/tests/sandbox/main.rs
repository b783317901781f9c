//! Attempts to get out of the sandbox, through the runner that steps use.
//!
//! Every attempt has a control beside it: something harmless of the same kind, which must work. So
//! no attempt fails for another reason than the one that is meant.

#![expect(clippy::unwrap_used, reason = "what fails here fails the test")]

mod bare;
mod kernel;
mod lifetime;
mod memory;
mod privileges;
mod processes;
mod resources;
mod secrecy;
mod sight;
mod starting;
mod support;
