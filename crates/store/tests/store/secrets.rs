//! Secrets of a workflow and their sealed values.

use model::{SecretId, SecretName};
use store::secrets::{self, NewSecret};
use store::testing::TestDatabase;
use store::workflows::{self, NewWorkflow};
use store::{Error, Store, both};

use crate::help::{self, account, sealed, workflow_id};

fn id(number: u8) -> SecretId {
    SecretId::from_bytes([number; 16])
}

fn name() -> SecretName {
    "api token".parse().unwrap()
}

async fn with_workflow(database: &TestDatabase) -> Store {
    let store = help::open(database).await;
    let mut tx = store.begin().await.unwrap();
    let name = "one".parse().unwrap();
    let new = NewWorkflow {
        id: &workflow_id(1),
        name: &name,
        description: "",
    };
    workflows::add(&mut tx, &new, &help::entry("workflow.create"))
        .await
        .unwrap();
    tx.commit().await.unwrap();
    store
}

async fn add(store: &Store, number: u8, field_revision: u64) -> Result<(), Error> {
    let mut tx = store.begin().await?;
    let new = NewSecret {
        id: &id(number),
        workflow_id: &workflow_id(1),
        name: &name(),
        field_revision,
        sealed: &sealed("first"),
    };
    secrets::add(&mut tx, &new, &help::entry("secret.add")).await?;
    tx.commit().await
}

async fn overwrite(store: &Store, number: u8, revision: u64, field_revision: u64) -> Option<u64> {
    let mut tx = store.begin().await.unwrap();
    let new = NewSecret {
        id: &id(number),
        workflow_id: &workflow_id(1),
        name: &name(),
        field_revision,
        sealed: &sealed("second"),
    };
    let entry = help::entry("secret.overwrite");
    let next = secrets::overwrite(&mut tx, &new, revision, &entry)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    next
}

both! {
    async fn a_secret_from_add_to_delete(database: TestDatabase) {
        let store = with_workflow(&database).await;
        add(&store, 1, 1).await.unwrap();
        let row = secrets::find(&store, &workflow_id(1), &id(1)).await.unwrap().unwrap();
        assert_eq!((row.name.as_str(), row.revision), ("api token", 1));
        assert_eq!(secrets::list(&store, &workflow_id(1)).await.unwrap(), [row]);
        assert_eq!(secrets::of_account(&store, &account()).await.unwrap(), [(workflow_id(1), id(1), name())]);
        assert!(secrets::find(&store, &workflow_id(2), &id(1)).await.unwrap().is_none());

        assert_eq!(overwrite(&store, 1, 1, 2).await, Some(2));
        assert_eq!(overwrite(&store, 1, 1, 2).await, None);
        assert_eq!(secrets::sealed(&store, &id(1)).await.unwrap(), Some((2, sealed("second"))));
        assert_eq!(database.number("select count(*) from secret_values").await.unwrap(), 1);

        let mut tx = store.begin().await.unwrap();
        let entry = help::entry("secret.delete");
        assert!(!secrets::delete(&mut tx, &workflow_id(2), &id(1), &entry).await.unwrap());
        assert!(secrets::delete(&mut tx, &workflow_id(1), &id(1), &entry).await.unwrap());
        tx.commit().await.unwrap();
        assert_eq!(database.number("select count(*) from secret_values").await.unwrap(), 0);
    }

    async fn field_revisions_count_on_after_deletion(database: TestDatabase) {
        let store = with_workflow(&database).await;
        let last = async || secrets::last_field_revision(&store, &workflow_id(1), &name()).await.unwrap();
        assert_eq!(last().await, 0);
        add(&store, 1, 1).await.unwrap();
        overwrite(&store, 1, 1, 2).await;
        let mut tx = store.begin().await.unwrap();
        secrets::delete(&mut tx, &workflow_id(1), &id(1), &help::entry("secret.delete")).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(last().await, 2);
        assert!(matches!(add(&store, 1, 3).await, Err(Error::Unique)), "an id is accepted once");
        add(&store, 2, 3).await.unwrap();
        assert_eq!(last().await, 3);
    }

    async fn a_name_is_unique_in_its_workflow(database: TestDatabase) {
        let store = with_workflow(&database).await;
        add(&store, 1, 1).await.unwrap();
        assert!(matches!(add(&store, 2, 2).await, Err(Error::Unique)));
    }

    async fn a_deleted_workflow_takes_its_secrets_along(database: TestDatabase) {
        let store = with_workflow(&database).await;
        add(&store, 1, 1).await.unwrap();
        let mut tx = store.begin().await.unwrap();
        workflows::delete(&mut tx, &workflow_id(1), &help::entry("workflow.delete")).await.unwrap();
        tx.commit().await.unwrap();
        for table in ["secrets", "secret_values", "secret_revisions"] {
            let rows = database.number(&format!("select count(*) from {table}")).await.unwrap();
            assert_eq!(rows, 0, "{table}");
        }
    }
}
