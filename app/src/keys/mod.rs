//! The vault's keys: the page administrators rotate them on.

pub mod functions;
#[cfg(feature = "ssr")]
pub mod page;
