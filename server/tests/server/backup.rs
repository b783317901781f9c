//! Backups: taken beside a server that is written to, restored only where nothing is, with the key.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Output};
use std::sync::mpsc::channel;
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

/// What the ledger of a data directory tells of backups.
fn told(data: &Path) -> Vec<String> {
    let database = store::sqlite_url(&data.join("relay.db"));
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    runtime.unwrap().block_on(async {
        let store = store::Store::open(&database).await.unwrap();
        let rows = store::ledger::after(&store, 0, 10_000).await.unwrap();
        store.close().await;
        let rows = rows
            .into_iter()
            .filter(|row| row.act.starts_with("backup."));
        rows.map(|row| {
            assert_eq!(row.actor_kind, "command_line");
            row.act
        })
        .collect()
    })
}

fn refused(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(1), "{}", complaint(output));
    complaint(output)
}

fn done(output: &Output) {
    assert_eq!(output.status.code(), Some(0), "{}", complaint(output));
}

/// Runs a statement on the database of a data directory; answers how many rows it changed.
fn on(data: &Path, sql: &str) -> u64 {
    let url = store::sqlite_url(&data.join("relay.db"));
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async { store::testing::execute(&url, sql).await.unwrap() })
}

/// An invitation that nobody has used.
const INVITE: &str = "insert into invitations (id, account_id, code_hash, email, email_key, role, \
    invited_at, invited_by, expires_at) select 'i', account_id, x'00', 'ben@example.com', \
    'ben@example.com', 'administrator', 1, id, 9000000000000 from users limit 1";

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
    let (tell, first) = channel();
    let saver = thread::spawn(move || {
        for name in (0..).map(|number| format!("meanwhile {number}")) {
            if add(&mut ana, &name).is_none() {
                break;
            }
            // Only the first one is waited for.
            let _ = tell.send(());
        }
    });
    first.recv().unwrap();
    on(&data, INVITE);
    done(&backup(&data, &file));
    let said = refused(&backup(&data, &file));
    assert!(said.contains("is there already"), "{said}");
    assert!(server.stop().success());
    saver.join().unwrap();

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
    // Somebody was killed while they wrote a key.
    fs::write(other.join(".vault.key.0123456789abcdef"), "").unwrap();
    done(&finish(restoring(&file, &other), ""));
    // A link that was withdrawn since works no more.
    assert_eq!(on(&other, "delete from invitations"), 0);
    all_open(&store::sqlite_url(&other.join("relay.db")), &other, &before);
    // Both ledgers tell of it, and that they belong together stands in the copy's.
    assert_eq!(told(&data), ["backup.make"]);
    assert_eq!(told(&other), ["backup.make", "backup.restore"]);
    let mut verify = relay(&["ledger", "verify", "--data-dir"]);
    verify.arg(&other);
    done(&finish(verify, ""));
    let mut again = Server::start(&other);
    let mut client = again.client();
    client.cookie = Some("relay=whatever".to_owned());
    assert_ne!(client.get("/connections").status, 200);
    assert!(again.lets_in("ana@example.com", crate::rotation::PASSWORD));
    assert!(again.stop().success());
}

#[test]
fn a_backup_that_was_changed_or_cut_is_refused() {
    let kept = tempfile::tempdir().unwrap();
    let (data, file) = (kept.path().join("data"), kept.path().join("copy"));
    assert!(Server::start(&data).stop().success());
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

#[test]
fn a_restore_that_was_killed_is_done_again_and_no_old_log_is_trusted() {
    let kept = tempfile::tempdir().unwrap();
    let (data, file) = (kept.path().join("data"), kept.path().join("copy"));
    assert!(Server::start(&data).stop().success());
    done(&backup(&data, &file));
    let key = fs::read(data.join("vault.key")).unwrap();
    let directory = |name: &str| {
        let made = kept.path().join(name);
        fs::create_dir(&made).unwrap();
        fs::write(made.join("vault.key"), &key).unwrap();
        fs::set_permissions(made.join("vault.key"), fs::Permissions::from_mode(0o600)).unwrap();
        made
    };

    // Killed when the logs were in their place, and the database was not.
    let half = directory("half");
    fs::create_dir(half.join(".restoring")).unwrap();
    let unpacked = half.join(".restoring").join("relay-logs.sqlite");
    fs::write(&unpacked, "logs").unwrap();
    fs::hard_link(&unpacked, half.join("relay-logs.sqlite")).unwrap();
    done(&finish(restoring(&file, &half), ""));
    assert!(!half.join(".restoring").exists());
    assert!(Server::start(&half).stop().success());

    // Logs of somebody else stay what they are.
    let foreign = directory("foreign");
    fs::create_dir(foreign.join(".restoring")).unwrap();
    fs::write(foreign.join(".restoring").join("relay-logs.sqlite"), "logs").unwrap();
    fs::write(foreign.join("relay-logs.sqlite"), "logs").unwrap();
    let said = refused(&finish(restoring(&file, &foreign), ""));
    assert!(said.contains("relay-logs.sqlite is there"), "{said}");

    // What lies beside a database that is not there would become a part of this one.
    for end in ["-wal", "-shm", "-journal"] {
        let apart = directory(&format!("apart{end}"));
        let elsewhere = kept.path().join(format!("elsewhere{end}"));
        fs::create_dir(&elsewhere).unwrap();
        let stale = elsewhere.join(format!("rows.db{end}"));
        fs::write(&stale, "old").unwrap();
        let url = store::sqlite_url(&elsewhere.join("rows.db"));
        let mut command = restoring(&file, &apart);
        command.args(["--database-url", &url]);
        let said = refused(&finish(command, ""));
        assert!(said.contains(stale.to_str().unwrap()), "{said}");
        assert_eq!(fs::read_dir(&elsewhere).unwrap().count(), 1);
    }
}

#[test]
fn a_backup_names_every_key_that_its_values_need() {
    let kept = tempfile::tempdir().unwrap();
    let (data, file) = (kept.path().join("data"), kept.path().join("copy"));
    let mut server = Server::start(&data);
    let mut ana = administrator(&server, &["--data-dir", data.to_str().unwrap()]);
    add(&mut ana, "one").unwrap();
    assert!(server.stop().success());
    let id = || {
        let ring = KeyRing::from_file(&data.join("vault.key")).unwrap();
        ring.key_id().to_string()
    };
    let old = id();
    let mut rotate = relay(&["keys", "rotate", "--data-dir"]);
    done(&finish(
        {
            rotate.arg(&data);
            rotate
        },
        "",
    ));
    // As if the rotation were not at its end.
    let sql = format!("update field_values set key_id = '{old}' where field = 'accessKeyID'");
    assert_eq!(on(&data, &sql), 1);
    let output = backup(&data, &file);
    done(&output);
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(said.contains(&old) && said.contains(&id()), "{said}");
}
