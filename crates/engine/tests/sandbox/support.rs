//! Running a script and looking at what became of it.

use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use engine::Limits;
use engine::runner::{Exit, Launch, LaunchError, ProcessRunner, Program, RunnerSettings, Running};
use model::AttemptId;
use tokio::sync::{Mutex, OnceCell};

pub(crate) const MIB: u64 = 1024 * 1024;

/// What became of a step.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) exit: Exit,
    pub(crate) output: String,
}

/// Directories outside, all of which everybody on this machine may read and write.
pub(crate) struct Outside {
    /// A directory given with `--step-tools`.
    pub(crate) tools: PathBuf,
    /// A data directory inside it, as bad a place as there is.
    pub(crate) data: PathBuf,
    /// A key file beside the tools.
    pub(crate) key: PathBuf,
    /// A directory like any other on this machine.
    pub(crate) elsewhere: PathBuf,
}

pub(crate) const CANARY: &str = "canary-4711-of-the-vault";

struct World {
    runner: ProcessRunner,
    outside: Outside,
}

static WORLD: OnceCell<World> = OnceCell::const_new();

async fn world() -> &'static World {
    WORLD
        .get_or_init(|| async {
            let base = base();
            let outside = Outside {
                tools: base.join("tools"),
                data: base.join("tools/data"),
                key: base.join("tools/vault.key"),
                elsewhere: base.join("elsewhere"),
            };
            for directory in [&outside.data, &outside.elsewhere, &base.join("tools/bin")] {
                fs::create_dir_all(directory).unwrap();
            }
            for file in [
                outside.data.join("relay.db"),
                outside.key.clone(),
                outside.elsewhere.join("relay.db"),
            ] {
                fs::write(file, CANARY).unwrap();
            }
            fs::write(outside.tools.join("readable"), "a tool").unwrap();
            everybody_may_write(&base);
            let settings = RunnerSettings {
                allow_unsandboxed: false,
                hidden: vec![
                    outside.data.clone(),
                    outside.key.clone(),
                    "/etc/ssl/openssl.cnf".into(),
                ],
                tools: vec![outside.tools.clone()],
            };
            let asking = ASKING.lock().await;
            let runner = ProcessRunner::probe(&settings).await.unwrap_or_else(|why| {
                panic!("these tests need a sandbox that works, and here {why}")
            });
            drop(asking);
            World { runner, outside }
        })
        .await
}

/// A place of this process. Nothing removes it when the tests have ended, so the next ones do.
fn base() -> PathBuf {
    const NAME: &str = "relay-sandbox-test-";
    let directory = std::env::temp_dir();
    for entry in fs::read_dir(&directory).unwrap().flatten() {
        let name = entry.file_name();
        let process = name.to_str().and_then(|name| name.strip_prefix(NAME));
        if process.is_some_and(|process| !fs::exists(format!("/proc/{process}")).unwrap()) {
            // It may belong to another user.
            let _ = fs::remove_dir_all(entry.path());
        }
    }
    directory.join(format!("{NAME}{}", std::process::id()))
}

/// So that nothing but the sandbox is in the way of a step.
fn everybody_may_write(path: &std::path::Path) {
    use std::os::unix::fs::PermissionsExt;
    let directory = path.is_dir();
    let mode = if directory { 0o777 } else { 0o666 };
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    if directory {
        for entry in fs::read_dir(path).unwrap() {
            everybody_may_write(&entry.unwrap().path());
        }
    }
}

pub(crate) async fn runner() -> &'static ProcessRunner {
    &world().await.runner
}

pub(crate) async fn outside() -> &'static Outside {
    &world().await.outside
}

/// Small enough to be reached quickly.
pub(crate) fn limits() -> Limits {
    Limits {
        time: Duration::from_mins(2),
        memory: 256 * MIB,
        processes: 64,
        disk: 32 * MIB,
        log: 64 * MIB,
        ..Limits::default()
    }
}

