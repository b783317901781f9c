//! A database that an earlier Relay wrote opens and verifies for ever; see `tests/fixtures`.

mod make;
mod upgrade;

use std::fs;
use std::path::{Path, PathBuf};

use model::{AttemptState, Role, RunState, StepState, Timestamp};
use store::ledger::{self, Verdict};
use store::testing::TestDatabase;
use store::{
    Store, checkpoints, connections, grants, invitations, logs, outputs, requirements, revisions,
    rotations, runs, secrets, sign_ins, steps, users, uses, vault_keys, workflows,
};

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures")
        .join(name)
}

/// The ledger is the one that was written; how many entries it has.
async fn whole(store: &Store) -> u64 {
    match ledger::verify(store).await.unwrap() {
        Verdict::Whole { rows, .. } => rows,
        broken @ Verdict::Broken { .. } => panic!("{broken:?}"),
    }
}

/// All connections, by type and name.
async fn connections_in_order(store: &Store) -> Vec<connections::ConnectionRow> {
    let account = store::accounts::first(store).await.unwrap().unwrap();
    let mut all = connections::list(store, &account).await.unwrap();
    all.sort_by_key(|row| (row.type_name.clone(), row.name.clone()));
    all
}

/// What the story of 0001 has left. Those after it go on from there, and may have another key.
async fn check_0001(store: &Store, public_key: &str) {
    let account = store::accounts::first(store).await.unwrap().unwrap();
    let public = fs::read_to_string(fixture(public_key)).unwrap();
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
    let aws = connections_in_order(store).await.remove(0);
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

async fn check_0002(store: &Store, public_key: &str, second_run: RunState) {
    check_0001(store, public_key).await;
    let account = store::accounts::first(store).await.unwrap().unwrap();
    let workflow = workflows::by_name(store, &account, &"ec2-reaper".parse().unwrap()).await;
    let workflow = workflow.unwrap().unwrap().id;
    let numbers = runs::list(store, &account, &workflow, None, 10)
        .await
        .unwrap();
    let seen: Vec<_> = numbers.iter().map(|run| (run.number, run.state)).collect();
    assert_eq!(seen, [(2, second_run), (1, RunState::Failed)]);
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
    assert_eq!(last.into_values().next().unwrap().number, 1);
    let printed = logs::read(store.logs(), &attempts[1].id, 0, 100)
        .await
        .unwrap();
    assert_eq!(printed[0].bytes, b"found i-0001\n");
}

/// Keys, people, grants and checkpoints. An engine has run since 0002, and cancelled the second run.
async fn check_0009(store: &Store) {
    check_0002(store, "0009.vault.public", RunState::Cancelled).await;
    let account = store::accounts::first(store).await.unwrap().unwrap();
    let keys = vault_keys::all(store).await.unwrap();
    let [old, new] = keys.as_slice() else {
        panic!("two keys, not {}", keys.len())
    };
    assert!(old.retired_at.is_some() && old.verifying_key.is_some() && new.retired_at.is_none());
    let (by, _) = new.endorsement.as_ref().unwrap();
    assert_eq!(*by, old.key.key_id);
    let counts = vault_keys::counts(store).await.unwrap();
    assert_eq!(counts[&new.key.key_id].values, 5);
    assert_eq!(
        (
            counts[&old.key.key_id].values,
            counts[&old.key.key_id].unopenable
        ),
        (0, 1)
    );
    let rotation = rotations::newest(store).await.unwrap().unwrap();
    assert_eq!(
        (rotation.state, rotation.total, rotation.done),
        (rotations::State::Finished, 6, 5)
    );

    // The only wrong password was told at once, and is not told again.
    let collected = sign_ins::collected_before(store, &account, Timestamp(i64::MAX)).await;
    assert_eq!(collected.unwrap(), []);

    let people = users::list(store, &account).await.unwrap();
    let seen: Vec<_> = people
        .iter()
        .map(|(one, _)| (one.name.as_str(), one.role))
        .collect();
    assert_eq!(
        seen,
        [("Ana", Role::Administrator), ("Ben", Role::Operator)]
    );
    let invited = invitations::list(store, &account, Timestamp(0))
        .await
        .unwrap();
    let seen: Vec<_> = invited
        .iter()
        .map(|one| (one.email.as_str(), one.role))
        .collect();
    assert_eq!(seen, [("cleo@example.com", Role::Viewer)]);

    let all = connections_in_order(store).await;
    let seen: Vec<_> = all
        .iter()
        .map(|row| (row.type_name.as_str(), row.name.as_str()))
        .collect();
    assert_eq!(
        seen,
        [
            ("aws", "my-aws-account"),
            ("slack", "damaged"),
            ("ssh", "sealed in a browser")
        ]
    );
    let to = grants::of_connection(store, &account, &all[0].id)
        .await
        .unwrap();
    assert_eq!(
        grants::is_limited(store, &account, &all[0].id)
            .await
            .unwrap(),
        Some(true)
    );
    assert!(
        matches!(&to[..], [(_, name)] if name.as_str() == "ec2-reaper"),
        "{to:?}"
    );
    assert_eq!(
        grants::is_limited(store, &account, &all[1].id)
            .await
            .unwrap(),
        Some(false)
    );

    let signed = checkpoints::newest(store).await.unwrap().unwrap();
    assert_eq!(signed.key_id, new.key.key_id);
    assert_eq!(
        ledger::hash_of(store, signed.number).await.unwrap(),
        Some(signed.hash)
    );
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

/// Puts what a Relay of that migration has written into a new database of either kind.
async fn put(database: &TestDatabase, number: &str) {
    if database.is_sqlite() {
        put_sqlite(database, number);
    } else {
        put_postgres(database, number).await;
    }
}

store::both! {
    async fn opens_0001(database: TestDatabase) {
        put(&database, "0001").await;
        let store = database.open().await.unwrap();
        assert_eq!(whole(&store).await, 10);
        check_0001(&store, "0001.vault.public").await;
    }

    async fn opens_0002(database: TestDatabase) {
        put(&database, "0002").await;
        let store = database.open().await.unwrap();
        assert_eq!(whole(&store).await, 14);
        check_0002(&store, "0001.vault.public", RunState::Queued).await;
    }

    async fn opens_0009(database: TestDatabase) {
        put(&database, "0009").await;
        let store = database.open().await.unwrap();
        assert!(whole(&store).await > 30);
        check_0009(&store).await;
    }
}
