//! The vault's key at the start: made once, and never replaced by a guess.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;
use std::process::{Command, Output};

use sha2::{Digest, Sha256};
use store::testing::TestDatabase;

use crate::process::{Server, complaint, finish, serve, user_add};

/// An installation that was started once and has a person.
fn installation() -> tempfile::TempDir {
    let data = tempfile::tempdir().unwrap();
    let added = user_add(
        data.path(),
        "ana@example.com",
        "viewer",
        "correct horse battery",
    );
    assert!(added.status.success());
    let status = Server::start(data.path()).stop();
    assert!(status.success());
    data
}

/// Every file with its bytes, rights and time of change.
fn snapshot(dir: &Path) -> Vec<(String, Vec<u8>, u32, i64, i64)> {
    let mut all: Vec<_> = fs::read_dir(dir)
        .unwrap()
        .map(|entry| {
            let entry = entry.unwrap();
            let about = entry.metadata().unwrap();
            let hash = Sha256::digest(fs::read(entry.path()).unwrap()).to_vec();
            let name = entry.file_name().into_string().unwrap();
            (name, hash, about.mode(), about.mtime(), about.mtime_nsec())
        })
        .collect();
    all.sort();
    all
}

/// Tries to start, and expects one sentence and not a byte written.
fn refused(data: &Path, command: Command, input: &str) -> String {
    let before = snapshot(data);
    let output: Output = finish(command, input);
    assert_eq!(output.status.code(), Some(1), "{}", complaint(&output));
    assert!(output.stdout.is_empty());
    assert_eq!(snapshot(data), before);
    let said = complaint(&output);
    assert!(
        said.starts_with("relay: ") && said.lines().count() == 1,
        "{said}"
    );
    said
}

#[test]
fn the_first_start_makes_a_key_and_the_second_uses_it() {
    let data = installation();
    let file = data.path().join("vault.key");
    assert_eq!(
        fs::metadata(&file).unwrap().permissions().mode() & 0o7777,
        0o600
    );
    let key = fs::read(&file).unwrap();
    let status = Server::start(data.path()).stop();
    assert!(status.success());
    assert_eq!(fs::read(&file).unwrap(), key);
}

#[test]
fn another_installations_key_is_refused() {
    let (ours, theirs) = (installation(), installation());
    let foreign = theirs.path().join("vault.key");
    let mut command = serve(ours.path());
    command.arg("--key-file").arg(&foreign);
    let said = refused(ours.path(), command, "");
    assert!(said.contains(foreign.to_str().unwrap()), "{said}");

    let given = fs::read_to_string(&foreign).unwrap();
    let mut command = serve(ours.path());
    command.env("RELAY_VAULT_KEY", given.trim());
    let said = refused(ours.path(), command, "");
    assert!(!said.contains(given.trim()), "{said}");

    fs::remove_file(ours.path().join("vault.key")).unwrap();
    fs::copy(&foreign, ours.path().join("vault.key")).unwrap();
    refused(ours.path(), serve(ours.path()), "");
}

#[test]
fn a_missing_key_is_not_made_again() {
    let data = installation();
    fs::remove_file(data.path().join("vault.key")).unwrap();
    let said = refused(data.path(), serve(data.path()), "");
    assert!(said.contains("is missing"), "{said}");
}

#[test]
fn a_database_that_lost_its_key_is_refused() {
    store::testing::on_sqlite(|database: TestDatabase| async move {
        let data = database.directory().join("data");
        let start = || {
            let mut command = serve(&data);
            command.arg("--database-url").arg(&database.url);
            command
        };
        let status = Server::spawn(start()).stop();
        assert!(status.success());
        let lost = "update vault_keys set retired_at = 1";
        assert_eq!(database.execute(lost).await.unwrap(), 1);
        let said = refused(&data, start(), "");
        assert!(said.contains("lost"), "{said}");
        fs::remove_file(data.join("vault.key")).unwrap();
        let said = refused(&data, start(), "");
        assert!(said.contains("lost"), "{said}");
    });
}

#[test]
fn a_key_that_others_can_read_is_refused() {
    let data = installation();
    let file = data.path().join("vault.key");
    for mode in [0o640, 0o604, 0o644, 0o666] {
        fs::set_permissions(&file, fs::Permissions::from_mode(mode)).unwrap();
        refused(data.path(), serve(data.path()), "");
    }
}

#[test]
fn a_broken_key_is_refused() {
    let data = installation();
    let file = data.path().join("vault.key");
    let whole = fs::read_to_string(&file).unwrap();
    for broken in [
        "",
        "\n",
        "not a key",
        &whole[..whole.len() / 2],
        &format!("{whole}{whole}"),
    ] {
        fs::write(&file, broken).unwrap();
        let said = refused(data.path(), serve(data.path()), "");
        assert!(
            broken.trim().is_empty() || !said.contains(broken.trim()),
            "{said}"
        );
    }
    refused(
        data.path(),
        {
            let mut c = serve(data.path());
            c.args(["--key-file", "-"]);
            c
        },
        "",
    );
}

#[test]
fn a_key_in_the_environment_is_gone_from_it() {
    let data = installation();
    let file = data.path().join("vault.key");
    let key = fs::read_to_string(&file).unwrap();
    let key = key.trim();
    fs::remove_file(&file).unwrap();
    let mut command = serve(data.path());
    command.env("RELAY_VAULT_KEY", key);
    let server = Server::spawn(command);
    assert_eq!(server.client().get("/healthz").status, 200);
    for about in ["environ", "cmdline"] {
        // Only root may look at all; then the key must not be there.
        if let Ok(shown) = fs::read(format!("/proc/{}/{about}", server.id())) {
            let shown = String::from_utf8_lossy(&shown).into_owned();
            assert!(
                !shown.contains(key) && !shown.contains("RELAY_VAULT_KEY"),
                "{about}"
            );
            assert!(
                about == "cmdline" || shown.contains("HOME="),
                "the environment is readable"
            );
        }
    }
    assert!(!file.exists(), "a key that was given is not written down");
}

#[test]
fn a_key_on_standard_input() {
    let data = installation();
    let kept = tempfile::tempdir().unwrap();
    let elsewhere = kept.path().join("key");
    fs::rename(data.path().join("vault.key"), &elsewhere).unwrap();
    let mut command = serve(data.path());
    command
        .args(["--key-file", "-"])
        .stdin(fs::File::open(&elsewhere).unwrap());
    let server = Server::spawn(command);
    assert_eq!(server.client().get("/healthz").status, 200);
}

#[test]
fn a_key_given_twice_is_wrong_usage() {
    let data = installation();
    let before = snapshot(data.path());
    let mut command = serve(data.path());
    command
        .arg("--key-file")
        .arg(data.path().join("vault.key"))
        .env("RELAY_VAULT_KEY", "x");
    let output = finish(command, "");
    assert_eq!(output.status.code(), Some(2));
    assert!(
        complaint(&output).contains("given twice"),
        "{}",
        complaint(&output)
    );
    assert_eq!(snapshot(data.path()), before);
}
