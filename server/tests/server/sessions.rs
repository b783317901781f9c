//! Sessions: what the cookie is like, what the database knows of it, and when it ends.

use std::path::Path;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use axum::http::StatusCode;
use model::{Role, Timestamp};
use server::session::{ABSOLUTE, IDLE};
use server::state::Doors;

use store::testing::TestDatabase;

use crate::harness::{Browser, PASSWORD, TestApp, request};
use crate::process::{Server, user_add};

async fn is_signed_in(browser: &mut Browser) -> bool {
    let answer = browser
        .call("newest_revision", &[("workflow", "none")])
        .await;
    match answer.status {
        StatusCode::NOT_FOUND => true,
        StatusCode::UNAUTHORIZED => false,
        other => panic!("{other}: {}", answer.text()),
    }
}

#[tokio::test]
async fn visitors_get_no_session() {
    let app = TestApp::new().await;
    let mut visitor = app.stranger();
    for path in [
        "/",
        "/login",
        "/welcome",
        "/workflows",
        "/no/such/page",
        "/healthz",
    ] {
        let answer = visitor.get(path).await;
        assert!(!answer.headers.contains_key("set-cookie"), "{path}");
    }
    let wrong = [
        ("email", "a@example.com"),
        ("password", "not the right one"),
    ];
    let answer = visitor.call("log_in", &wrong).await;
    assert!(answer.status.is_client_error(), "{}", answer.status);
    assert!(!answer.headers.contains_key("set-cookie"));
}

#[tokio::test]
async fn the_cookie_is_out_of_reach_of_scripts_and_other_sites() {
    for (public, name, secure) in [
        (None, "relay", false),
        (Some("http://relay.example"), "relay", false),
        (Some("https://relay.example"), "__Host-relay", true),
    ] {
        let public_url = public.map(|url| url.parse().unwrap());
        let app = TestApp::behind(Doors {
            public_url,
            loopback_only: true,
            ..Doors::default()
        })
        .await;
        app.add("ana@example.com", Role::Viewer).await;
        let fields = [("email", "ana@example.com"), ("password", PASSWORD)];
        let answer = app.stranger().call("log_in", &fields).await;
        let cookie = answer.header("set-cookie");
        assert!(cookie.starts_with(&format!("{name}=")), "{cookie}");
        for part in [
            "; HttpOnly",
            "; SameSite=Lax",
            "; Path=/",
            "; Max-Age=604800",
        ] {
            assert!(cookie.contains(part), "{cookie}");
        }
        assert_eq!(cookie.contains("; Secure"), secure, "{cookie}");
        assert!(!cookie.contains("Domain"), "{cookie}");
    }
}

store::both! {
    async fn signing_in_makes_a_new_id_and_kills_the_old_one(database: TestDatabase) {
        let app = TestApp::on(&database).await;
        let mut before = app.person(Role::Viewer).await;
        let planted = before.session_id().to_owned();
        let mut victim = before.clone();
        app.add("victim@example.com", Role::Administrator).await;
        let fields = [("email", "victim@example.com"), ("password", PASSWORD)];
        assert!(victim.call("log_in", &fields).await.status.is_success());
        assert_ne!(victim.session_id(), planted);
        assert!(is_signed_in(&mut victim).await);
        assert!(!is_signed_in(&mut before).await, "the planted id is dead");
        assert!(before.cookie.is_some(), "a late answer takes no cookie away");
    }
}

store::both! {
    async fn signing_out_ends_the_session_for_every_copy_of_the_cookie(database: TestDatabase) {
        let app = TestApp::on(&database).await;
        let mut person = app.person(Role::Viewer).await;
        let mut copy = person.clone();
        assert!(is_signed_in(&mut copy).await);
        assert!(person.call("log_out", &[]).await.status.is_success());
        assert_eq!(person.cookie, None);
        assert!(!is_signed_in(&mut copy).await);
    }
}

#[tokio::test]
async fn the_cookie_is_taken_away_as_it_was_given() {
    for (public, name, secure) in [
        (None, "relay", ""),
        (Some("https://relay.example"), "__Host-relay", "; Secure"),
    ] {
        let app = TestApp::behind(Doors {
            public_url: public.map(|url| url.parse().unwrap()),
            loopback_only: true,
            ..Doors::default()
        })
        .await;
        let mut person = app.person(Role::Viewer).await;
        let answer = person.call("log_out", &[]).await;
        let gone = format!("{name}=; HttpOnly; SameSite=Lax{secure}; Path=/; Max-Age=0");
        let told: Vec<_> = answer.headers.get_all("set-cookie").iter().collect();
        assert_eq!(told, [&gone]);
        // Whoever has none is given none, and loses none.
        let answer = person.call("log_out", &[]).await;
        assert!(!answer.headers.contains_key("set-cookie"));
    }
}

