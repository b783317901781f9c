//! Engines: one on SQLite, many on PostgreSQL, and what is left of those that died.

use std::time::Duration;

use model::{AttemptState, StepState, Timestamp};
use store::engines::{self, NewEngine, Presence};
use store::testing::TestDatabase;
use store::{Error, Store, both};

use crate::help::{self, engine_id};

async fn announce(store: &Store, number: u8) -> Result<Presence, Error> {
    let new = NewEngine {
        id: &engine_id(number),
        runner: "process",
        note: "bubblewrap works",
        at: Timestamp(i64::from(number)),
    };
    Presence::announce(store, &new).await
}

async fn runners(store: &Store) -> Vec<model::EngineId> {
    let rows = engines::runners(store).await.unwrap();
    rows.into_iter().map(|row| row.id).collect()
}

both! {
    async fn an_engine_is_seen_until_it_withdraws(database: TestDatabase) {
        let store = help::open(&database).await;
        assert_eq!(runners(&store).await, []);
        let presence = announce(&store, 1).await.unwrap();
        let row = engines::runners(&store).await.unwrap().remove(0);
        assert_eq!((row.id, row.runner.as_str(), row.note.as_str(), row.started_at), (engine_id(1), "process", "bubblewrap works", Timestamp(1)));
        assert_eq!(engines::dead(&store, &engine_id(1)).await.unwrap(), []);
        presence.withdraw(&store).await.unwrap();
        assert_eq!(runners(&store).await, []);
        announce(&store, 2).await.unwrap().withdraw(&store).await.unwrap();
    }

    async fn an_engine_that_died_is_found_and_forgotten(database: TestDatabase) {
        let store = help::open(&database).await;
        drop(announce(&store, 1).await.unwrap());
        let second = announce(&store, 2).await.unwrap();
        help::until("the first is dead", async || {
            engines::dead(&store, &engine_id(2)).await.unwrap() == [engine_id(1)]
        }).await;
        let mut tx = store.begin_transition().await.unwrap();
        engines::forget(&mut tx, &engine_id(1)).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(runners(&store).await, [engine_id(2)]);
        assert_eq!(engines::dead(&store, &engine_id(2)).await.unwrap(), []);
        second.withdraw(&store).await.unwrap();
    }

    async fn an_engine_that_lost_its_row_is_found_by_its_attempts(database: TestDatabase) {
        let store = help::open(&database).await;
        help::add_workflow(&store, 1).await;
        help::add_run(&store, 1, &help::run_id(1), &[StepState::Queued, StepState::Queued]).await;
        let first = announce(&store, 1).await.unwrap();
        help::claim(&store, 1, &[help::attempt_id(1), help::attempt_id(2)]).await;
        assert_eq!(database.execute("delete from engines").await.unwrap(), 1);
        assert_eq!(engines::dead(&store, &engine_id(1)).await.unwrap(), []);
        drop(first);
        let second = announce(&store, 2).await.unwrap();
        help::until("the first is dead", async || {
            engines::dead(&store, &engine_id(2)).await.unwrap() == [engine_id(1)]
        }).await;
        for attempt in [1, 2] {
            help::finish(&store, &help::attempt_id(attempt), AttemptState::Interrupted).await;
        }
        assert_eq!(engines::dead(&store, &engine_id(2)).await.unwrap(), []);
        second.withdraw(&store).await.unwrap();
    }
}

#[test]
fn sqlite_has_one_engine_at_a_time() {
    store::testing::on_sqlite(|database| async move {
        let store = help::open(&database).await;
        let other = database.open().await.unwrap();
        let first = announce(&store, 1).await.unwrap();
        for store in [&store, &other] {
            assert!(matches!(
                announce(store, 2).await,
                Err(Error::AnotherEngine)
            ));
        }
        assert_eq!(runners(&store).await, [engine_id(1)]);
        let lost = tokio::time::timeout(Duration::from_millis(50), first.lost()).await;
        assert!(lost.is_err(), "a file's lock is not lost");
        drop(first);
        announce(&other, 2).await.unwrap();
    });
}

#[test]
fn postgres_has_many_engines() {
    store::testing::on_postgres(|database| async move {
        let store = help::open(&database).await;
        let other = database.open().await.unwrap();
        let first = announce(&store, 1).await.unwrap();
        let second = announce(&other, 2).await.unwrap();
        for store in [&store, &other] {
            assert_eq!(runners(store).await, [engine_id(1), engine_id(2)]);
            for own in [1, 2] {
                assert_eq!(engines::dead(store, &engine_id(own)).await.unwrap(), []);
            }
        }
        // The id is the lock: nobody else can be this engine.
        assert!(matches!(
            announce(&other, 1).await,
            Err(Error::AnotherEngine)
        ));
        drop(first);
        help::until("the first is dead", async || {
            engines::dead(&other, &engine_id(2)).await.unwrap() == [engine_id(1)]
        })
        .await;
        assert_eq!(runners(&store).await, [engine_id(2)]);
        second.withdraw(&other).await.unwrap();
    });
}

#[test]
fn an_engine_notices_that_postgres_has_given_its_lock_away() {
    store::testing::on_postgres(|database| async move {
        let store = help::open(&database).await;
        let presence = announce(&store, 1).await.unwrap();
        let ended = database
            .number(
                "select count(pg_terminate_backend(pid)) from pg_locks \
                 where locktype = 'advisory' and database = \
                 (select oid from pg_database where datname = current_database())",
            )
            .await
            .unwrap();
        assert_eq!(ended, 1);
        let lost = tokio::time::timeout(Duration::from_mins(1), presence.lost()).await;
        assert!(lost.is_ok());
        assert_eq!(runners(&store).await, []);
        announce(&store, 2).await.unwrap();
    });
}
