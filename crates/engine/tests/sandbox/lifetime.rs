//! When Relay itself ends.

use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};

use engine::runner::{ProcessRunner, RunnerSettings};

use crate::support::{ASKING, alive, command, end, eventually, limits, nap, script, start, until};

/// Runs in a process of its own, for the test below.
#[tokio::test]
#[ignore = "started by another test"]
async fn hosts_a_step_until_it_is_killed() {
    let Ok(marker) = std::env::var("RELAY_TEST_MARKER") else {
        return;
    };
    let text = format!("setsid sleep {marker} & echo there; sleep {marker}");
    let mut running = start(script(&text), &[], limits()).await.unwrap();
    until(&mut running, "there").await;
    println!("hosting");
    end(running).await;
}

#[test]
fn steps_end_with_relay() {
    let _asking = ASKING.blocking_lock();
    let marker = nap();
    let mut relay = Command::new(std::env::current_exe().unwrap())
        .args(["--ignored", "--exact", "--nocapture"])
        .arg("lifetime::hosts_a_step_until_it_is_killed")
        .env("RELAY_TEST_MARKER", &marker)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let said = BufReader::new(relay.stdout.take().unwrap());
    assert!(said.lines().any(|line| line.unwrap().contains("hosting")));
    eventually("both are there", || alive(&marker).len() == 2);
    relay.kill().unwrap();
    relay.wait().unwrap();
    eventually("both are gone", || alive(&marker).is_empty());
}

#[tokio::test]
async fn what_an_earlier_relay_left_is_ended() {
    let (left, own) = (nap(), nap());
    let mut running = start(script(&format!("echo there; sleep {own}")), &[], limits())
        .await
        .unwrap();
    until(&mut running, "there").await;
    eventually("it is there", || alive(&own).len() == 1);
    // A process that has the name of a sandbox of a Relay that is gone, and is nobody's child.
    let program = format!(
        "$| = 1; fork and exit; print $$; close STDOUT; close STDERR; \
         exec {{ q(sleep) }} q(relay-step-of-1), q({left})"
    );
    let output = Command::new("perl").args(["-e", &program]).output();
    let process = String::from_utf8(output.unwrap().stdout).unwrap();
    eventually(
        "it has its name, or somebody else has ended it already",
        || {
            fs::read_to_string(format!("/proc/{process}/cmdline")).map_or(true, |name| {
                name.is_empty() || name.starts_with("relay-step-of-1\0")
            })
        },
    );
    let asking = ASKING.lock().await;
    ProcessRunner::probe(&RunnerSettings::default())
        .await
        .unwrap();
    drop(asking);
    eventually("it is gone", || alive(&left).is_empty());
    assert_eq!(alive(&own).len(), 1, "what is not left behind stays");
    running.kill();
    end(running).await;
}

#[test]
fn a_program_that_is_called_like_a_sandbox_is_seen_as_one() {
    // The control of the above: the first word of a command line can be chosen.
    let mut process = Command::new("sleep")
        .arg0("relay-step-of-")
        .arg("1000")
        .spawn()
        .unwrap();
    eventually("it is there", || {
        fs::read_to_string(format!("/proc/{}/cmdline", process.id()))
            .is_ok_and(|line| line.starts_with("relay-step-of-\0"))
    });
    process.kill().unwrap();
    process.wait().unwrap();
}

/// Runs in a process of its own, for the test below.
#[tokio::test]
#[ignore = "started by another test"]
async fn inherits_a_file() {
    if std::env::var_os("RELAY_TEST_FILE").is_none() {
        return;
    }
    assert!(
        fs::exists("/proc/self/fd/77").unwrap(),
        "the control: it is here"
    );
    let running = start(command("ls", &["/proc/self/fd"]), &[], limits()).await;
    assert_eq!(end(running.unwrap()).await.output, "0\n1\n2\n3\n");
    println!("not in the sandbox");
}

#[test]
fn files_relay_was_started_with_stay_with_it() {
    let _asking = ASKING.blocking_lock();
    let output = Command::new("perl")
        .args(["-e", "use POSIX; dup2(0, 77); exec @ARGV"])
        .arg(std::env::current_exe().unwrap())
        .args([
            "--ignored",
            "--exact",
            "--nocapture",
            "lifetime::inherits_a_file",
        ])
        .env("RELAY_TEST_FILE", "1")
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(said.contains("not in the sandbox"), "{output:?}");
}

/// Runs in a process of its own with a terminal, for the test below.
#[tokio::test]
#[ignore = "started by another test"]
async fn has_a_terminal() {
    if std::env::var_os("RELAY_TEST_TERMINAL").is_none() {
        return;
    }
    fs::File::open("/dev/tty").unwrap();
    let text = "(exec 9</dev/tty) && echo ESCAPED; (exec 9</dev/null) && echo FINE";
    let running = start(script(text), &[], limits()).await;
    let outcome = end(running.unwrap()).await;
    assert!(outcome.output.contains("FINE"), "{outcome:?}");
    assert!(!outcome.output.contains("ESCAPED"), "{outcome:?}");
    println!("not in the sandbox");
}

#[test]
fn the_terminal_of_relay_stays_with_it() {
    let _asking = ASKING.blocking_lock();
    let binary = std::env::current_exe().unwrap();
    let output = Command::new("script")
        .args(["--quiet", "--return", "--command"])
        .arg(format!(
            "{} --ignored --exact --nocapture lifetime::has_a_terminal",
            binary.display()
        ))
        .arg("/dev/null")
        .env("RELAY_TEST_TERMINAL", "1")
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(said.contains("not in the sandbox"), "{output:?}");
}
