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
        assert_eq!(before.cookie, None, "a dead cookie is taken away");
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
