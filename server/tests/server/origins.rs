//! Whatever changes something is taken from our own pages only.

use axum::http::{Method, StatusCode};
use model::Role;

use crate::functions::FUNCTIONS;
use store::testing::TestDatabase;

use crate::harness::{HOST, TestApp, request, url_encoded};

/// What pages of other sites, and programs that are no browser, can make a browser send.
const FOREIGN: &[&[(&str, &str)]] = &[
    &[],
    &[("origin", "null")],
    &[("origin", "http://evil.example")],
    &[("origin", "https://localhost:3000")],
    &[("origin", "http://localhost:3001")],
    &[("sec-fetch-site", "cross-site")],
    &[("sec-fetch-site", "same-site")],
    &[("sec-fetch-site", "none")],
    &[
        ("sec-fetch-site", "cross-site"),
        ("origin", "http://localhost:3000"),
    ],
    &[("sec-fetch-site", "same-origin"), ("origin", "null")],
    &[
        ("sec-fetch-site", "same-origin"),
        ("origin", "http://evil.example"),
    ],
    &[("referer", "http://localhost:3000/workflows")],
];

store::both! {
    async fn a_foreign_request_is_refused_by_every_function(database: TestDatabase) {
        let app = TestApp::on(&database).await;
        let mut administrator = app.person(Role::Administrator).await;
        for function in FUNCTIONS {
            for headers in FOREIGN {
                for accept in ["application/json", "text/html"] {
                    let mut headers = headers.to_vec();
                    headers.push(("accept", accept));
                    let answer = administrator.post(function.name, function.fields, &headers).await;
                    assert_eq!(answer.status, StatusCode::FORBIDDEN, "{} {headers:?}", function.name);
                    assert_eq!(answer.code(), "foreign_origin", "{} {headers:?}", function.name);
                }
            }
        }
    }
}

#[tokio::test]
async fn our_own_pages_are_understood_with_either_header() {
    let app = TestApp::new().await;
    let own = format!("http://{HOST}");
    for headers in [
        vec![("origin", own.as_str())],
        vec![("sec-fetch-site", "same-origin")],
        vec![("sec-fetch-site", "same-origin"), ("origin", own.as_str())],
    ] {
        for function in FUNCTIONS {
            let answer = app
                .stranger()
                .post(function.name, function.fields, &headers)
                .await;
            assert_ne!(
                answer.code(),
                "foreign_origin",
                "{} {headers:?}",
                function.name
            );
        }
    }
}

#[tokio::test]
async fn a_link_or_another_method_changes_nothing() {
    let app = TestApp::new().await;
    let mut administrator = app.person(Role::Administrator).await;
    for function in FUNCTIONS {
        let path = format!("/fn/{}?{}", function.name, url_encoded(function.fields));
        for method in [
            "GET", "HEAD", "PUT", "PATCH", "DELETE", "TRACE", "OPTIONS", "BREW",
        ] {
            let method = Method::from_bytes(method.as_bytes()).unwrap();
            let headers = request(method.clone(), &path).header("sec-fetch-site", "same-origin");
            let answer = administrator.send(headers).await;
            assert_eq!(
                answer.status,
                StatusCode::METHOD_NOT_ALLOWED,
                "{method} {path}"
            );
            assert_eq!(answer.header("allow"), "POST", "{method} {path}");
        }
    }
}

#[tokio::test]
async fn a_page_takes_no_invented_method() {
    let app = TestApp::new().await;
    for path in [
        "/login",
        "/workflows",
        "/healthz",
        "/no/such/page",
        "/favicon.svg",
    ] {
        for method in [
            "PUT", "PATCH", "DELETE", "TRACE", "CONNECT", "OPTIONS", "BREW",
        ] {
            let method = Method::from_bytes(method.as_bytes()).unwrap();
            let answer = app.stranger().send(request(method.clone(), path)).await;
            assert_eq!(
                answer.status,
                StatusCode::METHOD_NOT_ALLOWED,
                "{method} {path}"
            );
        }
    }
}

#[tokio::test]
async fn another_name_for_this_machine_is_refused() {
    let app = TestApp::new().await;
    for path in ["/login", "/healthz", "/no/such/page"] {
        for host in [
            "evil.example",
            "evil.example:3000",
            "localhost.evil.example",
            "10.0.0.1",
        ] {
            let request = axum::http::Request::builder()
                .uri(path)
                .header("host", host);
            let answer = app.stranger().send(request).await;
            assert_eq!(
                answer.status,
                StatusCode::MISDIRECTED_REQUEST,
                "{host} {path}"
            );
        }
    }
    for host in [
        "localhost",
        "localhost:8080",
        "127.0.0.1:3000",
        "[::1]:3000",
        "LOCALHOST",
    ] {
        let request = axum::http::Request::builder()
            .uri("/healthz")
            .header("host", host);
        assert_eq!(
            app.stranger().send(request).await.status,
            StatusCode::OK,
            "{host}"
        );
    }
    let nameless = axum::http::Request::builder().uri("/healthz");
    assert_eq!(
        app.stranger().send(nameless).await.status,
        StatusCode::BAD_REQUEST
    );
}
