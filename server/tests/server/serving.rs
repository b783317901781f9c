//! How `relay serve` begins and ends, and the setup code it prints.

use std::io::Write;
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt;

use store::testing::TestDatabase;

use crate::files::modes;
use crate::harness::PASSWORD;
use crate::process::{Client, Server, complaint, finish, relay, user_add};

/// Serves on free ports.
const ANYWHERE: [&str; 5] = [
    "serve",
    "--listen",
    "127.0.0.1:0",
    "--metadata-listen",
    "127.0.0.1:0",
];

#[test]
fn the_setup_code_makes_one_administrator() {
    let data = tempfile::tempdir().unwrap();
    let server = Server::start(data.path());
    let code = server.setup_code();
    let shape: Vec<_> = code.split('-').map(str::len).collect();
    assert_eq!(shape, [4, 4, 4], "{code}");

    let create = |client: &mut Client, code: &str, email: &str| {
        let fields = [
            ("code", code),
            ("name", "Ana"),
            ("email", email),
            ("password", PASSWORD),
        ];
        client.call("create_administrator", &fields).status
    };
    assert_eq!(
        create(&mut server.client(), "AAAA-AAAA-AAAA", "eve@example.com"),
        422
    );
    let mut ana = server.client();
    assert!(create(&mut ana, &code, "ana@example.com") < 400);
    assert!(
        ana.cookie.is_some(),
        "who creates the first administrator is signed in"
    );
    let again = create(&mut server.client(), &code, "eve@example.com");
    assert!((400..500).contains(&again), "{again}");
    assert!(!server.lets_in("eve@example.com", PASSWORD));
    assert!(!server.log().contains(&code));
}

#[test]
fn a_person_added_by_hand_voids_the_setup_code() {
    let data = tempfile::tempdir().unwrap();
    let server = Server::start(data.path());
    let code = server.setup_code();
    assert!(
        user_add(data.path(), "ana@example.com", "viewer", PASSWORD)
            .status
            .success()
    );
    let fields = [
        ("code", code.as_str()),
        ("name", "E"),
        ("email", "e@example.com"),
        ("password", PASSWORD),
    ];
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
                        ("code", code),
                        ("name", "R"),
                        ("email", &email),
                        ("password", PASSWORD),
                    ];
                    let status = client.call("create_administrator", &fields).status;
                    assert!(status < 500, "{status}");
                    status < 400
                })
            })
            .collect();
        racers
            .into_iter()
            .map(|racer| racer.join().unwrap())
            .filter(|won| *won)
            .count()
    });
    assert_eq!(won, 1);
}

/// A full disk below the log must not end the server.
#[test]
fn a_log_that_cannot_be_written_ends_nothing() {
    let data = tempfile::tempdir().unwrap();
    let mut command = std::process::Command::new("/bin/sh");
    command
        .args(["-c", "exec \"$@\" 2>/dev/full", "sh"])
        .arg(env!("CARGO_BIN_EXE_relay"))
        .args(ANYWHERE)
        .arg("--data-dir")
        .arg(data.path())
        .env_clear()
        .env("PATH", "/usr/bin:/bin");
    let mut server = Server::spawn(command);
    assert_eq!(server.client().get("/healthz").status, 200);
    let status = server.stop();
    assert!(status.success(), "{status}");
}

#[test]
fn it_ends_when_it_is_told_to() {
    let data = tempfile::tempdir().unwrap();
    let mut server = Server::start(data.path());
    // A connection that never says anything must not hold it.
    assert_eq!(server.client().get("/healthz").status, 200);
    let mut silent = TcpStream::connect(&server.address).unwrap();
    silent.write_all(b"GET /healthz HTTP/1.1\r\n").unwrap();
    // It is accepted when one that came later is answered.
    assert_eq!(server.client().get("/healthz").status, 200);
    let status = server.stop();
    assert!(status.success(), "{status}");
    assert!(
        server.log().contains("have been cut off"),
        "{}",
        server.log()
    );
    let names: Vec<_> = modes(data.path())
        .into_iter()
        .map(|(name, _)| name)
        .collect();
    assert_eq!(
        names,
        [
            "relay-logs.sqlite",
            "relay.db",
            "relay.db.engine",
            "vault.key"
        ],
        "the write-ahead logs are gone"
    );
}

