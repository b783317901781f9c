//! The environment: complete, from scratch, and for nobody else to read.

use std::fs;

use engine::runner::Exit;

use crate::support::{alive, command, end, limits, nap, script, start, until};

const SECRET: &str = "hunter22-in-the-environment";

#[tokio::test]
async fn nothing_of_relays_environment() {
    assert!(
        std::env::vars().count() > 1,
        "this test has an environment itself"
    );
    let running = start(command("/usr/bin/env", &[]), &[("MINE", "here")], limits()).await;
    let outcome = end(running.unwrap()).await;
    let mut names: Vec<&str> = outcome
        .output
        .lines()
        .filter_map(|line| Some(line.split_once('=')?.0))
        .collect();
    names.sort_unstable();
    assert_eq!(names, ["HOME", "MINE", "PATH", "PWD", "TMPDIR", "USER"]);
    assert!(outcome.output.contains("MINE=here\n"));
}

#[tokio::test]
async fn every_value_arrives_as_it_is() {
    let odd = "two\nlines, \"quotes\", $dollars, `ticks`, -–dashes, --args, \u{1f600}\t";
    let running = start(command("printenv", &["ODD"]), &[("ODD", odd)], limits()).await;
    let outcome = end(running.unwrap()).await;
    assert_eq!(outcome.output, format!("{odd}\n"));
}

#[tokio::test]
async fn arguments_arrive_as_they_are() {
    let running = start(
        command("printf", &["%s|", "--bind", "/", "$HOME;id", "a b\nc", ""]),
        &[],
        limits(),
    )
    .await;
    assert_eq!(
        end(running.unwrap()).await.output,
        "--bind|/|$HOME;id|a b\nc||"
    );
}

/// Everything the system shows of all processes about how they were called and their environment.
fn shown(file: &str) -> String {
    fs::read_dir("/proc")
        .unwrap()
        .flatten()
        .filter(|entry| entry.file_name().to_string_lossy().parse::<u32>().is_ok())
        .filter(|entry| entry.file_name().to_string_lossy() != std::process::id().to_string())
        .filter_map(|entry| fs::read(entry.path().join(file)).ok())
        .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
        .collect()
}

#[tokio::test]
async fn a_secret_is_on_no_command_line() {
    let marker = nap();
    let mut running = start(
        script(&format!("echo there; sleep {marker}")),
        &[("SECRET", SECRET)],
        limits(),
    )
    .await
    .unwrap();
    until(&mut running, "there").await;
    while alive(&marker).is_empty() {
        tokio::task::yield_now().await;
    }
    let lines = shown("cmdline");
    assert!(
        lines.contains(&marker),
        "the control: what is on a command line is seen"
    );
    assert!(!lines.contains(SECRET));
    running.kill();
    end(running).await;
}

#[tokio::test]
async fn a_secret_is_in_no_environment_outside_the_sandbox() {
    let marker = nap();
    let mut running = start(
        script(&format!("echo there; sleep {marker}")),
        &[("SECRET", SECRET)],
        limits(),
    )
    .await
    .unwrap();
    until(&mut running, "there").await;
    while alive(&marker).is_empty() {
        tokio::task::yield_now().await;
    }
    // Bubblewrap's two processes, one outside and one inside, have none of it.
    let outer: Vec<u32> = fs::read_dir("/proc")
        .unwrap()
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .filter(|process: &u32| {
            fs::read_to_string(format!("/proc/{process}/cmdline"))
                .is_ok_and(|line| line.starts_with("relay-step-of-"))
        })
        .collect();
    assert!(outer.len() >= 2);
    for process in outer {
        let environ = fs::read(format!("/proc/{process}/environ")).unwrap_or_default();
        assert!(!String::from_utf8_lossy(&environ).contains(SECRET));
    }
    running.kill();
    end(running).await;
}

#[tokio::test]
async fn the_first_process_of_the_sandbox_knows_nothing() {
    let running = start(
        script(
            "cat /proc/1/environ /proc/1/cmdline | tr '\\0' '\\n'; echo ---; \
             tr '\\0' '\\n' </proc/$$/environ | grep -c hunter22",
        ),
        &[("SECRET", SECRET)],
        limits(),
    )
    .await;
    let outcome = end(running.unwrap()).await;
    let (first, own) = outcome.output.split_once("---").unwrap();
    assert!(!first.contains(SECRET), "{outcome:?}");
    assert_eq!(own.trim(), "1", "{outcome:?}");
}

#[tokio::test]
async fn a_library_named_in_the_environment_is_not_loaded_outside() {
    let running = start(
        command("/usr/bin/true", &[]),
        &[("LD_PRELOAD", "/no/such/library.so")],
        limits(),
    )
    .await;
    let outcome = end(running.unwrap()).await;
    assert_eq!(outcome.exit, Exit::Code(0));
    // The loader complains once for each program it should load it into.
    assert_eq!(
        outcome.output.matches("/no/such/library.so").count(),
        1,
        "{outcome:?}"
    );
}

#[tokio::test]
async fn a_description_of_a_launch_shows_no_value() {
    let launch = engine::runner::Launch {
        attempt: crate::support::attempt(),
        program: script(SECRET),
        env: vec![("SECRET".to_owned(), SECRET.to_owned())],
        limits: limits(),
    };
    assert!(!format!("{launch:?}").contains(SECRET));
    assert!(!format!("{:?}", crate::support::runner().await).contains(SECRET));
}
