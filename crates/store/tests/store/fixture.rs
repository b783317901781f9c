//! A database that an earlier Relay wrote opens and verifies for ever; see `tests/fixtures`.

use std::fs;
use std::path::{Path, PathBuf};

use store::ledger::{self, Verdict};
use store::testing::TestDatabase;
use store::{Store, connections, requirements, revisions, secrets, users, vault_keys, workflows};

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures")
        .join(name)
}

async fn check_0001(store: &Store) {
    assert_eq!(
        ledger::verify(store).await.unwrap(),
        Verdict::Whole { rows: 10 }
    );
    let account = store::accounts::first(store).await.unwrap().unwrap();
    let public = fs::read_to_string(fixture("0001.vault.public")).unwrap();
    let key = vault_keys::current(store).await.unwrap().unwrap();
    let byte = |at: usize| u8::from_str_radix(&public[2 * at..2 * at + 2], 16).unwrap();
    assert_eq!(key.public_key, (0..32).map(byte).collect::<Vec<_>>());

    let ana = users::by_email(store, &account, &"ana@example.com".parse().unwrap())
        .await
        .unwrap();
    assert_eq!(ana.unwrap().role, model::Role::Administrator);
    let workflow = workflows::by_name(store, &account, &"ec2-reaper".parse().unwrap()).await;
    let workflow = workflow.unwrap().unwrap();
    assert_eq!(
        (workflow.revision, workflow.changed_by.as_deref()),
        (2, Some("Ana"))
    );
    let (_, text) = revisions::find(store, &workflow.id, 2)
        .await
        .unwrap()
        .unwrap();
    assert!(text.contains("my-aws-account"));
    assert_eq!(
        requirements::of_account(store, &account)
            .await
            .unwrap()
            .len(),
        3
    );

    let secret = secrets::list(store, &workflow.id).await.unwrap().remove(0);
    let (revision, sealed) = secrets::sealed(store, &secret.id).await.unwrap().unwrap();
    assert_eq!((revision, &sealed.key_id), (2, &key.key_id));
    let aws = connections::list(store, &account).await.unwrap().remove(0);
    assert_eq!((aws.name.as_str(), aws.revision), ("my-aws-account", 2));
    for (field, field_revision) in [("accessKeyID", 1), ("secretAccessKey", 2)] {
        let found = connections::sealed(store, &account, &aws.id, field)
            .await
            .unwrap()
            .unwrap();
        assert_eq!(
            (found.0, found.1.nonce.len(), &found.1.key_id),
            (field_revision, 12, &key.key_id)
        );
    }
}

#[test]
fn sqlite_0001() {
    store::testing::on_sqlite(|database: TestDatabase| async move {
        let data = database.directory().join("data");
        fs::create_dir(&data).unwrap();
        fs::copy(fixture("0001.sqlite"), data.join("relay.sqlite")).unwrap();
        check_0001(&database.open().await.unwrap()).await;
    });
}

#[test]
fn postgres_0001() {
    store::testing::on_postgres(|database: TestDatabase| async move {
        let dump = fs::read_to_string(fixture("0001.postgres.sql")).unwrap();
        database.execute(&dump).await.unwrap();
        check_0001(&database.open().await.unwrap()).await;
    });
}
