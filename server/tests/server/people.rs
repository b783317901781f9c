//! People through their forms: invitations, roles, passwords, sessions, and what ends at once.

use std::net::Ipv4Addr;
use std::time::{Duration, Instant};

use axum::body::to_bytes;
use axum::http::{Method, StatusCode};
use model::Role;
use server::state::Doors;
use store::testing::TestDatabase;
use tokio::time::timeout;

use crate::harness::{Answer, Browser, PASSWORD, TestApp, own_origin, request};
use crate::house::PATIENCE;
use crate::pages::furnish;

/// The id of somebody, as the list of people names it.
async fn id_of(administrator: &mut Browser, name_in_menu: &str) -> String {
    let list = administrator.get("/access-control").await.text();
    let row = list
        .split("<tr>")
        .find(|row| row.contains(name_in_menu))
        .unwrap();
    let id = row.split("/access-control/").nth(1).unwrap();
    id.chars().take(32).collect()
}

fn leads_to(answer: &Answer, address: &str) {
    assert_eq!(
        (answer.status, answer.header("location")),
        (StatusCode::SEE_OTHER, address),
        "{}",
        answer.text()
    );
}

/// Lets the passwords of all sessions be older than ten minutes.
async fn age(database: &TestDatabase) {
    let aged = "update sessions set proved_at = proved_at - 601000";
    assert!(database.execute(aged).await.unwrap() > 0);
}

