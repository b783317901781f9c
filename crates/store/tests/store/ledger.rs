//! The chain: every row of it counts, and the database itself refuses to change it.

use store::ledger::{self, Verdict};
use store::testing::TestDatabase;
use store::{Store, both};

use crate::help;

async fn write(store: &Store, number: usize) {
    let mut tx = store.begin().await.unwrap();
    let mut entry = help::entry("user.sign_in");
    entry.subject = format!("subject {number}");
    ledger::append(&mut tx, &entry).await.unwrap();
    tx.commit().await.unwrap();
}

/// Switches the triggers off, as somebody would who means harm.
async fn disarm(database: &TestDatabase) {
    let triggers = if database.is_sqlite() {
        "drop trigger ledger_keeps_its_rows; drop trigger ledger_loses_no_rows"
    } else {
        "alter table ledger disable trigger all"
    };
    database.execute(triggers).await.unwrap();
}

async fn first_wrong(store: &Store) -> u64 {
    match ledger::verify(store).await.unwrap() {
        Verdict::Broken { number, .. } => number,
        Verdict::Whole { rows } => panic!("{rows} rows look right"),
    }
}

both! {
    async fn rows_are_numbered_and_chained(database: TestDatabase) {
        let store = help::open(&database).await;
        for number in 0..5 {
            write(&store, number).await;
        }
        assert_eq!(ledger::verify(&store).await.unwrap(), Verdict::Whole { rows: 7 });
        let rows = ledger::after(&store, 2, 3).await.unwrap();
        let seen: Vec<_> = rows.iter().map(|row| (row.number, row.subject.as_str())).collect();
        assert_eq!(seen, [(3, "subject 0"), (4, "subject 1"), (5, "subject 2")]);
        assert_eq!((rows[0].actor_kind.as_str(), rows[0].actor.as_str()), ("user", help::ana().as_str()));
    }

    async fn the_database_refuses_to_change_it(database: TestDatabase) {
        let store = help::open(&database).await;
        write(&store, 1).await;
        for sql in [
            "update ledger set detail = '{}' where number = 1",
            "delete from ledger where number = 3",
            "delete from ledger_head",
        ] {
            assert!(database.execute(sql).await.is_err(), "{sql}");
        }
        if !database.is_sqlite() {
            assert!(database.execute("truncate ledger").await.is_err());
            assert!(database.execute("truncate ledger_head").await.is_err());
        }
        assert_eq!(ledger::verify(&store).await.unwrap(), Verdict::Whole { rows: 3 });
    }

    async fn every_column_counts(database: TestDatabase) {
        let store = help::open(&database).await;
        for number in 0..4 {
            write(&store, number).await;
        }
        disarm(&database).await;
        for column in ["account_id", "at", "actor_kind", "actor", "act", "subject", "detail", "hash"] {
            let (wrong, right) = match column {
                "at" => ("at = at + 1".to_owned(), "at = at - 1".to_owned()),
                "hash" => continue,
                text => (
                    format!("{text} = {text} || 'x'"),
                    format!("{text} = substr({text}, 1, length({text}) - 1)"),
                ),
            };
            database.execute(&format!("update ledger set {wrong} where number = 4")).await.unwrap();
            assert_eq!(first_wrong(&store).await, 4, "{column}");
            database.execute(&format!("update ledger set {right} where number = 4")).await.unwrap();
        }
        assert_eq!(ledger::verify(&store).await.unwrap(), Verdict::Whole { rows: 6 });
        database.execute("update ledger set hash = (select hash from ledger where number = 2) where number = 4").await.unwrap();
        assert_eq!(first_wrong(&store).await, 4);
    }

    async fn a_missing_row_is_named(database: TestDatabase) {
        let store = help::open(&database).await;
        for number in 0..4 {
            write(&store, number).await;
        }
        disarm(&database).await;
        database.execute("delete from ledger where number = 4").await.unwrap();
        assert_eq!(first_wrong(&store).await, 4);
    }

    async fn a_cut_off_end_is_named(database: TestDatabase) {
        let store = help::open(&database).await;
        for number in 0..4 {
            write(&store, number).await;
        }
        disarm(&database).await;
        database.execute("delete from ledger where number > 4").await.unwrap();
        assert_eq!(first_wrong(&store).await, 5);
    }

    async fn swapped_rows_are_named(database: TestDatabase) {
        let store = help::open(&database).await;
        for number in 0..4 {
            write(&store, number).await;
        }
        disarm(&database).await;
        for (from, to) in [(4, 99), (5, 4), (99, 5)] {
            database.execute(&format!("update ledger set number = {to} where number = {from}")).await.unwrap();
        }
        assert_eq!(first_wrong(&store).await, 4);
    }

    async fn a_row_behind_the_end_is_named(database: TestDatabase) {
        let store = help::open(&database).await;
        database.execute(
            "insert into ledger select 3, account_id, at, actor_kind, actor, act, subject, detail, hash \
             from ledger where number = 2",
        ).await.unwrap();
        assert_eq!(first_wrong(&store).await, 3);
    }

    async fn what_did_not_happen_is_not_told(database: TestDatabase) {
        let store = help::open(&database).await;
        let mut tx = store.begin().await.unwrap();
        ledger::append(&mut tx, &help::entry("user.sign_in")).await.unwrap();
        drop(tx);
        assert_eq!(help::entries(&database).await, 2);
        assert_eq!(ledger::verify(&store).await.unwrap(), Verdict::Whole { rows: 2 });
    }

    async fn many_writers_make_one_chain(database: TestDatabase) {
        let store = help::open(&database).await;
        let other = database.open().await.unwrap();
        let writers: Vec<_> = (0..60).map(|number| {
            let store = if number % 2 == 0 { store.clone() } else { other.clone() };
            tokio::spawn(async move { write(&store, number).await })
        }).collect();
        for writer in writers {
            writer.await.unwrap();
        }
        assert_eq!(ledger::verify(&store).await.unwrap(), Verdict::Whole { rows: 62 });
    }
}
