//! Connections and their sealed values.

use model::{ConnectionId, Timestamp};
use store::connections::{self, NewConnection, NewValue};
use store::testing::TestDatabase;
use store::{Error, Store, both, used_ids};

use crate::help::{self, account, connection_id, sealed};

fn value(field: &str, field_revision: u64, mark: &str) -> NewValue {
    NewValue {
        field: field.into(),
        field_revision,
        sealed: sealed(mark),
    }
}

async fn add(store: &Store, id: &ConnectionId, name: &str) -> Result<(), Error> {
    let mut tx = store.begin().await.unwrap();
    let new = NewConnection {
        id,
        type_name: &"aws".parse().unwrap(),
        name: &name.parse().unwrap(),
        values: &[
            value("accessKeyID", 1, "first id"),
            value("secretAccessKey", 1, "first key"),
        ],
    };
    connections::add(&mut tx, &new, &help::entry("connection.add")).await?;
    tx.commit().await
}

async fn overwrite(
    store: &Store,
    revision: u64,
    replaced: &[NewValue],
    cleared: &[&str],
) -> Option<u64> {
    let cleared: Vec<_> = cleared.iter().map(|field| (*field).to_owned()).collect();
    let entry = help::entry("connection.overwrite");
    let mut tx = store.begin().await.unwrap();
    let id = connection_id(1);
    let done = connections::overwrite(&mut tx, &id, revision, replaced, &cleared, &entry);
    let next = done.await.unwrap();
    tx.commit().await.unwrap();
    next
}

async fn stored(store: &Store, field: &str) -> Option<(u64, String)> {
    let found = connections::sealed(store, &account(), &connection_id(1), field)
        .await
        .unwrap();
    found.map(|(revision, sealed)| (revision, String::from_utf8(sealed.ciphertext).unwrap()))
}

both! {
    async fn a_connection_is_read_as_written(database: TestDatabase) {
        let store = help::open(&database).await;
        add(&store, &connection_id(1), "Zürich / 100%").await.unwrap();
        let row = connections::find(&store, &account(), &connection_id(1)).await.unwrap().unwrap();
        assert_eq!((row.type_name.as_str(), row.name.as_str()), ("aws", "Zürich / 100%"));
        assert_eq!((row.revision, row.changed_at, row.last_used), (1, Timestamp(1_000), None));
        assert_eq!(row.changed_by.as_deref(), Some("Ana"));
        assert_eq!(connections::list(&store, &account()).await.unwrap(), [row]);
        let fields = connections::fields(&store, &account(), &connection_id(1)).await.unwrap();
        let fields: Vec<_> = fields.iter().map(|row| (row.field.as_str(), row.last_revision, row.stored.is_some())).collect();
        assert_eq!(fields, [("accessKeyID", 1, true), ("secretAccessKey", 1, true)]);
        let found = connections::sealed(&store, &account(), &connection_id(1), "accessKeyID").await;
        assert_eq!(found.unwrap(), Some((1, sealed("first id"))));
    }

    async fn type_and_name_are_unique_together(database: TestDatabase) {
        let store = help::open(&database).await;
        add(&store, &connection_id(1), "one").await.unwrap();
        assert!(matches!(add(&store, &connection_id(2), "one").await, Err(Error::Unique)));
        assert!(!used_ids::contains(&store, connection_id(2).as_str()).await.unwrap());
        add(&store, &connection_id(2), "two").await.unwrap();
    }

    async fn an_id_is_accepted_once(database: TestDatabase) {
        let store = help::open(&database).await;
        add(&store, &connection_id(1), "one").await.unwrap();
        assert!(matches!(add(&store, &connection_id(1), "two").await, Err(Error::Unique)));
        let mut tx = store.begin().await.unwrap();
        let entry = help::entry("connection.delete");
        assert!(connections::delete(&mut tx, &connection_id(1), &entry).await.unwrap());
        assert!(!connections::delete(&mut tx, &connection_id(1), &entry).await.unwrap());
        tx.commit().await.unwrap();
        assert!(used_ids::contains(&store, connection_id(1).as_str()).await.unwrap());
        assert!(matches!(add(&store, &connection_id(1), "one").await, Err(Error::Unique)));
        for table in ["connections", "connection_fields", "field_values"] {
            let rows = database.number(&format!("select count(*) from {table}")).await.unwrap();
            assert_eq!(rows, 0, "{table}");
        }
    }

    async fn what_is_overwritten_is_gone_and_the_rest_is_kept(database: TestDatabase) {
        let store = help::open(&database).await;
        add(&store, &connection_id(1), "one").await.unwrap();
        let next = overwrite(&store, 1, &[value("secretAccessKey", 2, "second key")], &[]).await;
        assert_eq!(next, Some(2));
        assert_eq!(stored(&store, "accessKeyID").await, Some((1, "first id".into())));
        assert_eq!(stored(&store, "secretAccessKey").await, Some((2, "second key".into())));
        assert_eq!(database.number("select count(*) from field_values").await.unwrap(), 2);
        // The list of the revision keeps the first field by reference.
        assert_eq!(database.number("select field_revision from connection_fields where revision = 2 and field = 'accessKeyID'").await.unwrap(), 1);
    }

    async fn field_revisions_count_on_after_clearing(database: TestDatabase) {
        let store = help::open(&database).await;
        add(&store, &connection_id(1), "one").await.unwrap();
        overwrite(&store, 1, &[value("accessKeyID", 2, "second id")], &[]).await.unwrap();
        overwrite(&store, 2, &[], &["accessKeyID"]).await.unwrap();
        assert_eq!(stored(&store, "accessKeyID").await, None);
        let fields = connections::fields(&store, &account(), &connection_id(1)).await.unwrap();
        assert_eq!((fields[0].last_revision, &fields[0].stored), (2, &None));
        overwrite(&store, 3, &[value("accessKeyID", 3, "third id")], &[]).await.unwrap();
        assert_eq!(stored(&store, "accessKeyID").await, Some((3, "third id".into())));
    }

    async fn a_stale_overwrite_changes_nothing(database: TestDatabase) {
        let store = help::open(&database).await;
        add(&store, &connection_id(1), "one").await.unwrap();
        overwrite(&store, 1, &[value("accessKeyID", 2, "second id")], &[]).await.unwrap();
        let before = help::entries(&database).await;
        assert_eq!(overwrite(&store, 1, &[value("accessKeyID", 2, "late id")], &["secretAccessKey"]).await, None);
        assert_eq!(stored(&store, "accessKeyID").await, Some((2, "second id".into())));
        assert!(stored(&store, "secretAccessKey").await.is_some());
        assert_eq!(help::entries(&database).await, before);
    }
}
