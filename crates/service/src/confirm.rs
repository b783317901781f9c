//! Typing a name to confirm that something is really meant.

use model::Problem;

/// Refuses unless `typed` is `name`; blanks around it do not count.
pub(crate) fn typed(typed: Option<&str>, name: &str, because: &str) -> Result<(), Problem> {
    if typed.map(str::trim) == Some(name) {
        return Ok(());
    }
    Err(Problem::field(
        "typed_name",
        "confirm_name",
        format!("{because} Type {name} to delete it all the same."),
    ))
}
