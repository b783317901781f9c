//! Runs: starting one, the list of a workflow's runs, and the page that shows one while it goes on.

pub mod duration;
#[cfg(feature = "ssr")]
mod form;
pub mod functions;
#[cfg(feature = "ssr")]
pub mod list;
#[cfg(feature = "live-run")]
pub mod live;
#[cfg(feature = "ssr")]
mod log_page;
pub mod log_search;
pub mod log_text;
pub mod look;
pub mod picture;
#[cfg(feature = "ssr")]
pub mod run;
pub mod snapshot;
#[cfg(feature = "ssr")]
pub mod start;
