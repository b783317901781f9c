//! `relay user`, and how `relay serve` begins and ends.

use std::io::Write;
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::Duration;

use crate::process::{Client, Server, complaint, finish, relay, user_add};

const PASSWORD: &str = "correct horse battery";

/// Whether the server lets this person in.
fn can_log_in(server: &Server, email: &str, password: &str) -> bool {
    let mut client = server.client();
    let reply = client.call("log_in", &[("email", email), ("password", password)]);
    (200..400).contains(&reply.status) && client.cookie.is_some()
}

/// Everything in a folder with its mode, sorted by name.
fn modes(dir: &Path) -> Vec<(String, u32)> {
    let mut all: Vec<_> = std::fs::read_dir(dir)
        .unwrap()
        .map(|entry| {
            let entry = entry.unwrap();
            let mode = entry.metadata().unwrap().permissions().mode() & 0o7777;
            (entry.file_name().into_string().unwrap(), mode)
        })
        .collect();
    all.sort();
    all
}

#[test]
fn a_person_before_the_first_start() {
    let home = tempfile::tempdir().unwrap();
    let data = home.path().join("made/by us");
    let added = user_add(&data, "ana@example.com", "administrator", &format!("{PASSWORD}\n"));
    assert!(added.status.success(), "{}", complaint(&added));
    assert_eq!(std::fs::metadata(&data).unwrap().permissions().mode() & 0o777, 0o700);
    let names: Vec<_> = modes(&data).into_iter().map(|(name, _)| name).collect();
    assert!(names.contains(&"relay.db".to_owned()), "{names:?}");
    assert!(!names.contains(&"vault.key".to_owned()), "{names:?}");

    let server = Server::start(&data);
    assert_eq!(server.line_now(), None, "with a person there is no setup code");
    assert!(can_log_in(&server, "ana@example.com", PASSWORD));
    assert!(can_log_in(&server, "ANA@Example.COM", PASSWORD));
    assert!(!can_log_in(&server, "ana@example.com", "correct horse batterz"));
    for (name, mode) in modes(&data) {
        assert_eq!(mode, 0o600, "{name}");
    }
}

#[test]
fn only_one_newline_belongs_to_the_pipe() {
    let data = tempfile::tempdir().unwrap();
    for (email, typed) in [
        ("none@example.com", "twelve chars"),
        ("one@example.com", "twelve chars\n"),
        ("crlf@example.com", "twelve chars\r\n"),
        ("two@example.com", "twelve chars\n\n"),
    ] {
        assert!(user_add(data.path(), email, "viewer", typed).status.success(), "{email}");
    }
    let server = Server::start(data.path());
    assert!(can_log_in(&server, "none@example.com", "twelve chars"));
    assert!(can_log_in(&server, "one@example.com", "twelve chars"));
    assert!(can_log_in(&server, "crlf@example.com", "twelve chars"));
    assert!(can_log_in(&server, "two@example.com", "twelve chars\n"));
}

#[test]
fn what_cannot_be_added_says_so_and_exits_1() {
    let data = tempfile::tempdir().unwrap();
    assert!(user_add(data.path(), "ana@example.com", "viewer", PASSWORD).status.success());
    for (email, password) in [
        ("ana@example.com", PASSWORD),
        ("Ana@Example.com", PASSWORD),
        ("no address", PASSWORD),
        ("short@example.com", "eleven char"),
        ("empty@example.com", ""),
        ("long@example.com", &"x".repeat(257)),
    ] {
        let refused = user_add(data.path(), email, "viewer", password);
        assert_eq!(refused.status.code(), Some(1), "{email}");
        assert!(refused.stdout.is_empty(), "{email}");
        let said = complaint(&refused);
        assert!(said.starts_with("relay: ") && said.lines().count() == 1, "{email}: {said}");
        assert!(password.is_empty() || !said.contains(password), "{email}: {said}");
    }
}

