//! The use cases, and who may do them: the only door pages, REST API and command line go through.
//!
//! Every use case is a method of [`Service`]; each that changes something asks for the permission it
//! needs as a value, which only a [`Caller`] of that role can make. It commits what it changes and
//! its ledger entry in one transaction. What it refuses, it refuses with a [`model::Problem`] that a
//! person can act on; what breaks is logged once, here, and answered with fixed words.
//!
//! Nothing here can open a stored value: there is no function that would.

mod confirm;
mod connections;
mod field;
mod holdings;
mod key;
mod password;
mod people;
mod permission;
mod random;
mod reading;
mod requirements;
mod revisions;
mod runs;
mod secrets;
mod service;
mod session;
mod setup_code;
mod sign_in;
mod workflows;

pub use connections::{AddConnection, Change, ConnectionRow, ConnectionView, FieldView, UsedBy};
pub use key::record_first_key;
pub use people::{FirstAdministrator, NewUser, UserView};
pub use permission::{Administrator, Approver, Caller, CommandLine, Operator, Viewer};
pub use revisions::{MAX_TEXT, RevisionRow, RevisionView, Saved};
pub use runs::{
    AttemptView, Blocker, LogFrom, LogPart, RunForm, RunLine, RunParameter, RunView, StepView,
    UseView,
};
pub use secrets::SecretRow;
pub use service::{Clock, Service, account};
pub use session::{SessionIdHash, session_id_hash};
pub use workflows::{WorkflowRow, WorkflowView};
