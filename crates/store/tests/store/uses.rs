//! Uses: one row and one entry for an attempt and a revision, and who used a connection last.

use model::{AttemptState, StepState, Timestamp};
use store::connections::{self, NewConnection, NewValue};
use store::ledger::{self, Actor, Entry, Verdict};
use store::secrets::{self, NewSecret};
use store::testing::TestDatabase;
use store::uses::{self, NewUse, UsedIn};
use store::{Error, Store, both, workflows};

use crate::help::{
    self, account, add_run, add_workflow, attempt_id, claim, connection_id, run_id, sealed,
    workflow_id,
};

async fn add_connection(store: &Store, fields: &[&str]) {
    let values: Vec<_> = fields
        .iter()
        .map(|field| NewValue {
            field: (*field).to_owned(),
            field_revision: 1,
            sealed: sealed(field),
        })
        .collect();
    let new = NewConnection {
        id: &connection_id(1),
        type_name: &"aws".parse().unwrap(),
        name: &"my account".parse().unwrap(),
        values: &values,
    };
    let mut tx = store.begin().await.unwrap();
    connections::add(&mut tx, &new, &help::entry("connection.add"))
        .await
        .unwrap();
    tx.commit().await.unwrap();
}

async fn hand_out(store: &Store, attempt: u8, revision: u64) -> Result<(), Error> {
    let (attempt, connection) = (attempt_id(attempt), connection_id(1));
    let new = NewUse {
        attempt: &attempt,
        kind: "connection",
        subject: connection.as_str(),
        type_name: "aws",
        name: "my account",
        revision,
    };
    let entry = Entry {
        actor: Actor::Step(attempt.clone()),
        at: Timestamp(5_000),
        subject: connection.to_string(),
        ..help::entry("step.read")
    };
    let mut tx = store.begin().await?;
    uses::add(&mut tx, &new, &entry).await?;
    tx.commit().await
}

