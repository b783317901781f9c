//! Backups: taken beside a server that is written to, restored only where nothing is, with the key.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};
use std::thread;

use opener::KeyRing;

use crate::process::{Server, complaint, finish, relay};
use crate::rotation::{add, administrator, all_open};

fn backup(data: &Path, file: &Path) -> Output {
    let mut command = relay(&["backup"]);
    command.arg(file).arg("--data-dir").arg(data);
    finish(command, "")
}

fn restoring(file: &Path, data: &Path) -> Command {
    let mut command = relay(&["restore"]);
    command.arg(file).arg("--data-dir").arg(data);
    command
}

fn refused(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(1), "{}", complaint(output));
    complaint(output)
}

fn done(output: &Output) {
    assert_eq!(output.status.code(), Some(0), "{}", complaint(output));
}

/// The bytes of the private key of a data directory, as they stand in its file.
fn key_text(data: &Path) -> Vec<u8> {
    let line = fs::read_to_string(data.join("vault.key")).unwrap();
    let text = line.trim().rsplit(':').next().unwrap();
    text.as_bytes().to_vec()
}

#[test]
fn a_backup_taken_under_writes_is_restored_whole() {
    let kept = tempfile::tempdir().unwrap();
    let (data, file) = (kept.path().join("data"), kept.path().join("copy"));
    let mut server = Server::start(&data);
    let place = ["--data-dir", data.to_str().unwrap()];
    let mut ana = administrator(&server, &place);
    let before: Vec<_> = (0..20).map(|number| format!("before {number}")).collect();
    for name in &before {
        add(&mut ana, name).unwrap();
    }
    let saver = thread::spawn(move || {
        let names = (0..).map(|number| format!("meanwhile {number}"));
        names
            .take_while(|name| add(&mut ana, name).is_some())
            .count()
    });
    done(&backup(&data, &file));
    let said = refused(&backup(&data, &file));
    assert!(said.contains("is there already"), "{said}");
    assert!(server.stop().0.success());
    assert!(saver.join().unwrap() > 0);

    let bytes = fs::read(&file).unwrap();
    let key = key_text(&data);
    assert!(!bytes.windows(key.len()).any(|window| window == key));
    assert_eq!(
        fs::read_dir(kept.path()).unwrap().count(),
        2,
        "nothing is left behind"
    );

    // Without a key, and with the key of another installation: nothing is written.
    let other = kept.path().join("other");
    let said = refused(&finish(restoring(&file, &other), ""));
    assert!(said.contains("is missing"), "{said}");
    KeyRing::generate()
        .unwrap()
        .save_new(&other.join("vault.key"))
        .unwrap();
    let said = refused(&finish(restoring(&file, &other), ""));
    assert!(said.contains("another one"), "{said}");
    assert_eq!(fs::read_dir(&other).unwrap().count(), 1);

    // Never over anything.
    let said = refused(&finish(restoring(&file, &data), ""));
    assert!(said.contains("nothing was changed"), "{said}");

    fs::copy(data.join("vault.key"), other.join("vault.key")).unwrap();
    done(&finish(restoring(&file, &other), ""));
    all_open(&store::sqlite_url(&other.join("relay.db")), &other, &before);
    let mut again = Server::start(&other);
    let mut client = again.client();
    client.cookie = Some("relay=whatever".to_owned());
    assert_ne!(client.get("/connections").status, 200);
    assert!(again.lets_in("ana@example.com", crate::rotation::PASSWORD));
    assert!(again.stop().0.success());
}

#[test]
fn a_backup_that_was_changed_or_cut_is_refused() {
    let kept = tempfile::tempdir().unwrap();
    let (data, file) = (kept.path().join("data"), kept.path().join("copy"));
    assert!(Server::start(&data).stop().0.success());
    done(&backup(&data, &file));
    let whole = fs::read(&file).unwrap();
    let key = data.join("vault.key");
    let try_with = |bytes: &[u8]| {
        fs::write(&file, bytes).unwrap();
        let empty = tempfile::tempdir().unwrap();
        let mut command = restoring(&file, empty.path());
        command.arg("--key-file").arg(&key);
        let output = finish(command, "");
        let left = fs::read_dir(empty.path()).unwrap().count();
        (output, left)
    };
    for at in [0, 600, whole.len() / 2, whole.len() * 3 / 4] {
        let mut changed = whole.clone();
        changed[at] ^= 1;
        for bytes in [&changed[..], &whole[..at]] {
            let (output, left) = try_with(bytes);
            let said = refused(&output);
            assert!(said.contains("not a whole backup"), "{at}: {said}");
            assert_eq!(left, 0, "{at}");
        }
    }
    let (output, left) = try_with(&whole);
    done(&output);
    assert!(left > 0);
}

#[test]
fn postgres_has_tools_of_its_own() {
    let kept = tempfile::tempdir().unwrap();
    let address = "postgres://nobody@localhost/nothing";
    for (command, tool) in [("backup", "pg_dump"), ("restore", "pg_restore")] {
        let file = kept.path().join("copy");
        let mut command = relay(&[command]);
        command.arg(&file).args(["--database-url", address]);
        command.arg("--data-dir").arg(kept.path());
        let said = refused(&finish(command, ""));
        assert!(said.contains(tool), "{said}");
        assert!(!file.exists());
    }
}

#[test]
fn what_is_not_there_is_not_backed_up() {
    let kept = tempfile::tempdir().unwrap();
    let said = refused(&backup(
        &kept.path().join("data"),
        &kept.path().join("copy"),
    ));
    assert!(said.contains("there is no database"), "{said}");
    assert_eq!(fs::read_dir(kept.path()).unwrap().count(), 0);
}
