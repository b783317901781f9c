//! Grants: a connection that is limited is no use to other workflows, and the ledger tells who said so.

use std::collections::BTreeSet;

use model::{EngineId, ProblemKind, RequirementState, Role};
use store::engines::{NewEngine, Presence};
use store::testing::TestDatabase;
use store::{both, grants};

use crate::help::{self, aws, field};

const TEXT: &str = "\
steps:
- name: read
  image: i
  input: [ls]
  spec: {aws: !Connection [aws, my-aws-account]}
";

both! {
    async fn a_workflow_without_a_grant_has_no_permission(database: TestDatabase) {
        let (house, ana) = help::with_ana(&database).await;
        let service = &house.service;
        let new = NewEngine { id: &EngineId::from_bytes([1; 16]), runner: "process", note: "", at: help::clock() };
        let _engine = Presence::announce(&house.store, &new).await.unwrap();
        for name in ["mine", "theirs"] {
            service.create_workflow(&ana, name, "").await.unwrap();
            service.save_workflow(&ana, name, 0, TEXT.into()).await.unwrap();
        }
        let id = service.new_connection_id(&ana).unwrap();
        service.add_connection(&ana, aws(&id)).await.unwrap();
        let state = async |workflow: &str| {
            let holdings = service.holdings(&ana, workflow).await.unwrap();
            let needs = language::read(TEXT).requirements;
            language::compare(&needs, &holdings).connections[0].state
        };
        // As long as nobody says otherwise, all may.
        assert_eq!(state("mine").await, RequirementState::Configured);
        service.start_run(&ana, "theirs", 1, vec![]).await.unwrap();

        let only = BTreeSet::from(["mine".to_owned()]);
        service.set_grants(&ana, &id, "all", true, &only).await.unwrap();
        assert_eq!(state("mine").await, RequirementState::Configured);
        assert_eq!(state("theirs").await, RequirementState::NoPermission);
        let listed = async || {
            let one = service.connection(&ana, &id).await.unwrap().unwrap().row.limited;
            assert_eq!(service.connections(&ana).await.unwrap().remove(0).limited, one);
            one
        };
        assert_eq!(listed().await, Some(1));
        let missing = service.workflows(&ana).await.unwrap();
        let missing: Vec<_> = missing.iter().map(|row| (row.name.as_str(), row.missing)).collect();
        assert_eq!(missing, [("mine", 0), ("theirs", 1)]);
        let refused = service.start_run(&ana, "theirs", 1, vec![]).await.unwrap_err();
        assert_eq!(refused.code, "run_blocked");
        assert!(refused.detail.contains("may not use the connection aws / my-aws-account"), "{}", refused.detail);
        service.start_run(&ana, "mine", 1, vec![]).await.unwrap();

        // By id: a workflow that takes the name of another has not got its grants.
        service.rename_workflow(&ana, "mine", "first", "").await.unwrap();
        service.rename_workflow(&ana, "theirs", "mine", "").await.unwrap();
        assert_eq!(state("first").await, RequirementState::Configured);
        assert_eq!(state("mine").await, RequirementState::NoPermission);

        service.grant(&ana, &id, "mine").await.unwrap();
        service.grant(&ana, &id, "mine").await.unwrap();
        assert_eq!(state("mine").await, RequirementState::Configured);
        let view = service.grants(&ana, &id).await.unwrap().unwrap();
        assert!(view.limited && view.workflows.iter().all(|(_, granted)| *granted));
        let told = house.acts(0).await;
        let told: Vec<_> = told.iter().filter(|act| act.starts_with("connection.")).collect();
        assert_eq!(told, ["connection.add", "connection.limit", "connection.grant"]);

        service.set_grants(&ana, &id, &view.seen, false, &BTreeSet::new()).await.unwrap();
        assert_eq!(state("first").await, RequirementState::Configured);
        // All may: there is nothing to grant, and nothing that would come to life later.
        let before = house.acts(0).await.len();
        service.grant(&ana, &id, "mine").await.unwrap();
        assert_eq!(house.acts(0).await.len(), before);
        let view = service.grants(&ana, &id).await.unwrap().unwrap();
        assert!(view.workflows.iter().all(|(_, granted)| !granted));
        assert_eq!(listed().await, None);
        let unknown = BTreeSet::from(["nowhere".to_owned()]);
        let refused = service.set_grants(&ana, &id, &view.seen, true, &unknown).await.unwrap_err();
        assert_eq!(field(&refused), ("workflows", "unknown_workflow"));
        let refused = service.set_grants(&ana, &id, "", true, &unknown).await.unwrap_err();
        assert_eq!(field(&refused), ("seen", "required"));
        assert_eq!(grants::is_limited(&house.store, service.account(), &id).await.unwrap(), Some(false));
    }

    async fn a_grant_that_a_form_has_not_seen_is_not_lost(database: TestDatabase) {
        let (house, ana) = help::with_ana(&database).await;
        let service = &house.service;
        let ben = house.person("Ben", Role::Administrator).await.administrator().unwrap();
        for name in ["first", "second", "third"] {
            service.create_workflow(&ana, name, "").await.unwrap();
        }
        let id = house.add_aws(&ana).await;
        let seen = async || service.grants(&ana, &id).await.unwrap().unwrap().seen;
        let granted = async || {
            let all = service.grants(&ana, &id).await.unwrap().unwrap().workflows;
            let granted = all.into_iter().filter(|(_, granted)| *granted);
            granted.map(|(name, _)| name.to_string()).collect::<Vec<_>>()
        };
        let only = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<BTreeSet<_>>();
        let opened = seen().await;
        service.set_grants(&ben, &id, &opened, true, &only(&["first"])).await.unwrap();
        let refused = service.set_grants(&ana, &id, &opened, true, &only(&["second"])).await.unwrap_err();
        assert_eq!((refused.kind, refused.code.as_str()), (ProblemKind::Stale, "grants_changed"));
        let said = "was changed by Ben at 2026-11-21 20:45 UTC, after you opened this form: it is limited now; granted to first. Nothing was saved";
        assert!(refused.detail.contains(said), "{refused}");

        let opened = seen().await;
        service.grant(&ben, &id, "third").await.unwrap();
        let before = house.entries().await;
        let refused = service.set_grants(&ana, &id, &opened, true, &only(&["second"])).await.unwrap_err();
        assert!(refused.detail.contains("this form: granted to third. Nothing"), "{refused}");
        assert_eq!((granted().await, house.entries().await), (vec!["first".to_owned(), "third".to_owned()], before));
        // Whoever has been told saves over it.
        service.set_grants(&ana, &id, &seen().await, true, &only(&["second", "third"])).await.unwrap();
        assert_eq!(granted().await, ["second", "third"]);

        let opened = seen().await;
        service.set_grants(&ben, &id, &opened, false, &only(&["third"])).await.unwrap();
        let refused = service.set_grants(&ana, &id, &opened, true, &only(&["third"])).await.unwrap_err();
        assert!(refused.detail.contains("this form: every workflow may use it now; no longer granted to second. Nothing"), "{refused}");
        // A workflow that was deleted took its grant along: nothing that anybody chose is lost.
        let opened = seen().await;
        service.delete_workflow(&ben, "third", "third").await.unwrap();
        service.set_grants(&ana, &id, &opened, true, &only(&["first"])).await.unwrap();
        assert_eq!(granted().await, ["first"]);
    }
}
