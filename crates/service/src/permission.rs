//! Who may do what, as values.
//!
//! A use case takes the permission it needs: one cannot forget to check what one has to hold. The
//! fields are private and only a [`Caller`] makes them; each contains the one below it, so that an
//! `&Administrator` serves where a `&Viewer` is asked for.
//!
//! A lower one does not serve where a higher one is asked for, and nobody makes one up:
//! ```compile_fail,E0308
//! async fn no(service: &service::Service, viewer: &service::Viewer) {
//!     let _ = service.create_workflow(viewer, "mine", "").await;
//! }
//! ```
//! ```compile_fail,E0308
//! async fn no(service: &service::Service, approver: &service::Approver, id: &model::ConnectionId) {
//!     let _ = service.delete_connection(approver, id, None).await;
//! }
//! ```
//! ```compile_fail,E0308
//! async fn no(service: &service::Service, viewer: &service::Viewer) {
//!     let _ = service.start_run(viewer, "mine", 0, vec![]).await;
//! }
//! ```
//! ```compile_fail,E0308
//! async fn no(service: &service::Service, operator: &service::Operator) {
//!     let _ = service.decide_approval(operator, "mine", 1, "sure", true).await;
//! }
//! ```
//! ```compile_fail,E0423
//! fn no(approver: service::Approver) -> service::Administrator {
//!     service::Administrator(approver)
//! }
//! ```
//! ```
//! async fn yes(service: &service::Service, administrator: &service::Administrator) {
//!     let _ = service.workflows(administrator).await;
//!     let _ = service.create_workflow(administrator, "mine", "").await;
//! }
//! ```

use std::ops::Deref;
use std::sync::Arc;

use model::{Email, PersonName, Problem, ProblemKind, Role, Timestamp, UserId};
use store::ledger::Actor;
use store::users::UserRow;

use crate::session::SessionIdHash;

/// For how long a password that was entered is proof enough, in milliseconds.
const FRESH: i64 = 10 * 60 * 1_000;

/// The code of a refusal that the person's password would undo.
pub const PASSWORD_NEEDED: &str = "password_needed";

#[derive(Debug, Clone)]
struct Person {
    id: UserId,
    name: PersonName,
    email: Email,
    role: Role,
    session: SessionIdHash,
    proved_at: Timestamp,
}

/// A person who is signed in and not disabled; made for each request by
/// [`Service::caller`](crate::Service::caller), so that a changed role counts at once.
#[derive(Debug, Clone)]
pub struct Caller(Arc<Person>);

impl Caller {
    pub(crate) fn new(user: UserRow, session: SessionIdHash, proved_at: Timestamp) -> Self {
        Self(Arc::new(Person {
            id: user.id,
            name: user.name,
            email: user.email,
            role: user.role,
            session,
            proved_at,
        }))
    }

    /// What is stored of the id of the session.
    pub fn session(&self) -> &SessionIdHash {
        &self.0.session
    }

    /// The person's id.
    pub fn user_id(&self) -> &UserId {
        &self.0.id
    }

    /// How the person wants to be called.
    pub fn name(&self) -> &PersonName {
        &self.0.name
    }

    /// The person's address.
    pub fn email(&self) -> &Email {
        &self.0.email
    }

    /// The person's role.
    pub fn role(&self) -> Role {
        self.0.role
    }

    /// Everybody who is signed in may look.
    pub fn viewer(&self) -> Viewer {
        Viewer(self.clone())
    }

    /// Permission to start, stop and rerun.
    pub fn operator(&self) -> Result<Operator, Problem> {
        Operator::allows(self.role())?;
        Ok(Operator(self.viewer()))
    }

    /// Permission to decide approvals.
    pub fn approver(&self) -> Result<Approver, Problem> {
        Approver::allows(self.role())?;
        Ok(Approver(self.operator()?))
    }

    /// Permission to change workflows, connections, secrets and people.
    pub fn administrator(&self) -> Result<Administrator, Problem> {
        Administrator::allows(self.role())?;
        Ok(Administrator(self.approver()?))
    }
}

/// A permission of somebody who is signed in. Who begins a transaction with it
/// ([`Service::begin`](crate::Service::begin)) is asked for it again inside.
pub(crate) trait Permission: Sync {
    /// The lowest role that gives it.
    const NEEDED: Role;

    /// Who holds it.
    fn holder(&self) -> &Caller;

    /// Refuses a role that does not give it.
    fn allows(role: Role) -> Result<(), Problem> {
        if role >= Self::NEEDED {
            return Ok(());
        }
        Err(Problem::new(
            ProblemKind::Forbidden,
            "role_too_low",
            format!(
                "This needs the role {}; yours is {}. Ask an administrator.",
                Self::NEEDED.label(),
                role.label()
            ),
        ))
    }
}

/// To act on oneself.
impl Permission for Caller {
    const NEEDED: Role = Role::Viewer;

    fn holder(&self) -> &Caller {
        self
    }
}

impl Permission for Operator {
    const NEEDED: Role = Role::Operator;

    fn holder(&self) -> &Caller {
        self.caller()
    }
}

impl Permission for Approver {
    const NEEDED: Role = Role::Approver;

    fn holder(&self) -> &Caller {
        self.caller()
    }
}

