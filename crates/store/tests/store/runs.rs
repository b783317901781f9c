//! Runs from the form to their end, and what is deleted with a workflow.

use model::{AttemptState, RunState, StepState, Timestamp};
use store::runs;
use store::testing::TestDatabase;
use store::{both, logs, outputs, steps, workflows};

use crate::help::{self, account, add_run, add_workflow, attempt_id, run_id, workflow_id};

both! {
    async fn a_run_is_read_as_written(database: TestDatabase) {
        let store = help::open(&database).await;
        add_workflow(&store, 1).await;
        assert_eq!(add_run(&store, 1, &run_id(1), &[StepState::Queued, StepState::Waiting]).await, 1);
        let row = runs::find(&store, &account(), &workflow_id(1), 1).await.unwrap().unwrap();
        assert_eq!((row.id.clone(), row.workflow_name.as_str(), row.revision), (run_id(1), "workflow-1", 1));
        assert_eq!((row.state, row.parameters.as_str()), (RunState::Queued, r#"{"region":"eu-north-1"}"#));
        assert_eq!((row.started_by.as_deref(), row.created_at), (Some("Ana"), Timestamp(1_000)));
        assert_eq!((row.started_at, row.finished_at, row.stop_requested.clone()), (None, None, None));
        assert_eq!(runs::by_id(&store, &run_id(1)).await.unwrap(), Some(row.clone()));
        assert_eq!(runs::list(&store, &account(), &workflow_id(1), None, 10).await.unwrap(), [row]);
        let other = model::AccountId::from_bytes([9; 16]);
        assert_eq!(runs::find(&store, &other, &workflow_id(1), 1).await.unwrap(), None);
        for number in [0, 2, u64::MAX] {
            assert_eq!(runs::find(&store, &account(), &workflow_id(1), number).await.unwrap(), None);
        }
    }

    async fn numbers_count_up_in_each_workflow_and_are_never_given_twice(database: TestDatabase) {
        let store = help::open(&database).await;
        add_workflow(&store, 1).await;
        add_workflow(&store, 2).await;
        for (run, workflow, number) in [(1, 1, 1), (2, 1, 2), (3, 2, 1), (4, 1, 3)] {
            assert_eq!(add_run(&store, workflow, &run_id(run), &[]).await, number);
        }
        database.execute("delete from runs where number = 3").await.unwrap();
        assert_eq!(add_run(&store, 1, &run_id(5), &[]).await, 4);

        let numbers = async |before, limit| {
            let rows = runs::list(&store, &account(), &workflow_id(1), before, limit).await.unwrap();
            rows.into_iter().map(|row| row.number).collect::<Vec<_>>()
        };
        assert_eq!(numbers(None, 10).await, [4, 2, 1]);
        assert_eq!(numbers(Some(4), 1).await, [2]);
        assert_eq!(numbers(Some(1), 10).await, []);
    }

    async fn many_who_start_at_once_get_numbers_of_their_own(database: TestDatabase) {
        let store = help::open(&database).await;
        let other = database.open().await.unwrap();
        add_workflow(&store, 1).await;
        let starts: Vec<_> = (0..20_u8).map(|number| {
            let store = if number % 2 == 0 { store.clone() } else { other.clone() };
            tokio::spawn(async move { add_run(&store, 1, &run_id(number), &[StepState::Queued]).await })
        }).collect();
        let mut numbers = Vec::new();
        for start in starts {
            numbers.push(start.await.unwrap());
        }
        numbers.sort_unstable();
        assert_eq!(numbers, (1..=20).collect::<Vec<_>>());
    }

    async fn a_run_has_a_revision_that_exists(database: TestDatabase) {
        let store = help::open(&database).await;
        add_workflow(&store, 1).await;
        for (workflow, revision) in [(1, 2), (2, 1)] {
            let mut tx = store.begin().await.unwrap();
            let new = runs::NewRun {
                id: &run_id(1),
                workflow: &workflow_id(workflow),
                revision,
                parameters: "{}",
                state: RunState::Queued,
                steps: &[],
            };
            let added = runs::add(&mut tx, &new, &help::entry("run.start")).await;
            assert!(added.is_err(), "{workflow} {revision}");
        }
        assert_eq!(database.number("select count(*) from runs").await.unwrap(), 0);
    }

    async fn a_state_is_left_only_by_who_knows_it(database: TestDatabase) {
        let store = help::open(&database).await;
        add_workflow(&store, 1).await;
        add_run(&store, 1, &run_id(1), &[StepState::Waiting]).await;
        let set = async |from, to, at| {
            let mut tx = store.begin_transition().await.unwrap();
            let set = runs::set_state(&mut tx, &run_id(1), from, to, Timestamp(at)).await.unwrap();
            tx.commit().await.unwrap();
            set
        };
        let times = async || {
            let row = runs::by_id(&store, &run_id(1)).await.unwrap().unwrap();
            (row.state, row.started_at, row.finished_at)
        };
        assert!(!set(RunState::Running, RunState::Failed, 2_000).await);
        assert!(set(RunState::Queued, RunState::Running, 2_000).await);
        assert!(set(RunState::Running, RunState::WaitingForApproval, 3_000).await);
        assert_eq!(times().await, (RunState::WaitingForApproval, Some(Timestamp(2_000)), None));
        assert_eq!(runs::active(&store, &workflow_id(1)).await.unwrap(), 1);
        assert!(set(RunState::WaitingForApproval, RunState::Rejected, 4_000).await);
        assert_eq!(times().await, (RunState::Rejected, Some(Timestamp(2_000)), Some(Timestamp(4_000))));
        assert_eq!(runs::active(&store, &workflow_id(1)).await.unwrap(), 0);
        // What an engine does by itself is not told.
        assert_eq!(database.number("select count(*) from ledger where act like 'run.%'").await.unwrap(), 1);
    }

    async fn a_run_is_asked_to_stop_once(database: TestDatabase) {
        let store = help::open(&database).await;
        add_workflow(&store, 1).await;
        add_run(&store, 1, &run_id(1), &[StepState::Queued]).await;
        let stop = async |run| {
            let mut tx = store.begin().await.unwrap();
            let asked = runs::request_stop(&mut tx, &run_id(run), &help::entry("run.stop")).await.unwrap();
            tx.commit().await.unwrap();
            asked
        };
        assert!(!stop(2).await);
        assert!(stop(1).await);
        assert!(!stop(1).await);
        let row = runs::by_id(&store, &run_id(1)).await.unwrap().unwrap();
        assert_eq!(row.stop_requested, Some((Timestamp(1_000), Some("Ana".into()))));
        assert_eq!(database.number("select count(*) from ledger where act = 'run.stop'").await.unwrap(), 1);
        // Nothing of it starts any more.
        assert_eq!(help::claim(&store, 1, &[attempt_id(1)]).await, []);
    }

    async fn a_run_that_is_over_is_not_stopped(database: TestDatabase) {
        let store = help::open(&database).await;
        add_workflow(&store, 1).await;
        add_run(&store, 1, &run_id(1), &[]).await;
        let mut tx = store.begin_transition().await.unwrap();
        assert!(runs::set_state(&mut tx, &run_id(1), RunState::Queued, RunState::Succeeded, Timestamp(2)).await.unwrap());
        tx.commit().await.unwrap();
        let mut tx = store.begin().await.unwrap();
        assert!(!runs::request_stop(&mut tx, &run_id(1), &help::entry("run.stop")).await.unwrap());
    }

    async fn an_approval_is_decided_once(database: TestDatabase) {
        let store = help::open(&database).await;
        add_workflow(&store, 1).await;
        let asked = StepState::WaitingForApproval;
        add_run(&store, 1, &run_id(1), &[asked, asked, StepState::Waiting, asked]).await;
        let decide = async |position, granted| {
            let mut tx = store.begin().await.unwrap();
            let entry = help::entry("approval.decide");
            let done = runs::decide_approval(&mut tx, &run_id(1), position, granted, &entry).await.unwrap();
            tx.commit().await.unwrap();
            done
        };
        assert!(decide(0, true).await);
        assert!(!decide(0, false).await);
        assert!(decide(1, false).await);
        assert!(!decide(2, true).await);
        assert!(!decide(7, true).await);
        let mut tx = store.begin().await.unwrap();
        assert!(runs::request_stop(&mut tx, &run_id(1), &help::entry("run.stop")).await.unwrap());
        tx.commit().await.unwrap();
        assert!(!decide(3, true).await, "the run is being stopped");
        let rows = steps::of_run(&store, &run_id(1)).await.unwrap();
        let seen: Vec<_> = rows.iter().map(|row| (row.state, row.decided_by.as_deref())).collect();
        assert_eq!(seen, [
            (StepState::Succeeded, Some("Ana")),
            (StepState::Rejected, Some("Ana")),
            (StepState::Waiting, None),
            (asked, None),
        ]);
        assert_eq!(rows[0].finished_at, Some(Timestamp(1_000)));
        assert_eq!(database.number("select count(*) from ledger where act = 'approval.decide'").await.unwrap(), 2);
    }

    async fn unfinished_runs_come_in_pages(database: TestDatabase) {
        let store = help::open(&database).await;
        add_workflow(&store, 1).await;
        for number in 1..=7 {
            add_run(&store, 1, &run_id(number), &[]).await;
        }
        let mut tx = store.begin_transition().await.unwrap();
        runs::set_state(&mut tx, &run_id(3), RunState::Queued, RunState::Succeeded, Timestamp(2)).await.unwrap();
        tx.commit().await.unwrap();
        let mut seen = Vec::new();
        let mut last = None;
        loop {
            let page = runs::unfinished(&store, last.as_ref(), 2).await.unwrap();
            let Some(end) = page.last() else { break };
            last = Some(end.clone());
            seen.extend(page);
        }
        assert_eq!(seen, [1, 2, 4, 5, 6, 7].map(run_id));
        assert_eq!(runs::active(&store, &workflow_id(1)).await.unwrap(), 6);
    }

    async fn a_deleted_workflow_takes_its_runs_along(database: TestDatabase) {
        let store = help::open(&database).await;
        add_workflow(&store, 1).await;
        add_workflow(&store, 2).await;
        for (run, workflow) in [(1, 1), (2, 2)] {
            add_run(&store, workflow, &run_id(run), &[StepState::Queued]).await;
            let claimed = help::claim(&store, 1, &[attempt_id(run)]).await;
            assert_eq!(claimed[0].run, run_id(run));
            let mut tx = store.begin_transition().await.unwrap();
            assert_eq!(outputs::set(&mut tx, &attempt_id(run), "a", "1", Timestamp(1)).await.unwrap(), outputs::SetOutput::Done);
            tx.commit().await.unwrap();
            let mut tx = store.begin().await.unwrap();
            let new = store::uses::NewUse {
                attempt: &attempt_id(run),
                kind: "secret",
                subject: "some id",
                type_name: "",
                name: "token",
                revision: 1,
            };
            store::uses::add(&mut tx, &new, &help::entry("step.read")).await.unwrap();
            tx.commit().await.unwrap();
            assert!(help::finish(&store, &attempt_id(run), AttemptState::Succeeded).await);
            let chunk = logs::NewChunk { attempt: &attempt_id(run), sequence: 0, offset: 0, at: Timestamp(1), bytes: b"x" };
            logs::append(store.logs(), &[chunk]).await.unwrap();
        }
        let mut tx = store.begin().await.unwrap();
        assert!(workflows::delete(&mut tx, &workflow_id(1), &help::entry("workflow.delete")).await.unwrap());
        tx.commit().await.unwrap();
        for table in ["runs", "steps", "attempts", "outputs", "uses"] {
            let rows = database.number(&format!("select count(*) from {table}")).await.unwrap();
            assert_eq!(rows, 1, "{table}");
        }
        assert!(runs::by_id(&store, &run_id(2)).await.unwrap().is_some());
        // Logs are deleted by whoever deletes the workflow.
        assert_eq!(logs::length(store.logs(), &attempt_id(1)).await.unwrap(), 1);
    }
}
