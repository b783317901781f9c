//! People: the list an administrator sees, inviting and removing them, and one's own profile.

#[cfg(feature = "ssr")]
pub mod access_control;
#[cfg(feature = "ssr")]
mod agent;
#[cfg(feature = "ssr")]
pub mod delete;
pub mod functions;
#[cfg(feature = "ssr")]
pub mod invite;
#[cfg(feature = "ssr")]
pub mod person;
#[cfg(feature = "ssr")]
pub mod profile;
#[cfg(feature = "ssr")]
pub mod role_field;
