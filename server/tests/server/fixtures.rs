//! Databases that an earlier Relay wrote: every value in them decrypts for ever. What they hold is
//! told beside them, in `crates/store/tests/fixtures`.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use opener::KeyRing;
use store::testing::TestDatabase;
use store::{Store, connections, secrets, workflows};
use vault::{Owner, Place};

use crate::marker::sealed;

mod make;
mod upgrade;

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../crates/store/tests/fixtures")
        .join(name)
}

/// Puts what a Relay of that migration has written into a new database.
async fn put(database: &TestDatabase, number: &str) {
    if database.is_sqlite() {
        let data = database.directory().join("data");
        fs::create_dir(&data).unwrap();
        for end in ["", "-logs"] {
            let from = fixture(&format!("{number}{end}.sqlite"));
            // Logs came with 0002.
            if from.exists() {
                fs::copy(from, data.join(format!("relay{end}.sqlite"))).unwrap();
            }
        }
    } else {
        let dump = fs::read_to_string(fixture(&format!("{number}.postgres.sql"))).unwrap();
        database.execute(&dump).await.unwrap();
    }
}

/// What the database of the first migration held, and every one made from it holds still.
async fn check(store: &Store, key: &str) {
    let key = fs::read_to_string(fixture(key)).unwrap();
    let ring = KeyRing::from_text(key).unwrap();
    let account = store::accounts::first(store).await.unwrap().unwrap();

    let rows = connections::list(store, &account).await.unwrap();
    let row = rows
        .iter()
        .find(|row| row.name.as_str() == "my-aws-account")
        .unwrap();
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

/// Every state that has landed, and the key that opens what is in it.
const FIXTURES: [(&str, &str); 3] = [
    ("0001", "0001.vault.key"),
    ("0002", "0001.vault.key"),
    ("0009", "0009.vault.key"),
];

#[test]
fn sqlite_decrypts() {
    for (name, key) in FIXTURES {
        store::testing::on_sqlite(move |database: TestDatabase| async move {
            put(&database, name).await;
            check(&database.open().await.unwrap(), key).await;
        });
    }
}

#[test]
fn postgres_decrypts() {
    for (name, key) in FIXTURES {
        store::testing::on_postgres(move |database: TestDatabase| async move {
            put(&database, name).await;
            check(&database.open().await.unwrap(), key).await;
        });
    }
}

/// In hexadecimal, as the command line and the databases write bytes.
fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").unwrap();
        text
    })
}
