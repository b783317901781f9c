//! Values that were typed and not sealed, where only sealed ones are taken.

use model::Problem;
use service::Service;

/// The functions that take values as they were typed. Each has a twin with `_sealed` in its name.
const TAKES_VALUES: [&str; 4] = [
    "add_connection",
    "overwrite_connection",
    "add_secret",
    "overwrite_secret",
];

/// The refusal of a call whose body may hold values in plain, before anything looks at it.
pub(super) fn refused(service: &Service, function: &str) -> Option<Problem> {
    let refuses = service.requires_browser_sealing() && TAKES_VALUES.contains(&function);
    refuses.then(Service::unsealed_value)
}
