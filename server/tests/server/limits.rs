//! How much a request may send, and how slowly.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use axum::body::Body;
use axum::http::{Method, StatusCode};
use model::Role;

use crate::harness::{TestApp, own_origin, request};
use crate::process::Server;

const MIB: usize = 1024 * 1024;

fn save(length: usize) -> String {
    format!("workflow=some&base_revision=0&text={}", "a".repeat(length))
}

#[tokio::test]
async fn more_than_a_form_needs_is_413() {
    let app = TestApp::new().await;
    let mut administrator = app.person(Role::Administrator).await;
    let post = || {
        request(Method::POST, "/fn/save_workflow")
            .header(own_origin().0, own_origin().1)
            .header("content-type", "application/x-www-form-urlencoded")
    };
    let body = save(5 * MIB);
    let announced = post().header("content-length", body.len());
    let answer = administrator.send_with(announced, body.clone()).await;
    assert_eq!(
        (answer.status, answer.code().as_str()),
        (StatusCode::PAYLOAD_TOO_LARGE, "too_large")
    );

    // Without its length the body is read until it is too much.
    let answer = administrator
        .send_with(post(), Body::new(Body::from(body)))
        .await;
    assert_eq!(
        (answer.status, answer.code().as_str()),
        (StatusCode::PAYLOAD_TOO_LARGE, "too_large")
    );
}

#[tokio::test]
async fn a_text_of_two_mebibytes_gets_a_clear_answer() {
    let app = TestApp::new().await;
    let mut administrator = app.person(Role::Administrator).await;
    administrator
        .call("create_workflow", &[("name", "some"), ("description", "")])
        .await;
    let text = "a".repeat(2 * MIB);
    let fields = [
        ("workflow", "some"),
        ("base_revision", "0"),
        ("text", text.as_str()),
    ];
    let answer = administrator.call("save_workflow", &fields).await;
    assert_eq!(
        answer.status,
        StatusCode::PAYLOAD_TOO_LARGE,
        "{}",
        answer.text()
    );
    assert!(answer.text().len() < 10_000, "the text does not come back");
}

#[test]
fn who_does_not_speak_is_cut_off() {
    let data = tempfile::tempdir().unwrap();
    let server = Server::start(data.path());
    let begun = Instant::now();
    let mut slow: Vec<_> = (0..200)
        .map(|_| {
            let mut stream = TcpStream::connect(&server.address).unwrap();
            stream
                .write_all(b"GET /healthz HTTP/1.1\r\nhost: local")
                .unwrap();
            stream
                .set_read_timeout(Some(Duration::from_secs(20)))
                .unwrap();
            stream
        })
        .collect();
    assert_eq!(
        server.client().get("/healthz").status,
        200,
        "others are served meanwhile"
    );
    for stream in &mut slow {
        // Closed or reset, with or without a last word.
        let _ = stream.read_to_end(&mut Vec::new());
    }
    let waited = begun.elapsed();
    assert!(
        (Duration::from_secs(5)..Duration::from_secs(15)).contains(&waited),
        "{waited:?}"
    );
}
