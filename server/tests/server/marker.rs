//! Forty awkward values are typed into everything there is, rightly and wrongly, at a real server on
//! both databases that logs at its finest; a run takes them all and prints them; the vault's key is
//! rotated, and the whole is backed up and restored. They are found nowhere: in no answer, no log
//! line, no file, no row, no backup, in none of [three dozen spellings](encodings). The search proves
//! itself first, and in the end the stored records are opened to prove that there was something to
//! find.

mod cluster;
mod encodings;
mod offline;
mod panics;
pub(crate) mod search;
mod short;
mod steps;
mod typing;
mod values;
mod walk;

use std::path::Path;

use model::AccountId;
use opener::KeyRing;
use store::testing::TestDatabase;
use store::{SealedBytes, Store, both, connections, secrets, workflows};
use vault::{Owner, Place, SealedValue};

use self::cluster::Cluster;
use self::search::{assert_the_search_finds, found_below, found_in};
use self::typing::{Recorder, Typed, WORKFLOW, pairs};
use self::values::CANARIES;
use crate::process::{Server, serve};

/// A password with a value in it: passwords are no less secret than values.
fn password() -> String {
    format!("{} battery", CANARIES[0].value)
}

/// A person who makes herself known with values in her password, and everything that she does.
fn used(server: &Server, place: &[&str]) -> (Recorder, Typed) {
    let code = server.setup_code();
    let mut recorder = Recorder::of(server.client());
    let password = password();
    let first = [
        ("code", code.as_str()),
        ("name", "Ana"),
        ("email", "ana@example.com"),
        ("password", password.as_str()),
    ];
    recorder.submit("create_administrator", &pairs(&first));
    offline::add_somebody(place);
    let typed = typing::type_rightly(&mut recorder);
    steps::run(&mut recorder);
    walk::look_everywhere(&mut recorder);
    typing::type_too_much(&mut recorder);
    typing::type_everywhere(&mut recorder);
    walk::address_and_headers(&mut recorder);
    walk::no_requests(server, &mut recorder);
    walk::look_everywhere(&mut recorder);
    (recorder, typed)
}

/// Everything, on one database; answers what has to be in the vault now.
fn nothing_is_found(url: &str, data: &Path) -> Typed {
    let place = ["--database-url", url, "--data-dir", data.to_str().unwrap()];
    let mut command = serve(data);
    command.args(&place[..2]).env("RUST_LOG", "trace");
    let mut server = Server::spawn(command);
    let (mut recorder, typed) = used(&server, &place);
    recorder.findings.extend(offline::commands(&place));
    recorder.call("log_out", &[]);
    assert_the_search_finds(data);
    assert_eq!(found_below(data), [], "while the server runs");
    let kept = tempfile::tempdir().unwrap();
    if url.starts_with("sqlite:") {
        let findings = offline::backup(&place, &data.join("vault.key"), kept.path());
        recorder.findings.extend(findings);
    }
    server.stop();
    assert_eq!(found_below(data), [], "after the server ended");
    let log = server.logged();
    let text = String::from_utf8_lossy(&log);
    assert!(
        text.contains("TRACE") && text.contains("/fn/{*name}"),
        "the log is the whole one"
    );
    assert_eq!(found_in(&log), [""; 0], "in the log");
    assert_eq!(recorder.findings, [""; 0]);
    assert!(recorder.answers > 2_000, "{}", recorder.answers);
    typed
}

#[test]
fn starts_that_are_refused_tell_no_value() {
    let dir = tempfile::tempdir().unwrap();
    assert_eq!(offline::refused_starts(dir.path()), [""; 0]);
}

both! {
    async fn what_was_typed_is_found_nowhere_but_in_the_vault(database: TestDatabase) {
        let data = database.directory().join("data");
        let cluster = Cluster::of(&database).await;
        let (url, of_server) = (database.url.clone(), data.clone());
        let typed = tokio::task::spawn_blocking(move || nothing_is_found(&url, &of_server));
        let typed = typed.await.unwrap();
        if !database.is_sqlite() {
            assert_eq!(found_in(&offline::dumped(&database.url)), [""; 0], "in the rows");
            if let Some(cluster) = &cluster {
                assert_eq!(cluster.found().await, [], "in what the server writes");
            }
            for statement in offline::planted(&CANARIES[3]) {
                database.execute(&statement).await.unwrap();
            }
            assert!(!found_in(&offline::dumped(&database.url)).is_empty(), "the rows are searched");
        }
        if let Some(cluster) = cluster {
            let found: Vec<_> = cluster.found().await.into_iter().map(|(file, _)| file).collect();
            let rows = found.iter().any(|file| file.contains("/base/"));
            assert!(rows && found.iter().any(|file| file.len() == 24), "all of it is searched: {found:?}");
            cluster.release().await;
        }
        let ring = KeyRing::from_file(&data.join("vault.key")).unwrap();
        let store = database.open().await.unwrap();
        all_in_the_vault(&store, &ring, typed).await;
    }
}

/// What the store keeps, as the vault knows it.
pub(crate) fn sealed(stored: SealedBytes) -> SealedValue {
    SealedValue {
        key_id: stored.key_id.parse().unwrap(),
        sealed_data_key: stored.sealed_data_key,
        nonce: stored.nonce.try_into().unwrap(),
        ciphertext: stored.ciphertext,
    }
}

fn opened(ring: &KeyRing, stored: SealedBytes, place: &Place<'_>) -> String {
    let opened = ring.open(&sealed(stored), place).unwrap();
    String::from_utf8(opened.expose().to_vec()).unwrap()
}

/// Opens every record; each is what was typed last, and nothing is missing.
async fn all_in_the_vault(store: &Store, ring: &KeyRing, mut typed: Typed) {
    let account: AccountId = store::accounts::first(store).await.unwrap().unwrap();
    for row in connections::list(store, &account).await.unwrap() {
        let owner = Owner::Connection {
            id: row.id.as_str(),
            type_name: row.type_name.as_str(),
        };
        for field in model::connection_type(row.type_name.as_str())
            .unwrap()
            .fields
        {
            let stored = connections::sealed(store, &account, &row.id, field.name).await;
            let (field_revision, bytes) = stored.unwrap().unwrap();
            let place = Place {
                account: account.as_str(),
                owner,
                field: field.name,
                field_revision,
            };
            let value = opened(ring, bytes, &place);
            let key = (row.id.to_string(), field.name.to_owned());
            assert!(
                typed.remove(&key).is_some_and(|typed| typed == value),
                "{key:?}"
            );
        }
    }
    let name = WORKFLOW.parse().unwrap();
    let workflow = workflows::by_name(store, &account, &name).await;
    let workflow = workflow.unwrap().unwrap();
    for secret in secrets::list(store, &workflow.id).await.unwrap() {
        let stored = secrets::sealed(store, &secret.id).await.unwrap();
        let (field_revision, bytes) = stored.unwrap();
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
        let value = opened(ring, bytes, &place);
        let key = (secret.id.to_string(), secret.name.to_string());
        assert!(
            typed.remove(&key).is_some_and(|typed| typed == value),
            "{key:?}"
        );
    }
    assert!(typed.is_empty(), "{:?}", typed.keys());
}