#[test]
fn wrong_usage_exits_2_and_writes_nothing() {
    let home = tempfile::tempdir().unwrap();
    let data = home.path().join("data");
    let data = data.to_str().unwrap();
    let person = ["user", "add", "--email", "a@example.com", "--name", "A", "--data-dir", data];
    for more in [
        &["--role", "viewer"][..],
        &["--role", "king", "--password-stdin"],
        &["--password-stdin"],
        &["--role", "viewer", "--password-stdin", "--password", "x"],
    ] {
        let arguments: Vec<_> = person.iter().chain(more).copied().collect();
        let refused = finish(relay(&arguments), PASSWORD);
        assert_eq!(refused.status.code(), Some(2), "{more:?}");
        assert!(refused.stdout.is_empty() && !refused.stderr.is_empty(), "{more:?}");
    }
    for arguments in [&[][..], &["user"], &["serve", "--listen", "nowhere"], &["nothing"]] {
        assert_eq!(finish(relay(arguments), "").status.code(), Some(2), "{arguments:?}");
    }
    assert_eq!(std::fs::read_dir(home.path()).unwrap().count(), 0);
}

#[test]
fn a_new_password_ends_the_sessions() {
    let data = tempfile::tempdir().unwrap();
    let set = |email: &str, password: &str| {
        let dir = data.path().to_str().unwrap();
        let arguments =
            ["user", "set-password", "--email", email, "--password-stdin", "--data-dir", dir];
        finish(relay(&arguments), password)
    };
    let nobody_yet = set("ana@example.com", PASSWORD);
    assert_eq!(nobody_yet.status.code(), Some(1));
    assert_eq!(std::fs::read_dir(data.path()).unwrap().count(), 0, "nothing was made for nobody");

    assert!(user_add(data.path(), "ana@example.com", "administrator", PASSWORD).status.success());
    let server = Server::start(data.path());
    let mut client = server.client();
    client.call("log_in", &[("email", "ana@example.com"), ("password", PASSWORD)]);
    let name = [("name", "first"), ("description", "")];
    assert!(client.clone().call("create_workflow", &name).status < 400);

    let done = set("ana@example.com", "another horse battery\n");
    assert!(done.status.success(), "{}", complaint(&done));
    assert_eq!(client.call("create_workflow", &name).status, 401);
    assert!(!can_log_in(&server, "ana@example.com", PASSWORD));
    assert!(can_log_in(&server, "ana@example.com", "another horse battery"));
    assert_eq!(set("nobody@example.com", PASSWORD).status.code(), Some(1));
    assert_eq!(set("ana@example.com", "short").status.code(), Some(1));
}

#[test]
fn the_setup_code_makes_one_administrator() {
    let data = tempfile::tempdir().unwrap();
    let server = Server::start(data.path());
    let code = server.setup_code();
    let shape: Vec<_> = code.split('-').map(str::len).collect();
    assert_eq!(shape, [4, 4, 4], "{code}");

    let create = |client: &mut Client, code: &str, email: &str| {
        let fields =
            [("code", code), ("name", "Ana"), ("email", email), ("password", PASSWORD)];
        client.call("create_administrator", &fields).status
    };
    assert_eq!(create(&mut server.client(), "AAAA-AAAA-AAAA", "eve@example.com"), 422);
    let mut ana = server.client();
    assert!(create(&mut ana, &code, "ana@example.com") < 400);
    assert!(ana.cookie.is_some(), "who creates the first administrator is signed in");
    let again = create(&mut server.client(), &code, "eve@example.com");
    assert!((400..500).contains(&again), "{again}");
    assert!(!can_log_in(&server, "eve@example.com", PASSWORD));
    assert!(!server.log().contains(&code));
}

#[test]
fn a_person_added_by_hand_voids_the_setup_code() {
    let data = tempfile::tempdir().unwrap();
    let server = Server::start(data.path());
    let code = server.setup_code();
    assert!(user_add(data.path(), "ana@example.com", "viewer", PASSWORD).status.success());
    let fields =
        [("code", code.as_str()), ("name", "E"), ("email", "e@example.com"), ("password", PASSWORD)];
    let late = server.client().call("create_administrator", &fields).status;
    assert!((400..500).contains(&late), "{late}");
}

