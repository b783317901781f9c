//! Somebody who asks for much and takes nothing of it: their connection ends with their session, and
//! not only when they go on.

use std::fs;
use std::io::Read;
use std::net::TcpStream;
use std::thread;
use std::time::{Duration, Instant};

use crate::house::{PATIENCE, step};
use crate::process::{Client, Server};
use crate::serving_steps::{follow, read_until, sign_in, used};

/// How long what somebody has open may outlive its session.
const REVOKED: Duration = Duration::from_secs(1);

/// Between two looks.
const BREATH: Duration = Duration::from_millis(20);

/// A connection with its state, as the kernel writes it, and the bytes that have not been taken, on the
/// side of whoever listens on `server`; `None` when there is none.
fn on_the_servers_side(server: u16, client: u16) -> Option<(String, u64)> {
    let all = fs::read_to_string("/proc/net/tcp").unwrap();
    let port = |address: &str| u16::from_str_radix(address.rsplit(':').next().unwrap(), 16);
    all.lines().skip(1).find_map(|line| {
        let words: Vec<_> = line.split_whitespace().collect();
        if (port(words[1]), port(words[2])) != (Ok(server), Ok(client)) {
            return None;
        }
        let (waiting, _) = words[4].split_once(':').unwrap();
        Some((
            words[3].to_owned(),
            u64::from_str_radix(waiting, 16).unwrap(),
        ))
    })
}

/// The kernel's word for a connection that is open on both sides.
const OPEN: &str = "01";

/// Asks for something, takes the beginning of it, and then nothing until the server can send no more.
fn stalled(server: &Server, ana: &Client, path: &str) -> (TcpStream, u16, u16) {
    let mut stream = follow(server, ana, path);
    stream.read_exact(&mut [0; 64]).unwrap();
    let ports = (
        stream.peer_addr().unwrap().port(),
        stream.local_addr().unwrap().port(),
    );
    let begun = Instant::now();
    let (mut before, mut same) = (0, 0);
    while same < 10 {
        let (state, waiting) = on_the_servers_side(ports.0, ports.1).unwrap();
        assert!(state == OPEN && begun.elapsed() < PATIENCE, "{path}");
        same = if waiting > 0 && waiting == before {
            same + 1
        } else {
            0
        };
        before = waiting;
        thread::sleep(BREATH);
    }
    (stream, ports.0, ports.1)
}

#[test]
fn who_takes_nothing_loses_it_with_the_session() {
    let data = tempfile::tempdir().unwrap();
    let input = "head -c 30000000 /dev/zero | tr '\\0' x | fold -w 1000";
    let text = format!("steps:\n{}", step("prints", "", input));
    let (server, mut ana) = used(data.path(), &text);
    assert_eq!(ana.submit("start_run", &[("workflow", "w")]).status, 303);
    let mut events = follow(&server, &ana, "/workflows/w/runs/1/events");
    read_until(&mut events, "\"state\":\"succeeded\",\"revision\"");
    for path in [
        "/workflows/w/runs/1/steps/0/log",
        "/workflows/w/runs/1/events?step=0",
    ] {
        let mut ana = sign_in(&server);
        let (mut stream, listening, asking) = stalled(&server, &ana, path);
        assert_eq!(ana.submit("log_out", &[]).status, 303);
        let ended = Instant::now();
        while on_the_servers_side(listening, asking).is_some_and(|(state, _)| state == OPEN) {
            assert!(ended.elapsed() < REVOKED, "{path} stays open");
            thread::sleep(BREATH);
        }
        // What was on its way is all there is, and it is not taken for the whole.
        let mut rest = Vec::new();
        let _ = stream.read_to_end(&mut rest);
        assert!(rest.len() < 25_000_000, "{path}: {}", rest.len());
        assert!(!rest.ends_with(b"0\r\n\r\n"), "{path} looks complete");
    }
}
