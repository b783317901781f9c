//! What server functions find in their context: the service and who is calling.

use leptos::prelude::use_context;
use model::Problem;
use service::{Administrator, Approver, Caller, Client, Operator, Recent, Service, Viewer};

fn present<T: Clone + 'static>() -> Result<T, Problem> {
    use_context::<T>().ok_or_else(|| {
        tracing::error!(
            wanted = std::any::type_name::<T>(),
            "a server function lacks its context"
        );
        Problem::internal()
    })
}

/// The use cases.
pub(crate) fn service() -> Result<Service, Problem> {
    present()
}

/// Where the request came from.
pub(crate) fn client() -> Result<Client, Problem> {
    present()
}

/// Who is signed in.
pub(crate) fn caller() -> Result<Caller, Problem> {
    present::<Option<Caller>>()?.ok_or_else(Problem::not_signed_in)
}

/// The right to look.
pub(crate) fn viewer() -> Result<Viewer, Problem> {
    Ok(caller()?.viewer())
}

/// The right to start and stop runs.
pub(crate) fn operator() -> Result<Operator, Problem> {
    caller()?.operator()
}

/// The right to decide approvals.
pub(crate) fn approver() -> Result<Approver, Problem> {
    caller()?.approver()
}

/// The right to change.
pub(crate) fn administrator() -> Result<Administrator, Problem> {
    caller()?.administrator()
}

/// The right to change what is dangerous to change. Without a fresh proof the form is answered with
/// the question for the password, and does what it asked for once that is there.
pub(crate) fn recent() -> Result<Recent, Problem> {
    service()?.recent(&administrator()?)
}
