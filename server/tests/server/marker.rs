//! A value typed into any field is found nowhere but in the vault: in no file, no log line at trace
//! level, no answer. The search proves itself on planted files first, and the last test opens the
//! stored records to prove that there was something to find.

pub(crate) mod search;
mod typing;

use std::path::Path;

use model::{AccountId, connection_types};
use opener::KeyRing;
use store::{SealedBytes, Store, connections, secrets, workflows};
use vault::{Owner, Place, SealedValue};

use self::search::{MARKER, assert_the_search_finds, found_below, found_in};
use self::typing::{Recorder, id, pairs, type_everywhere, value};
use crate::process::{Server, serve};

/// A password with the marker in it: passwords are no less secret than values.
const PASSWORD: &str = "a Zq7XmarkerVx9KdJw2Tb battery";

/// A server in a folder, used by somebody who types the marker everywhere.
fn used_server(data: &Path) -> (Server, Recorder) {
    let mut command = serve(data);
    command.env("RUST_LOG", "trace");
    let server = Server::spawn(command);
    let code = server.setup_code();
    let mut recorder = Recorder {
        client: server.client(),
        answers: Vec::new(),
    };
    let first = [
        ("code", code.as_str()),
        ("name", "Ana"),
        ("email", "ana@example.com"),
        ("password", PASSWORD),
    ];
    let created = recorder.client.submit("create_administrator", &first);
    assert_eq!(created.status, 303);
    recorder
        .answers
        .push(("create_administrator".into(), 303, created.raw));
    type_everywhere(&mut recorder);
    (server, recorder)
}

#[test]
fn what_was_typed_is_found_nowhere() {
    let data = tempfile::tempdir().unwrap();
    let (mut server, mut recorder) = used_server(data.path());
    let aws = id(1);
    for path in [
        "/login",
        "/workflows",
        "/workflows/some",
        "/workflows/some/settings",
        "/connections",
        "/connections/new",
        "/connections/new?type=aws",
        "/profile",
        "/access-control",
    ] {
        recorder.get(path);
    }
    for page in ["overwrite", "delete"] {
        recorder.get(&format!("/connections/{aws}/{page}"));
    }
    recorder.call("connection_fields", &pairs(&[("id", &aws)]));
    recorder.call("workflow_holdings", &pairs(&[("workflow", "some")]));

    assert_the_search_finds(data.path());
    assert_eq!(found_below(data.path()), [], "while the server runs");
    for (what, status, answer) in &recorder.answers {
        assert_ne!(
            *status / 100,
            5,
            "{what}: {}",
            String::from_utf8_lossy(answer)
        );
        assert_eq!(
            found_in(answer),
            [""; 0],
            "{what}: {}",
            String::from_utf8_lossy(answer)
        );
    }
    server.stop();
    assert_eq!(found_below(data.path()), [], "after the server ended");
    let log = server.log();
    assert!(
        log.contains("TRACE") && log.contains("/fn/{*name}"),
        "the log is the whole one"
    );
    assert_eq!(found_in(log.as_bytes()), [""; 0]);
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

#[tokio::test(flavor = "multi_thread")]
async fn what_was_typed_is_in_the_vault() {
    let data = tempfile::tempdir().unwrap();
    let (mut server, _) = tokio::task::block_in_place(|| used_server(data.path()));
    server.stop();
    let ring = KeyRing::from_file(&data.path().join("vault.key")).unwrap();
    let store = Store::open(&store::sqlite_url(&data.path().join("relay.db")))
        .await
        .unwrap();
    let account: AccountId = store::accounts::first(&store).await.unwrap().unwrap();

    let mut opened = 0;
    for row in connections::list(&store, &account).await.unwrap() {
        let kind = model::connection_type(row.type_name.as_str()).unwrap();
        for field in kind.fields {
            let stored = connections::sealed(&store, &account, &row.id, field.name)
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
                field: field.name,
                field_revision,
            };
            let value_in_it = ring.open(&sealed(bytes), &place).unwrap();
            let typed = value(kind, field, "second");
            assert_eq!(
                value_in_it.expose(),
                typed.as_bytes(),
                "{}.{}",
                kind.name,
                field.name
            );
            opened += 1;
        }
    }
    let fields: usize = connection_types()
        .iter()
        .map(|kind| kind.fields.len())
        .sum();
    assert_eq!(opened, fields);

    let name = "some".parse().unwrap();
    let workflow = workflows::by_name(&store, &account, &name)
        .await
        .unwrap()
        .unwrap();
    let secret = secrets::list(&store, &workflow.id).await.unwrap().remove(0);
    let (field_revision, bytes) = secrets::sealed(&store, &secret.id).await.unwrap().unwrap();
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
    let value_in_it = ring.open(&sealed(bytes), &place).unwrap();
    assert_eq!(value_in_it.expose(), format!("{MARKER} second").as_bytes());
}