impl Permission for Administrator {
    const NEEDED: Role = Role::Administrator;

    fn holder(&self) -> &Caller {
        self.caller()
    }
}

impl Permission for Recent {
    const NEEDED: Role = Role::Administrator;

    fn holder(&self) -> &Caller {
        self.caller()
    }
}

/// Permission to look.
#[derive(Debug, Clone)]
pub struct Viewer(Caller);

impl Viewer {
    /// The same permission, from any that contains it.
    #[must_use]
    pub fn viewer(&self) -> Viewer {
        self.clone()
    }

    /// Who holds it.
    pub fn user_id(&self) -> &UserId {
        self.0.user_id()
    }

    fn caller(&self) -> &Caller {
        &self.0
    }

    /// Who holds it, as the ledger tells it.
    pub(crate) fn actor(&self) -> Actor {
        Actor::User(self.user_id().clone())
    }
}

/// Permission to start, stop and rerun, and all of [`Viewer`].
#[derive(Debug, Clone)]
pub struct Operator(Viewer);

/// Permission to decide approvals, and all of [`Operator`].
#[derive(Debug, Clone)]
pub struct Approver(Operator);

/// Permission to change workflows, connections, secrets and people, and all of [`Approver`].
#[derive(Debug, Clone)]
pub struct Administrator(Approver);

/// Permission for what is dangerous, and all of [`Administrator`]: the password was entered in the
/// last ten minutes. A session that somebody found open is not enough for it.
///
/// Nothing but [`Service::recent`](crate::Service::recent) makes one:
/// ```compile_fail,E0423
/// fn no(administrator: service::Administrator) -> service::Recent {
///     service::Recent(administrator)
/// }
/// ```
#[derive(Debug, Clone)]
pub struct Recent(Administrator);

impl Administrator {
    /// Whether the password was entered lately.
    pub(crate) fn recent(&self, now: Timestamp) -> Result<Recent, Problem> {
        let passed = now.0.saturating_sub(self.caller().0.proved_at.0);
        // A clock that was set back is no proof.
        if passed.saturating_abs() <= FRESH {
            return Ok(Recent(self.clone()));
        }
        Err(Problem::new(
            ProblemKind::Forbidden,
            PASSWORD_NEEDED,
            "Enter your password again to do this: the last time was more than ten minutes ago.",
        ))
    }
}

impl Deref for Recent {
    type Target = Administrator;

    fn deref(&self) -> &Administrator {
        &self.0
    }
}

impl Deref for Operator {
    type Target = Viewer;

    fn deref(&self) -> &Viewer {
        &self.0
    }
}

impl Deref for Approver {
    type Target = Operator;

    fn deref(&self) -> &Operator {
        &self.0
    }
}

impl Deref for Administrator {
    type Target = Approver;

    fn deref(&self) -> &Approver {
        &self.0
    }
}

/// Permission of whoever runs the program beside the database: they could change its rows anyway.
#[derive(Debug, Clone, Copy)]
pub struct CommandLine(());

impl CommandLine {
    /// For `relay`'s own command line, and nothing that answers over a network.
    pub fn of_this_process() -> Self {
        Self(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn caller(role: Role) -> Caller {
        let ana = UserRow {
            id: UserId::from_bytes([1; 16]),
            email: "ana@example.com".parse().unwrap(),
            name: "Ana".parse().unwrap(),
            role,
            password_hash: store::users::PasswordHash(String::new()),
            disabled_at: None,
        };
        Caller::new(ana, [1; 32], Timestamp(1_000_000))
    }

    #[test]
    fn a_password_is_proof_for_ten_minutes() {
        let administrator = caller(Role::Administrator).administrator().unwrap();
        let recent = |at| administrator.recent(Timestamp(at));
        assert!(recent(1_000_000).is_ok() && recent(1_000_000 + FRESH).is_ok());
        for at in [1_000_001 + FRESH, 999_999 - FRESH, i64::MIN, i64::MAX] {
            let problem = recent(at).unwrap_err();
            assert_eq!(
                (problem.kind, &*problem.code),
                (ProblemKind::Forbidden, PASSWORD_NEEDED)
            );
        }
    }

    #[test]
    fn roles_are_cumulative() {
        for role in Role::ALL {
            let caller = caller(role);
            assert_eq!(caller.operator().is_ok(), role >= Role::Operator, "{role}");
            assert_eq!(caller.approver().is_ok(), role >= Role::Approver, "{role}");
            assert_eq!(
                caller.administrator().is_ok(),
                role >= Role::Administrator,
                "{role}"
            );
        }
    }

    #[test]
    fn a_refusal_says_what_is_needed() {
        let problem = caller(Role::Viewer).administrator().unwrap_err();
        assert_eq!(problem.kind, ProblemKind::Forbidden);
        assert_eq!(
            problem.detail,
            "This needs the role Administrator; yours is Viewer. Ask an administrator."
        );
    }

    #[test]
    fn a_higher_permission_serves_as_a_lower_one() {
        fn look(viewer: &Viewer) -> &UserId {
            viewer.user_id()
        }
        let caller = caller(Role::Administrator);
        assert_eq!(look(&caller.administrator().unwrap()), caller.user_id());
        assert_eq!(
            caller.approver().unwrap().viewer().user_id(),
            caller.user_id()
        );
    }
}
