//! Too many processes, and processes that will not end.

use std::time::Duration;

use engine::Limits;
use engine::runner::Exit;

use crate::support::{
    alive, end, eventually, fails, limits, nap, run, run_within, script, start, until,
};

fn soon() -> Limits {
    Limits {
        time: Duration::from_secs(5),
        ..limits()
    }
}

/// Starts sleeping processes until no more can be started, and tells how many there are.
fn processes(wanted: u32) -> String {
    format!(
        "perl -e 'my $n = 0; while ($n < {wanted}) {{ my $p = fork; last unless defined $p; \
         if (!$p) {{ sleep 100 }} $n++ }} print \"children: $n\\n\"; exit($n < {wanted}); \
         END {{ kill 9, -getpgrp }}'"
    )
}

#[tokio::test]
async fn more_processes_than_allowed() {
    let many = processes(limits().processes.try_into().unwrap());
    let few = processes(20);
    fails(
        &many.replace("END { kill 9, -getpgrp }", ""),
        &few.replace("END { kill 9, -getpgrp }", ""),
    )
    .await;
}

#[tokio::test]
async fn more_threads_than_allowed() {
    // Each shell counts, and so does each part of a pipe.
    let outcome = run("i=0; while [ $i -lt 200 ]; do sleep 100 & i=$((i+1)); done; echo ALL").await;
    assert!(!outcome.output.contains("ALL"), "{outcome:?}");
}

#[tokio::test]
async fn a_fork_bomb_ends_with_its_time() {
    let marker = nap();
    let outcome = run_within(
        &format!("f() {{ sleep {marker} & f | f & }}; f 2>/dev/null & exec sleep {marker}"),
        soon(),
    )
    .await;
    assert_eq!(outcome.exit, Exit::TimedOut);
    assert_eq!(alive(&marker), Vec::<u32>::new());
    // Somebody else has not noticed.
    assert!(run("echo fine").await.output.contains("fine"));
}

#[tokio::test]
async fn processes_of_other_steps_do_not_count() {
    let marker = nap();
    let mut others = Vec::new();
    for _ in 0..3 {
        let text = format!(
            "for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30; do sleep {marker} & done; echo there; wait"
        );
        let mut other = start(script(&text), &[], limits()).await.unwrap();
        until(&mut other, "there").await;
        others.push(other);
    }
    eventually("all are there", || alive(&marker).len() == 90);
    let outcome = run("for i in 1 2 3 4 5 6 7 8 9 10; do sleep 0 & done; wait; echo fine").await;
    assert!(outcome.output.contains("fine"), "{outcome:?}");
    for other in others {
        other.kill();
        end(other).await;
    }
    assert_eq!(alive(&marker), Vec::<u32>::new());
}

#[tokio::test]
async fn ignoring_every_request_to_end() {
    let marker = nap();
    let text = format!(
        "trap '' TERM INT HUP QUIT USR1 XCPU; echo there; while :; do sleep {marker}; done"
    );
    let outcome = run_within(&text, soon()).await;
    assert_eq!(outcome.exit, Exit::TimedOut);
    assert!(outcome.output.contains("there"));
    assert_eq!(alive(&marker), Vec::<u32>::new());
}

#[tokio::test]
async fn killing_ends_all_of_it() {
    let marker = nap();
    let text = format!("setsid sleep {marker} & sleep {marker} & echo there; trap '' TERM; wait");
    let mut running = start(script(&text), &[], limits()).await.unwrap();
    until(&mut running, "there").await;
    eventually("both are there", || alive(&marker).len() == 2);
    running.kill();
    assert_eq!(running.wait().await, Exit::Signal(9));
    assert_eq!(alive(&marker), Vec::<u32>::new());
}

#[tokio::test]
async fn letting_go_ends_all_of_it() {
    let marker = nap();
    let text = format!("sleep {marker} & echo there; wait");
    let mut running = start(script(&text), &[], limits()).await.unwrap();
    until(&mut running, "there").await;
    eventually("it is there", || alive(&marker).len() == 1);
    drop(running);
    tokio::task::spawn_blocking(move || {
        eventually("it is gone", || alive(&marker).is_empty());
    })
    .await
    .unwrap();
}

#[tokio::test]
async fn a_child_that_is_left_behind() {
    for leave in [
        "sleep MARK &",
        "setsid sleep MARK &",
        "nohup setsid sleep MARK </dev/null >/dev/null 2>&1 &",
        // twice forked, and in a session of its own
        "(setsid sh -c 'sleep MARK & sleep MARK' &) &",
        "perl -MPOSIX -e 'fork && exit; setsid(); fork && exit; $SIG{TERM} = q(IGNORE); exec qw(sleep MARK)'",
    ] {
        let marker = nap();
        let outcome = run(&format!(
            "{}\nsleep 0.2; echo last words",
            leave.replace("MARK", &marker)
        ))
        .await;
        // The output ended although some of these hold the pipe.
        assert_eq!(outcome.exit, Exit::Code(0), "{leave}");
        assert!(
            outcome.output.ends_with("last words\n"),
            "{leave}: {outcome:?}"
        );
        assert_eq!(alive(&marker), Vec::<u32>::new(), "{leave}");
    }
}
