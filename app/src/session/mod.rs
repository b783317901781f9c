//! Signing in and out, the very first administrator, and whoever was invited.

#[cfg(feature = "ssr")]
pub mod confirm;
pub mod functions;
#[cfg(feature = "ssr")]
pub mod join;
#[cfg(feature = "ssr")]
pub mod login;
#[cfg(feature = "ssr")]
pub mod welcome;
