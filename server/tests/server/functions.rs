//! Every server function there is, who may call it, and a call that would be understood.
//!
//! The first test compares this list with what the binary really registers, so that a new function
//! fails here until somebody has said who may call it.

use axum::http::Method;
use leptos::server_fn::axum::server_fn_paths;
use model::Role;

/// Who may call a function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Needs {
    /// Also somebody who is not signed in.
    Nobody,
    /// Anybody who is signed in; it is about that.
    Session,
    /// Anybody who is signed in; what it reads does not exist here.
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
}

const ID: &str = "0123456789abcdef0123456789abcdef";

/// The list.
pub(crate) const FUNCTIONS: &[Function] = &[
    Function {
        name: "log_in",
        needs: Needs::Nobody,
        fields: &[
            ("email", "nobody@example.com"),
            ("password", "not the right one"),
        ],
    },
    Function {
        name: "create_administrator",
        needs: Needs::Nobody,
        fields: &[
            ("code", "AAAA-AAAA-AAAA"),
            ("name", "Somebody"),
            ("email", "first@example.com"),
            ("password", "correct horse battery"),
        ],
    },
    Function {
        name: "create_workflow",
        needs: Needs::Administrator,
        fields: &[("name", "created"), ("description", "")],
    },
    Function {
        name: "rename_workflow",
        needs: Needs::Administrator,
        fields: &[
            ("workflow", "created"),
            ("name", "renamed"),
            ("description", ""),
        ],
    },
    Function {
        name: "save_workflow",
        needs: Needs::Administrator,
        fields: &[
            ("workflow", "created"),
            ("base_revision", "0"),
            ("text", "steps: []\n"),
        ],
    },
    Function {
        name: "restore_revision",
        needs: Needs::Administrator,
        fields: &[
            ("workflow", "created"),
            ("number", "1"),
            ("base_revision", "1"),
        ],
    },
    Function {
        name: "workflow_holdings",
        needs: Needs::Viewer,
        fields: &[("workflow", "created")],
    },
    Function {
        name: "newest_revision",
        needs: Needs::Viewer,
        fields: &[("workflow", "created")],
    },
    Function {
        name: "start_run",
        needs: Needs::Operator,
        fields: &[
            ("workflow", "created"),
            ("revision", "1"),
            ("parameters[0][name]", "who"),
            ("parameters[0][value]", "everybody"),
        ],
    },
    Function {
        name: "stop_run",
        needs: Needs::Operator,
        fields: &[("workflow", "created"), ("number", "1")],
    },
    Function {
        name: "decide_approval",
        needs: Needs::Approver,
        fields: &[
            ("workflow", "created"),
            ("number", "1"),
            ("step", "sure"),
            ("granted", "true"),
        ],
    },
    Function {
        name: "delete_workflow",
        needs: Needs::Administrator,
        fields: &[("workflow", "created"), ("typed_name", "created")],
    },
    Function {
        name: "new_connection",
        needs: Needs::Administrator,
        fields: &[],
    },
    Function {
        name: "connection_fields",
        needs: Needs::Viewer,
        fields: &[("id", ID)],
    },
    Function {
        name: "add_connection",
        needs: Needs::Administrator,
        fields: &[
            ("id", ID),
            ("type_name", "aws"),
            ("name", "an account"),
            ("values[accessKeyID]", "a"),
            ("values[secretAccessKey]", "b"),
        ],
    },
    Function {
        name: "overwrite_connection",
        needs: Needs::Administrator,
        fields: &[
            ("id", ID),
            ("revision", "1"),
            ("changes[accessKeyID]", "replace"),
            ("changes[secretAccessKey]", "keep"),
            ("values[accessKeyID]", "c"),
        ],
    },
    Function {
        name: "connection_seal_context",
        needs: Needs::Administrator,
        fields: &[("id", ID), ("type_name", "aws")],
    },
    Function {
        name: "add_sealed_connection",
        needs: Needs::Administrator,
        fields: &[
            ("id", ID),
            ("type_name", "aws"),
            ("name", "an account"),
            ("sealed[accessKeyID]", "1.AAAA"),
        ],
    },
    Function {
        name: "overwrite_sealed_connection",
        needs: Needs::Administrator,
        fields: &[
            ("id", ID),
            ("revision", "1"),
            ("changes[accessKeyID]", "replace"),
            ("sealed[accessKeyID]", "1.AAAA"),
        ],
    },
    Function {
        name: "delete_connection",
        needs: Needs::Administrator,
        fields: &[("id", ID), ("typed_name", "an account")],
    },
    Function {
        name: "set_grants",
        needs: Needs::Administrator,
        fields: &[("id", ID), ("limited", "true"), ("workflows[]", "created")],
    },
    Function {
        name: "grant_connection",
        needs: Needs::Administrator,
        fields: &[("id", ID), ("workflow", "created")],
    },
    Function {
        name: "rotate_key",
        needs: Needs::Administrator,
        fields: &[],
    },
    Function {
        name: "new_secret",
        needs: Needs::Administrator,
        fields: &[],
    },
    Function {
        name: "secret_revision",
        needs: Needs::Viewer,
        fields: &[("workflow", "created"), ("id", ID)],
    },
    Function {
        name: "add_secret",
        needs: Needs::Administrator,
        fields: &[
            ("workflow", "created"),
            ("id", ID),
            ("name", "token"),
            ("value", "d"),
        ],
    },
    Function {
        name: "overwrite_secret",
        needs: Needs::Administrator,
        fields: &[
            ("workflow", "created"),
            ("id", ID),
            ("revision", "1"),
            ("value", "e"),
        ],
    },
    Function {
        name: "secret_seal_context",
        needs: Needs::Administrator,
        fields: &[("workflow", "created"), ("id", ID), ("name", "token")],
    },
    Function {
        name: "add_sealed_secret",
        needs: Needs::Administrator,
        fields: &[
            ("workflow", "created"),
            ("id", ID),
            ("name", "token"),
            ("sealed[value]", "1.AAAA"),
        ],
    },
    Function {
        name: "overwrite_sealed_secret",
        needs: Needs::Administrator,
        fields: &[
            ("workflow", "created"),
            ("id", ID),
            ("revision", "1"),
            ("sealed[value]", "1.AAAA"),
        ],
    },
    Function {
        name: "delete_secret",
        needs: Needs::Administrator,
        fields: &[("workflow", "created"), ("id", ID)],
    },
    Function {
        name: "join",
        needs: Needs::Nobody,
        fields: &[
            ("code", "AAAAAAAAAAAAAAAAAAAAAAAAAA"),
            ("name", "Somebody"),
            ("email", "guest@example.com"),
            ("password", "correct horse battery"),
        ],
    },
    Function {
        name: "invite",
        needs: Needs::Administrator,
        fields: &[("email", "guest@example.com"), ("role", "viewer")],
    },
    Function {
        name: "withdraw_invitation",
        needs: Needs::Administrator,
        fields: &[("id", ID)],
    },
    Function {
        name: "change_role",
        needs: Needs::Administrator,
        fields: &[("id", ID), ("role", "viewer")],
    },
    Function {
        name: "disable_user",
        needs: Needs::Administrator,
        fields: &[("id", ID)],
    },
    Function {
        name: "enable_user",
        needs: Needs::Administrator,
        fields: &[("id", ID)],
    },
    Function {
        name: "delete_user",
        needs: Needs::Administrator,
        fields: &[("id", ID)],
    },
    Function {
        name: "end_sessions_of",
        needs: Needs::Administrator,
        fields: &[("id", ID)],
    },
    Function {
        name: "change_password",
        needs: Needs::Session,
        fields: &[
            ("current_password", "not the right one"),
            ("new_password", "short"),
        ],
    },
    Function {
        name: "end_session",
        needs: Needs::Session,
        fields: &[("session", ID)],
    },
    Function {
        name: "end_other_sessions",
        needs: Needs::Session,
        fields: &[],
    },
    // The last one: it ends the session of whoever calls all of them.
    Function {
        name: "log_out",
        needs: Needs::Session,
        fields: &[],
    },
];

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
