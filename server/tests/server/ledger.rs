//! `relay ledger`: what somebody who can write the database does to the ledger is found.

use std::fs;
use std::path::Path;
use std::process::Output;

use store::testing::TestDatabase;

use crate::harness::PASSWORD;
use crate::house::PATIENCE;
use crate::process::{Server, complaint, finish, relay, serve, user_add};

fn ledger(url: &str, data: &Path, arguments: &[&str]) -> Output {
    let mut command = relay(&["ledger"]);
    command.args(arguments).args(["--database-url", url]);
    command.arg("--data-dir").arg(data);
    finish(command, "")
}

fn whole(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(0), "{}", complaint(output));
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn broken(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(1), "{}", complaint(output));
    complaint(output)
}

/// Lets nothing stand in the way of who owns the database.
fn without_triggers(database: &TestDatabase) -> &'static str {
    if database.is_sqlite() {
        "drop trigger ledger_keeps_its_rows; drop trigger ledger_loses_no_rows; \
         drop trigger checkpoints_keep_their_rows; drop trigger checkpoints_lose_no_rows"
    } else {
        "alter table ledger disable trigger all; alter table checkpoints disable trigger all"
    }
}

/// Cuts off the newest row, and lets the head be the one before.
const CUT: &str = "delete from ledger where number = (select max(number) from ledger); \
     update ledger_head set number = (select max(number) from ledger), \
     hash = (select hash from ledger where number = (select max(number) from ledger))";

store::both! {
    async fn a_ledger_that_was_tampered_with_is_found_out(database: TestDatabase) {
        let data = database.directory().join("keys");
        let url = database.url.clone();
        let run = {
            let (data, url) = (data.clone(), url.clone());
            move || {
                let mut command = serve(&data);
                command.args(["--database-url", &url]);
                let mut server = Server::spawn(command);
                // The engine signs when it has started.
                let begun = std::time::Instant::now();
                while ledger(&url, &data, &["checkpoint"]).status.code() != Some(0) {
                    assert!(begun.elapsed() < PATIENCE, "{}", server.log());
                }
                assert!(server.stop().success());
            }
        };
        tokio::task::spawn_blocking(run).await.unwrap();
        let kept = data.join("kept");
        let verify = || ledger(&url, &data, &["verify"]);
        let with_kept = || ledger(&url, &data, &["verify", "--checkpoint", kept.to_str().unwrap()]);
        fs::write(&kept, whole(&ledger(&url, &data, &["checkpoint"]))).unwrap();
        let said = whole(&verify());
        assert!(said.contains("signed with the key here") && said.contains(", 0 kept checkpoints"), "{said}");
        let said = whole(&with_kept());
        assert!(said.trim_end().ends_with(", 1 kept checkpoint"), "{said}");

        database.execute(without_triggers(&database)).await.unwrap();
        // A checkpoint that nobody signed.
        let bytes = if database.is_sqlite() { "zeroblob(64)" } else { "decode(repeat('00', 64), 'hex')" };
        let forge = format!(
            "insert into checkpoints (number, hash, at, key_id, signature) \
             select 1, hash, 1, (select key_id from vault_keys), {bytes} from ledger where number = 1"
        );
        database.execute(&forge).await.unwrap();
        let said = broken(&verify());
        assert!(said.contains("was not signed"), "{said}");
        database.execute("delete from checkpoints where number = 1").await.unwrap();
        whole(&verify());

        // One of a key that somebody has slipped into the database.
        let store = database.open().await.unwrap();
        let entry = store::ledger::Entry {
            account: store::accounts::first(&store).await.unwrap().unwrap(),
            at: model::Timestamp(1),
            actor: store::ledger::Actor::System,
            act: "user.sign_in",
            subject: String::new(),
            detail: "{}".to_owned(),
        };
        let mut tx = store.begin().await.unwrap();
        store::ledger::append(&mut tx, &entry).await.unwrap();
        tx.commit().await.unwrap();
        let (number, hash) = store::ledger::head(&store).await.unwrap();
        let ring = opener::KeyRing::generate().unwrap();
        let id = ring.key_id();
        let statement = vault::Statement::Checkpoint { number, hash: &hash, at: 1 };
        let own = store::checkpoints::Checkpoint {
            number,
            at: model::Timestamp(1),
            key_id: id.to_string(),
            signature: ring.sign(&id, &statement).unwrap().to_vec(),
            hash,
        };
        let key = format!(
            "insert into vault_keys (key_id, public_key, created_at, retired_at, verifying_key) \
             values ('{id}', {}, 1, 2, {})",
            database.bytes(ring.public_key().as_bytes()),
            database.bytes(ring.verifying_key(&id).unwrap().as_bytes())
        );
        database.execute(&key).await.unwrap();
        let mut tx = store.begin().await.unwrap();
        store::checkpoints::add(&mut tx, &own).await.unwrap();
        tx.commit().await.unwrap();
        store.close().await;
        let said = broken(&verify());
        assert!(said.contains("only the database names"), "{said}");
        database.execute(&format!("delete from checkpoints where key_id = '{id}'")).await.unwrap();
        database.execute(&format!("delete from vault_keys where key_id = '{id}'")).await.unwrap();
        whole(&verify());
        // A key file that was asked for is not left out.
        let said = broken(&ledger(&url, &data, &["verify", "--key-file", "/nowhere/vault.key"]));
        assert!(said.contains("/nowhere/vault.key"), "{said}");

        // The end is cut off until the checkpoint's row is gone too.
        let rows = database.number("select number from ledger_head").await.unwrap();
        let signed = database.number("select max(number) from checkpoints").await.unwrap();
        for _ in signed..=rows {
            database.execute(CUT).await.unwrap();
        }
        let said = broken(&verify());
        assert!(said.contains("cut off"), "{said}");
        // Whoever removes the checkpoint as well is found by one that was kept elsewhere.
        database.execute("delete from checkpoints").await.unwrap();
        whole(&verify());
        let said = broken(&with_kept());
        assert!(said.contains("cut off"), "{said}");

        database.execute("update ledger set detail = '{\"x\":1}' where number = 1").await.unwrap();
        let said = broken(&verify());
        assert!(said.contains("entry 1"), "{said}");
    }
}

#[test]
fn the_ledger_begins_before_the_first_start() {
    let home = tempfile::tempdir().unwrap();
    let data = home.path().join("data");
    let url = store::sqlite_url(&data.join("relay.db"));
    let said = broken(&ledger(&url, &data, &["verify"]));
    assert!(said.contains("no ledger yet"), "{said}");
    let added = user_add(&data, "ana@example.com", "administrator", PASSWORD);
    assert!(added.status.success(), "{}", complaint(&added));
    let said = whole(&ledger(&url, &data, &["verify"]));
    assert!(said.contains("the ledger is whole: 2 entries"), "{said}");
    let said = broken(&ledger(&url, &data, &["checkpoint"]));
    assert!(said.contains("an engine signs the first one"), "{said}");
}
