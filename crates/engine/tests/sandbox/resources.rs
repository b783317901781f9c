//! Disks, files and output without end.

use std::time::Duration;

use engine::Limits;
use engine::runner::Exit;

use crate::support::{MIB, end, fails, limits, run, run_within, script, start};

#[tokio::test]
async fn a_full_disk_in_every_place() {
    for place in [
        "/workspace",
        "$HOME",
        "/tmp",
        "/dev/shm",
        "/run",
        "/var/tmp",
    ] {
        fails(
            &format!("head -c 400M /dev/zero >{place}/big"),
            &format!("head -c 5M /dev/zero >{place}/small"),
        )
        .await;
    }
}

#[tokio::test]
async fn a_full_disk_in_many_files() {
    fails(
        "for i in 1 2 3 4 5 6 7 8 9 10; do head -c 10M /dev/zero >/workspace/$i || exit 1; done",
        "for i in 1 2 3 4 5 6 7 8 9 10; do head -c 1M /dev/zero >/workspace/$i || exit 1; done",
    )
    .await;
}

#[tokio::test]
async fn a_file_larger_than_allowed() {
    fails("truncate -s 1T /tmp/x", "truncate -s 1M /tmp/x").await;
}

#[tokio::test]
async fn files_without_number() {
    let files = |count: u32| {
        format!("perl -e 'for my $d (1..{count}) {{ open(my $f, q(>), qq(/tmp/$d)) or exit 1; }}'")
    };
    let outcome = run(&format!("{} && echo FINE", files(1000))).await;
    assert!(outcome.output.contains("FINE"), "{outcome:?}");
    let small = Limits {
        memory: 64 * MIB,
        time: Duration::from_secs(30),
        ..limits()
    };
    let outcome = run_within(&format!("{} && echo ESCAPED", files(1_000_000)), small).await;
    assert!(!outcome.output.contains("ESCAPED"), "{outcome:?}");
    assert!(run("echo fine").await.output.contains("fine"));
}

#[tokio::test]
async fn many_open_files() {
    let open = |count: u32| {
        format!(
            "perl -e 'my @f; for (1..{count}) {{ open(my $f, q(<), q(/dev/null)) or exit 1; push @f, $f }}'"
        )
    };
    fails(&open(5000), &open(500)).await;
}

#[tokio::test]
async fn a_core_dump() {
    let outcome = run("cd /workspace; ulimit -c; sh -c 'kill -SEGV $$'; ls -A; echo END").await;
    assert!(outcome.output.contains("END"), "{outcome:?}");
    assert!(!outcome.output.contains("core"), "{outcome:?}");
    assert!(outcome.output.starts_with('0'), "{outcome:?}");
}

#[tokio::test]
async fn a_million_lines() {
    let running = start(
        script("perl -e 'print qq(line $_\\n) for 1..1_000_000'"),
        &[],
        limits(),
    )
    .await
    .unwrap();
    let outcome = end(running).await;
    assert_eq!(outcome.exit, Exit::Code(0));
    assert_eq!(outcome.output.lines().count(), 1_000_000);
    assert!(outcome.output.ends_with("line 1000000\n"));
}

#[tokio::test]
async fn output_nobody_reads_does_not_pile_up() {
    // The pipe is full, so the step waits; its time ends it nevertheless.
    // Long enough for it to begin on a machine that has much else to do.
    let limits = Limits {
        time: Duration::from_secs(5),
        ..limits()
    };
    let mut running = start(script("yes"), &[], limits).await.unwrap();
    assert_eq!(running.wait().await, Exit::TimedOut);
    // What the pipe held can still be read, and then comes the end.
    let outcome = end(running).await;
    assert!(outcome.output.starts_with("y\n"));
    assert!(outcome.output.len() as u64 <= MIB);
}

#[tokio::test]
async fn both_outputs_are_one_in_the_order_written() {
    let outcome = run("for i in 1 2 3 4 5; do echo out $i; echo err $i >&2; done").await;
    assert_eq!(
        outcome.output,
        "out 1\nerr 1\nout 2\nerr 2\nout 3\nerr 3\nout 4\nerr 4\nout 5\nerr 5\n"
    );
}

#[tokio::test]
async fn there_is_nothing_to_read() {
    let outcome = run("cat; echo the end").await;
    assert_eq!(outcome.output, "the end\n");
}
