//! Databases that an earlier Relay wrote: every value in them decrypts for ever. What they hold is
//! told beside them, in `crates/store/tests/fixtures`.

use std::fs;
use std::path::{Path, PathBuf};

use opener::KeyRing;
use store::testing::TestDatabase;
use store::{Store, connections, secrets, workflows};
use vault::{Owner, Place};

use crate::marker::sealed;

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../crates/store/tests/fixtures")
        .join(name)
}

/// What the database of the first migration held, and every one made from it holds still.
async fn check(store: &Store) {
    let key = fs::read_to_string(fixture("0001.vault.key")).unwrap();
    let ring = KeyRing::from_text(key).unwrap();
    let account = store::accounts::first(store).await.unwrap().unwrap();

    let rows = connections::list(store, &account).await.unwrap();
    let [row] = rows.as_slice() else {
        panic!("one connection, not {}", rows.len())
    };
    for (field, value) in [
        ("accessKeyID", "AKIAFIXTURE0001"),
        ("secretAccessKey", "fixture/secret+access key"),
    ] {
        let stored = connections::sealed(store, &account, &row.id, field)
            .await
            .unwrap();
        let (field_revision, bytes) = stored.unwrap();
        let owner = Owner::Connection {
            id: row.id.as_str(),
            type_name: row.type_name.as_str(),
        };
        let place = Place {
            account: account.as_str(),
            owner,
            field,
            field_revision,
        };
        let opened = ring.open(&sealed(bytes), &place).unwrap();
        assert_eq!(opened.expose(), value.as_bytes(), "{field}");
    }

    let name = "ec2-reaper".parse().unwrap();
    let workflow = workflows::by_name(store, &account, &name)
        .await
        .unwrap()
        .unwrap();
    let secret = secrets::list(store, &workflow.id).await.unwrap().remove(0);
    let (field_revision, bytes) = secrets::sealed(store, &secret.id).await.unwrap().unwrap();
    let owner = Owner::Secret {
        workflow_id: workflow.id.as_str(),
        name: secret.name.as_str(),
    };
    let place = Place {
        account: account.as_str(),
        owner,
        field: "value",
        field_revision,
    };
    let opened = ring.open(&sealed(bytes), &place).unwrap();
    assert_eq!(opened.expose(), b"a secret of the fixture");
}

/// Every migration that has landed.
const FIXTURES: [&str; 2] = ["0001", "0002"];

#[test]
fn sqlite_decrypts() {
    for name in FIXTURES {
        store::testing::on_sqlite(move |database: TestDatabase| async move {
            let data = database.directory().join("data");
            fs::create_dir(&data).unwrap();
            let file = fixture(&format!("{name}.sqlite"));
            fs::copy(file, data.join("relay.sqlite")).unwrap();
            check(&database.open().await.unwrap()).await;
        });
    }
}

#[test]
fn postgres_decrypts() {
    for name in FIXTURES {
        store::testing::on_postgres(move |database: TestDatabase| async move {
            let dump = fs::read_to_string(fixture(&format!("{name}.postgres.sql"))).unwrap();
            database.execute(&dump).await.unwrap();
            check(&database.open().await.unwrap()).await;
        });
    }
}
