//! The use cases, and who may do them: the only door pages, REST API and command line go through.
//!
//! Every use case is a method of [`Service`]; each that changes something asks for the permission it
//! needs as a value, which only a [`Caller`] of that role can make. It commits what it changes and
//! its ledger entry in one transaction. What it refuses, it refuses with a [`model::Problem`] that a
//! person can act on; what breaks is logged once, here, and answered with fixed words.
//!
//! Nothing here can open a stored value: there is no function that would.

mod begin;
mod client;
mod confirm;
mod connections;
mod failures;
mod field;
mod grants;
mod guessing;
mod holdings;
mod invitations;
mod key;
mod ledger;
mod listing;
mod password;
mod people;
mod permission;
mod profile;
mod random;
mod reading;
mod requirements;
mod revisions;
mod rotation;
mod runs;
mod seal;
mod secrets;
mod service;
mod session;
mod setup_code;
mod sign_in;
mod workflows;

pub use client::{Client, DeviceHash, device_hash, network};
pub use connections::{AddConnection, Change, ConnectionRow, ConnectionView, FieldView, UsedBy};
pub use grants::GrantsView;
pub use invitations::{Invited, Joining};
pub use key::{record_first_key, record_verifying_key};
pub use ledger::{ACTORS, EventKind, LedgerLine, LedgerPlace, LedgerSearch, LedgerStanding, Piece};
pub use people::{FirstAdministrator, NewUser, UserView};
pub use permission::{
    Administrator, Approver, Caller, CommandLine, Operator, PASSWORD_NEEDED, Recent, Viewer,
};
pub use profile::SessionView;
pub use revisions::{MAX_TEXT, RevisionRow, RevisionView, Saved};
pub use rotation::{KeyView, KeysView, RotationState, RotationView};
pub use runs::{
    AttemptView, Blocker, LogFrom, LogPart, RunForm, RunLine, RunParameter, RunView, StepView,
    UseView,
};
pub use seal::{Given, SealContext};
pub use secrets::{SecretRow, SecretView};
pub use service::{Clock, Service, account};
pub use session::{Beginning, Proof, SessionIdHash, session_id_hash, wrong_credentials};
pub use store::invitations::InvitationRow;
pub use store::uses::UsedIn;
pub use workflows::{WorkflowRow, WorkflowView};
