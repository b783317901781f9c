//! Steps and attempts: every transition once, and outputs of attempts that count.

use model::{AttemptState, RunState, StepState, Timestamp};
use store::outputs::{MAX_BYTES, MAX_OF_STEP, SetOutput};
use store::testing::TestDatabase;
use store::{Store, both, outputs, runs, steps};

use crate::help::{self, add_run, add_workflow, attempt_id, claim, engine_id, finish, run_id};

async fn states(store: &Store) -> Vec<StepState> {
    let rows = steps::of_run(store, &run_id(1)).await.unwrap();
    rows.into_iter().map(|row| row.state).collect()
}

async fn set(store: &Store, attempt: u8, name: &str, value: &str) -> bool {
    let mut tx = store.begin_transition().await.unwrap();
    let set = outputs::set(&mut tx, &attempt_id(attempt), name, value, Timestamp(2_500))
        .await
        .unwrap();
    tx.commit().await.unwrap();
    set == SetOutput::Done
}

/// What came of setting many outputs in one transaction; all but the last must be set.
async fn set_many(store: &Store, attempt: u8, names: &[String], value: &str) -> SetOutput {
    let mut tx = store.begin_transition().await.unwrap();
    let mut last = SetOutput::Done;
    for name in names {
        assert_eq!(last, SetOutput::Done, "{name}");
        last = outputs::set(&mut tx, &attempt_id(attempt), name, value, Timestamp(2_500))
            .await
            .unwrap();
    }
    tx.commit().await.unwrap();
    last
}

fn names(of: std::ops::Range<usize>) -> Vec<String> {
    of.map(|number| format!("name-{number}")).collect()
}

async fn outputs(store: &Store) -> Vec<(String, String, String)> {
    let rows = outputs::of_run(store, &run_id(1)).await.unwrap();
    rows.into_iter()
        .map(|row| (row.step, row.name, row.value))
        .collect()
}

