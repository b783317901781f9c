//! What every kind of answer tells the browser.

use axum::http::{Method, StatusCode};
use model::Role;
use server::state::Doors;

use crate::harness::{Answer, TestApp, own_origin, request};

/// The policy of what is no page.
pub(crate) const NOTHING: &str = "default-src 'none'; frame-ancestors 'none'";

/// One answer of each kind, by name.
async fn answers(app: &TestApp) -> Vec<(&'static str, Answer)> {
    let mut administrator = app.person(Role::Administrator).await;
    let mut visitor = app.stranger();
    let create = [("name", "some"), ("description", "")];
    let long = request(Method::POST, "/fn/log_in")
        .header(own_origin().0, own_origin().1)
        .header("content-length", "99999999");
    let elsewhere = axum::http::Request::builder()
        .uri("/login")
        .header("host", "evil.example");
    vec![
        ("page", visitor.get("/login").await),
        ("page of a person", administrator.get("/connections").await),
        ("redirect", visitor.get("/workflows").await),
        ("no page", administrator.get("/no/such/page").await),
        ("no file", visitor.get("/pkg/none/relay.js").await),
        ("health", visitor.get("/healthz").await),
        (
            "function",
            administrator.call("create_workflow", &create).await,
        ),
        (
            "refused function",
            administrator.call("create_workflow", &create).await,
        ),
        (
            "form",
            administrator
                .submit("delete_workflow", &[("workflow", "none")])
                .await,
        ),
        ("no function", administrator.call("none", &[]).await),
        (
            "not signed in",
            visitor.call("create_workflow", &create).await,
        ),
        ("foreign origin", visitor.post("log_in", &[], &[]).await),
        (
            "wrong method",
            visitor.send(request(Method::TRACE, "/login")).await,
        ),
        ("wrong host", visitor.send(elsewhere).await),
        ("too large", visitor.send(long).await),
    ]
}

#[tokio::test]
async fn every_answer_is_secured() {
    for (public, https) in [(None, false), (Some("https://relay.example"), true)] {
        let public_url = public.map(|url| url.parse().unwrap());
        let app = TestApp::behind(Doors {
            public_url,
            loopback_only: true,
            ..Doors::default()
        })
        .await;
        for (kind, answer) in answers(&app).await {
            for (name, value) in [
                ("referrer-policy", "same-origin"),
                ("x-content-type-options", "nosniff"),
                ("cross-origin-opener-policy", "same-origin"),
                ("cross-origin-resource-policy", "same-origin"),
                ("cache-control", "no-store"),
            ] {
                assert_eq!(answer.header(name), value, "{kind}: {name}");
            }
            assert!(
                answer.header("permissions-policy").contains("camera=()"),
                "{kind}"
            );
            let lasting = answer.header("strict-transport-security");
            assert_eq!(
                lasting,
                if https { "max-age=31536000" } else { "" },
                "{kind}"
            );
            for several in ["content-security-policy", "cache-control", "content-type"] {
                assert!(
                    answer.headers.get_all(several).iter().count() <= 1,
                    "{kind}: {several}"
                );
            }

            let media_type = answer.header("content-type");
            let policy = answer.header("content-security-policy");
            if media_type.starts_with("text/html") {
                assert_eq!(media_type, "text/html; charset=utf-8", "{kind}");
                assert_is_policy_of_a_page(kind, policy);
            } else {
                assert_eq!(policy, NOTHING, "{kind}");
            }
            if answer.status.is_client_error() && !media_type.starts_with("text/html") {
                assert_eq!(media_type, "application/problem+json", "{kind}");
                assert!(!answer.code().is_empty(), "{kind}");
            }
            assert!(
                !answer.status.is_server_error(),
                "{kind}: {}",
                answer.text()
            );
        }
    }
}

/// A page's policy lets it load our own scripts, and nothing frame or redirect it.
pub(crate) fn assert_is_policy_of_a_page(kind: &str, policy: &str) {
    for part in [
        "default-src 'none'",
        "'strict-dynamic'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "connect-src 'self'",
    ] {
        assert!(policy.contains(part), "{kind}: {part} in {policy}");
    }
    let scripts = policy
        .split(';')
        .find(|part| part.trim().starts_with("script-src"))
        .unwrap();
    assert!(
        scripts.contains("'nonce-") && !scripts.contains("unsafe-inline"),
        "{kind}: {policy}"
    );
}

#[tokio::test]
async fn each_page_has_its_own_nonce() {
    let app = TestApp::new().await;
    let mut nonces = std::collections::HashSet::new();
    for _ in 0..20 {
        let answer = app.stranger().get("/welcome").await;
        let policy = answer.header("content-security-policy").to_owned();
        let nonce = policy
            .split("'nonce-")
            .nth(1)
            .unwrap()
            .split('\'')
            .next()
            .unwrap()
            .to_owned();
        assert!(nonce.len() >= 22, "128 bits in base64: {nonce}");
        assert!(nonces.insert(nonce));
    }
}

#[tokio::test]
async fn only_the_editors_page_may_start_a_worker() {
    let app = TestApp::new().await;
    let mut administrator = app.person(Role::Administrator).await;
    let create = [("name", "some"), ("description", "")];
    administrator.call("create_workflow", &create).await;
    for (path, workers) in [
        ("/workflows/some", "worker-src 'self'"),
        ("/workflows", "worker-src 'none'"),
        ("/connections/new", "worker-src 'none'"),
        ("/workflows/none", "worker-src 'none'"),
    ] {
        let answer = administrator.get(path).await;
        let policy = answer.header("content-security-policy");
        let part = policy
            .split(';')
            .map(str::trim)
            .find(|part| part.starts_with("worker-src"));
        assert_eq!(part, Some(workers), "{path}");
    }
}

#[tokio::test]
async fn a_problem_has_the_shape_programs_rely_on() {
    let app = TestApp::new().await;
    let mut administrator = app.person(Role::Administrator).await;
    let fields = [("name", "with/slash"), ("description", "")];
    let answer = administrator.call("create_workflow", &fields).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    let problem: serde_json::Value = serde_json::from_slice(&answer.body).unwrap();
    assert_eq!(problem["status"], 422);
    assert_eq!(problem["title"], "Unprocessable Entity");
    assert!(
        problem["type"].is_string() && problem["detail"].is_string(),
        "{problem}"
    );
    assert_eq!(problem["fields"][0]["name"], "name");
    assert!(problem["fields"][0]["code"].is_string() && problem["fields"][0]["detail"].is_string());
}