pub(crate) fn attempt() -> AttemptId {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    let mut bytes = [0; 16];
    let number = NEXT.fetch_add(1, Ordering::SeqCst);
    bytes[..8].copy_from_slice(&number.to_be_bytes());
    bytes[8..12].copy_from_slice(&std::process::id().to_be_bytes());
    AttemptId::from_bytes(bytes)
}

pub(crate) fn script(text: &str) -> Program {
    Program::Script(format!("#!/bin/sh\n{text}\n"))
}

pub(crate) fn command(command: &str, args: &[&str]) -> Program {
    Program::Command {
        command: command.to_owned(),
        args: args.iter().map(ToString::to_string).collect(),
    }
}

pub(crate) async fn start(
    program: Program,
    env: &[(&str, &str)],
    limits: Limits,
) -> Result<Running, LaunchError> {
    let launch = Launch {
        attempt: attempt(),
        program,
        env: env
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect(),
        limits,
    };
    runner().await.start(launch).await
}

/// Reads what there is and waits for the end.
pub(crate) async fn end(mut running: Running) -> Outcome {
    let mut output = Vec::new();
    let mut buffer = vec![0; 65_536];
    loop {
        let length = running.output.read(&mut buffer).await.unwrap();
        if length == 0 {
            break;
        }
        output.extend_from_slice(&buffer[..length]);
    }
    Outcome {
        exit: running.wait().await,
        output: String::from_utf8_lossy(&output).into_owned(),
    }
}

/// Reads until this has been printed.
pub(crate) async fn until(running: &mut Running, said: &str) -> String {
    let mut output = String::new();
    let mut buffer = vec![0; 65_536];
    while !output.contains(said) {
        let length = running.output.read(&mut buffer).await.unwrap();
        assert_ne!(length, 0, "it ended without saying {said:?}: {output}");
        output.push_str(&String::from_utf8_lossy(&buffer[..length]));
    }
    output
}

pub(crate) async fn run_within(text: &str, limits: Limits) -> Outcome {
    let running = start(script(text), &[], limits).await;
    end(running.unwrap()).await
}

pub(crate) async fn run(text: &str) -> Outcome {
    run_within(text, limits()).await
}

/// `attempt` must not print ESCAPED, and must come to its end; `control` must print FINE.
pub(crate) async fn fails(attempt: &str, control: &str) {
    let works = run(&format!("{control} && echo FINE")).await;
    assert!(
        works.output.contains("FINE"),
        "the control did not work: {works:?}"
    );
    let tried = run(&format!("({attempt}) && echo ESCAPED\necho TRIED")).await;
    assert!(tried.output.contains("TRIED"), "not even tried: {tried:?}");
    assert!(!tried.output.contains("ESCAPED"), "got out: {tried:?}");
    assert!(!tried.output.contains(CANARY), "got out: {tried:?}");
}

/// Processes on this machine whose command line has this word.
pub(crate) fn alive(word: &str) -> Vec<u32> {
    let own = std::process::id();
    fs::read_dir("/proc")
        .unwrap()
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .filter(|process| *process != own)
        .filter(|process| {
            fs::read(format!("/proc/{process}/cmdline")).is_ok_and(|line| {
                line.split(|byte| *byte == 0)
                    .any(|part| part == word.as_bytes())
            })
        })
        .collect()
}

/// Asks again and again until it is so.
pub(crate) fn eventually(what: &str, mut so: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_mins(1);
    while !so() {
        assert!(Instant::now() < deadline, "never happened: {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Held by tests that ask whether a runner works, which also ends what an earlier Relay has left,
/// and by those that must not be helped by that.
pub(crate) static ASKING: Mutex<()> = Mutex::const_new(());

/// A number for `sleep` that no other process has, so that it can be found again.
pub(crate) fn nap() -> String {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    let number = NEXT.fetch_add(1, Ordering::SeqCst);
    format!("9{}.{number:06}", std::process::id())
}

/// A perl program that makes a system call and succeeds when the call does.
pub(crate) fn call(number: u32, arguments: &str) -> String {
    format!("perl -e 'exit(syscall({number}, {arguments}) == -1)'")
}
