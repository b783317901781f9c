//! Every server function there is, who may call it, a call that would be understood, and its answer.
//!
//! The first test compares this list with what the binary really registers, so that a new function
//! fails here until somebody has said who may call it.

mod list;

use axum::http::Method;
use leptos::server_fn::axum::server_fn_paths;
use model::Role;

pub(crate) use self::list::FUNCTIONS;

/// Who may call a function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Needs {
    /// Also somebody who is not signed in.
    Nobody,
    /// Anybody who is signed in; it is about that.
    Session,
    /// Anybody who is signed in; it only reads.
    Viewer,
    /// Whoever may start and stop runs.
    Operator,
    /// Whoever may decide approvals.
    Approver,
    /// An administrator.
    Administrator,
}

impl Needs {
    /// The lowest role that may change something with it; none when it is no question of roles.
    pub(crate) fn role(self) -> Option<Role> {
        match self {
            Self::Nobody | Self::Session | Self::Viewer => None,
            Self::Operator => Some(Role::Operator),
            Self::Approver => Some(Role::Approver),
            Self::Administrator => Some(Role::Administrator),
        }
    }
}

/// A server function.
#[derive(Debug)]
pub(crate) struct Function {
    pub(crate) name: &'static str,
    pub(crate) needs: Needs,
    pub(crate) fields: &'static [(&'static str, &'static str)],
    /// What whoever may call it is answered: the status, and the word of the problem if it is one.
    /// This is where there is what [`furnish`](crate::pages::furnish) makes and what the table of all
    /// functions adds to it, when those before it in the list have been called, and with values that are
    /// really sealed where sealed ones are taken.
    pub(crate) allowed: (u16, &'static str),
}

#[test]
fn every_function_is_listed_and_takes_only_post() {
    let mut registered: Vec<_> = server_fn_paths().collect();
    registered.sort_by_key(|(path, _)| *path);
    for (path, method) in &registered {
        let name = path
            .strip_prefix("/fn/")
            .unwrap_or_else(|| panic!("{path} is not below /fn/"));
        assert!(
            FUNCTIONS.iter().any(|listed| listed.name == name),
            "{path} is not listed"
        );
        assert_eq!(method, Method::POST, "{path}");
    }
    for listed in FUNCTIONS {
        let path = format!("/fn/{}", listed.name);
        assert!(
            registered.iter().any(|(known, _)| *known == path),
            "{path} is not registered"
        );
    }
}
