//! How much a request may send, and how slowly.

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::process::Command;
use std::time::{Duration, Instant};

use axum::body::Body;
use axum::http::{Method, StatusCode};
use model::Role;
use server::limit::{ALL_BODIES, LONGEST_BODY};

use crate::harness::{TestApp, own_origin, request};
use crate::house::PATIENCE;
use crate::process::{Server, serve};

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
            stream.set_read_timeout(Some(PATIENCE)).unwrap();
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
        let ended = stream.read_to_end(&mut Vec::new());
        let waits = ended.is_err_and(|error| error.kind() == ErrorKind::WouldBlock);
        assert!(!waits, "it stays open");
    }
    // Each was given time to speak.
    let waited = begun.elapsed();
    assert!(waited >= Duration::from_secs(5), "{waited:?}");
}

/// The beginning of a form; without a length it is sent in chunks.
fn begun(server: &Server, length: Option<usize>) -> TcpStream {
    let mut stream = TcpStream::connect(&server.address).unwrap();
    let length = length.map_or("transfer-encoding: chunked".to_owned(), |length| {
        format!("content-length: {length}")
    });
    let head = format!(
        "POST /fn/log_in HTTP/1.1\r\nhost: {}\r\nsec-fetch-site: same-origin\r\n\
         content-type: application/x-www-form-urlencoded\r\n{length}\r\n\r\n",
        server.address
    );
    stream.write_all(head.as_bytes()).unwrap();
    stream
}

/// A form of which everything arrives but the last byte.
fn stalled(server: &Server, in_chunks: bool) -> TcpStream {
    let mut stream = begun(server, (!in_chunks).then_some(LONGEST_BODY));
    let mut sent = Vec::new();
    if in_chunks {
        sent.extend(format!("{LONGEST_BODY:x}\r\n").into_bytes());
    }
    sent.resize(sent.len() + LONGEST_BODY - 1, b'x');
    // One that is refused is not read to its end.
    let _ = stream.write_all(&sent);
    stream
        .set_read_timeout(Some(Duration::from_millis(20)))
        .unwrap();
    stream
}

#[test]
fn who_sends_nothing_takes_no_room() {
    let data = tempfile::tempdir().unwrap();
    let server = Server::start(data.path());
    let silent: Vec<_> = (0..4 * ALL_BODIES / LONGEST_BODY)
        .map(|number| begun(&server, (number % 2 == 0).then_some(LONGEST_BODY)))
        .collect();
    let long = "x".repeat(20_000);
    let fields = [("email", "a@example.com"), ("password", &*long)];
    assert_ne!(server.client().call("log_in", &fields).status, 503);
    drop(silent);
}

#[test]
fn bodies_share_a_budget() {
    let data = tempfile::tempdir().unwrap();
    let server = Server::start(data.path());
    let most = ALL_BODIES / LONGEST_BODY;
    let mut bodies: Vec<_> = (0..=most)
        .map(|number| stalled(&server, number % 2 == 0))
        .collect();
    // There is room for all of them but one, whichever it is.
    let begun = Instant::now();
    let refused = loop {
        assert!(begun.elapsed() < PATIENCE, "nobody is refused");
        let mut answer = [0; 1024];
        let read = bodies
            .iter_mut()
            .find_map(|stream| stream.read(&mut answer).ok());
        if let Some(read) = read {
            break String::from_utf8_lossy(&answer[..read]).into_owned();
        }
    };
    assert!(refused.starts_with("HTTP/1.1 503 "), "{refused}");
    assert!(refused.contains("application/problem+json"), "{refused}");

    let long = "x".repeat(20_000);
    let fields = [("email", "a@example.com"), ("password", &*long)];
    let reply = server.client().call("log_in", &fields);
    assert_eq!(reply.status, 503);
    let short = [("email", "a@example.com"), ("password", "a wrong password")];
    let signing_in = server.client().call("log_in", &short);
    assert_ne!(signing_in.status, 503, "a short form has room always");
    let said = String::from_utf8_lossy(&reply.raw).into_owned();
    assert!(said.contains("\"code\":\"busy\""), "{said}");
    assert_eq!(server.client().get("/docs").status, 200, "pages are served");

    drop(bodies);
    while server.client().call("log_in", &fields).status == 503 {
        assert!(begun.elapsed() < PATIENCE, "it stays busy");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn it_takes_all_the_open_files_it_may_have() {
    let data = tempfile::tempdir().unwrap();
    let usual = serve(data.path());
    let mut command = Command::new("/bin/sh");
    command
        .args(["-c", "ulimit -S -n 100; exec \"$0\" \"$@\""])
        .arg(usual.get_program())
        .args(usual.get_args())
        .env_clear()
        .env("HOME", "/nonexistent")
        .env("PATH", "/usr/bin:/bin");
    let server = Server::spawn(command);
    let limits = std::fs::read_to_string(format!("/proc/{}/limits", server.id())).unwrap();
    let files = limits
        .lines()
        .find_map(|line| line.strip_prefix("Max open files"))
        .unwrap();
    let files: Vec<_> = files.split_whitespace().collect();
    assert_eq!(files[0], files[1], "{limits}");
    assert_ne!(files[0], "100");
}
