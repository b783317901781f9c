//! Without a sandbox, where an administrator allows it: what still holds.

use std::process::{Command, Stdio};

/// Runs in a process of its own without bubblewrap in its `PATH`, for the tests below.
#[tokio::test]
#[ignore = "started by another test"]
async fn runs_without_bubblewrap() {
    use crate::support::{alive, attempt, end, limits, nap, script};
    use engine::runner::{Exit, Launch, ProcessRunner, RunnerSettings};
    use std::time::Duration;

    if std::env::var_os("RELAY_TEST_BARE").is_none() {
        return;
    }
    let refusing = ProcessRunner::probe(&RunnerSettings::default()).await;
    let sentence = refusing.err().unwrap();
    assert!(
        sentence.contains("install the package bubblewrap"),
        "{sentence}"
    );
    let settings = RunnerSettings {
        allow_unsandboxed: true,
        ..RunnerSettings::default()
    };
    let runner = ProcessRunner::probe(&settings).await.unwrap();
    assert!(
        runner
            .warning()
            .is_some_and(|words| words.contains("WITHOUT a sandbox"))
    );
    // Without a sandbox, processes of the same user are counted wherever they are.
    let limits = || engine::Limits {
        processes: 100_000,
        ..limits()
    };
    let run = async |text: String, limits| {
        let launch = Launch {
            attempt: attempt(),
            program: script(&text),
            env: vec![("MINE".to_owned(), "here".to_owned())],
            limits,
        };
        end(runner.start(launch).await.unwrap()).await
    };
    let outcome = run(
        "echo $MINE; env | grep -c CARGO; pwd; echo x >~/x; exit 3".to_owned(),
        limits(),
    )
    .await;
    assert_eq!(outcome.exit, Exit::Code(3));
    assert!(outcome.output.starts_with("here\n0\n"), "{outcome:?}");
    let room = outcome.output.lines().nth(2).unwrap().to_owned();
    assert!(!std::path::Path::new(&room).exists(), "{room} stays behind");

    let marker = nap();
    let short = engine::Limits {
        time: Duration::from_secs(1),
        ..limits()
    };
    let outcome = run(
        format!("sleep {marker} & trap '' TERM; sleep {marker}; sleep {marker}"),
        short,
    )
    .await;
    assert_eq!(outcome.exit, Exit::TimedOut);
    crate::support::eventually("they are gone", || alive(&marker).is_empty());

    let outcome = run(format!("setsid sleep {marker} & echo there"), limits()).await;
    assert_eq!(outcome.exit, Exit::Code(0));
    assert_eq!(outcome.output, "there\n");
    crate::support::eventually("it is gone", || alive(&marker).is_empty());

    let outcome = run("perl -e 'my @f; for (1..5000) { open(my $f, q(<), q(/dev/null)) or exit 1; push @f, $f }' && echo ESCAPED".to_owned(), limits()).await;
    assert!(!outcome.output.contains("ESCAPED"), "{outcome:?}");
    println!("all of it holds");
}

#[test]
fn without_bubblewrap_it_runs_only_when_allowed() {
    let _asking = crate::support::ASKING.blocking_lock();
    let output = Command::new(std::env::current_exe().unwrap())
        .args([
            "--ignored",
            "--exact",
            "--nocapture",
            "bare::runs_without_bubblewrap",
        ])
        .env("RELAY_TEST_BARE", "1")
        // Programs of steps are looked up elsewhere; here, only bubblewrap is.
        .env("PATH", "/nonexistent")
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned()
        + &String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("all of it holds"), "{said}");
}
