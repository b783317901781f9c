//! Every act of somebody who is signed in.

use std::collections::BTreeSet;

use model::{ConnectionId, InvitationId, Problem, Role, SecretId, UserId};
use service::{Caller, Change};

use crate::help::{House, aws, changes, secret};

/// Every act of somebody who is signed in, with the lowest role that may do it, in an order in which
/// each finds what it needs.
pub(super) const ACTS: [(&str, Role); 26] = [
    ("create_workflow", Role::Administrator),
    ("save_workflow", Role::Administrator),
    ("restore_revision", Role::Administrator),
    ("rename_workflow", Role::Administrator),
    ("add_connection", Role::Administrator),
    ("overwrite_connection", Role::Administrator),
    ("set_grants", Role::Administrator),
    ("grant", Role::Administrator),
    ("add_secret", Role::Administrator),
    ("overwrite_secret", Role::Administrator),
    ("start_run", Role::Operator),
    ("decide_approval", Role::Approver),
    ("stop_run", Role::Operator),
    ("delete_secret", Role::Administrator),
    ("delete_connection", Role::Administrator),
    ("delete_workflow", Role::Administrator),
    ("ask_rotation", Role::Administrator),
    ("invite", Role::Administrator),
    ("withdraw_invitation", Role::Administrator),
    ("change_role", Role::Administrator),
    ("disable_user", Role::Administrator),
    ("enable_user", Role::Administrator),
    ("end_sessions_of", Role::Administrator),
    ("delete_user", Role::Administrator),
    ("end_own_session", Role::Viewer),
    ("end_other_sessions", Role::Viewer),
];

/// What the acts are about.
pub(super) struct There {
    pub(super) connection: ConnectionId,
    pub(super) secret: SecretId,
    pub(super) vera: UserId,
    pub(super) invitation: InvitationId,
    /// Of whoever acts.
    pub(super) other_session: String,
}

/// One of the acts, by somebody who was let in as who they were.
pub(super) async fn act(
    name: &str,
    house: &House,
    by: &Caller,
    there: &There,
) -> Result<(), Problem> {
    let service = &house.service;
    let administrator = by.administrator();
    match name {
        "create_workflow" => service
            .create_workflow(&administrator?, "old", "")
            .await
            .map(drop),
        "save_workflow" => service
            .save_workflow(&administrator?, "w", 2, "steps: []\n".into())
            .await
            .map(drop),
        "restore_revision" => service
            .restore_revision(&administrator?, "w", 1, 3)
            .await
            .map(drop),
        "rename_workflow" => service
            .rename_workflow(&administrator?, "old", "new", "")
            .await
            .map(drop),
        "add_connection" => service
            .add_connection(&administrator?, aws(&there.connection))
            .await
            .map(drop),
        "overwrite_connection" => {
            let new = changes([("accessKeyID", Change::Replace(secret("AKIAOTHER").into()))]);
            service
                .overwrite_connection(&administrator?, &there.connection, 1, new)
                .await
        }
        "set_grants" => {
            service
                .set_grants(
                    &administrator?,
                    &there.connection,
                    "all",
                    true,
                    &BTreeSet::new(),
                )
                .await
        }
        "grant" => service.grant(&administrator?, &there.connection, "w").await,
        "add_secret" => service
            .add_secret(
                &administrator?,
                "w",
                "token",
                secret("x"),
                there.secret.clone(),
            )
            .await
            .map(drop),
        "overwrite_secret" => {
            service
                .overwrite_secret(&administrator?, "w", &there.secret, 1, secret("y"))
                .await
        }
        "start_run" => service
            .start_run(&by.operator()?, "w", 0, vec![])
            .await
            .map(drop),
        "decide_approval" => {
            service
                .decide_approval(&by.approver()?, "w", 1, "sure", true)
                .await
        }
        "stop_run" => service.stop_run(&by.operator()?, "w", 1).await,
        "delete_secret" => {
            service
                .delete_secret(&administrator?, "w", &there.secret)
                .await
        }
        "delete_connection" => {
            service
                .delete_connection(&administrator?, &there.connection, None)
                .await
        }
        "delete_workflow" => service.delete_workflow(&administrator?, "new", "new").await,
        _ => act_on_people(name, house, by, there).await,
    }
}

/// One of those that are about people, invitations, sessions and the vault's key.
async fn act_on_people(
    name: &str,
    house: &House,
    by: &Caller,
    there: &There,
) -> Result<(), Problem> {
    let service = &house.service;
    let administrator = by.administrator();
    let recent = || {
        let administrator = by.administrator()?;
        service.recent(&administrator)
    };
    match name {
        "ask_rotation" => service.ask_rotation(&recent()?).await,
        "invite" => service
            .invite(&recent()?, "guest@example.com", Role::Viewer)
            .await
            .map(drop),
        "withdraw_invitation" => {
            service
                .withdraw_invitation(&administrator?, &there.invitation)
                .await
        }
        "change_role" => {
            service
                .change_role(&recent()?, &there.vera, Role::Operator)
                .await
        }
        "disable_user" => service.disable_user(&administrator?, &there.vera).await,
        "enable_user" => service.enable_user(&recent()?, &there.vera).await,
        "end_sessions_of" => {
            house.caller(&there.vera).await.unwrap();
            service
                .end_sessions_of(&administrator?, &there.vera)
                .await
                .map(drop)
        }
        "delete_user" => service.delete_user(&recent()?, &there.vera).await,
        "end_own_session" => service.end_own_session(by, &there.other_session).await,
        "end_other_sessions" => service.end_other_sessions(by).await.map(drop),
        unknown => panic!("{unknown}"),
    }
}
