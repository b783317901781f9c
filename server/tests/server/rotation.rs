//! Rotating the vault's key: on the command line, from the page, beside a server under load that is
//! killed.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::thread;
use std::time::Duration;

use opener::KeyRing;
use store::testing::TestDatabase;
use store::{both, connections, vault_keys};
use vault::{Owner, Place};

use crate::marker::sealed;
use crate::process::{Client, Server, complaint, finish, relay, serve};

pub(crate) const PASSWORD: &str = "correct horse battery";

/// `relay keys …` on a data directory, with more arguments.
fn keys(data: &Path, arguments: &[&str]) -> Command {
    let mut command = relay(&["keys"]);
    command.args(arguments).arg("--data-dir").arg(data);
    command
}

fn done(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(0), "{}", complaint(output));
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn refused(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(1), "{}", complaint(output));
    complaint(output)
}

fn current(data: &Path) -> String {
    let ring = KeyRing::from_file(&data.join("vault.key")).unwrap();
    ring.key_id().to_string()
}

#[test]
fn keys_are_told_rotated_and_removed_without_a_server() {
    let data = tempfile::tempdir().unwrap();
    let data = data.path();
    let said = refused(&finish(keys(data, &["status"]), ""));
    assert!(said.contains("no key yet"), "{said}");
    assert!(Server::start(data).stop().success());
    let old = current(data);

    let told = done(&finish(keys(data, &["status"]), ""));
    let file = data.join("vault.key");
    assert!(told.contains(&format!("key {old}: current")), "{told}");
    assert!(told.contains(file.to_str().unwrap()), "{told}");
    assert!(told.ends_with("rotation: never\n"), "{told}");

    let told = done(&finish(keys(data, &["rotate"]), ""));
    assert!(told.contains("finished"), "{told}");
    let new = current(data);
    assert_ne!(new, old);
    let told = done(&finish(keys(data, &["status"]), ""));
    assert!(told.contains(&format!("key {new}: current")), "{told}");
    assert!(
        told.contains(&format!("`relay keys remove {old}`")),
        "{told}"
    );

    let said = refused(&finish(keys(data, &["remove", &new]), ""));
    assert!(said.contains("Rotate first"), "{said}");
    refused(&finish(keys(data, &["remove", "0123456789abcdef"]), ""));
    // Killed between the database and the file.
    let file = data.join(format!("vault.key.{old}"));
    let kept = fs::read(&file).unwrap();
    done(&finish(keys(data, &["remove", &old]), ""));
    assert!(!file.exists());
    fs::write(&file, kept).unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
    let told = done(&finish(keys(data, &["remove", &old]), ""));
    assert!(told.contains(file.to_str().unwrap()), "{told}");
    assert!(!file.exists());
    refused(&finish(keys(data, &["remove", &old]), ""));
    assert!(Server::start(data).stop().success());
}

#[test]
fn a_key_from_the_environment_is_followed_by_the_one_beside_it() {
    let data = tempfile::tempdir().unwrap();
    let data = data.path();
    let (first, second) = (data.join("first"), data.join("second"));
    for file in [&first, &second] {
        let made = finish(relay(&["keys", "new", file.to_str().unwrap()]), "");
        assert_eq!(done(&made).trim().len(), 16);
        refused(&finish(relay(&["keys", "new", file.to_str().unwrap()]), ""));
    }
    let text = |file: &PathBuf| fs::read_to_string(file).unwrap().trim().to_owned();
    let with = |mut command: Command, keys: &str| {
        command.env("RELAY_VAULT_KEY", keys);
        command
    };
    assert!(
        Server::spawn(with(serve(data), &text(&first)))
            .stop()
            .success()
    );

    let said = refused(&finish(with(keys(data, &["rotate"]), &text(&first)), ""));
    assert!(said.contains("lay ready"), "{said}");
    // Whichever order: the database tells which is the current one.
    let both = format!("{}\n{}", text(&second), text(&first));
    done(&finish(with(keys(data, &["rotate"]), &both), ""));
    assert!(
        Server::spawn(with(serve(data), &text(&second)))
            .stop()
            .success()
    );
    refused(&finish(with(serve(data), &text(&first)), ""));
}

