//! `relay serve` and its engine: one per SQLite database, what happens without a sandbox, and how
//! both end.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;

use crate::harness::{PASSWORD, url_encoded};
use crate::house::{PATIENCE, step};
use crate::process::{Client, Server, complaint, finish, serve, user_add};

/// An administrator of a server in a new directory, and a workflow.
pub(crate) fn used(data: &Path, text: &str) -> (Server, Client) {
    assert!(
        user_add(data, "ana@example.com", "administrator", PASSWORD)
            .status
            .success()
    );
    let server = Server::start(data);
    let mut ana = sign_in(&server);
    for (function, fields) in [
        ("create_workflow", vec![("name", "w")]),
        (
            "save_workflow",
            vec![("workflow", "w"), ("base_revision", "0"), ("text", text)],
        ),
    ] {
        let reply = ana.call(function, &fields);
        assert_eq!(reply.status, 200, "{function}");
    }
    (server, ana)
}

pub(crate) fn sign_in(server: &Server) -> Client {
    let mut ana = server.client();
    let fields = [("email", "ana@example.com"), ("password", PASSWORD)];
    assert!(ana.call("log_in", &fields).status < 400);
    ana
}

#[test]
fn a_second_server_on_the_same_sqlite_database_is_refused() {
    let data = tempfile::tempdir().unwrap();
    let server = Server::start(data.path());
    let refused = finish(serve(data.path()), "");
    assert_eq!(refused.status.code(), Some(1));
    let said: Vec<_> = complaint(&refused)
        .lines()
        .filter(|line| line.starts_with("relay: "))
        .map(str::to_owned)
        .collect();
    assert_eq!(said.len(), 1, "{}", complaint(&refused));
    assert!(said[0].contains("nother"), "{said:?}");
    assert!(refused.stdout.is_empty(), "it never said that it listens");
    assert_eq!(server.client().get("/healthz").status, 200);
    drop(server);
    assert_eq!(
        Server::start(data.path()).client().get("/healthz").status,
        200
    );
}

