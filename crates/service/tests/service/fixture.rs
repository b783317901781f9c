//! Makes the fixture databases of the store; see `crates/store/tests/fixtures/README.md`.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use model::Role;
use service::{Change, CommandLine, NewUser, Service};
use store::testing::TestDatabase;
use vault::PublicKey;

use crate::help::{NEEDS_AWS, changes, clock, secret, somewhere, values};

/// Where to write.
fn folder() -> PathBuf {
    PathBuf::from(env::var("RELAY_FIXTURE").unwrap())
}

/// The public half of the key beside the fixtures: sealing needs no more.
fn key() -> PublicKey {
    let path =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../store/tests/fixtures/0001.vault.public");
    let text = fs::read_to_string(path).unwrap();
    let byte = |at: usize| u8::from_str_radix(&text[2 * at..2 * at + 2], 16).unwrap();
    PublicKey::from_bytes(&(0..32).map(byte).collect::<Vec<_>>()).unwrap()
}

async fn tell_the_story(database: &TestDatabase) {
    let store = database.open().await.unwrap();
    let account = service::account(&store, clock).await.unwrap();
    assert!(
        service::record_first_key(&store, &account, &key(), clock)
            .await
            .unwrap()
    );
    let service = Service::new(store.clone(), account, key(), clock);
    let ana = NewUser {
        email: "ana@example.com".into(),
        name: "Ana".into(),
        role: Role::Administrator,
        password: secret("the password of a fixture"),
    };
    let ana = service
        .add_user(CommandLine::of_this_process(), ana)
        .await
        .unwrap();
    let session = service::session_id_hash(b"the story");
    let end = clock().plus(1_000);
    service
        .session_create(&session, Some(&ana), b"", end, &somewhere())
        .await
        .unwrap();
    let ana = service
        .caller(&session)
        .await
        .unwrap()
        .unwrap()
        .administrator()
        .unwrap();
    service
        .create_workflow(&ana, "ec2-reaper", "Stops what nobody needs")
        .await
        .unwrap();
    service
        .save_workflow(&ana, "ec2-reaper", 0, "steps: []\n".into())
        .await
        .unwrap();
    service
        .save_workflow(&ana, "ec2-reaper", 1, NEEDS_AWS.into())
        .await
        .unwrap();
    let token = service.new_secret_id(&ana).unwrap();
    service
        .add_secret(&ana, "ec2-reaper", "token", secret("first"), token.clone())
        .await
        .unwrap();
    let value = secret("a secret of the fixture");
    service
        .overwrite_secret(&ana, "ec2-reaper", &token, 1, value)
        .await
        .unwrap();
    let mut form = crate::help::aws(&service.new_connection_id(&ana).unwrap());
    form.values = values(&[
        ("accessKeyID", "AKIAFIXTURE0001"),
        ("secretAccessKey", "first"),
    ]);
    let aws = service.add_connection(&ana, form).await.unwrap();
    let change = Change::Replace(secret("fixture/secret+access key").into());
    let change = changes([("secretAccessKey", change)]);
    service
        .overwrite_connection(&ana, &aws, 1, change)
        .await
        .unwrap();
    store.close().await;
}

#[test]
#[ignore = "makes files; a fixture that has landed is never made again"]
fn sqlite() {
    store::testing::on_sqlite(|database| async move {
        tell_the_story(&database).await;
        let made = database.directory().join("data/relay.sqlite");
        fs::copy(made, folder().join("0001.sqlite")).unwrap();
    });
}

#[test]
#[ignore = "makes files; a fixture that has landed is never made again"]
fn postgres() {
    store::testing::on_postgres(|database| async move {
        tell_the_story(&database).await;
        let dump = Command::new("pg_dump")
            .args([
                "--inserts",
                "--no-owner",
                "--no-privileges",
                "--dbname",
                &database.url,
            ])
            .output()
            .unwrap();
        assert!(
            dump.status.success(),
            "{}",
            String::from_utf8_lossy(&dump.stderr)
        );
        // Lines with a backslash are for psql and no SQL.
        let sql: Vec<_> = std::str::from_utf8(&dump.stdout)
            .unwrap()
            .lines()
            .filter(|line| !line.starts_with('\\') && !line.starts_with("--") && !line.is_empty())
            .collect();
        fs::write(folder().join("0001.postgres.sql"), sql.join("\n") + "\n").unwrap();
    });
}
