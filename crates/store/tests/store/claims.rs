//! Several engines on one database: a step is taken by one of them, and a join is seen by one.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use model::{AttemptId, AttemptState, RunId, StepState, Timestamp};
use store::testing::TestDatabase;
use store::{Store, both, runs, steps};

use crate::help::{self, add_run, add_workflow, attempt_id, claim, engine_id, run_id};

fn fresh(engine: u8, round: usize) -> Vec<AttemptId> {
    (0..5_u8)
        .map(|at| {
            let mut bytes = [engine; 16];
            bytes[..8].copy_from_slice(&(round as u64).to_be_bytes());
            bytes[8] = at;
            AttemptId::from_bytes(bytes)
        })
        .collect()
}

/// Ends the attempt at a step, and lets the last step begin when all before it have ended, as an
/// engine does: under the lock of the run.
async fn finish_and_look(store: &Store, run: &RunId, attempt: &AttemptId) -> bool {
    let mut tx = store.begin_transition().await.unwrap();
    runs::lock(&mut tx, run).await.unwrap().unwrap();
    let (ended, at) = (StepState::Succeeded, Timestamp(4_000));
    let state = AttemptState::Succeeded;
    assert!(
        steps::finish_attempt(&mut tx, attempt, state, ended, Some(0), "", at)
            .await
            .unwrap()
    );
    let rows = steps::of_run(&mut tx, run).await.unwrap();
    let (join, before) = rows.split_last().unwrap();
    let mut begun = false;
    if before.iter().all(|row| row.state.is_final()) {
        let (from, to) = (StepState::Waiting, StepState::Queued);
        begun = steps::set_state(&mut tx, run, join.position, from, to, "", at)
            .await
            .unwrap();
    }
    tx.commit().await.unwrap();
    begun
}

both! {
    async fn no_step_is_given_to_two_engines(database: TestDatabase) {
        const RUNS: u8 = 100;
        const STEPS: usize = 6;
        let store = help::open(&database).await;
        add_workflow(&store, 1).await;
        for number in 0..RUNS {
            add_run(&store, 1, &run_id(number), &[StepState::Queued; STEPS]).await;
        }
        let all = usize::from(RUNS) * STEPS;
        let taken = Arc::new(AtomicUsize::new(0));
        let mut engines = Vec::new();
        for engine in 0..6_u8 {
            let store = database.open().await.unwrap();
            let taken = taken.clone();
            engines.push(tokio::spawn(async move {
                let mut mine = Vec::new();
                for round in 0.. {
                    let claims = claim(&store, engine, &fresh(engine, round)).await;
                    // Another engine may only have been looking, so nothing is no end yet.
                    if taken.fetch_add(claims.len(), Ordering::Relaxed) + claims.len() >= all {
                        mine.extend(claims);
                        break;
                    }
                    mine.extend(claims);
                }
                store.close().await;
                mine
            }));
        }
        let mut claims = Vec::new();
        for engine in engines {
            claims.extend(engine.await.unwrap());
        }
        assert_eq!(claims.len(), all);
        let different: HashSet<_> = claims.iter().map(|claim| (&claim.run, claim.position)).collect();
        assert_eq!(claims.len() - different.len(), 0, "duplicates");
        assert_eq!(database.number("select count(*) from attempts").await.unwrap(), i64::try_from(all).unwrap());
        assert_eq!(database.number("select max(attempts) from steps").await.unwrap(), 1);
        assert_eq!(database.number("select count(*) from runs where state = 'running'").await.unwrap(), i64::from(RUNS));
    }

    async fn the_oldest_step_is_taken_first(database: TestDatabase) {
        let store = help::open(&database).await;
        add_workflow(&store, 1).await;
        for number in [3, 1, 2] {
            add_run(&store, 1, &run_id(number), &[StepState::Queued, StepState::Waiting]).await;
        }
        for (run, at) in [(2, 500), (3, 600)] {
            let sql = format!("update steps set queued_at = {at} where run_id = '{}' and state = 'queued'", run_id(run));
            database.execute(&sql).await.unwrap();
        }
        let claims = claim(&store, 1, &[attempt_id(1), attempt_id(2)]).await;
        let seen: Vec<_> = claims.iter().map(|claim| (&claim.attempt, &claim.run)).collect();
        assert_eq!(seen, [(&attempt_id(1), &run_id(2)), (&attempt_id(2), &run_id(3))]);
        assert_eq!(claim(&store, 1, &[]).await, []);
        assert_eq!(claim(&store, 1, &[attempt_id(3), attempt_id(4)]).await.len(), 1);
    }

    async fn a_claim_takes_no_more_than_there_is_room_for(database: TestDatabase) {
        let store = help::open(&database).await;
        add_workflow(&store, 1).await;
        add_run(&store, 1, &run_id(1), &[StepState::Queued; 250]).await;
        let ids: Vec<_> = (0..210_u8).map(attempt_id).collect();
        assert_eq!(claim(&store, 1, &ids[..3]).await.len(), 3);
        assert_eq!(claim(&store, 1, &ids[3..]).await.len(), 207);
        assert_eq!(database.number("select count(*) from attempts").await.unwrap(), 210);
        assert_eq!(database.number("select count(*) from steps where state = 'queued'").await.unwrap(), 40);
    }

    async fn two_engines_do_not_both_miss_a_join(database: TestDatabase) {
        let one = help::open(&database).await;
        let two = database.open().await.unwrap();
        add_workflow(&one, 1).await;
        for round in 0..40_u8 {
            let run = run_id(round);
            add_run(&one, 1, &run, &[StepState::Queued, StepState::Queued, StepState::Waiting]).await;
            let ids = fresh(round, 1);
            assert_eq!(claim(&one, 1, &ids[..2]).await.len(), 2);
            let ends: Vec<_> = [(&one, &ids[0]), (&two, &ids[1])].map(|(store, attempt)| {
                let (store, run, attempt) = (store.clone(), run.clone(), attempt.clone());
                tokio::spawn(async move { finish_and_look(&store, &run, &attempt).await })
            }).into();
            let mut begun = 0;
            for end in ends {
                begun += usize::from(end.await.unwrap());
            }
            assert_eq!(begun, 1, "round {round}");
            assert_eq!(claim(&one, 1, &ids[2..]).await.len(), 1);
        }
    }

    async fn a_claim_does_not_wait_for_a_run_that_another_engine_holds(database: TestDatabase) {
        // SQLite has one writer: there the claim waits for the whole transaction, and sees its end.
        if database.is_sqlite() {
            return;
        }
        let store = help::open(&database).await;
        add_workflow(&store, 1).await;
        for number in [1, 2] {
            add_run(&store, 1, &run_id(number), &[StepState::Queued]).await;
        }
        let other = database.open().await.unwrap();
        let mut tx = other.begin_transition().await.unwrap();
        runs::lock(&mut tx, &run_id(1)).await.unwrap().unwrap();
        let claims = claim(&store, 1, &[attempt_id(1), attempt_id(2)]).await;
        assert_eq!(claims.iter().map(|claim| &claim.run).collect::<Vec<_>>(), [&run_id(2)]);
        // Its own lock is no obstacle.
        let claims = steps::claim(&mut tx, &engine_id(2), &[attempt_id(3)], Timestamp(1)).await.unwrap();
        assert_eq!(claims[0].run, run_id(1));
    }
}