/// Asks for something that is kept open, as the events of a run are, until the server ends it.
pub(crate) fn follow(server: &Server, ana: &Client, path: &str) -> TcpStream {
    let mut stream = TcpStream::connect(&server.address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    let head = format!(
        "GET {path} HTTP/1.1\r\nhost: {}\r\ncookie: {}\r\n\r\n",
        server.address,
        ana.cookie.as_ref().unwrap()
    );
    stream.write_all(head.as_bytes()).unwrap();
    stream
}

/// Reads what is answered up to what is wanted, and not a byte more.
pub(crate) fn read_until(stream: &mut TcpStream, wanted: &str) -> String {
    let (mut read, mut byte) = (Vec::new(), [0; 1]);
    while !String::from_utf8_lossy(&read).contains(wanted) {
        // Where a stream has a deadline, a plain `read` gives up when the machine is halted and goes on.
        if let Err(error) = stream.read_exact(&mut byte) {
            panic!("{error}: {}", String::from_utf8_lossy(&read));
        }
        read.push(byte[0]);
    }
    String::from_utf8_lossy(&read).into_owned()
}

#[test]
fn told_to_end_it_ends_steps_and_events_and_the_next_one_goes_on() {
    let data = tempfile::tempdir().unwrap();
    let input = "echo attempt $RELAY_ATTEMPT begun\nif [ $RELAY_ATTEMPT = 1 ]; then sleep 1000; fi\necho over";
    let text = format!("steps:\n{}", step("long", "", input));
    let (mut server, mut ana) = used(data.path(), &text);
    assert_eq!(ana.submit("start_run", &[("workflow", "w")]).status, 303);
    let mut events = follow(&server, &ana, "/workflows/w/runs/1/events?step=0");
    let head = read_until(&mut events, "attempt 1 begun");
    assert!(head.contains("content-type: text/event-stream"), "{head}");
    assert!(!head.contains("content-encoding"), "{head}");
    let status = server.stop();
    assert!(status.success(), "{}", server.log());
    let mut rest = Vec::new();
    events.read_to_end(&mut rest).unwrap();
    assert!(!server.log().contains("cut off"), "{}", server.log());

    let server = Server::start(data.path());
    let ana = sign_in(&server);
    let mut events = follow(&server, &ana, "/workflows/w/runs/1/events?step=0&attempt=2");
    let mut told = read_until(&mut events, "\"state\":\"succeeded\",\"revision\"");
    told.push_str(&read_until(&mut events, "\"uses\":[]"));
    // The log may arrive in one piece or in two.
    assert!(told.contains("attempt 2 begun\\n"), "{told}");
    assert!(told.contains("over\\n\"}"), "{told}");
    assert!(
        told.contains("{\"number\":1,\"state\":\"interrupted\"}"),
        "{told}"
    );
}

#[test]
fn without_a_sandbox_pages_are_served_and_runs_are_refused() {
    let data = tempfile::tempdir().unwrap();
    let added = user_add(data.path(), "ana@example.com", "administrator", PASSWORD);
    assert!(added.status.success());
    let without = |runner| {
        let mut command = serve(data.path());
        command
            .env("PATH", "/nonexistent")
            .args(["--runner", runner]);
        command
    };
    let refused = finish(without("process"), "");
    assert_eq!(refused.status.code(), Some(1));
    assert!(
        complaint(&refused).contains("bwrap"),
        "{}",
        complaint(&refused)
    );

    let server = Server::spawn(without("auto"));
    let mut ana = sign_in(&server);
    ana.call("create_workflow", &[("name", "w")]);
    let text = [
        ("workflow", "w"),
        ("base_revision", "0"),
        ("text", "steps: [{name: a, image: i, command: ls}]\n"),
    ];
    assert_eq!(ana.call("save_workflow", &text).status, 200);
    let refused = ana.call("start_run", &[("workflow", "w")]);
    assert_eq!(refused.status, 422);
    let said = String::from_utf8_lossy(&refused.raw).into_owned();
    assert!(
        said.contains("run_blocked") && said.contains("bwrap"),
        "{said}"
    );
}

#[test]
fn nothing_that_a_step_asks_for_is_logged() {
    let data = tempfile::tempdir().unwrap();
    assert!(
        user_add(data.path(), "ana@example.com", "administrator", PASSWORD)
            .status
            .success()
    );
    let mut command = serve(data.path());
    command.env("RUST_LOG", "trace");
    let mut server = Server::spawn(command);
    let mut ana = sign_in(&server);
    ana.call("create_workflow", &[("name", "w")]);
    // The path, the query, the token and the body of what it asks for.
    let input = "#!/bin/bash\na=${METADATA_API_URL##*@}\nt=${METADATA_API_URL#http://:}\nt=${t%@*}\n\
                 ask() { exec 3<>/dev/tcp/${a/:/\\/}; printf \"$1 HTTP/1.0\\r\\nAuthorization: Bearer $t\\r\\nContent-Length: 13\\r\\n\\r\\nbody-of-a-step\" >&3; head -1 <&3; }\n\
                 ask 'GET /secrets/path-of-a-step'\nask 'GET /spec?q=query-of-a-step'\nask 'PUT /outputs/output-of-a-step'\n\
                 echo ${t:0:20} ${t:20} | rev";
    let text = format!("steps:\n{}", step("asks", "spec: {a: 1}", input));
    let fields = [
        ("workflow", "w"),
        ("base_revision", "0"),
        ("text", text.as_str()),
    ];
    let reply = ana.post(
        "save_workflow",
        "application/json",
        url_encoded(&fields).as_bytes(),
    );
    assert_eq!(reply.status, 200);
    assert_eq!(ana.submit("start_run", &[("workflow", "w")]).status, 303);
    let reply = ana.get("/workflows/w/runs/1/events?step=0");
    let told = String::from_utf8_lossy(&reply.raw).into_owned();
    for status in ["404", "422", "201"] {
        assert!(told.contains(&format!(" {status} ")), "{status}: {told}");
    }
    server.stop();
    let log = server.log();
    assert!(log.contains("TRACE"), "the log is the whole one");
    for part in [
        "path-of-a",
        "query-of-a",
        "output-of-a",
        "body-of-a",
        "Bearer",
    ] {
        assert!(!log.contains(part), "{part}");
    }
}
