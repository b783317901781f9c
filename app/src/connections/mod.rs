//! Connections: the list, and the forms that add, overwrite and delete them.

#[cfg(feature = "ssr")]
pub mod delete;
pub mod functions;
#[cfg(feature = "ssr")]
pub mod grants;
#[cfg(feature = "ssr")]
pub mod list;
#[cfg(feature = "ssr")]
pub mod new;
#[cfg(feature = "ssr")]
pub mod overwrite;
pub mod overwrite_fields;
pub mod sealing;
pub mod value_field;
#[cfg(feature = "ssr")]
pub mod value_form;

/// The sentence above every button that stores a value.
pub const WRITE_ONLY: &str =
    "You won't be able to see these values again. You can overwrite or delete them.";