store::both! {
    async fn an_invitation_is_shown_once_and_joined_with(database: TestDatabase) {
        let app = TestApp::on(&database).await;
        let mut ada = app.person(Role::Administrator).await;
        assert!(ada.get("/access-control").await.text().contains("Nobody is invited"));
        let refused = ada.submit("invite", &[("email", "bo@example.com")]).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.text().contains("Choose a role.") && refused.text().contains("bo@example.com"));

        let answer = ada.submit("invite", &[("email", "bo@example.com"), ("role", "operator")]).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
        assert_eq!(answer.header("cache-control"), "no-store");
        let page = answer.text();
        let code: String = page.split("http://localhost:3000/join#").nth(1).unwrap().chars().take(26).collect();
        let list = ada.get("/access-control").await.text();
        assert!(list.contains("bo@example.com") && !list.contains(&code));
        assert_eq!(database.number(&format!("select count(*) from ledger where detail like '%{code}%'")).await.unwrap(), 0);

        let signed_in = ada.get("/join").await.text();
        assert!(signed_in.contains("You are signed in already"));
        let mut bo = app.stranger();
        assert_eq!(bo.get("/join").await.status, StatusCode::OK);
        let form = [("code", code.as_str()), ("name", "Bo"), ("email", "bo@example.com"), ("password", PASSWORD)];
        let mut wrong = form;
        wrong[0].1 = "AAAAAAAAAAAAAAAAAAAAAAAAAA";
        let refused = bo.submit("join", &wrong).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.text().contains("This code does not invite this address"));
        assert!(refused.text().contains("Open your link again"));
        leads_to(&bo.submit("join", &form).await, "/workflows");
        assert!(bo.get("/profile").await.text().contains("Operator"));
        assert_eq!(app.stranger().submit("join", &form).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    }

    async fn what_is_dangerous_asks_first_and_then_does_what_was_asked(database: TestDatabase) {
        let app = TestApp::on(&database).await;
        let mut ada = app.person(Role::Administrator).await;
        let mut vera = app.person(Role::Viewer).await;
        let id = id_of(&mut ada, "viewer@example.com").await;
        age(&database).await;
        let before = ada.clone();

        let asked = ada.submit("change_role", &[("id", &id), ("role", "approver")]).await;
        assert_eq!(asked.status, StatusCode::FORBIDDEN);
        for kept in ["Enter your password", "action=\"/fn/change_role\"", &id, "approver", "name=\"your_password\""] {
            assert!(asked.text().contains(kept), "{kept}: {}", asked.text());
        }
        let form = |password| [("id", id.as_str()), ("role", "approver"), ("your_password", password)];
        let wrong = ada.submit("change_role", &form("not my password at all")).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(wrong.text().contains("This is not your password.") && wrong.text().contains("approver"));
        assert!(!wrong.text().contains("not my password at all"));
        assert_eq!(vera.get("/profile").await.status, StatusCode::OK);

        leads_to(&ada.submit("change_role", &form(PASSWORD)).await, "/access-control");
        assert_ne!(ada.session_id(), before.session_id(), "the session goes on under a new id");
        assert_eq!(before.clone().get("/profile").await.status, StatusCode::SEE_OTHER, "the old one is dead");
        assert_eq!(vera.get("/profile").await.status, StatusCode::SEE_OTHER, "she signs in again");
        // It is proof for the next ten minutes.
        leads_to(&ada.submit("change_role", &[("id", &id), ("role", "viewer")]).await, "/access-control");
        // A program is told what is missing, and may send it along.
        age(&database).await;
        let call = [("id", id.as_str()), ("role", "approver")];
        assert_eq!(ada.call("change_role", &call).await.code(), "password_needed");
        let with = [call[0], call[1], ("your_password", PASSWORD)];
        assert!(ada.call("change_role", &with).await.status.is_success());
    }

    async fn to_shut_out_an_administrator_asks_first(database: TestDatabase) {
        let app = TestApp::on(&database).await;
        let mut ada = app.person(Role::Administrator).await;
        let mut bo = app.signed_in("bo@example.com", Role::Administrator).await;
        let id = id_of(&mut ada, "bo@example.com").await;
        age(&database).await;
        for act in ["disable_user", "end_sessions_of"] {
            let asked = ada.submit(act, &[("id", &id)]).await;
            assert_eq!(asked.status, StatusCode::FORBIDDEN, "{act}");
            assert!(asked.text().contains("Enter your password"), "{act}");
        }
        assert_eq!(bo.get("/profile").await.status, StatusCode::OK);
        let form = [("id", id.as_str()), ("your_password", PASSWORD)];
        leads_to(&ada.submit("disable_user", &form).await, "/access-control");
        assert_eq!(bo.get("/profile").await.status, StatusCode::SEE_OTHER);
    }

    async fn a_failure_of_ours_signs_nobody_out(database: TestDatabase) {
        let app = TestApp::on(&database).await;
        let mut ada = app.person(Role::Administrator).await;
        age(&database).await;
        let before = ada.session_id().to_owned();
        database.execute("alter table rotations rename to elsewhere").await.unwrap();
        let broken = ada.submit("rotate_key", &[("your_password", PASSWORD)]).await;
        assert_eq!(broken.status, StatusCode::INTERNAL_SERVER_ERROR);
        database.execute("alter table elsewhere rename to rotations").await.unwrap();
        assert_eq!(ada.session_id(), before);
        assert_eq!(ada.get("/profile").await.status, StatusCode::OK);
        assert_eq!(ada.call("rotate_key", &[]).await.code(), "password_needed");
        // What ends the session is not undone by the password that came with it.
        let mut copy = ada.clone();
        leads_to(&ada.submit("log_out", &[("your_password", PASSWORD)]).await, "/login");
        assert_eq!(ada.cookie, None);
        assert_eq!(copy.get("/profile").await.status, StatusCode::SEE_OTHER);
    }

    async fn a_password_is_changed_and_the_other_sessions_end(database: TestDatabase) {
        let app = TestApp::on(&database).await;
        let mut vera = app.person(Role::Viewer).await;
        let mut elsewhere = app.stranger();
        let log_in = [("email", "viewer@example.com"), ("password", PASSWORD)];
        leads_to(&elsewhere.submit("log_in", &log_in).await, "/workflows");
        let before = vera.clone();
        let wrong = [("current_password", "not the right one"), ("new_password", "an entirely new one")];
        let refused = vera.submit("change_password", &wrong).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.text().contains("This is not your password.") && !refused.text().contains("entirely"));
        let right = [("current_password", PASSWORD), ("new_password", "an entirely new one")];
        leads_to(&vera.submit("change_password", &right).await, "/profile?done=password");
        assert!(vera.get("/profile?done=password").await.text().contains("Your password was changed"));
        assert_ne!(vera.session_id(), before.session_id());
        for old in [&mut before.clone(), &mut elsewhere] {
            assert_eq!(old.get("/profile").await.status, StatusCode::SEE_OTHER);
        }
        assert_eq!(app.stranger().call("log_in", &log_in).await.code(), "wrong_credentials");
    }

    async fn an_open_stream_ends_with_what_it_was_opened_in(database: TestDatabase) {
        let app = TestApp::on(&database).await;
        let (_engine, mut ada) = furnish(&app).await;
        let mut fastest = Duration::MAX;
        for act in [
            "log_out", "end_session", "end_other_sessions", "change_password",
            "end_sessions_of", "change_role", "disable_user", "delete_user",
        ] {
            let email = format!("{}@example.com", act.replace('_', "-"));
            let mut vera = app.signed_in(&email, Role::Operator).await;
            let id = id_of(&mut ada, &email).await;
            let events = request(Method::GET, "/workflows/some/runs/1/events");
            let stream = vera.begin(events, String::new()).await;
            assert_eq!(stream.status(), StatusCode::OK, "{act}");
            let end = tokio::spawn(to_bytes(stream.into_body(), usize::MAX));

            let mut elsewhere = app.stranger();
            elsewhere.call("log_in", &[("email", &email), ("password", PASSWORD)]).await;
            let lost = Instant::now();
            let answer = match act {
                "log_out" => vera.clone().submit(act, &[]).await,
                "end_session" => {
                    let page = elsewhere.get("/profile").await.text();
                    let session: String = page.split("name=\"session\" value=\"").nth(1).unwrap().chars().take(64).collect();
                    elsewhere.submit(act, &[("session", &session)]).await
                }
                "end_other_sessions" => elsewhere.submit(act, &[]).await,
                "change_password" => {
                    let fields = [("current_password", PASSWORD), ("new_password", "an entirely new one")];
                    elsewhere.submit(act, &fields).await
                }
                _ => ada.submit(act, &[("id", &id), ("role", "approver")]).await,
            };
            assert_eq!(answer.status, StatusCode::SEE_OTHER, "{act}: {}", answer.text());
            let next = vera.call("newest_revision", &[("workflow", "some")]).await;
            assert_eq!(next.status, StatusCode::UNAUTHORIZED, "{act}");
            timeout(PATIENCE, end).await.unwrap_or_else(|_| panic!("{act}: the stream stays open")).unwrap().unwrap();
            fastest = fastest.min(lost.elapsed());
        }
        // So it is promised. Not each of them, on a machine that does a lot beside; but no machine is so slow
        // all the time.
        assert!(fastest < Duration::from_secs(1), "{fastest:?}");
    }

    async fn too_many_tries_are_told_to_wait(database: TestDatabase) {
        let app = TestApp::on(&database).await;
        app.person(Role::Viewer).await;
        let mut told = Vec::new();
        for email in ["somebody-else@example.com", "nobody@example.com"] {
            if email.starts_with("somebody") {
                app.add(email, Role::Viewer).await;
            }
            let fields = [("email", email), ("password", "not the right one")];
            let mut stranger = app.stranger();
            for _ in 0..4 {
                assert_eq!(stranger.call("log_in", &fields).await.code(), "wrong_credentials");
            }
            let answer = stranger.call("log_in", &fields).await;
            assert_eq!((answer.status, answer.code().as_str()), (StatusCode::TOO_MANY_REQUESTS, "too_many_tries"));
            let form = stranger.submit("log_in", &fields).await;
            assert_eq!(form.status, StatusCode::TOO_MANY_REQUESTS);
            assert!(form.text().contains("There were too many tries") && form.text().contains(email));
            for answer in [&answer, &form] {
                let wait: u64 = answer.header("retry-after").parse().unwrap();
                assert!((1..=10).contains(&wait), "{wait}");
            }
            let names: Vec<_> = answer.headers.keys().map(ToString::to_string).collect();
            told.push((answer.status, names));
        }
        assert_eq!(told[0], told[1], "known and unknown are told alike");
    }
}