#[test]
fn an_address_in_use_is_said_before_anything_is_written() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let home = tempfile::tempdir().unwrap();
    let data = home.path().join("data");
    let address = taken.local_addr().unwrap().to_string();
    for (flag, free) in [
        ("--listen", "--metadata-listen"),
        ("--metadata-listen", "--listen"),
    ] {
        let command = relay(&[
            "serve",
            "--data-dir",
            data.to_str().unwrap(),
            flag,
            &address,
            free,
            "127.0.0.1:0",
        ]);
        let refused = finish(command, "");
        assert_eq!(refused.status.code(), Some(1));
        let said = complaint(&refused);
        assert!(said.contains("cannot listen on 127.0.0.1:"), "{said}");
        assert!(!data.exists());
    }
}

#[test]
fn variables_do_what_flags_do() {
    let data = tempfile::tempdir().unwrap();
    let mut command = relay(&["serve"]);
    command
        .env("RELAY_LISTEN", "127.0.0.1:0")
        .env("RELAY_METADATA_LISTEN", "127.0.0.1:0")
        .env("RELAY_DATA_DIR", data.path());
    let server = Server::spawn(command);
    assert_eq!(server.client().get("/healthz").status, 200);
    assert!(data.path().join("vault.key").exists());

    let home = tempfile::tempdir().unwrap();
    let mut command = relay(&ANYWHERE);
    command.env("XDG_DATA_HOME", home.path());
    let _server = Server::spawn(command);
    assert!(home.path().join("relay/relay.db").exists());
}

store::both! {
    async fn a_database_by_its_address(database: TestDatabase) {
        tokio::task::block_in_place(|| {
            let data = database.directory().join("keys");
            let with = |words: &[&str]| {
                let mut command = relay(words);
                command.args(["--database-url", &database.url]).arg("--data-dir").arg(&data);
                command
            };
            let words = [
                "user", "add", "--email", "ana@example.com", "--name", "Ana", "--role", "viewer",
                "--password-stdin",
            ];
            let added = finish(with(&words), PASSWORD);
            assert!(added.status.success(), "{}", complaint(&added));
            let server = Server::spawn(with(&ANYWHERE));
            assert!(server.lets_in("ana@example.com", PASSWORD));
            drop(server);

            let key = data.join("vault.key");
            let kept = std::fs::read(&key).unwrap();
            std::fs::remove_file(&key).unwrap();
            let refused = finish(with(&ANYWHERE), "");
            assert_eq!(refused.status.code(), Some(1), "{}", complaint(&refused));
            assert!(!key.exists(), "a key that is missing is not made again");
            std::fs::write(&key, kept).unwrap();
            std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o600)).unwrap();
            assert!(Server::spawn(with(&ANYWHERE)).lets_in("ana@example.com", PASSWORD));
        });
    }
}

#[test]
fn the_password_of_a_database_is_never_shown() {
    let data = tempfile::tempdir().unwrap();
    for url in [
        "postgres://relay:hunter2-secret@127.0.0.1:1/relay",
        "postgres://relay:hunter2-secret@[broken/relay",
        "mysql://relay:hunter2-secret@127.0.0.1/relay",
    ] {
        let mut command = relay(&ANYWHERE);
        command
            .env("RUST_LOG", "trace")
            .args(["--database-url", url]);
        command.arg("--data-dir").arg(data.path());
        let refused = finish(command, "");
        assert_eq!(refused.status.code(), Some(1), "{url}");
        let said = complaint(&refused);
        assert!(
            said.contains("relay: ") && !said.contains("hunter2"),
            "{said}"
        );
    }
    let mut help = relay(&["serve", "--help"]);
    help.env(
        "RELAY_DATABASE_URL",
        "postgres://relay:hunter2-secret@127.0.0.1/relay",
    );
    let shown = String::from_utf8(finish(help, "").stdout).unwrap();
    assert!(
        shown.contains("RELAY_DATABASE_URL") && !shown.contains("hunter2"),
        "{shown}"
    );
}
