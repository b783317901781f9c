//! What every page is made of: icons, states, fields, notices and the frame around them.

#[cfg(feature = "ssr")]
pub mod area;
pub mod field;
#[cfg(feature = "ssr")]
pub mod frame;
pub mod icon;
#[cfg(feature = "layout")]
pub mod layout;
pub mod notice;
pub mod picture;
pub mod state;
pub mod time;
