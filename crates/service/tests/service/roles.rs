//! Roles: who gets which permission, and that every act is told with who did it.

use model::{ProblemKind, Role};
use service::Change;
use store::both;
use store::testing::TestDatabase;

use crate::help::{self, NEEDS_AWS, changes, secret};

both! {
    async fn only_administrators_hold_what_changes_anything(database: TestDatabase) {
        let house = help::empty(&database).await;
        for role in Role::ALL {
            let caller = house.person(role.as_str(), role).await;
            let permissions = [
                (Role::Operator, caller.operator().err()),
                (Role::Approver, caller.approver().err()),
                (Role::Administrator, caller.administrator().err()),
            ];
            for (needed, refusal) in permissions {
                assert_eq!(refusal.is_none(), role >= needed, "{role} as {needed}");
                if let Some(problem) = refusal {
                    assert_eq!(problem.kind, ProblemKind::Forbidden);
                    assert!(problem.detail.contains(needed.label()), "{problem}");
                }
            }
            // Everybody may look.
            let viewer = caller.viewer();
            assert!(house.service.workflows(&viewer).await.unwrap().is_empty());
            assert!(house.service.connections(&viewer).await.unwrap().is_empty());
        }
    }

    async fn every_act_is_told_once(database: TestDatabase) {
        let (house, ana) = help::with_ana(&database).await;
        let service = &house.service;
        let before = house.entries().await;
        service.create_workflow(&ana, "one", "").await.unwrap();
        service.rename_workflow(&ana, "one", "two", "for tests").await.unwrap();
        service.save_workflow(&ana, "two", 0, NEEDS_AWS.into()).await.unwrap();
        service.save_workflow(&ana, "two", 1, "steps: []\n".into()).await.unwrap();
        service.restore_revision(&ana, "two", 1, 2).await.unwrap();
        let token = service.new_secret_id(&ana).unwrap();
        service.add_secret(&ana, "two", "token", secret("x"), token.clone()).await.unwrap();
        service.overwrite_secret(&ana, "two", &token, 1, secret("y")).await.unwrap();
        service.delete_secret(&ana, "two", &token).await.unwrap();
        let aws = house.add_aws(&ana).await;
        let change = changes([("accessKeyID", Change::Replace(secret("AKIAOTHER").into()))]);
        service.overwrite_connection(&ana, &aws, 1, change).await.unwrap();
        service.delete_connection(&ana, &aws, Some("my-aws-account".into())).await.unwrap();
        service.delete_workflow(&ana, "two", "two").await.unwrap();
        assert_eq!(house.acts(before).await, [
            "workflow.create", "workflow.rename", "workflow.save", "workflow.save", "workflow.restore",
            "secret.add", "secret.overwrite", "secret.delete",
            "connection.add", "connection.overwrite", "connection.delete", "workflow.delete",
        ]);
        let rows = store::ledger::after(&house.store, before, 100).await.unwrap();
        assert!(rows.iter().all(|row| row.actor == ana.user_id().as_str() && row.actor_kind == "user"));
        let detail = |act: &str| rows.iter().find(|row| row.act == act).unwrap().detail.as_str();
        assert_eq!(
            detail("connection.add"),
            r#"{"fields":{"accessKeyID":1,"secretAccessKey":1},"name":"my-aws-account","revision":1,"sealed":{"accessKeyID":"server","secretAccessKey":"server"},"type":"aws"}"#
        );
        assert_eq!(detail("connection.overwrite"), r#"{"cleared":[],"fields":{"accessKeyID":2},"revision":2,"sealed":{"accessKeyID":"server"}}"#);
        assert_eq!(detail("workflow.restore"), r#"{"restored":1,"revision":3}"#);
        house.entries().await;
    }
}