#[test]
fn an_older_key_that_is_put_back_into_the_database_is_noticed() {
    let data = tempfile::tempdir().unwrap();
    let data = data.path();
    assert!(Server::start(data).stop().success());
    let old = current(data);
    done(&finish(keys(data, &["rotate"]), ""));
    let new = current(data);
    let url = store::sqlite_url(&data.join("relay.db"));
    on(
        &url,
        &format!(
            "update vault_keys set retired_at = 1 where key_id = '{new}'; \
             update vault_keys set retired_at = null where key_id = '{old}'"
        ),
    );
    let said = refused(&finish(serve(data), ""));
    assert!(said.contains("put the older key back"), "{said}");

    // Without a trace of the newer one, it is as after restoring an old backup.
    on(
        &url,
        &format!("delete from vault_keys where key_id = '{new}'"),
    );
    for _ in 0..2 {
        let mut server = Server::start(data);
        assert!(server.stop().success());
        let log = server.log();
        assert!(log.contains("put an older key back"), "{log}");
        assert_eq!(current(data), new);
    }
    // The key in the file is taken up again.
    done(&finish(keys(data, &["rotate"]), ""));
    assert_eq!(current(data), new);
    let mut server = Server::start(data);
    assert!(server.stop().success());
    let log = server.log();
    assert!(!log.contains("put an older key back"), "{log}");
}

#[test]
fn a_key_in_the_data_directory_is_rotated_however_its_path_is_written() {
    let place = tempfile::tempdir().unwrap();
    let data = place.path().join("data");
    assert!(Server::start(&data).stop().success());
    std::os::unix::fs::symlink(&data, place.path().join("linked")).unwrap();
    for (from, data_dir, key_file) in [
        (place.path(), "data", "data/vault.key"),
        (place.path(), "data", "linked/vault.key"),
        (place.path(), "linked", "./data/vault.key"),
        (&data, ".", "vault.key"),
        (&data, "../data", "vault.key"),
    ] {
        let before = current(&data);
        let mut command = relay(&["keys", "rotate"]);
        command
            .current_dir(from)
            .args(["--data-dir", data_dir, "--key-file", key_file]);
        done(&finish(command, ""));
        assert_ne!(current(&data), before, "{data_dir} {key_file}");
    }
}

#[test]
fn a_credential_of_systemd_is_the_key() {
    let data = tempfile::tempdir().unwrap();
    let kept = tempfile::tempdir().unwrap();
    assert!(Server::start(data.path()).stop().success());
    fs::rename(data.path().join("vault.key"), kept.path().join("vault.key")).unwrap();
    let mut command = serve(data.path());
    command.env("CREDENTIALS_DIRECTORY", kept.path());
    assert!(Server::spawn(command).stop().success());
}

#[test]
fn a_start_without_an_older_key_that_values_need_is_refused() {
    let data = tempfile::tempdir().unwrap();
    let data = data.path();
    let mut server = Server::start(data);
    let mut ana = administrator(&server, &["--data-dir", data.to_str().unwrap()]);
    add(&mut ana, "one").unwrap();
    assert!(server.stop().success());
    let old = current(data);
    done(&finish(keys(data, &["rotate"]), ""));
    // As if the rotation had been killed before this value's turn.
    let url = store::sqlite_url(&data.join("relay.db"));
    on(&url, &format!("update field_values set key_id = '{old}'"));
    let file = data.join(format!("vault.key.{old}"));
    fs::remove_file(&file).unwrap();

    let said = refused(&finish(serve(data), ""));
    assert!(said.contains(&old) && said.contains("missing"), "{said}");
    let said = refused(&finish(keys(data, &["remove", &old]), ""));
    assert!(said.contains("values can only be opened"), "{said}");
    // Nor does it go while there are only values that did not open.
    on(&url, "update field_values set unopenable_at = 1");
    let said = refused(&finish(keys(data, &["remove", &old]), ""));
    assert!(said.contains("could not be opened"), "{said}");
    on(&url, "update field_values set unopenable_at = null");
    done(&finish(keys(data, &["remove", &old, "--lose-values"]), ""));
    let mut server = Server::start(data);
    let mut ana = sign_in(&server);
    let page = ana.get("/connections");
    let text = String::from_utf8_lossy(&page.raw);
    assert_eq!(page.status, 200);
    assert!(
        text.contains("can't be opened") && text.contains("overwrite it"),
        "{text}"
    );
    assert!(server.stop().success());
}

/// An id that was never used.
fn id() -> String {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).unwrap();
    model::ConnectionId::from_bytes(bytes).to_string()
}

