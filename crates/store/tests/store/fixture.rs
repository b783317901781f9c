//! A database that an earlier Relay wrote opens and verifies for ever; see `tests/fixtures`.

mod make;

use std::fs;
use std::path::{Path, PathBuf};

use model::{AttemptState, RunState, StepState};
use store::ledger::{self, Verdict};
use store::testing::TestDatabase;
use store::{
    Store, connections, logs, outputs, requirements, revisions, runs, secrets, steps, users, uses,
    vault_keys, workflows,
};

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures")
        .join(name)
}

/// What the story of 0001 has left. Those after it go on from there.
async fn check_0001(store: &Store, rows: u64) {
    assert_eq!(
        ledger::verify(store).await.unwrap(),
        Verdict::Whole { rows }
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

async fn check_0002(store: &Store) {
    check_0001(store, 14).await;
    let account = store::accounts::first(store).await.unwrap().unwrap();
    let workflow = workflows::by_name(store, &account, &"ec2-reaper".parse().unwrap()).await;
    let workflow = workflow.unwrap().unwrap().id;
    let numbers = runs::list(store, &account, &workflow, None, 10)
        .await
        .unwrap();
    let seen: Vec<_> = numbers.iter().map(|run| (run.number, run.state)).collect();
    assert_eq!(seen, [(2, RunState::Queued), (1, RunState::Failed)]);
    let run = &numbers[1];
    assert_eq!((run.revision, run.started_by.as_deref()), (2, Some("Ana")));
    assert_eq!(run.parameters, r#"{"region":"eu-north-1"}"#);

    let rows = steps::of_run(store, &run.id).await.unwrap();
    let seen: Vec<_> = rows
        .iter()
        .map(|step| (step.name.as_str(), step.state, step.attempts))
        .collect();
    assert_eq!(
        seen,
        [
            ("find", StepState::Succeeded, 2),
            ("terminate", StepState::Failed, 1)
        ]
    );
    assert_eq!(rows[1].exit_code, Some(3));
    let attempts = steps::attempts(store, &run.id).await.unwrap();
    let seen: Vec<_> = attempts.iter().map(|attempt| attempt.state).collect();
    assert_eq!(
        seen,
        [
            AttemptState::Interrupted,
            AttemptState::Succeeded,
            AttemptState::Failed
        ]
    );
    let set = outputs::of_run(store, &run.id).await.unwrap().remove(0);
    assert_eq!((set.step.as_str(), set.name.as_str()), ("find", "found"));
    assert_eq!(set.value, r#"["i-0001"]"#);
    let used = uses::of_run(store, &run.id).await.unwrap().remove(0);
    assert_eq!((used.step.as_str(), used.revision), ("find", 2));
    let last = uses::last_of(store, &account).await.unwrap();
    assert_eq!(last.into_values().next().unwrap().2, 1);
    let printed = logs::read(store.logs(), &attempts[1].id, 0, 100)
        .await
        .unwrap();
    assert_eq!(printed[0].bytes, b"found i-0001\n");
}

/// The files of a fixture where a server would have them.
fn put_sqlite(database: &TestDatabase, number: &str) {
    let data = database.directory().join("data");
    fs::create_dir(&data).unwrap();
    for file in ["", "-logs"] {
        let from = fixture(&format!("{number}{file}.sqlite"));
        // Logs came with 0002.
        if from.exists() {
            fs::copy(from, data.join(format!("relay{file}.sqlite"))).unwrap();
        }
    }
}

async fn put_postgres(database: &TestDatabase, number: &str) {
    let dump = fs::read_to_string(fixture(&format!("{number}.postgres.sql"))).unwrap();
    database.execute(&dump).await.unwrap();
}

#[test]
fn sqlite_0001() {
    store::testing::on_sqlite(|database: TestDatabase| async move {
        put_sqlite(&database, "0001");
        check_0001(&database.open().await.unwrap(), 10).await;
    });
}

#[test]
fn postgres_0001() {
    store::testing::on_postgres(|database: TestDatabase| async move {
        put_postgres(&database, "0001").await;
        check_0001(&database.open().await.unwrap(), 10).await;
    });
}

#[test]
fn sqlite_0002() {
    store::testing::on_sqlite(|database: TestDatabase| async move {
        put_sqlite(&database, "0002");
        check_0002(&database.open().await.unwrap()).await;
    });
}

#[test]
fn postgres_0002() {
    store::testing::on_postgres(|database: TestDatabase| async move {
        put_postgres(&database, "0002").await;
        check_0002(&database.open().await.unwrap()).await;
    });
}