#[tokio::test]
async fn signing_out_has_the_browser_forget() {
    let app = TestApp::new().await;
    for from_form in [false, true] {
        let email = format!("{from_form}@example.com");
        let mut vera = app.signed_in(&email, Role::Viewer).await;
        let answer = if from_form {
            vera.submit("log_out", &[]).await
        } else {
            vera.call("log_out", &[]).await
        };
        assert_eq!(answer.header("clear-site-data"), r#""cache", "storage""#);
        let other = vera.get("/login").await;
        assert!(!other.headers.contains_key("clear-site-data"));
    }
}

#[tokio::test]
async fn a_proxy_that_is_trusted_tells_who_guesses() {
    let everybody = "0.0.0.0/0".parse().unwrap();
    for (trusted_proxies, all) in [(vec![everybody], true), (vec![], false)] {
        let app = TestApp::behind(Doors {
            loopback_only: true,
            trusted_proxies,
            ..Doors::default()
        })
        .await;
        let mut through = 0;
        for number in 0..60_u32 {
            let from = Ipv4Addr::from_bits(0xc633_6400 + number).to_string();
            let email = format!("person{number}@example.com");
            let fields = [
                ("email", email.as_str()),
                ("password", "a guess at somebody"),
            ];
            let headers = [
                own_origin(),
                ("accept", "application/json"),
                ("x-forwarded-for", &from),
            ];
            // The far end of the list is what the client itself has written.
            let answer = app.stranger().post("log_in", &fields, &headers).await;
            through += u32::from(answer.code() == "wrong_credentials");
        }
        assert_eq!(through == 60, all, "{through}");
    }
}
