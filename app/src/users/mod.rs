//! People: the list an administrator sees, and one's own profile.

pub mod access_control;
pub mod profile;
