//! The functions, each with a call that would be understood.

use super::{Function, Needs};
use crate::pages::PERSON;

/// The connection that is added, and deleted again.
const ADDED: &str = "0123456789abcdef0123456789abcde0";

/// The secret that is added, and deleted again.
const ADDED_SECRET: &str = "fedcba9876543210fedcba987654321f";

/// The connection whose values arrive sealed, and remain.
const SEALED: &str = "0123456789abcdef0123456789abcde1";

/// The secret whose value arrives sealed, and remains.
const SEALED_SECRET: &str = "fedcba9876543210fedcba987654321e";

/// Stands where a browser puts what it has sealed; as it is, it is no sealed value.
const UNSEALED: &str = "1.AAAA";

/// The list, in an order in which each of them finds what it needs.
pub(crate) const FUNCTIONS: &[Function] = &[
    Function {
        name: "log_in",
        needs: Needs::Nobody,
        fields: &[
            ("email", "nobody@example.com"),
            ("password", "not the right one"),
        ],
        allowed: (422, "wrong_credentials"),
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
        allowed: (409, "already_set_up"),
    },
    Function {
        name: "create_workflow",
        needs: Needs::Administrator,
        fields: &[("name", "created"), ("description", "")],
        allowed: (200, ""),
    },
    Function {
        name: "rename_workflow",
        needs: Needs::Administrator,
        fields: &[
            ("workflow", "created"),
            ("name", "created"),
            ("description", "for a test"),
        ],
        allowed: (200, ""),
    },
    Function {
        name: "save_workflow",
        needs: Needs::Administrator,
        fields: &[
            ("workflow", "created"),
            ("base_revision", "0"),
            ("text", "steps: []\n"),
        ],
        allowed: (200, ""),
    },
    Function {
        name: "restore_revision",
        needs: Needs::Administrator,
        fields: &[
            ("workflow", "created"),
            ("number", "1"),
            ("base_revision", "1"),
        ],
        allowed: (200, ""),
    },
    Function {
        name: "workflow_holdings",
        needs: Needs::Viewer,
        fields: &[("workflow", "created")],
        allowed: (200, ""),
    },
    Function {
        name: "newest_revision",
        needs: Needs::Viewer,
        fields: &[("workflow", "created")],
        allowed: (200, ""),
    },
    Function {
        name: "start_run",
        needs: Needs::Operator,
        fields: &[
            ("workflow", "some"),
            ("revision", "1"),
            ("parameters[0][name]", "who"),
            ("parameters[0][value]", "everybody"),
        ],
        allowed: (200, ""),
    },
    Function {
        name: "stop_run",
        needs: Needs::Operator,
        fields: &[("workflow", "asks"), ("number", "1")],
        allowed: (200, ""),
    },
    Function {
        name: "decide_approval",
        needs: Needs::Approver,
        fields: &[
            ("workflow", "asks"),
            ("number", "1"),
            ("step", "sure"),
            ("granted", "true"),
        ],
        allowed: (200, ""),
    },
    Function {
        name: "delete_workflow",
        needs: Needs::Administrator,
        fields: &[("workflow", "created"), ("typed_name", "created")],
        allowed: (200, ""),
    },
    Function {
        name: "new_connection",
        needs: Needs::Administrator,
        fields: &[],
        allowed: (200, ""),
    },
    Function {
        name: "add_connection",
        needs: Needs::Administrator,
        fields: &[
            ("id", ADDED),
            ("type_name", "aws"),
            ("name", "another account"),
            ("values[accessKeyID]", "a"),
            ("values[secretAccessKey]", "b"),
        ],
        allowed: (200, ""),
    },
    Function {
        name: "connection_fields",
        needs: Needs::Viewer,
        fields: &[("id", ADDED)],
        allowed: (200, ""),
    },
    Function {
        name: "overwrite_connection",
        needs: Needs::Administrator,
        fields: &[
            ("id", ADDED),
            ("revision", "1"),
            ("changes[accessKeyID]", "replace"),
            ("changes[secretAccessKey]", "keep"),
            ("values[accessKeyID]", "c"),
        ],
        allowed: (200, ""),
    },
    Function {
        name: "connection_seal_context",
        needs: Needs::Administrator,
        fields: &[("id", ADDED), ("type_name", "aws")],
        allowed: (200, ""),
    },
    Function {
        name: "add_sealed_connection",
        needs: Needs::Administrator,
        fields: &[
            ("id", SEALED),
            ("type_name", "aws"),
            ("name", "a sealed account"),
            ("sealed[accessKeyID]", UNSEALED),
            ("sealed[secretAccessKey]", UNSEALED),
        ],
        allowed: (200, ""),
    },
    Function {
        name: "overwrite_sealed_connection",
        needs: Needs::Administrator,
        fields: &[
            ("id", SEALED),
            ("revision", "1"),
            ("changes[accessKeyID]", "replace"),
            ("changes[secretAccessKey]", "keep"),
            ("sealed[accessKeyID]", UNSEALED),
        ],
        allowed: (200, ""),
    },
    Function {
        name: "set_grants",
        needs: Needs::Administrator,
        fields: &[
            ("id", ADDED),
            ("seen", "all"),
            ("limited", "true"),
            ("workflows[]", "some"),
        ],
        allowed: (200, ""),
    },
    Function {
        name: "grant_connection",
        needs: Needs::Administrator,
        fields: &[("id", ADDED), ("workflow", "some")],
        allowed: (200, ""),
    },
    Function {
        name: "delete_connection",
        needs: Needs::Administrator,
        fields: &[("id", ADDED), ("typed_name", "another account")],
        allowed: (200, ""),
    },
    Function {
        name: "new_secret",
        needs: Needs::Administrator,
        fields: &[],
        allowed: (200, ""),
    },
    Function {
        name: "add_secret",
        needs: Needs::Administrator,
        fields: &[
            ("workflow", "some"),
            ("id", ADDED_SECRET),
            ("name", "another token"),
            ("value", "d"),
        ],
        allowed: (200, ""),
    },
    Function {
        name: "secret_revision",
        needs: Needs::Viewer,
        fields: &[("workflow", "some"), ("id", ADDED_SECRET)],
        allowed: (200, ""),
    },
    Function {
        name: "overwrite_secret",
        needs: Needs::Administrator,
        fields: &[
            ("workflow", "some"),
            ("id", ADDED_SECRET),
            ("revision", "1"),
            ("value", "e"),
        ],
        allowed: (200, ""),
    },
    Function {
        name: "secret_seal_context",
        needs: Needs::Administrator,
        fields: &[
            ("workflow", "some"),
            ("id", ADDED_SECRET),
            ("name", "another token"),
        ],
        allowed: (200, ""),
    },
    Function {
        name: "add_sealed_secret",
        needs: Needs::Administrator,
        fields: &[
            ("workflow", "some"),
            ("id", SEALED_SECRET),
            ("name", "a sealed token"),
            ("sealed[value]", UNSEALED),
        ],
        allowed: (200, ""),
    },
    Function {
        name: "overwrite_sealed_secret",
        needs: Needs::Administrator,
        fields: &[
            ("workflow", "some"),
            ("id", SEALED_SECRET),
            ("revision", "1"),
            ("sealed[value]", UNSEALED),
        ],
        allowed: (200, ""),
    },
    Function {
        name: "delete_secret",
        needs: Needs::Administrator,
        fields: &[("workflow", "some"), ("id", ADDED_SECRET)],
        allowed: (200, ""),
    },
    // Behind everything that takes sealed values: a browser would have to seal them again.
    Function {
        name: "rotate_key",
        needs: Needs::Administrator,
        fields: &[],
        allowed: (200, ""),
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
        allowed: (422, "invalid_input"),
    },
    Function {
        name: "invite",
        needs: Needs::Administrator,
        fields: &[("email", "guest@example.com"), ("role", "viewer")],
        allowed: (200, ""),
    },
    Function {
        name: "withdraw_invitation",
        needs: Needs::Administrator,
        fields: &[("id", ADDED)],
        allowed: (200, ""),
    },
    Function {
        name: "change_role",
        needs: Needs::Administrator,
        fields: &[("id", PERSON), ("role", "operator")],
        allowed: (200, ""),
    },
    Function {
        name: "disable_user",
        needs: Needs::Administrator,
        fields: &[("id", PERSON)],
        allowed: (200, ""),
    },
    Function {
        name: "enable_user",
        needs: Needs::Administrator,
        fields: &[("id", PERSON)],
        allowed: (200, ""),
    },
    Function {
        name: "end_sessions_of",
        needs: Needs::Administrator,
        fields: &[("id", PERSON)],
        allowed: (200, ""),
    },
    Function {
        name: "delete_user",
        needs: Needs::Administrator,
        fields: &[("id", PERSON)],
        allowed: (200, ""),
    },
    Function {
        name: "change_password",
        needs: Needs::Session,
        fields: &[
            ("current_password", "not the right one"),
            ("new_password", "an entirely new one"),
        ],
        allowed: (422, "invalid_input"),
    },
    Function {
        name: "end_session",
        needs: Needs::Session,
        fields: &[("session", ADDED)],
        allowed: (200, ""),
    },
    Function {
        name: "end_other_sessions",
        needs: Needs::Session,
        fields: &[],
        allowed: (200, ""),
    },
    // The last one: it ends the session of whoever calls all of them.
    Function {
        name: "log_out",
        needs: Needs::Session,
        fields: &[],
        allowed: (200, ""),
    },
];
