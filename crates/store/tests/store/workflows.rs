//! Workflows, revisions and the requirement index.

use model::WorkflowId;
use store::requirements::{self, Kind, Requirement, UsePlace};
use store::revisions::{self, NewRevision};
use store::testing::TestDatabase;
use store::workflows::{self, NewWorkflow};
use store::{Error, Store, Tx, both};

use crate::help::{self, account, workflow_id};

async fn add(tx: &mut Tx, id: &WorkflowId, name: &str) -> Result<(), Error> {
    let new = NewWorkflow {
        id,
        name: &name.parse().unwrap(),
        description: "what it is for",
    };
    workflows::add(tx, &new, &help::entry("workflow.create")).await
}

fn need(kind: Kind, name: &str, step: &str) -> Requirement {
    let type_name = if kind == Kind::Connection {
        "aws".to_owned()
    } else {
        String::new()
    };
    Requirement {
        kind,
        type_name,
        name: name.to_owned(),
        place: UsePlace::Step(step.to_owned()),
    }
}

async fn save(store: &Store, base: u64, text: &str, needs: &[Requirement]) -> Option<u64> {
    let mut tx = store.begin().await.unwrap();
    let new = NewRevision {
        workflow_id: &workflow_id(1),
        base,
        text,
        readable: !text.is_empty(),
        note: "",
        requirements: needs,
    };
    let number = revisions::add(&mut tx, &new, &help::entry("workflow.save"))
        .await
        .unwrap();
    tx.commit().await.unwrap();
    number
}

async fn with_workflow(database: &TestDatabase) -> Store {
    let store = help::open(database).await;
    let mut tx = store.begin().await.unwrap();
    add(&mut tx, &workflow_id(1), "ec2-reaper").await.unwrap();
    tx.commit().await.unwrap();
    store
}

both! {
    async fn a_workflow_from_create_to_delete(database: TestDatabase) {
        let store = with_workflow(&database).await;
        let name = "ec2-reaper".parse().unwrap();
        let row = workflows::by_name(&store, &account(), &name).await.unwrap().unwrap();
        assert_eq!((row.revision, row.readable, row.changed_by.as_deref()), (0, true, Some("Ana")));
        assert_eq!(workflows::list(&store, &account()).await.unwrap(), std::slice::from_ref(&row));

        let mut tx = store.begin().await.unwrap();
        let (other, entry) = ("other".parse().unwrap(), help::entry("workflow.rename"));
        assert!(workflows::rename(&mut tx, &row.id, &other, "new", &entry).await.unwrap());
        assert!(!workflows::rename(&mut tx, &workflow_id(9), &other, "new", &entry).await.unwrap());
        assert!(workflows::by_name(&mut tx, &account(), &name).await.unwrap().is_none());
        let entry = help::entry("workflow.delete");
        assert!(workflows::delete(&mut tx, &row.id, &entry).await.unwrap());
        assert!(!workflows::delete(&mut tx, &row.id, &entry).await.unwrap());
        tx.commit().await.unwrap();
        assert_eq!(help::entries(&database).await, 5);
    }

    async fn a_name_is_unique(database: TestDatabase) {
        let store = with_workflow(&database).await;
        let mut tx = store.begin().await.unwrap();
        assert!(matches!(add(&mut tx, &workflow_id(2), "ec2-reaper").await, Err(Error::Unique)));
        drop(tx);
        let mut tx = store.begin().await.unwrap();
        add(&mut tx, &workflow_id(2), "EC2-reaper").await.unwrap();
        let taken = "ec2-reaper".parse().unwrap();
        let refused = workflows::rename(&mut tx, &workflow_id(2), &taken, "", &help::entry("workflow.rename")).await;
        assert!(matches!(refused, Err(Error::Unique)));
    }

    async fn a_revision_follows_the_one_it_is_based_on(database: TestDatabase) {
        let store = with_workflow(&database).await;
        assert_eq!(save(&store, 1, "too early", &[]).await, None);
        assert_eq!(save(&store, 0, "first", &[]).await, Some(1));
        assert_eq!(save(&store, 0, "late", &[]).await, None);
        assert_eq!(save(&store, 1, "", &[]).await, Some(2));
        let numbers: Vec<_> = revisions::list(&store, &workflow_id(1)).await.unwrap()
            .into_iter().map(|row| row.number).collect();
        assert_eq!(numbers, [2, 1]);
        let (row, text) = revisions::find(&store, &workflow_id(1), 1).await.unwrap().unwrap();
        assert_eq!((row.saved_by.as_deref(), text.as_str()), (Some("Ana"), "first"));
        assert!(revisions::find(&store, &workflow_id(1), 3).await.unwrap().is_none());
        let newest = workflows::list(&store, &account()).await.unwrap().remove(0);
        assert_eq!((newest.revision, newest.readable), (2, false));
    }

    async fn two_who_save_at_once_are_not_both_right(database: TestDatabase) {
        let store = with_workflow(&database).await;
        let savers: Vec<_> = (0..10).map(|number| {
            let store = store.clone();
            tokio::spawn(async move { save(&store, 0, &format!("text {number}"), &[]).await })
        }).collect();
        let mut saved = 0;
        for saver in savers {
            saved += usize::from(saver.await.unwrap().is_some());
        }
        assert_eq!(saved, 1);
    }

    async fn the_index_is_of_the_newest_revision(database: TestDatabase) {
        let store = with_workflow(&database).await;
        let first = [
            need(Kind::Connection, "my-aws-account", "list"),
            need(Kind::Connection, "my-aws-account", "reap"),
            need(Kind::Secret, "token", "list"),
            Requirement { place: UsePlace::Workflow, ..need(Kind::Parameter, "region", "") },
        ];
        save(&store, 0, "one", &first).await;
        let read: Vec<_> = requirements::of_account(&store, &account()).await.unwrap()
            .into_iter().map(|row| row.requirement).collect();
        assert_eq!(read, first);
        let uses = requirements::of_connection(&store, &account(), "aws", "my-aws-account").await.unwrap();
        assert_eq!(uses.len(), 2);
        assert_eq!(uses[0].workflow.as_str(), "ec2-reaper");
        assert!(requirements::of_connection(&store, &account(), "gcp", "my-aws-account").await.unwrap().is_empty());

        let second = [Requirement {
            place: UsePlace::Trigger("nightly".into()),
            ..need(Kind::Connection, "other", "")
        }];
        save(&store, 1, "two", &second).await;
        let read = requirements::of_account(&store, &account()).await.unwrap();
        assert_eq!(read.len(), 1);
        assert_eq!(read[0].requirement, second[0]);
    }

    async fn a_hostile_index_is_kept(database: TestDatabase) {
        let store = with_workflow(&database).await;
        let long = "x".repeat(100_000);
        let mut needs = vec![
            need(Kind::Connection, &long, &long),
            need(Kind::Connection, "a\0b", "c\0d"),
            need(Kind::Connection, &"🔑".repeat(5_000), "Zürich"),
        ];
        needs.extend((0..5_000).map(|at| need(Kind::Secret, &format!("s{at}"), "step")));
        assert_eq!(save(&store, 0, "text", &needs).await, Some(1));
        let read = requirements::of_account(&store, &account()).await.unwrap();
        assert_eq!(read.len(), needs.len());
        assert_eq!(read[0].requirement.name.len(), 201);
        assert_eq!(read[1].requirement.name, "a\u{fffd}b");
        assert_eq!(read[5_002].requirement.name, "s4999");
    }
}
