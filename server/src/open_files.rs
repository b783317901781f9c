//! How many files and connections this process may have open at one time.

use rustix::process::{Resource, getrlimit, setrlimit};

/// Takes all that the system allows: the usual limit is meant for programs that wait for files with
/// `select`, and is lower than the connections that are accepted. Steps have a limit of their own.
pub(crate) fn raise() {
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    // Where it cannot be raised, the server does with what there is.
    let _ = setrlimit(Resource::Nofile, limit);
}
