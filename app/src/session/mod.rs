//! Signing in and out, and the very first administrator.

pub mod functions;
#[cfg(feature = "ssr")]
pub mod login;
#[cfg(feature = "ssr")]
pub mod welcome;
