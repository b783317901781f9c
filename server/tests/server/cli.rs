//! `relay user`, before the first start and beside a running server.

use std::os::unix::fs::PermissionsExt;

use crate::files::modes;
use crate::harness::PASSWORD;
use crate::process::{Server, complaint, finish, relay, user_add};

#[test]
fn a_person_before_the_first_start() {
    let home = tempfile::tempdir().unwrap();
    let data = home.path().join("made/by us");
    let added = user_add(
        &data,
        "ana@example.com",
        "administrator",
        &format!("{PASSWORD}\n"),
    );
    assert!(added.status.success(), "{}", complaint(&added));
    assert_eq!(
        std::fs::metadata(&data).unwrap().permissions().mode() & 0o777,
        0o700
    );
    let names: Vec<_> = modes(&data).into_iter().map(|(name, _)| name).collect();
    assert!(names.contains(&"relay.db".to_owned()), "{names:?}");
    assert!(!names.contains(&"vault.key".to_owned()), "{names:?}");

    let server = Server::start(&data);
    assert_eq!(
        server.line_now(),
        None,
        "with a person there is no setup code"
    );
    assert!(server.lets_in("ana@example.com", PASSWORD));
    assert!(server.lets_in("ANA@Example.COM", PASSWORD));
    assert!(!server.lets_in("ana@example.com", "correct horse batterz"));
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
        assert!(
            user_add(data.path(), email, "viewer", typed)
                .status
                .success(),
            "{email}"
        );
    }
    let server = Server::start(data.path());
    assert!(server.lets_in("none@example.com", "twelve chars"));
    assert!(server.lets_in("one@example.com", "twelve chars"));
    assert!(server.lets_in("crlf@example.com", "twelve chars"));
    assert!(server.lets_in("two@example.com", "twelve chars\n"));
}

#[test]
fn what_cannot_be_added_says_so_and_exits_1() {
    let data = tempfile::tempdir().unwrap();
    assert!(
        user_add(data.path(), "ana@example.com", "viewer", PASSWORD)
            .status
            .success()
    );
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
        assert!(
            said.starts_with("relay: ") && said.lines().count() == 1,
            "{email}: {said}"
        );
        assert!(
            password.is_empty() || !said.contains(password),
            "{email}: {said}"
        );
    }
}

#[test]
fn wrong_usage_exits_2_and_writes_nothing() {
    let home = tempfile::tempdir().unwrap();
    let data = home.path().join("data");
    let data = data.to_str().unwrap();
    let person = [
        "user",
        "add",
        "--email",
        "a@example.com",
        "--name",
        "A",
        "--data-dir",
        data,
    ];
    for more in [
        &["--role", "viewer"][..],
        &["--role", "king", "--password-stdin"],
        &["--password-stdin"],
        &["--role", "viewer", "--password-stdin", "--password", "x"],
    ] {
        let arguments: Vec<_> = person.iter().chain(more).copied().collect();
        let refused = finish(relay(&arguments), PASSWORD);
        assert_eq!(refused.status.code(), Some(2), "{more:?}");
        assert!(
            refused.stdout.is_empty() && !refused.stderr.is_empty(),
            "{more:?}"
        );
    }
    for arguments in [
        &[][..],
        &["user"],
        &["serve", "--listen", "nowhere"],
        &["nothing"],
    ] {
        assert_eq!(
            finish(relay(arguments), "").status.code(),
            Some(2),
            "{arguments:?}"
        );
    }
    assert_eq!(std::fs::read_dir(home.path()).unwrap().count(), 0);
}

#[test]
fn a_new_password_ends_the_sessions() {
    let data = tempfile::tempdir().unwrap();
    let set = |email: &str, password: &str| {
        let dir = data.path().to_str().unwrap();
        let arguments = [
            "user",
            "set-password",
            "--email",
            email,
            "--password-stdin",
            "--data-dir",
            dir,
        ];
        finish(relay(&arguments), password)
    };
    let nobody_yet = set("ana@example.com", PASSWORD);
    assert_eq!(nobody_yet.status.code(), Some(1));
    assert_eq!(
        std::fs::read_dir(data.path()).unwrap().count(),
        0,
        "nothing was made for nobody"
    );

    assert!(
        user_add(data.path(), "ana@example.com", "administrator", PASSWORD)
            .status
            .success()
    );
    let server = Server::start(data.path());
    let mut client = server.client();
    client.call(
        "log_in",
        &[("email", "ana@example.com"), ("password", PASSWORD)],
    );
    let name = [("name", "first"), ("description", "")];
    assert!(client.clone().call("create_workflow", &name).status < 400);

    let done = set("ana@example.com", "another horse battery\n");
    assert!(done.status.success(), "{}", complaint(&done));
    assert_eq!(client.call("create_workflow", &name).status, 401);
    assert!(!server.lets_in("ana@example.com", PASSWORD));
    assert!(server.lets_in("ana@example.com", "another horse battery"));
    assert_eq!(set("nobody@example.com", PASSWORD).status.code(), Some(1));
    assert_eq!(set("ana@example.com", "short").status.code(), Some(1));
}

#[tokio::test]
async fn whoever_was_disabled_is_let_in_again() {
    let data = tempfile::tempdir().unwrap();
    let enable = |email: &str| {
        let dir = data.path().to_str().unwrap();
        finish(
            relay(&["user", "enable", "--email", email, "--data-dir", dir]),
            "",
        )
    };
    assert_eq!(enable("ana@example.com").status.code(), Some(1));
    assert_eq!(
        std::fs::read_dir(data.path()).unwrap().count(),
        0,
        "nothing was made for nobody"
    );
    let added = user_add(data.path(), "ana@example.com", "administrator", PASSWORD);
    assert!(added.status.success());
    let url = store::sqlite_url(&data.path().join("relay.db"));
    let disable = "update users set disabled_at = 1";
    assert_eq!(store::testing::execute(&url, disable).await.unwrap(), 1);
    let server = Server::start(data.path());
    assert!(!server.lets_in("ana@example.com", PASSWORD));
    let done = enable("ANA@example.com");
    assert!(done.status.success(), "{}", complaint(&done));
    assert!(server.lets_in("ana@example.com", PASSWORD));
    let nobody = enable("nobody@example.com");
    assert_eq!(nobody.status.code(), Some(1));
    assert!(complaint(&nobody).contains("Nobody has the address"));
}

#[test]
fn a_hundred_people_beside_a_server_under_load() {
    let data = tempfile::tempdir().unwrap();
    assert!(
        user_add(data.path(), "ana@example.com", "administrator", PASSWORD)
            .status
            .success()
    );
    let server = Server::start(data.path());
    let mut ana = server.client();
    ana.call(
        "log_in",
        &[("email", "ana@example.com"), ("password", PASSWORD)],
    );
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
    assert!(
        reads > 10 && writes > 10,
        "{reads} reads and {writes} writes are no load"
    );
    assert!(server.lets_in("person0@example.com", PASSWORD));
    assert!(server.lets_in("person99@example.com", PASSWORD));
    assert!(!server.log().contains("ERROR"), "{}", server.log());
}
