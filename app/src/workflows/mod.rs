//! Workflows: the list, the page with the editor and Setup, revisions, secrets, settings.

#[cfg(all(feature = "workbench", feature = "hydrate"))]
mod assist;
#[cfg(feature = "workbench")]
pub mod checked;
#[cfg(feature = "ssr")]
pub mod delete;
pub mod functions;
#[cfg(feature = "ssr")]
pub mod list;
#[cfg(feature = "ssr")]
pub mod new;
#[cfg(feature = "ssr")]
pub mod revisions;
#[cfg(feature = "ssr")]
pub mod secrets;
#[cfg(feature = "ssr")]
pub mod settings;
#[cfg(feature = "workbench")]
pub mod workbench;
#[cfg(all(feature = "workbench", feature = "hydrate"))]
pub mod worker;
#[cfg(feature = "ssr")]
pub mod workflow;
