//! Grants: a connection that is limited is no use to other workflows, and the ledger tells who said so.

use std::collections::BTreeSet;

use model::{EngineId, RequirementState};
use store::engines::{NewEngine, Presence};
use store::testing::TestDatabase;
use store::{both, grants};

use crate::help::{self, aws};

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
        service.set_grants(&ana, &id, true, &only).await.unwrap();
        assert_eq!(state("mine").await, RequirementState::Configured);
        assert_eq!(state("theirs").await, RequirementState::NoPermission);
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

        service.set_grants(&ana, &id, false, &BTreeSet::new()).await.unwrap();
        assert_eq!(state("first").await, RequirementState::Configured);
        let unknown = BTreeSet::from(["nowhere".to_owned()]);
        assert!(service.set_grants(&ana, &id, true, &unknown).await.is_err());
        assert_eq!(grants::is_limited(&house.store, service.account(), &id).await.unwrap(), Some(false));
    }
}