both! {
    async fn a_step_from_waiting_to_its_end(database: TestDatabase) {
        let store = help::open(&database).await;
        add_workflow(&store, 1).await;
        add_run(&store, 1, &run_id(1), &[StepState::Waiting]).await;
        let mut tx = store.begin_transition().await.unwrap();
        let mut set = async |from, to| {
            steps::set_state(&mut tx, &run_id(1), 0, from, to, "it may start", Timestamp(1_500)).await.unwrap()
        };
        assert!(!set(StepState::Queued, StepState::Cancelled).await);
        assert!(set(StepState::Waiting, StepState::Queued).await);
        assert!(!set(StepState::Waiting, StepState::Queued).await);
        tx.commit().await.unwrap();
        let row = steps::of_run(&store, &run_id(1)).await.unwrap().remove(0);
        assert_eq!((row.position, row.name.as_str(), row.kind.as_str(), row.message.as_str()), (0, "step-0", "container", "it may start"));
        assert_eq!((row.queued_at, row.started_at, row.attempts), (Some(Timestamp(1_500)), None, 0));

        let claims = claim(&store, 1, &[attempt_id(1), attempt_id(2)]).await;
        assert_eq!(claims, [steps::Claim {
            attempt: attempt_id(1),
            run: run_id(1),
            position: 0,
            number: 1,
            workflow_id: help::workflow_id(1),
            revision: 1,
        }]);
        let run = runs::by_id(&store, &run_id(1)).await.unwrap().unwrap();
        assert_eq!((run.state, run.started_at), (RunState::Running, Some(Timestamp(2_000))));
        let row = steps::of_run(&store, &run_id(1)).await.unwrap().remove(0);
        assert_eq!((row.state, row.message.as_str(), row.attempts, row.started_at), (StepState::Running, "", 1, Some(Timestamp(2_000))));
        let running = steps::running_of(&store, &engine_id(1)).await.unwrap();
        assert_eq!(running, steps::running_of_run(&store, &run_id(1)).await.unwrap());
        assert_eq!((running[0].id.clone(), running[0].state, running[0].number), (attempt_id(1), AttemptState::Running, 1));
        assert_eq!(steps::running_of(&store, &engine_id(2)).await.unwrap(), []);

        assert!(finish(&store, &attempt_id(1), AttemptState::Succeeded).await);
        assert!(!finish(&store, &attempt_id(1), AttemptState::Failed).await, "once is enough");
        assert!(!finish(&store, &attempt_id(9), AttemptState::Failed).await);
        let row = steps::of_run(&store, &run_id(1)).await.unwrap().remove(0);
        assert_eq!((row.state, row.exit_code, row.message.as_str(), row.finished_at), (StepState::Succeeded, Some(0), "it ended", Some(Timestamp(3_000))));
        let attempt = steps::attempts(&store, &run_id(1)).await.unwrap().remove(0);
        assert_eq!((attempt.state, attempt.exit_code, attempt.engine_id, attempt.finished_at), (AttemptState::Succeeded, Some(0), engine_id(1), Some(Timestamp(3_000))));
        assert_eq!(steps::running_of(&store, &engine_id(1)).await.unwrap(), []);
        assert_eq!(claim(&store, 1, &[attempt_id(3)]).await, []);
    }

    async fn an_interrupted_step_begins_again(database: TestDatabase) {
        let store = help::open(&database).await;
        add_workflow(&store, 1).await;
        add_run(&store, 1, &run_id(1), &[StepState::Queued]).await;
        for number in 1..=3_u8 {
            let claims = claim(&store, number, &[attempt_id(number)]).await;
            assert_eq!(claims[0].number, u64::from(number));
            assert!(finish(&store, &attempt_id(number), AttemptState::Interrupted).await);
        }
        let row = steps::of_run(&store, &run_id(1)).await.unwrap().remove(0);
        assert_eq!((row.state, row.attempts, row.interruptions), (StepState::Queued, 3, 3));
        assert_eq!((row.started_at, row.queued_at, row.finished_at), (Some(Timestamp(2_000)), Some(Timestamp(3_000)), None));
        let attempts = steps::attempts(&store, &run_id(1)).await.unwrap();
        let seen: Vec<_> = attempts.iter().map(|row| (row.number, row.state, row.engine_id.clone())).collect();
        assert_eq!(seen, [1, 2, 3].map(|number| (u64::from(number), AttemptState::Interrupted, engine_id(number))));
    }

    async fn several_steps_move_at_once(database: TestDatabase) {
        let store = help::open(&database).await;
        add_workflow(&store, 1).await;
        let mut before = vec![StepState::Waiting; 1_200];
        before[5] = StepState::Skipped;
        add_run(&store, 1, &run_id(1), &before).await;
        let positions: Vec<_> = (0..1_200).chain([5_000, u64::MAX]).collect();
        let mut tx = store.begin_transition().await.unwrap();
        let run = run_id(1);
        let moved = steps::set_states(&mut tx, &run, &positions, StepState::Waiting, StepState::Cancelled, "the run was stopped", Timestamp(9));
        assert_eq!(moved.await.unwrap(), 1_199);
        tx.commit().await.unwrap();
        before.fill(StepState::Cancelled);
        before[5] = StepState::Skipped;
        assert_eq!(states(&store).await, before);
    }

    async fn what_is_not_committed_did_not_happen(database: TestDatabase) {
        let store = help::open(&database).await;
        add_workflow(&store, 1).await;
        add_run(&store, 1, &run_id(1), &[StepState::Queued]).await;
        let mut tx = store.begin_transition().await.unwrap();
        assert_eq!(steps::claim(&mut tx, &engine_id(1), &[attempt_id(1)], Timestamp(1)).await.unwrap().len(), 1);
        drop(tx);
        assert_eq!(states(&store).await, [StepState::Queued]);
        assert_eq!(steps::attempts(&store, &run_id(1)).await.unwrap(), []);
        assert_eq!(claim(&store, 2, &[attempt_id(1)]).await[0].number, 1);
    }

    async fn outputs_belong_to_attempts_that_count(database: TestDatabase) {
        let store = help::open(&database).await;
        add_workflow(&store, 1).await;
        add_run(&store, 1, &run_id(1), &[StepState::Queued, StepState::Waiting]).await;
        assert!(!set(&store, 1, "early", "1").await, "no such attempt");
        claim(&store, 1, &[attempt_id(1)]).await;
        for (name, value) in [("b", r#""first""#), ("a", "[1]"), ("b", r#""second""#), ("n\0ul", "2")] {
            assert!(set(&store, 1, name, value).await);
        }
        let text = |step: &str, name: &str, value: &str| (step.to_owned(), name.to_owned(), value.to_owned());
        assert_eq!(outputs(&store).await, [
            text("step-0", "a", "[1]"),
            text("step-0", "b", r#""second""#),
            text("step-0", "n\u{fffd}ul", "2"),
        ]);
        assert!(finish(&store, &attempt_id(1), AttemptState::Interrupted).await);
        assert_eq!(outputs(&store).await, []);
        assert!(!set(&store, 1, "late", "1").await, "the attempt is over");
        claim(&store, 1, &[attempt_id(2)]).await;
        assert!(set(&store, 2, "b", "3").await);
        assert!(finish(&store, &attempt_id(2), AttemptState::Succeeded).await);
        assert!(!set(&store, 2, "b", "4").await);
        assert_eq!(outputs(&store).await, [text("step-0", "b", "3")]);
    }

    async fn a_step_has_only_so_many_outputs(database: TestDatabase) {
        let store = help::open(&database).await;
        add_workflow(&store, 1).await;
        add_run(&store, 1, &run_id(1), &[StepState::Queued, StepState::Queued]).await;
        claim(&store, 1, &[attempt_id(1), attempt_id(2)]).await;
        assert_eq!(set_many(&store, 1, &names(0..MAX_OF_STEP + 1), "1").await, SetOutput::Full);
        assert!(set(&store, 1, "name-7", "2").await, "one that is there can be set again");
        assert!(set(&store, 2, "name-0", "1").await, "another step has outputs of its own");
        assert_eq!(outputs(&store).await.len(), MAX_OF_STEP + 1);
        // What an interrupted attempt has left takes no room.
        assert!(finish(&store, &attempt_id(1), AttemptState::Interrupted).await);
        claim(&store, 1, &[attempt_id(3)]).await;
        assert!(set(&store, 3, "another", "1").await);
        assert_eq!(database.number("select count(*) from outputs").await.unwrap(), 2);
    }

    async fn the_outputs_of_a_run_have_only_so_much_room(database: TestDatabase) {
        let store = help::open(&database).await;
        add_workflow(&store, 1).await;
        add_run(&store, 1, &run_id(1), &[StepState::Queued, StepState::Queued]).await;
        claim(&store, 1, &[attempt_id(1), attempt_id(2)]).await;
        // As many bytes, half as many characters.
        let long = format!("\"{}\"", "é".repeat(512 * 1024 - 20));
        assert_eq!(set_many(&store, 1, &names(0..7), &long).await, SetOutput::Done);
        assert_eq!(set_many(&store, 2, &names(0..2), &long).await, SetOutput::Full);
        assert!(set(&store, 2, "name-0", &long).await, "one that is there can be set again");
        assert!(set(&store, 2, "short", "1").await);
        let bytes = database.number("select sum(octet_length(name) + octet_length(value)) from outputs");
        let bytes = usize::try_from(bytes.await.unwrap()).unwrap();
        assert!(bytes <= MAX_BYTES && bytes > MAX_BYTES - 1_000, "{bytes}");
    }

    async fn an_attempt_that_is_put_back_is_no_interruption(database: TestDatabase) {
        let store = help::open(&database).await;
        add_workflow(&store, 1).await;
        add_run(&store, 1, &run_id(1), &[StepState::Queued]).await;
        claim(&store, 1, &[attempt_id(1)]).await;
        for first in [true, false] {
            let mut tx = store.begin_transition().await.unwrap();
            let id = attempt_id(1);
            let put_back = steps::put_back_attempt(&mut tx, &id, "again", Timestamp(3_000));
            assert_eq!(put_back.await.unwrap(), first);
            tx.commit().await.unwrap();
        }
        let row = steps::of_run(&store, &run_id(1)).await.unwrap().remove(0);
        assert_eq!((row.state, row.attempts, row.interruptions), (StepState::Queued, 1, 0));
        assert_eq!((row.message.as_str(), row.queued_at), ("again", Some(Timestamp(3_000))));
        let attempt = steps::attempts(&store, &run_id(1)).await.unwrap().remove(0);
        assert_eq!((attempt.state, attempt.finished_at), (AttemptState::Interrupted, Some(Timestamp(3_000))));
    }
}