store::both! {
    async fn a_browser_is_known_again(database: TestDatabase) {
        let app = TestApp::on(&database).await;
        let mut ana = app.person(Role::Viewer).await;
        let device = ana.device.clone().unwrap();
        ana.call("log_out", &[]).await;
        assert_eq!(ana.device.as_ref(), Some(&device), "it outlives the session");
        let (name, shown) = device.split_once('=').unwrap();
        assert_eq!((name, shown.len()), ("relay-device", 43));
        let stored = format!("select count(*) from devices where device_hash = cast('{shown}' as {})",
            if database.is_sqlite() { "blob" } else { "bytea" });
        assert_eq!(database.number(&stored).await.unwrap(), 0, "only its hash is stored");
        let mut fields = [("email", "viewer@example.com"), ("password", "not the right one")];
        let mut stranger = app.stranger();
        for _ in 0..4 {
            assert_eq!(stranger.call("log_in", &fields).await.code(), "wrong_credentials");
        }
        assert_eq!(stranger.device, None, "who does not get in is given nothing");
        // However slow the machine is, it is closed for all that follows.
        database.execute("update sign_in_limits set closed_until = closed_until + 600000 where counted = 'person'").await.unwrap();
        fields[1].1 = PASSWORD;
        assert_eq!(stranger.call("log_in", &fields).await.code(), "too_many_tries");
        let answer = ana.call("log_in", &fields).await;
        assert!(answer.status.is_success(), "{}", answer.text());
        assert_eq!(ana.device, Some(device));
        let cookie = answer.headers.get_all("set-cookie").iter().find(|set| set.to_str().unwrap().starts_with("relay-device"));
        let cookie = cookie.unwrap().to_str().unwrap();
        for part in ["; HttpOnly", "; SameSite=Lax", "; Path=/", "; Max-Age=34560000"] {
            assert!(cookie.contains(part), "{cookie}");
        }
        for invented in ["", "x", "AAAA", &"A".repeat(43)] {
            let mut other = app.stranger();
            other.device = Some(format!("relay-device={invented}"));
            assert_eq!(other.call("log_in", &fields).await.code(), "too_many_tries", "{invented}");
        }
    }
}

#[tokio::test]
async fn an_invented_cookie_is_nobody() {
    let app = TestApp::new().await;
    for value in [
        "AAAAAAAAAAAAAAAAAAAAAA",
        "",
        "x",
        "%00",
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    ] {
        let mut browser = app.stranger();
        browser.cookie = Some(format!("relay={value}"));
        assert!(!is_signed_in(&mut browser).await, "{value}");
    }
    let two = request(axum::http::Method::GET, "/welcome").header("cookie", "relay=x; relay=y");
    assert_eq!(app.stranger().send(two).await.status, StatusCode::OK);
}

/// Bytes that are somewhere in the files of a folder.
fn is_in(dir: &Path, wanted: &[u8]) -> bool {
    std::fs::read_dir(dir).unwrap().any(|entry| {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap();
        bytes.windows(wanted.len()).any(|window| window == wanted)
    })
}

#[test]
fn the_database_has_only_the_hash_of_the_id() {
    let data = tempfile::tempdir().unwrap();
    assert!(
        user_add(data.path(), "ana@example.com", "viewer", PASSWORD)
            .status
            .success()
    );
    let mut server = Server::start(data.path());
    let mut client = server.client();
    client.call(
        "log_in",
        &[("email", "ana@example.com"), ("password", PASSWORD)],
    );
    let id = client.cookie.unwrap().split_once('=').unwrap().1.to_owned();
    let raw = id.parse::<tower_sessions::session::Id>().unwrap().0;
    server.stop();
    let hash = service::session_id_hash(&raw.to_le_bytes());
    assert!(is_in(data.path(), &hash), "the search finds what is there");
    assert!(!is_in(data.path(), id.as_bytes()));
    assert!(!is_in(data.path(), &raw.to_le_bytes()));
    assert!(!is_in(data.path(), &raw.to_be_bytes()));
    assert!(!is_in(data.path(), raw.to_string().as_bytes()));
}

/// The clock of the tests that let time pass; each has its own.
fn real_time() -> i64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap()
        .as_millis()
        .try_into()
        .unwrap()
}

#[tokio::test]
async fn a_session_that_is_not_used_ends() {
    static PASSED: AtomicI64 = AtomicI64::new(0);
    let clock = || Timestamp(real_time() + PASSED.load(Ordering::Relaxed));
    let app = TestApp::with_clock(clock).await;
    let mut person = app.person(Role::Viewer).await;
    for _ in 0..4 {
        PASSED.fetch_add(IDLE - 60_000, Ordering::Relaxed);
        assert!(is_signed_in(&mut person).await, "used in time, it goes on");
    }
    PASSED.fetch_add(IDLE + 60_000, Ordering::Relaxed);
    assert!(!is_signed_in(&mut person).await);
}

#[tokio::test]
async fn a_session_that_is_always_used_ends_too() {
    static PASSED: AtomicI64 = AtomicI64::new(0);
    let clock = || Timestamp(real_time() + PASSED.load(Ordering::Relaxed));
    let app = TestApp::with_clock(clock).await;
    let mut person = app.person(Role::Viewer).await;
    let step = IDLE / 2;
    let mut lived = 0;
    while is_signed_in(&mut person).await {
        PASSED.fetch_add(step, Ordering::Relaxed);
        lived += step;
        assert!(lived <= ABSOLUTE, "it must not outlive its end");
    }
    assert!(lived > ABSOLUTE - step - 60_000, "{lived}");
}
