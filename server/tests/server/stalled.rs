//! Somebody who asks for much and takes nothing of it: their connection ends with their session, and
//! not only when they go on.

use std::fs;
use std::io::Read;
use std::net::TcpStream;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use store::ledger::{self, Actor, Entry};

use crate::harness::PASSWORD;
use crate::house::{PATIENCE, step};
use crate::process::{Client, Server, complaint, user_add};
use crate::serving_steps::{follow, read_until, sign_in, used};

/// Sooner than the server ends a connection for the sole reason that nothing is taken of an answer, which
/// it does after 30 seconds.
const SOON: Duration = Duration::from_secs(20);

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

/// A connection that nothing is taken from any more, and its ports: the server's, and the other one.
type Stalled = (TcpStream, u16, u16);

/// Asks for something, takes the beginning of it, and then nothing until the server can send no more.
fn stalled(server: &Server, ana: &Client, path: &str) -> Stalled {
    let mut stream = follow(server, ana, path);
    stream.read_exact(&mut [0; 64]).unwrap();
    let ports = (
        stream.peer_addr().unwrap().port(),
        stream.local_addr().unwrap().port(),
    );
    let begun = Instant::now();
    let (mut before, mut same) = (0, 0);
    while same < 10 {
        assert!(begun.elapsed() < PATIENCE, "{path}");
        // A line may be left out of the kernel's table while others change.
        let Some((state, waiting)) = on_the_servers_side(ports.0, ports.1) else {
            continue;
        };
        assert_eq!(state, OPEN, "{path}");
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

/// Waits until a stalled connection is ended, and expects that what has arrived of its answer is not the
/// whole of `length` bytes, nor looks like it.
fn assert_is_cut_off(path: &str, (mut stream, listening, asking): Stalled, length: usize) {
    let ended = Instant::now();
    while on_the_servers_side(listening, asking).is_some_and(|(state, _)| state == OPEN) {
        assert!(ended.elapsed() < SOON, "{path} stays open");
        thread::sleep(BREATH);
    }
    let mut rest = Vec::new();
    let _ = stream.read_to_end(&mut rest);
    assert!(rest.len() < length, "{path}: {}", rest.len());
    assert!(!rest.ends_with(b"0\r\n\r\n"), "{path} looks complete");
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
        let stalled = stalled(&server, &ana, path);
        assert_eq!(ana.submit("log_out", &[]).status, 303);
        assert_is_cut_off(path, stalled, 25_000_000);
    }
}

/// Entries of the ledger, and how many letters each has to tell, so that the first part of the file alone
/// is more than can wait between a server and who takes nothing.
const ENTRIES: usize = 1_000;
const LETTERS: usize = 20_000;

/// Adds them to the ledger of a data directory.
fn fill(data: &Path) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let url = store::sqlite_url(&data.join("relay.db"));
        let store = store::Store::open(&url).await.unwrap();
        let entry = Entry {
            account: store::accounts::first(&store).await.unwrap().unwrap(),
            at: model::Timestamp(1),
            actor: Actor::CommandLine,
            act: "connection.add",
            subject: String::new(),
            detail: format!("{{\"type\":\"aws\",\"name\":\"{}\"}}", "x".repeat(LETTERS)),
        };
        let mut tx = store.begin().await.unwrap();
        for _ in 0..ENTRIES {
            ledger::append(&mut tx, &entry).await.unwrap();
        }
        tx.commit().await.unwrap();
        store.close().await;
    });
}

#[test]
fn who_takes_nothing_of_the_ledger_loses_it_with_the_session_or_the_role() {
    let data = tempfile::tempdir().unwrap();
    for name in ["ana", "bo"] {
        let email = format!("{name}@example.com");
        let added = user_add(data.path(), &email, "administrator", PASSWORD);
        assert!(added.status.success(), "{}", complaint(&added));
    }
    fill(data.path());
    let server = Server::start(data.path());
    let mut ana = sign_in(&server);
    let people = ana.get("/access-control");
    let people = String::from_utf8_lossy(&people.raw).into_owned();
    // There is no such address about herself.
    let bo = people
        .split("/access-control/")
        .find(|rest| rest.as_bytes()[0].is_ascii_hexdigit());
    let bo: String = bo.unwrap().chars().take(32).collect();
    for act in ["log_out", "change_role"] {
        let mut losing = server.client();
        let fields = [("email", "bo@example.com"), ("password", PASSWORD)];
        assert!(losing.call("log_in", &fields).status < 400);
        let stalled = stalled(&server, &losing, "/ledger.csv");
        let done = match act {
            "log_out" => losing.submit(act, &[]),
            _ => ana.submit(act, &[("id", &bo), ("role", "approver")]),
        };
        assert_eq!(done.status, 303, "{act}");
        assert_is_cut_off(act, stalled, ENTRIES * LETTERS);
    }
    // It does not end by itself for somebody else, who takes all of it.
    let whole = ana.get("/ledger.csv");
    assert_eq!(whole.status, 200);
    assert!(
        whole.raw.len() > 2 * ENTRIES * LETTERS,
        "{}",
        whole.raw.len()
    );
}
