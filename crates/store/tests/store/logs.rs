//! Logs: the bytes come back in order from any place, and wait for nobody.

use model::{StepState, Timestamp};
use store::logs::{self, NewChunk};
use store::testing::TestDatabase;
use store::{Error, Store, both};

use crate::help::{self, attempt_id};

async fn append(store: &Store, attempt: u8, pieces: &[&[u8]]) {
    let attempt = attempt_id(attempt);
    let mut offset = 0;
    let mut chunks = Vec::new();
    for (sequence, bytes) in pieces.iter().enumerate() {
        let sequence = sequence as u64;
        let at = Timestamp(i64::try_from(sequence).unwrap());
        chunks.push(NewChunk {
            attempt: &attempt,
            sequence,
            offset,
            at,
            bytes,
        });
        offset += bytes.len() as u64;
    }
    logs::append(store.logs(), &chunks).await.unwrap();
}

async fn read(store: &Store, from: u64, max: u64) -> Vec<(u64, u64, Vec<u8>)> {
    let rows = logs::read(store.logs(), &attempt_id(1), from, max)
        .await
        .unwrap();
    rows.into_iter()
        .map(|row| (row.sequence, row.offset, row.bytes))
        .collect()
}

both! {
    async fn logs_of_attempts_that_are_gone_are_swept(database: TestDatabase) {
        let store = help::open(&database).await;
        assert_eq!(logs::sweep(&store, None).await.unwrap(), None);
        help::add_workflow(&store, 1).await;
        help::add_run(&store, 1, &help::run_id(1), &[StepState::Queued]).await;
        assert_eq!(help::claim(&store, 1, &[attempt_id(7)]).await.len(), 1);
        // More than one look takes in.
        for number in 0..=u8::MAX {
            append(&store, number, &[b"some", b"thing"]).await;
        }
        let (mut after, mut looks) = (None, 0);
        while let Some(last) = logs::sweep(&store, after.as_ref()).await.unwrap() {
            assert!(after < Some(last.clone()), "it goes on");
            (after, looks) = (Some(last), looks + 1);
        }
        assert_eq!(looks, 3);
        for number in 0..=u8::MAX {
            let length = logs::length(store.logs(), &attempt_id(number)).await.unwrap();
            assert_eq!(length, if number == 7 { 9 } else { 0 }, "{number}");
        }
    }

    async fn a_log_is_read_from_any_place(database: TestDatabase) {
        let store = help::open(&database).await;
        assert_eq!(read(&store, 0, 100).await, []);
        append(&store, 1, &[b"first\n", b"\0\xff\xfe", b"third"]).await;
        append(&store, 2, &[b"of another attempt"]).await;
        let (first, second, third) = ((0, 0, b"first\n".to_vec()), (1, 6, b"\0\xff\xfe".to_vec()), (2, 9, b"third".to_vec()));
        assert_eq!(read(&store, 0, u64::MAX).await, [first.clone(), second.clone(), third.clone()]);
        // As many whole chunks as begin within the limit.
        assert_eq!(read(&store, 0, 0).await, []);
        assert_eq!(read(&store, 0, 1).await, std::slice::from_ref(&first));
        assert_eq!(read(&store, 0, 6).await, std::slice::from_ref(&first));
        assert_eq!(read(&store, 0, 7).await, [first, second.clone()]);
        // In the middle of a chunk, at its borders, at the end and beyond.
        assert_eq!(read(&store, 5, 1).await, [(0, 5, b"\n".to_vec())]);
        assert_eq!(read(&store, 6, 1).await, [second]);
        assert_eq!(read(&store, 9, 100).await, [third]);
        assert_eq!(read(&store, 13, 100).await, [(2, 13, b"d".to_vec())]);
        for beyond in [14, 15, 1 << 40, i64::MAX as u64, u64::MAX] {
            assert_eq!(read(&store, beyond, u64::MAX).await, [], "{beyond}");
        }
        assert_eq!(logs::length(store.logs(), &attempt_id(1)).await.unwrap(), 14);
        assert_eq!(logs::length(store.logs(), &attempt_id(3)).await.unwrap(), 0);
        let rows = logs::read(store.logs(), &attempt_id(1), 6, 1).await.unwrap();
        assert_eq!(rows[0].at, Timestamp(1));
    }

    async fn many_chunks_are_one_log(database: TestDatabase) {
        let store = help::open(&database).await;
        let pieces: Vec<_> = (0..1_000).map(|number| format!("line {number}\n").into_bytes()).collect();
        append(&store, 1, &pieces.iter().map(Vec::as_slice).collect::<Vec<_>>()).await;
        let whole = pieces.concat();
        let (mut at, mut seen) = (0, Vec::new());
        while let Some((_, last, bytes)) = read(&store, at, 700).await.last() {
            let rows = read(&store, at, 700).await;
            at = last + bytes.len() as u64;
            seen.extend(rows.into_iter().flat_map(|(_, _, bytes)| bytes));
        }
        assert!(seen == whole);
        assert_eq!(logs::length(store.logs(), &attempt_id(1)).await.unwrap(), whole.len() as u64);
    }

    async fn a_chunk_is_not_added_twice(database: TestDatabase) {
        let store = help::open(&database).await;
        append(&store, 1, &[b"once"]).await;
        let again = NewChunk { attempt: &attempt_id(1), sequence: 0, offset: 0, at: Timestamp(9), bytes: b"twice" };
        assert!(matches!(logs::append(store.logs(), &[again]).await, Err(Error::Unique)));
        logs::append(store.logs(), &[]).await.unwrap();
        assert_eq!(read(&store, 0, 9).await, [(0, 0, b"once".to_vec())]);
    }

    async fn logs_are_deleted_by_attempt(database: TestDatabase) {
        let store = help::open(&database).await;
        for number in 0..=220 {
            append(&store, number, &[b"a", b"b"]).await;
        }
        let gone: Vec<_> = (1..=220).map(attempt_id).collect();
        logs::delete_of(store.logs(), &gone).await.unwrap();
        logs::delete_of(store.logs(), &[]).await.unwrap();
        for number in [1, 100, 101, 220] {
            assert_eq!(logs::length(store.logs(), &attempt_id(number)).await.unwrap(), 0);
        }
        assert_eq!(logs::length(store.logs(), &attempt_id(0)).await.unwrap(), 2);
    }

    async fn logs_do_not_wait_for_a_transaction(database: TestDatabase) {
        let store = help::open(&database).await;
        let mut tx = store.begin().await.unwrap();
        store::ledger::append(&mut tx, &help::entry("user.sign_in")).await.unwrap();
        append(&store, 1, &[b"meanwhile"]).await;
        assert_eq!(read(&store, 0, 9).await, [(0, 0, b"meanwhile".to_vec())]);
        tx.commit().await.unwrap();
    }

    async fn logs_are_there_after_closing_and_opening(database: TestDatabase) {
        let store = help::open(&database).await;
        append(&store, 1, &[b"kept"]).await;
        store.close().await;
        assert!(logs::length(store.logs(), &attempt_id(1)).await.is_err());
        let store = database.open().await.unwrap();
        assert_eq!(read(&store, 0, 9).await, [(0, 0, b"kept".to_vec())]);
        if database.is_sqlite() {
            assert!(database.directory().join("data/relay-logs.sqlite").exists());
        } else {
            assert_eq!(database.number("select count(*) from log_migrations").await.unwrap(), 1);
        }
    }
}

#[test]
fn a_newer_log_is_refused() {
    store::testing::on_sqlite(|database| async move {
        database.open().await.unwrap().close().await;
        let mut file = database.clone();
        file.url = file.url.replace("relay.sqlite", "relay-logs.sqlite");
        file.execute(
            "insert into log_migrations select 999, 'later', checksum from log_migrations",
        )
        .await
        .unwrap();
        let refused = database.open().await.err().unwrap();
        assert!(
            matches!(
                refused,
                Error::Newer {
                    found: 999,
                    known: 1
                }
            ),
            "{refused}"
        );
    });
}