both! {
    async fn a_hand_out_has_one_row_and_each_time_an_entry(database: TestDatabase) {
        let store = help::open(&database).await;
        add_workflow(&store, 1).await;
        add_connection(&store, &["accessKeyID"]).await;
        add_run(&store, 1, &run_id(1), &[StepState::Queued]).await;
        claim(&store, 1, &[attempt_id(1)]).await;
        let known = async |revision| {
            uses::contains(&store, &attempt_id(1), "connection", connection_id(1).as_str(), revision).await.unwrap()
        };
        assert!(!known(1).await);
        hand_out(&store, 1, 1).await.unwrap();
        assert!(known(1).await && !known(2).await && !known(u64::MAX).await);
        let told = async || database.number("select count(*) from ledger where act = 'step.read'").await.unwrap();
        assert_eq!(told().await, 1);
        hand_out(&store, 1, 1).await.unwrap();
        assert_eq!(told().await, 2);
        hand_out(&store, 1, 2).await.unwrap();
        assert_eq!(told().await, 3);
        let told = ledger::after(&store, 0, 100).await.unwrap().pop().unwrap();
        assert_eq!((told.actor_kind.as_str(), told.actor), ("step", attempt_id(1).to_string()));
        assert!(matches!(ledger::verify(&store).await.unwrap(), Verdict::Whole { .. }));

        let rows = uses::of_run(&store, &run_id(1)).await.unwrap();
        assert_eq!(rows.len(), 2);
        let row = &rows[0];
        assert_eq!((&row.attempt, row.step.as_str(), row.kind.as_str()), (&attempt_id(1), "step-0", "connection"));
        assert_eq!((row.type_name.as_str(), row.name.as_str(), row.at), ("aws", "my account", Timestamp(5_000)));
        assert_eq!(row.subject, connection_id(1).as_str());
    }

    async fn an_attempt_that_is_over_is_given_nothing(database: TestDatabase) {
        let store = help::open(&database).await;
        add_workflow(&store, 1).await;
        add_connection(&store, &["accessKeyID"]).await;
        add_run(&store, 1, &run_id(1), &[StepState::Queued]).await;
        assert!(matches!(hand_out(&store, 1, 1).await, Err(Error::AttemptOver)), "no such attempt");
        claim(&store, 1, &[attempt_id(1)]).await;
        hand_out(&store, 1, 1).await.unwrap();
        let last = connections::list(&store, &account()).await.unwrap().remove(0).last_used;
        help::finish(&store, &attempt_id(1), AttemptState::Succeeded).await;
        for revision in [1, 2] {
            assert!(matches!(hand_out(&store, 1, revision).await, Err(Error::AttemptOver)));
        }
        assert_eq!(database.number("select count(*) from ledger where act = 'step.read'").await.unwrap(), 1);
        assert_eq!(database.number("select count(*) from uses").await.unwrap(), 1);
        assert_eq!(connections::list(&store, &account()).await.unwrap().remove(0).last_used, last);
    }

    async fn a_connection_tells_of_its_last_use(database: TestDatabase) {
        let store = help::open(&database).await;
        add_workflow(&store, 1).await;
        add_connection(&store, &["accessKeyID"]).await;
        assert!(uses::last_of(&store, &account()).await.unwrap().is_empty());
        for number in [1, 2] {
            add_run(&store, 1, &run_id(number), &[StepState::Queued]).await;
            claim(&store, 1, &[attempt_id(number)]).await;
            hand_out(&store, number, 1).await.unwrap();
        }
        let last = uses::last_of(&store, &account()).await.unwrap();
        assert_eq!(last.len(), 1);
        let newest = UsedIn {
            at: Timestamp(5_000),
            workflow: "workflow-1".parse().unwrap(),
            number: 2,
            step: Some((0, "step-0".to_owned())),
        };
        assert_eq!(last[&connection_id(1)], newest);
        let one = uses::last_of_connection(&store, &account(), &connection_id(1)).await.unwrap();
        assert_eq!(one.as_ref(), Some(&newest));
        let all = uses::of_subject(&store, &account(), connection_id(1).as_str(), 10).await.unwrap();
        let seen: Vec<_> = all.iter().map(|(used, revision)| (used.number, *revision)).collect();
        assert_eq!(seen, [(2, 1), (1, 1)]);
        let some = uses::of_subject(&store, &account(), connection_id(1).as_str(), 1).await.unwrap();
        assert_eq!(some, all[..1]);
        let mut tx = store.begin().await.unwrap();
        workflows::delete(&mut tx, &workflow_id(1), &help::entry("workflow.delete")).await.unwrap();
        tx.commit().await.unwrap();
        // When is still known; by which run is not.
        assert!(uses::last_of(&store, &account()).await.unwrap().is_empty());
        assert_eq!(connections::list(&store, &account()).await.unwrap()[0].last_used, Some(Timestamp(5_000)));
    }

    async fn what_was_used_outlives_the_connection(database: TestDatabase) {
        let store = help::open(&database).await;
        add_workflow(&store, 1).await;
        add_connection(&store, &["accessKeyID"]).await;
        add_run(&store, 1, &run_id(1), &[StepState::Queued]).await;
        claim(&store, 1, &[attempt_id(1)]).await;
        hand_out(&store, 1, 1).await.unwrap();
        let mut tx = store.begin().await.unwrap();
        assert!(connections::delete(&mut tx, &connection_id(1), &help::entry("connection.delete")).await.unwrap());
        tx.commit().await.unwrap();
        assert_eq!(uses::of_run(&store, &run_id(1)).await.unwrap()[0].name, "my account");
    }

    async fn sealed_values_are_found_by_name(database: TestDatabase) {
        let store = help::open(&database).await;
        add_workflow(&store, 1).await;
        add_connection(&store, &["secretAccessKey", "accessKeyID"]).await;
        let mut tx = store.begin().await.unwrap();
        let new = NewSecret {
            id: &model::SecretId::from_bytes([7; 16]),
            workflow_id: &workflow_id(1),
            name: &"token".parse().unwrap(),
            field_revision: 4,
            sealed: &sealed("of the secret"),
        };
        secrets::add(&mut tx, &new, &help::entry("secret.add")).await.unwrap();

        let mut connection = async |type_name: &str, name: &str| {
            connections::sealed_by_name(&mut tx, &account(), type_name, name).await.unwrap()
        };
        let (row, fields) = connection("aws", "my account").await.unwrap();
        assert_eq!((row.id, row.revision), (connection_id(1), 1));
        assert_eq!(fields, [
            ("accessKeyID".to_owned(), 1, sealed("accessKeyID")),
            ("secretAccessKey".to_owned(), 1, sealed("secretAccessKey")),
        ]);
        assert!(connection("ssh", "my account").await.is_none());
        assert!(connection("aws", "another").await.is_none());
        assert!(connection("aws", "my account\0").await.is_none());

        let (row, revision, value) = secrets::sealed_by_name(&mut tx, &workflow_id(1), "token").await.unwrap().unwrap();
        assert_eq!((row.name.as_str(), row.revision, revision, value), ("token", 1, 4, sealed("of the secret")));
        for (workflow, name) in [(2, "token"), (1, "another"), (1, "token\0")] {
            assert!(secrets::sealed_by_name(&mut tx, &workflow_id(workflow), name).await.unwrap().is_none());
        }
    }

    async fn a_connection_without_values_has_no_fields(database: TestDatabase) {
        let store = help::open(&database).await;
        add_connection(&store, &[]).await;
        let found = connections::sealed_by_name(&store, &account(), "aws", "my account").await;
        let (row, fields) = found.unwrap().unwrap();
        assert_eq!((row.id, fields), (connection_id(1), Vec::new()));
    }
}
