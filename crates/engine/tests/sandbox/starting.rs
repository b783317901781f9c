//! What is started, what it finds, and how its end is told.

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::time::Duration;

use engine::Limits;
use engine::runner::{Exit, ProcessRunner, Program, RunnerSettings};

use crate::support::{ASKING, command, end, limits, outside, run, script, start};

async fn refused(program: Program) -> String {
    start(program, &[], limits()).await.unwrap_err().to_string()
}

#[tokio::test]
async fn a_step_is_a_user_of_its_own_in_a_place_of_its_own() {
    let outcome = run("id -u; id -g; id -un; pwd; echo $HOME; echo $0; hostname").await;
    assert_eq!(
        outcome.output,
        "1000\n1000\nstep\n/workspace\n/home/step\n\
         /var/run/puppet/relay/config/input-script\nstep\n"
    );
}

#[tokio::test]
async fn codes_and_signals() {
    assert_eq!(run("exit 0").await.exit, Exit::Code(0));
    assert_eq!(run("exit 7").await.exit, Exit::Code(7));
    assert_eq!(run("exit 255").await.exit, Exit::Code(255));
    assert_eq!(run("kill -SEGV $$").await.exit, Exit::Signal(11));
    assert_eq!(run("kill -KILL $$").await.exit, Exit::Signal(9));
}

#[tokio::test]
async fn too_long() {
    let limits = Limits {
        time: Duration::from_millis(300),
        ..limits()
    };
    let running = start(script("echo begun; sleep 1000"), &[], limits).await;
    let outcome = end(running.unwrap()).await;
    assert_eq!(outcome.exit, Exit::TimedOut);
}

#[tokio::test]
async fn interpreters() {
    let running = start(
        Program::Script("#!/usr/bin/perl -w\nprint \"perl $0\\n\"".to_owned()),
        &[],
        limits(),
    )
    .await;
    assert_eq!(
        end(running.unwrap()).await.output,
        "perl /var/run/puppet/relay/config/input-script\n"
    );
}

#[tokio::test]
async fn a_command_is_looked_up_in_its_path() {
    let running = start(command("printf", &["hello"]), &[], limits()).await;
    assert_eq!(end(running.unwrap()).await.output, "hello");
    let tools = &outside().await.tools;
    let running = start(command("sh", &["-c", "echo $PATH"]), &[], limits()).await;
    let path = end(running.unwrap()).await.output;
    assert!(
        path.starts_with(&format!("{}/bin:/usr/local", tools.display())),
        "{path}"
    );
}

#[tokio::test]
async fn what_is_not_there_is_refused_with_a_sentence() {
    let sentence = refused(command("no-such-command", &[])).await;
    assert!(
        sentence.contains("no-such-command was not found in the sandbox"),
        "{sentence}"
    );
    let hidden = outside().await.data.join("relay.db").display().to_string();
    let sentence = refused(command(&hidden, &[])).await;
    assert!(sentence.contains("not found in the sandbox"), "{sentence}");
    let sentence = refused(Program::Script("#!/no/such/interpreter\n".to_owned())).await;
    assert!(
        sentence.contains("interpreter /no/such/interpreter"),
        "{sentence}"
    );
}

#[tokio::test]
async fn what_cannot_be_started_is_told_apart_from_a_code() {
    // It is there, but it is no program.
    let running = start(command("/usr/lib/os-release", &[]), &[], limits()).await;
    let outcome = end(running.unwrap()).await;
    assert!(
        matches!(&outcome.exit, Exit::NotStarted(sentence) if sentence.contains("could not be started")),
        "{outcome:?}"
    );
    assert!(outcome.output.contains("os-release"), "{outcome:?}");
}

#[tokio::test]
async fn zero_bytes_add_no_arguments() {
    for env in [
        ("A", "x\0--bind\0/\0/"),
        ("A\0B", "x"),
        ("A=B", "x"),
        ("", "x"),
    ] {
        assert!(
            start(script("true"), &[env], limits()).await.is_err(),
            "{env:?}"
        );
    }
    let error = start(command("true", &["a\0b"]), &[], limits()).await.err();
    assert!(error.is_some());
}

#[tokio::test]
async fn tools_in_a_hidden_directory_are_refused() {
    let outside = outside().await;
    let _asking = ASKING.lock().await;
    let settings = RunnerSettings {
        allow_unsandboxed: false,
        hidden: vec![outside.tools.clone()],
        tools: vec![outside.tools.join("bin")],
    };
    let sentence = ProcessRunner::probe(&settings).await.err().unwrap();
    assert!(sentence.contains("no step may see"), "{sentence}");
    let settings = RunnerSettings {
        tools: vec!["/no/such/tools".into()],
        ..RunnerSettings::default()
    };
    let sentence = ProcessRunner::probe(&settings).await.err().unwrap();
    assert!(
        sentence.contains("/no/such/tools is no directory"),
        "{sentence}"
    );
}

/// Root runs steps as another user; anybody else as themselves, who reach what they own.
#[tokio::test]
async fn tools_that_the_user_of_steps_cannot_reach_are_said_to_be_so() {
    let _asking = ASKING.lock().await;
    let closed = tempfile::tempdir().unwrap();
    let tools = closed.path().join("tools");
    fs::create_dir(&tools).unwrap();
    fs::set_permissions(closed.path(), Permissions::from_mode(0o700)).unwrap();
    let settings = RunnerSettings {
        tools: vec![tools],
        ..RunnerSettings::default()
    };
    let refused = ProcessRunner::probe(&settings).await.err();
    if fs::metadata("/proc/self").unwrap().uid() == 0 {
        let sentence = refused.unwrap();
        assert!(sentence.contains("that of --step-tools"), "{sentence}");
    } else {
        assert_eq!(refused, None);
    }
}

#[tokio::test]
async fn many_at_the_same_time() {
    let mut running = Vec::new();
    for number in 0..20 {
        let text = format!("echo {number}");
        running.push((number, start(script(&text), &[], limits()).await.unwrap()));
    }
    for (number, running) in running {
        let outcome = end(running).await;
        assert_eq!(outcome.output, format!("{number}\n"));
        assert_eq!(outcome.exit, Exit::Code(0));
    }
}
