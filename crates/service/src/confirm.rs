//! Typing a name to confirm that something is really meant.

use std::fmt::Display;
use std::str::FromStr;

use model::Problem;

/// Refuses unless `typed` is `name`, read as a name is read.
pub(crate) fn typed<T: FromStr + PartialEq + Display>(
    typed: Option<&str>,
    name: &T,
    because: &str,
) -> Result<(), Problem> {
    if typed.and_then(|typed| typed.parse().ok()).as_ref() == Some(name) {
        return Ok(());
    }
    Err(Problem::field(
        "typed_name",
        "confirm_name",
        format!("{because} Type {name} to delete it all the same."),
    ))
}