fn on(url: &str, sql: &str) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        assert!(store::testing::execute(url, sql).await.unwrap() > 0);
    });
}

/// Adds an administrator, and signs her in.
pub(crate) fn administrator(server: &Server, place: &[&str]) -> Client {
    let mut command = relay(&["user", "add", "--email", "ana@example.com", "--name", "Ana"]);
    command.args(["--role", "administrator", "--password-stdin"]);
    done(&finish(
        {
            command.args(place);
            command
        },
        PASSWORD,
    ));
    sign_in(server)
}

fn sign_in(server: &Server) -> Client {
    let mut client = server.client();
    let form = [("email", "ana@example.com"), ("password", PASSWORD)];
    let reply = client.call("log_in", &form);
    assert!(reply.status < 400, "{}", reply.status);
    client
}

/// Adds a connection; `None` when the server was gone before it answered.
pub(crate) fn add(client: &mut Client, name: &str) -> Option<()> {
    let form = [
        ("id", &*id()),
        ("type_name", "aws"),
        ("name", name),
        ("values[accessKeyID]", "AKIA-OF-THE-TEST"),
        ("values[secretAccessKey]", name),
    ];
    let reply = client.try_call("add_connection", &form)?;
    assert!(
        reply.status < 400,
        "a save was refused: {}",
        String::from_utf8_lossy(&reply.raw)
    );
    Some(())
}

both! {
    async fn a_rotation_under_saves_survives_kills(database: TestDatabase) {
        let store = database.open().await.unwrap();
        tokio::task::spawn_blocking(move || {
            rotate_under_saves(&database.url, &database.directory().join("keys"));
            database
        }).await.unwrap();
        let counts = vault_keys::counts(&store).await.unwrap();
        let current = vault_keys::current(&store).await.unwrap().unwrap();
        assert_eq!(counts.keys().collect::<Vec<_>>(), [&current.key_id]);
    }
}

/// Values before the first rotation, and kills. Many more: `make soak`.
const VALUES: usize = 120;
const KILLS: u64 = 5;

fn rotate_under_saves(url: &str, data: &Path) {
    let start = || {
        let mut command = serve(data);
        command.args(["--database-url", url]);
        Server::spawn(command)
    };
    let place = ["--database-url", url, "--data-dir", data.to_str().unwrap()];
    let mut saved = Vec::new();
    let mut server = start();
    let mut ana = administrator(&server, &place);
    for number in 0..VALUES {
        let name = format!("before {number}");
        add(&mut ana, &name).unwrap();
        saved.push(name);
    }
    for round in 0..KILLS {
        // One that is under way goes on, and is answered so.
        ana.try_call("rotate_key", &[]).unwrap();
        let mut client = sign_in(&server);
        let load = thread::spawn(move || {
            let names = (0..).map(|number| format!("round {round}, {number}"));
            let acknowledged = |name: &String| add(&mut client, name).is_some();
            names.take_while(acknowledged).collect::<Vec<_>>()
        });
        thread::sleep(Duration::from_millis(40 * round));
        server.kill();
        saved.extend(load.join().unwrap());
        server = start();
        ana = sign_in(&server);
    }
    ana.try_call("rotate_key", &[]).unwrap();
    let mut told = keys(data, &["rotate"]);
    told.args(["--database-url", url]);
    done(&finish(told, ""));
    assert!(server.stop().success());
    all_open(url, data, &saved);
}

/// Every value that was acknowledged opens with the key file alone.
pub(crate) fn all_open(url: &str, data: &Path, saved: &[String]) {
    let ring = KeyRing::from_file(&data.join("vault.key")).unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let store = store::Store::open(url).await.unwrap();
        let account = store::accounts::first(&store).await.unwrap().unwrap();
        for name in saved {
            let found = connections::sealed_by_name(&store, &account, "aws", name).await;
            let (row, fields) = found.unwrap().unwrap();
            for (field, field_revision, stored) in fields {
                let place = Place {
                    account: account.as_str(),
                    owner: Owner::Connection {
                        id: row.id.as_str(),
                        type_name: "aws",
                    },
                    field: &field,
                    field_revision,
                };
                assert!(ring.open(&sealed(stored), &place).is_ok(), "{name} {field}");
            }
        }
        let whole = store::ledger::verify(&store).await.unwrap();
        assert!(
            matches!(whole, store::ledger::Verdict::Whole { .. }),
            "{whole:?}"
        );
        store.close().await;
    });
}
