//! Measures what a step costs beside a bare sandbox: `sh -c true` through the runner, and the same
//! by bubblewrap called directly, with the same namespaces and places.
//!
//! `cargo run --release -p engine --example launch` prints two lines.

use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use engine::Limits;
use engine::runner::{Launch, ProcessRunner, Program, RunnerSettings};
use model::AttemptId;

const ROUNDS: usize = 200;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let runner = match ProcessRunner::probe(&RunnerSettings::default()).await {
        Ok(runner) => runner,
        Err(reason) => {
            eprintln!("{reason}");
            return ExitCode::FAILURE;
        }
    };
    let (mut ours, mut bare) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let started = Instant::now();
        if let Err(reason) = step(&runner).await {
            eprintln!("{reason}");
            return ExitCode::FAILURE;
        }
        ours.push(started.elapsed());
        let started = Instant::now();
        if let Err(error) = bubblewrap() {
            eprintln!("bwrap: {error}");
            return ExitCode::FAILURE;
        }
        bare.push(started.elapsed());
    }
    report("a step through the runner", &mut ours);
    report("bubblewrap by itself", &mut bare);
    ExitCode::SUCCESS
}

async fn step(runner: &ProcessRunner) -> Result<(), String> {
    let launch = Launch {
        attempt: AttemptId::from_bytes([1; 16]),
        program: Program::Command {
            command: "/bin/sh".to_owned(),
            args: vec!["-c".to_owned(), "true".to_owned()],
        },
        env: Vec::new(),
        limits: Limits::default(),
    };
    let started = runner.start(launch).await;
    let mut running = started.map_err(|error| error.to_string())?;
    let mut buffer = [0; 1024];
    while running
        .output
        .read(&mut buffer)
        .await
        .is_ok_and(|length| length > 0)
    {}
    running.wait().await;
    Ok(())
}

fn bubblewrap() -> std::io::Result<()> {
    let status = Command::new("bwrap")
        .args(["--unshare-all", "--unshare-user", "--share-net"])
        .args(["--die-with-parent", "--new-session"])
        .args(["--ro-bind", "/usr", "/usr", "--symlink", "usr/bin", "/bin"])
        .args([
            "--symlink",
            "usr/lib",
            "/lib",
            "--symlink",
            "usr/lib64",
            "/lib64",
        ])
        .args([
            "--uid",
            "1000",
            "--gid",
            "1000",
            "--disable-userns",
            "--cap-drop",
            "ALL",
        ])
        .args(["--ro-bind", "/opt", "/opt", "--ro-bind", "/etc", "/etc"])
        .args(["--proc", "/proc", "--dev", "/dev", "--tmpfs", "/dev/shm"])
        .args(["--tmpfs", "/tmp", "--tmpfs", "/run", "--tmpfs", "/home"])
        .args(["--tmpfs", "/workspace", "--chdir", "/workspace"])
        .args(["/bin/sh", "-c", "true"])
        .stdin(Stdio::null())
        .status()?;
    if status.success() {
        Ok(())
    } else {
        Err(std::io::Error::other("it ended with an error"))
    }
}

fn report(what: &str, times: &mut [Duration]) {
    times.sort_unstable();
    let at = |part: usize| {
        times
            .get(times.len() * part / 100)
            .copied()
            .unwrap_or_default()
    };
    println!("{what}: p50 {:.2?}, p99 {:.2?}", at(50), at(99));
}
