//! What really comes over the wire for bytes that are no request: hyper would answer them by itself,
//! before any route or layer of ours. Every answer carries the headers, on both doors.

use std::collections::HashMap;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::thread;

use crate::held::{HEADERS, LASTING};
use crate::house::PATIENCE;
use crate::process::{Server, serve};

/// Bytes that are no request, and the status they get.
fn no_requests() -> Vec<(&'static str, Vec<u8>, u16)> {
    let with = |head: String| format!("{head}\r\n\r\n").into_bytes();
    let many = "x: y\r\n".repeat(200);
    vec![
        ("nonsense", with("nonsense".to_owned()), 400),
        ("no text", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n".to_vec(), 400),
        ("a header without its colon", with("GET / HTTP/1.1\r\nhost here".to_owned()), 400),
        ("a header with a NUL", with("GET / HTTP/1.1\r\nhost: a\0b".to_owned()), 400),
        ("a version that there is not", with("GET / HTTP/7.0\r\nhost: localhost".to_owned()), 400),
        ("a method of blanks", with("  / HTTP/1.1\r\nhost: localhost".to_owned()), 400),
        ("two lengths", with("POST /fn/log_in HTTP/1.1\r\nhost: localhost\r\ncontent-length: 1\r\ncontent-length: 2".to_owned()), 400),
        ("a length that is none", with("POST /fn/log_in HTTP/1.1\r\nhost: localhost\r\ncontent-length: -1".to_owned()), 400),
        ("too many headers", with(format!("GET / HTTP/1.1\r\n{many}host: localhost")), 431),
        ("headers too long", with(format!("GET / HTTP/1.1\r\nx: {}", "y".repeat(600_000))), 431),
        ("an address too long", with(format!("GET /{} HTTP/1.1\r\nhost: localhost", "y".repeat(70_000))), 414),
    ]
}

/// One answer as it was sent.
#[derive(Debug)]
struct Said {
    status: u16,
    headers: HashMap<String, String>,
    body: String,
}

/// Sends everything, and reads what is answered until the other side closes; `slowly` only reads
/// when all is sent, however long that takes.
fn say(address: &str, bytes: &[u8], slowly: bool) -> Vec<u8> {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    let mut answer = Vec::new();
    if slowly {
        stream.write_all(bytes).unwrap();
        stream.read_to_end(&mut answer).unwrap();
        return answer;
    }
    let mut sending = stream.try_clone().unwrap();
    let bytes = bytes.to_vec();
    let sender = thread::spawn(move || sending.write_all(&bytes));
    stream.read_to_end(&mut answer).unwrap();
    // Not to be told that the connection is broken is the point.
    sender.join().unwrap().unwrap();
    answer
}

/// All answers in what was sent.
fn read(sent: &[u8]) -> Vec<Said> {
    let mut answers = Vec::new();
    let mut rest = sent;
    while !rest.is_empty() {
        let end = rest
            .windows(4)
            .position(|four| four == b"\r\n\r\n")
            .unwrap();
        let head = String::from_utf8(rest[..end].to_vec()).unwrap();
        let mut lines = head.split("\r\n");
        let status = lines
            .next()
            .unwrap()
            .split(' ')
            .nth(1)
            .unwrap()
            .parse()
            .unwrap();
        let mut headers = HashMap::new();
        for line in lines {
            let (name, value) = line.split_once(": ").unwrap();
            let before = headers.insert(name.to_owned(), value.to_owned());
            assert_eq!(before, None, "{head}");
        }
        let length: usize = headers["content-length"].parse().unwrap();
        let body = &rest[end + 4..end + 4 + length];
        rest = &rest[end + 4 + length..];
        let body = String::from_utf8(body.to_vec()).unwrap();
        answers.push(Said {
            status,
            headers,
            body,
        });
    }
    answers
}

fn assert_secured(what: &str, said: &Said, https: bool) {
    for (name, value) in [
        ("referrer-policy", "same-origin"),
        ("x-content-type-options", "nosniff"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
        ("cache-control", "no-store"),
        (
            "content-security-policy",
            "default-src 'none'; frame-ancestors 'none'",
        ),
        ("content-type", "application/problem+json"),
    ] {
        assert_eq!(
            said.headers.get(name).map(String::as_str),
            Some(value),
            "{what}: {name}"
        );
    }
    assert!(
        said.headers["permissions-policy"].contains("camera=()"),
        "{what}"
    );
    assert!(said.headers["date"].ends_with(" GMT"), "{what}");
    let lasting = said.headers.get("strict-transport-security");
    assert_eq!(
        lasting.map(String::as_str),
        https.then_some("max-age=31536000"),
        "{what}"
    );
    let problem: serde_json::Value = serde_json::from_str(&said.body).unwrap();
    assert_eq!(problem["status"], said.status, "{what}: {problem}");
    assert!(problem["code"].as_str().unwrap().len() > 3, "{what}");
}

fn started(data: &Path, arguments: &[&str]) -> Server {
    let mut command = serve(data);
    command.args(arguments);
    Server::spawn(command)
}

#[test]
fn what_is_no_request_is_answered_like_everything_else() {
    let data = tempfile::tempdir().unwrap();
    let tls: [&str; 2] = ["--public-url", "https://relay.example"];
    for (arguments, https) in [
        (&[][..], false),
        (&tls, true),
        (&["--role", "engine"], false),
    ] {
        let server = started(data.path(), arguments);
        for (what, bytes, status) in no_requests() {
            let answers = read(&say(&server.address, &bytes, false));
            assert_eq!(answers.len(), 1, "{what}: {answers:?}");
            assert_eq!(answers[0].status, status, "{what}");
            assert_eq!(answers[0].headers["connection"], "close", "{what}");
            assert_secured(what, &answers[0], https);
        }
    }
}

#[test]
fn what_follows_a_request_and_is_none_is_answered_too() {
    let data = tempfile::tempdir().unwrap();
    let server = started(data.path(), &[]);
    let good = "GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n";
    let with = |first: &str, second: &[u8]| [first.as_bytes(), second].concat();
    for (what, bytes, status) in no_requests() {
        for first in [
            good,
            &good.repeat(3),
            &good.replace("GET", "HEAD").replace("healthz", "login"),
        ] {
            let heads = first.starts_with("HEAD");
            let sent = say(&server.address, &with(first, &bytes), false);
            if heads {
                // Without their bodies, whatever length they tell.
                let text = String::from_utf8(sent).unwrap();
                let last = text.rfind("HTTP/1.1 ").unwrap();
                assert!(last > 0, "{what}: {text}");
                assert_secured(what, &read(&text.as_bytes()[last..])[0], false);
                continue;
            }
            let answers = read(&sent);
            let requests = first.matches("GET").count();
            assert_eq!(answers.len(), requests + 1, "{what}: {answers:?}");
            assert!(answers[..requests].iter().all(|said| said.status == 200));
            assert_eq!(answers[requests].status, status, "{what}");
            assert_secured(what, &answers[requests], false);
        }
    }
    // Half a second request after the answer to the first one: nothing is said to silence.
    let sent = say(&server.address, good.as_bytes(), true);
    assert_eq!(
        read(&sent).len(),
        1,
        "an open connection is closed without a word"
    );
}

#[test]
fn a_body_that_is_none_is_answered_like_everything_else() {
    let data = tempfile::tempdir().unwrap();
    let server = started(data.path(), &[]);
    let head = "POST /fn/log_in HTTP/1.1\r\nhost: localhost\r\nsec-fetch-site: same-origin\r\n\
                content-type: application/x-www-form-urlencoded\r\n";
    for (what, rest) in [
        (
            "chunks that are none",
            "transfer-encoding: chunked\r\n\r\nnonsense\r\n",
        ),
        (
            "a chunk without its end",
            "transfer-encoding: chunked\r\n\r\n3\r\nabcdef\r\n0\r\n\r\n",
        ),
    ] {
        let answers = read(&say(
            &server.address,
            format!("{head}{rest}").as_bytes(),
            false,
        ));
        assert_eq!(answers.len(), 1, "{what}: {answers:?}");
        assert_eq!(answers[0].status, 400, "{what}");
        assert_secured(what, &answers[0], false);
    }
}

#[test]
fn whoever_still_sends_is_not_cut_off() {
    let data = tempfile::tempdir().unwrap();
    let server = started(data.path(), &[]);
    let mut stream = TcpStream::connect(&server.address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream.write_all(b"nonsense\r\n\r\n").unwrap();
    let mut begun = [0; 12];
    stream.read_exact(&mut begun).unwrap();
    assert_eq!(&begun, b"HTTP/1.1 400");
    for _ in 0..200 {
        stream.write_all(&[b'x'; 1024]).unwrap();
    }
    // What was said is read to its end, and only then it is over.
    stream.shutdown(std::net::Shutdown::Write).unwrap();
    let mut rest = Vec::new();
    stream.read_to_end(&mut rest).unwrap();
    assert!(rest.ends_with(b"}"), "{}", String::from_utf8_lossy(&rest));
}

#[test]
fn steps_are_answered_with_the_headers_of_their_door() {
    let data = tempfile::tempdir().unwrap();
    let server = started(data.path(), &[]);
    let address = metadata_address(&server);
    for (what, bytes, status) in no_requests() {
        let answers = read(&say(&address, &bytes, false));
        assert_eq!(
            (answers.len(), answers[0].status),
            (1, status),
            "{what}: {answers:?}"
        );
        let headers = &answers[0].headers;
        for header in HEADERS {
            let (name, value) = header.split_once(": ").unwrap();
            let said = headers.get(name).map(String::as_str).unwrap_or_default();
            assert!(said.starts_with(value), "{what}: {name}: {said}");
        }
        assert_eq!(headers["connection"], "close", "{what}");
        assert!(!headers.contains_key(LASTING), "{what}");
    }
}

/// Where a server has said that steps reach it.
pub(crate) fn metadata_address(server: &Server) -> String {
    let words = "steps reach the metadata API";
    let log = server.log_saying(words);
    let at = log.split(words).nth(1).unwrap();
    at.chars()
        .skip_while(|character| *character != '1')
        .take_while(|character| character.is_ascii_digit() || ".:".contains(*character))
        .collect()
}
