//! Relay's pages, a folder per noun. Lists and forms are rendered on the server and work without
//! JavaScript; the workflow page's editor with all that depends on it is an island.
//!
//! Nothing here touches the store or can name the opener: pages ask the service, and a stored
//! value has no way into a page.

// The types of views nest deeply.
#![recursion_limit = "512"]

pub mod connections;
#[cfg(feature = "ssr")]
pub mod docs;
#[cfg(feature = "ssr")]
mod door;
pub mod keys;
#[cfg(feature = "ssr")]
pub mod ledger;
#[cfg(feature = "ssr")]
pub mod page;
pub mod refused;
pub mod runs;
pub mod session;
pub mod typed;
pub mod ui;
pub mod users;
pub mod workflows;
