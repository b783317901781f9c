//! Looks at every address there is, and types values where no form asks for one: into addresses,
//! headers, and requests that are none.

use std::io::{Read, Write};
use std::net::TcpStream;

use super::search::found_in;
use super::typing::{Recorder, SECRETS, WORKFLOW, id, pairs};
use super::values::{CANARIES, Canary};
use crate::harness::{TestApp, url_encoded};
use crate::house::PATIENCE;
use crate::process::Server;
use crate::wire::metadata_address;

/// Every route of the router, as whoever is signed in sees it; what is not there yet or no longer is
/// answered too.
pub(super) fn look_everywhere(recorder: &mut Recorder) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let routes = runtime.block_on(async { TestApp::new().await.routes() });
    assert!(routes.len() > 25, "{routes:?}");
    let people = recorder.get("/access-control");
    let people = String::from_utf8_lossy(&people.raw).into_owned();
    let person = people.split("/access-control/").find_map(|rest| {
        let id: String = rest.chars().take(32).collect();
        let digits = id.chars().all(|character| character.is_ascii_hexdigit());
        (id.len() == 32 && digits).then_some(id)
    });
    let person = person.unwrap();
    let mut seen = 0;
    for route in routes.iter().filter(|route| !route.starts_with("/fn/")) {
        let one = if route.contains("/secrets/") {
            id(SECRETS)
        } else if route.starts_with("/access-control/") {
            person.clone()
        } else {
            id(1)
        };
        let path = route
            .replace("{chapter}", "managing-connections")
            .replace("{position}", "0")
            .replace("{name}", WORKFLOW)
            .replace("{number}", "1")
            .replace("{id}", &one);
        let reply = recorder.get(&path);
        assert!(reply.status < 400, "{path}: {}", reply.status);
        seen += 1;
    }
    assert!(seen > 25, "{seen}");
    for path in [
        "/workflows/some?setup=open",
        "/connections/new?type=aws",
        "/connections/new?type=ssh",
        "/workflows/some/secrets/new?name=c1",
        "/workflows/some/runs/1?tab=logs&step=0",
        "/workflows/some/runs/1?tab=code",
    ] {
        assert_eq!(recorder.get(path).status, 200, "{path}");
    }
    for (function, fields) in [
        ("connection_fields", pairs(&[("id", &id(1))])),
        ("connection_seal_context", pairs(&[("id", &id(1))])),
        ("workflow_holdings", pairs(&[("workflow", WORKFLOW)])),
        ("newest_revision", pairs(&[("workflow", WORKFLOW)])),
        (
            "secret_seal_context",
            pairs(&[("workflow", WORKFLOW), ("id", &id(SECRETS)), ("name", "c0")]),
        ),
    ] {
        assert_eq!(recorder.call(function, &fields), 303, "{function}");
    }
}

/// Values where an address or a header is.
pub(super) fn address_and_headers(recorder: &mut Recorder) {
    let all: Vec<_> = CANARIES.iter().map(Canary::short).collect();
    let all = url_encoded(&[("value", &all.join(" "))]);
    recorder.get(&format!("/connections?{all}"));
    recorder.get(&format!("/connections/new?{all}"));
    recorder.get(&format!("/workflows/some/secrets/new?{all}"));
    for function in ["add_secret", "log_in"] {
        let target = format!("{function}?{all}");
        recorder.post(&target, "application/x-www-form-urlencoded", b"");
    }
    for canary in CANARIES.iter() {
        let encoded = url_encoded(&[("", canary.short())])
            .trim_start_matches('=')
            .replace('+', "%20");
        recorder.get(&format!("/connections/{encoded}/overwrite"));
        recorder.get(&format!("/new-workflow?{encoded}"));
        recorder.get(&format!("/fn/{encoded}"));
        // What a header takes of it.
        let header: String = canary
            .short()
            .chars()
            .filter(|character| !character.is_control())
            .collect();
        for name in [
            "authorization: Bearer",
            "cookie: relay=",
            "origin: ",
            "x-value: ",
            "user-agent: ",
        ] {
            let head =
                format!("GET /new-workflow HTTP/1.0\r\naccept: text/html\r\n{name} {header}\r\n");
            let reply = recorder.client.clone().send(&head, b"");
            // The agent of a session is shown to whoever it belongs to; this one has another.
            recorder.keep("a header", &reply);
        }
    }
}

/// Bytes that are no request, with a value in each part of them, to both doors.
pub(super) fn no_requests(server: &Server, recorder: &mut Recorder) {
    let metadata = metadata_address(server);
    for address in [&server.address, &metadata] {
        let last = format!("host: {address}\r\nconnection: close");
        for canary in CANARIES.iter() {
            let value = canary.short();
            for sent in [
                format!("{value}\r\n\r\n"),
                format!("GET /{value} HTTP/1.1\r\n{last}\r\n\r\n"),
                format!("GET / HTTP/1.1\r\n{last}\r\n{value}\r\n\r\n"),
                format!("GET / {value}\r\n{last}\r\n\r\n"),
                format!(
                    "GET /secrets/x HTTP/1.1\r\n{last}\r\nauthorization: Bearer {value}\r\n\r\n"
                ),
                format!(
                    "POST /fn/log_in HTTP/1.1\r\n{last}\r\ntransfer-encoding: chunked\r\n\r\n{value}\r\n"
                ),
            ] {
                recorder.answers += 1;
                let said = say(address, sent.as_bytes());
                // An address with two slashes is answered with itself, with one.
                let lines = said.split_inclusive(|byte| *byte == b'\n');
                let said: Vec<_> = lines
                    .filter(|line| !line.starts_with(b"location: /"))
                    .collect();
                let found = found_in(&said.concat());
                if !found.is_empty() {
                    recorder.findings.push(format!("no request: {found:?}"));
                }
            }
        }
    }
}

/// Everything that is answered to these bytes, until the other side has enough.
fn say(address: &str, bytes: &[u8]) -> Vec<u8> {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    let mut answer = Vec::new();
    // It may have closed already; what it said before counts.
    let _ = stream.write_all(bytes);
    let _ = stream.read_to_end(&mut answer);
    answer
}