#[test]
fn fifty_people_race_for_the_setup_code() {
    let data = tempfile::tempdir().unwrap();
    let server = Server::start(data.path());
    let code = server.setup_code();
    let won = std::thread::scope(|scope| {
        let racers: Vec<_> = (0..50)
            .map(|number| {
                let (mut client, code) = (server.client(), code.as_str());
                scope.spawn(move || {
                    let email = format!("racer{number}@example.com");
                    let fields = [
                        ("code", code), ("name", "R"), ("email", &email), ("password", PASSWORD),
                    ];
                    let status = client.call("create_administrator", &fields).status;
                    assert!(status < 500, "{status}");
                    status < 400
                })
            })
            .collect();
        racers.into_iter().map(|racer| racer.join().unwrap()).filter(|won| *won).count()
    });
    assert_eq!(won, 1);
}

#[test]
fn a_hundred_people_beside_a_server_under_load() {
    let data = tempfile::tempdir().unwrap();
    assert!(user_add(data.path(), "ana@example.com", "administrator", PASSWORD).status.success());
    let server = Server::start(data.path());
    let mut ana = server.client();
    ana.call("log_in", &[("email", "ana@example.com"), ("password", PASSWORD)]);
    let done = std::sync::atomic::AtomicBool::new(false);
    let running = || !done.load(std::sync::atomic::Ordering::Relaxed);
    let (reads, writes) = std::thread::scope(|scope| {
        let reader = scope.spawn(|| {
            let (mut client, mut count) = (ana.clone(), 0);
            while running() {
                assert_eq!(client.get("/workflows").status, 200);
                count += 1;
            }
            count
        });
        let writer = scope.spawn(|| {
            let (mut client, mut count) = (ana.clone(), 0);
            while running() {
                let name = format!("workflow-{count}");
                let fields = [("name", name.as_str()), ("description", "")];
                let status = client.call("create_workflow", &fields).status;
                assert!(status < 400, "{status}");
                count += 1;
            }
            count
        });
        for number in 0..100 {
            let email = format!("person{number}@example.com");
            let added = user_add(data.path(), &email, "viewer", PASSWORD);
            assert!(added.status.success(), "{number}: {}", complaint(&added));
        }
        done.store(true, std::sync::atomic::Ordering::Relaxed);
        (reader.join().unwrap(), writer.join().unwrap())
    });
    assert!(reads > 10 && writes > 10, "{reads} reads and {writes} writes are no load");
    assert!(can_log_in(&server, "person0@example.com", PASSWORD));
    assert!(can_log_in(&server, "person99@example.com", PASSWORD));
    assert!(!server.log().contains("ERROR"), "{}", server.log());
}

#[test]
fn it_ends_when_it_is_told_to() {
    let data = tempfile::tempdir().unwrap();
    let mut server = Server::start(data.path());
    // A connection that never says anything must not hold it.
    let mut silent = TcpStream::connect(&server.address).unwrap();
    silent.write_all(b"GET /healthz HTTP/1.1\r\n").unwrap();
    assert_eq!(server.client().get("/healthz").status, 200);
    let (status, took) = server.stop();
    assert!(status.success(), "{status}");
    assert!(took < Duration::from_secs(10), "{took:?}");
    let names: Vec<_> = modes(data.path()).into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["relay.db", "vault.key"], "the write-ahead log is gone");
}

#[test]
fn an_address_in_use_is_said_before_anything_is_written() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let home = tempfile::tempdir().unwrap();
    let data = home.path().join("data");
    let address = taken.local_addr().unwrap().to_string();
    let command = relay(&["serve", "--data-dir", data.to_str().unwrap(), "--listen", &address]);
    let refused = finish(command, "");
    assert_eq!(refused.status.code(), Some(1));
    assert!(complaint(&refused).contains("cannot listen on 127.0.0.1:"), "{}", complaint(&refused));
    assert!(!data.exists());
}

#[test]
fn variables_do_what_flags_do() {
    let data = tempfile::tempdir().unwrap();
    let mut command = relay(&["serve"]);
    command.env("RELAY_LISTEN", "127.0.0.1:0").env("RELAY_DATA_DIR", data.path());
    let server = Server::spawn(command);
    assert_eq!(server.client().get("/healthz").status, 200);
    assert!(data.path().join("vault.key").exists());

    let home = tempfile::tempdir().unwrap();
    let mut command = relay(&["serve", "--listen", "127.0.0.1:0"]);
    command.env("XDG_DATA_HOME", home.path());
    let _server = Server::spawn(command);
    assert!(home.path().join("relay/relay.db").exists());
}
