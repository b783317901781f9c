//! Announcements: in one process at once, between processes over PostgreSQL.

use std::time::Duration;

use store::testing::TestDatabase;
use store::{Change, both};
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;

use crate::help::{self, attempt_id, run_id};

async fn next(changes: &mut Receiver<Change>) -> Change {
    let next = tokio::time::timeout(Duration::from_mins(1), changes.recv()).await;
    next.unwrap().unwrap()
}

/// The listener tells that it has begun by saying that there may be work.
async fn heard(changes: &mut Receiver<Change>, database: &TestDatabase) {
    if !database.is_sqlite() {
        assert_eq!(next(changes).await, Change::Queue);
    }
}

both! {
    async fn a_change_is_heard_in_the_same_process(database: TestDatabase) {
        let store = help::open(&database).await;
        store.announce(Change::Queue);
        let mut one = store.changes();
        let mut two = store.clone().changes();
        heard(&mut one, &database).await;
        heard(&mut two, &database).await;
        for change in [Change::Run(run_id(1)), Change::Log(attempt_id(1)), Change::Queue] {
            store.announce(change.clone());
            for changes in [&mut one, &mut two] {
                assert_eq!(next(changes).await, change);
            }
        }
        store.close().await;
    }

    async fn who_lags_behind_is_told_so(database: TestDatabase) {
        let store = help::open(&database).await;
        let mut changes = store.changes();
        for _ in 0..5_000 {
            store.announce(Change::Queue);
        }
        assert!(matches!(changes.recv().await, Err(RecvError::Lagged(_))));
    }
}

#[test]
fn a_change_is_heard_in_another_process() {
    store::testing::on_postgres(|database| async move {
        let one = help::open(&database).await;
        let two = database.open().await.unwrap();
        let mut changes = two.changes();
        heard(&mut changes, &database).await;
        one.announce(Change::Run(run_id(1)));
        assert_eq!(next(&mut changes).await, Change::Run(run_id(1)));
        // Its own announcements are not heard a second time over the server.
        two.announce(Change::Run(run_id(2)));
        assert_eq!(next(&mut changes).await, Change::Run(run_id(2)));
        one.announce(Change::Log(attempt_id(3)));
        assert_eq!(next(&mut changes).await, Change::Log(attempt_id(3)));
        // What is announced last is sent before the connections end.
        one.announce(Change::Run(run_id(4)));
        one.close().await;
        assert_eq!(next(&mut changes).await, Change::Run(run_id(4)));
        one.announce(Change::Queue);
        let mut closed = one.changes();
        two.close().await;
        assert!(closed.try_recv().is_err());
    });
}

#[test]
fn hearing_goes_on_after_the_connection_broke() {
    store::testing::on_postgres(|database| async move {
        let one = help::open(&database).await;
        let two = database.open().await.unwrap();
        let mut changes = two.changes();
        heard(&mut changes, &database).await;
        one.announce(Change::Run(run_id(1)));
        assert_eq!(next(&mut changes).await, Change::Run(run_id(1)));
        let ended = database
            .number(
                "select count(pg_terminate_backend(pid)) from pg_stat_activity \
                 where datname = current_database() and pid <> pg_backend_pid() \
                 and (query ilike 'listen%' or query like '%pg_notify%')",
            )
            .await
            .unwrap();
        assert_eq!(ended, 2);
        // It says so when it hears again; what was said in between may be lost.
        assert_eq!(next(&mut changes).await, Change::Queue);
        help::until("the announcements come through again", || {
            one.announce(Change::Run(run_id(2)));
            std::future::ready(changes.try_recv() == Ok(Change::Run(run_id(2))))
        })
        .await;
    });
}
