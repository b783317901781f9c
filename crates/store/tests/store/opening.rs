//! Opening: settings, rights of files, migrations, and looking without writing.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::time::{Duration, Instant};

use store::testing::TestDatabase;
use store::{Error, Inspection, Store, both, inspect};

use crate::help;

/// The newest migration, and how many there are.
const KNOWN: i64 = 11;

both! {
    async fn opening_twice_changes_nothing(database: TestDatabase) {
        let store = help::open(&database).await;
        let again = database.open().await.unwrap();
        assert_eq!(store::accounts::first(&again).await.unwrap(), Some(help::account()));
        assert_eq!(database.number("select count(*) from migrations").await.unwrap(), KNOWN);
        store.close().await;
    }

    async fn many_may_start_at_once(database: TestDatabase) {
        let starts: Vec<_> = (0..8).map(|_| {
            let database = database.clone();
            tokio::spawn(async move { database.open().await.map(|_| ()) })
        }).collect();
        for start in starts {
            start.await.unwrap().unwrap();
        }
        assert_eq!(database.number("select count(*) from migrations").await.unwrap(), KNOWN);
    }

    async fn a_newer_database_is_refused(database: TestDatabase) {
        database.open().await.unwrap().close().await;
        database.execute("insert into migrations select 999, 'later', checksum from migrations where number = 1").await.unwrap();
        let refused = database.open().await.err().unwrap();
        assert!(matches!(refused, Error::Newer { found: 999, known } if known == KNOWN), "{refused}");
    }

    async fn an_altered_migration_is_refused(database: TestDatabase) {
        database.open().await.unwrap().close().await;
        database.execute("update migrations set name = 'same', checksum = (select hash from ledger_head)").await.unwrap();
        let refused = database.open().await.err().unwrap();
        assert!(matches!(refused, Error::Altered(1)), "{refused}");
    }

    async fn inspecting_tells_of_keys_and_people(database: TestDatabase) {
        assert_eq!(inspect(&database.url).await.unwrap(), Inspection::default());
        let store = help::open(&database).await;
        let mut tx = store.begin().await.unwrap();
        let entry = help::entry("vault.key_add");
        assert!(store::vault_keys::add_first(&mut tx, "k1", &[7; 32], &entry).await.unwrap());
        tx.commit().await.unwrap();

        let seen = inspect(&database.url).await.unwrap();
        let key = seen.current_key.clone().unwrap();
        assert_eq!((key.key_id.as_str(), key.public_key.as_slice()), ("k1", &[7; 32][..]));
        assert!(seen.ever_held_key && seen.has_users && seen.has_ledger);
        store.close().await;
        assert_eq!(inspect(&database.url).await.unwrap(), seen);

        database.execute("update vault_keys set retired_at = 1").await.unwrap();
        let seen = inspect(&database.url).await.unwrap();
        assert!(seen.current_key.is_none() && seen.ever_held_key);
    }

    async fn there_is_one_first_key(database: TestDatabase) {
        let store = help::open(&database).await;
        let tries: Vec<_> = (0..10_u8).map(|number| {
            let store = store.clone();
            tokio::spawn(async move {
                let mut tx = store.begin().await.unwrap();
                let added = store::vault_keys::add_first(
                    &mut tx,
                    &format!("key {number}"),
                    &[number; 32],
                    &help::entry("vault.key_add"),
                ).await.unwrap();
                tx.commit().await.unwrap();
                added
            })
        }).collect();
        let mut added = 0;
        for one in tries {
            added += usize::from(one.await.unwrap());
        }
        assert_eq!(added, 1);
        assert!(store::vault_keys::current(&store).await.unwrap().is_some());
        assert_eq!(database.number("select count(*) from ledger where act = 'vault.key_add'").await.unwrap(), 1);
    }
}

#[test]
fn a_sqlite_file_is_for_its_owner_alone() {
    store::testing::on_sqlite(|database| async move {
        let store = help::open(&database).await;
        let data = database.directory().join("data");
        let rights = |path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(rights(data.clone()), 0o700);
        let mut files = Vec::new();
        for file in fs::read_dir(&data).unwrap() {
            let file = file.unwrap();
            files.push(file.file_name().into_string().unwrap());
            assert_eq!(rights(file.path()), 0o600, "{files:?}");
        }
        files.sort();
        assert_eq!(
            files,
            [
                "relay-logs.sqlite",
                "relay-logs.sqlite-shm",
                "relay-logs.sqlite-wal",
                "relay.sqlite",
                "relay.sqlite-shm",
                "relay.sqlite-wal"
            ]
        );
        store.close().await;
        assert_eq!(
            fs::read_dir(&data).unwrap().count(),
            2,
            "closing empties the write-ahead logs"
        );
    });
}

#[test]
fn inspecting_leaves_no_trace() {
    store::testing::on_sqlite(|database| async move {
        let data = database.directory().join("data");
        inspect(&database.url).await.unwrap();
        assert!(!data.exists());
        // What a start leaves that was killed at its first step.
        fs::create_dir(&data).unwrap();
        fs::write(data.join("relay.sqlite"), "").unwrap();
        assert_eq!(inspect(&database.url).await.unwrap(), Inspection::default());
        assert_eq!(fs::metadata(data.join("relay.sqlite")).unwrap().len(), 0);

        help::open(&database).await.close().await;
        let before = fs::read(data.join("relay.sqlite")).unwrap();
        inspect(&database.url).await.unwrap();
        assert!(fs::read(data.join("relay.sqlite")).unwrap() == before);
        assert_eq!(fs::read_dir(&data).unwrap().count(), 2);
    });
}

#[tokio::test]
async fn an_address_that_cannot_be_used_says_why() {
    for (url, word) in [
        ("mysql://localhost/relay", "postgres://"),
        ("/data/relay.sqlite", "sqlite:"),
        ("sqlite::memory:", "path of a file"),
        ("sqlite://", "path of a file"),
        ("sqlite:///tmp/x?mode=memory", "leave out"),
    ] {
        let refused = Store::open(url).await.err().unwrap().to_string();
        assert!(refused.contains(word), "{url}: {refused}");
    }
}

#[tokio::test]
async fn a_path_may_have_any_name() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("a b/ü#?%41.sqlite");
    Store::open(&store::sqlite_url(&path))
        .await
        .unwrap()
        .close()
        .await;
    assert!(path.exists());
}

#[tokio::test]
async fn a_password_in_the_address_stays_out_of_the_error() {
    let url = "postgres://relay:hunter2@127.0.0.1:1/relay";
    let begun = Instant::now();
    let refused = Store::open(url).await.err().unwrap();
    assert!(begun.elapsed() < Duration::from_secs(20));
    assert!(
        !format!("{refused} {refused:?}").contains("hunter2"),
        "{refused:?}"
    );
}

#[test]
fn a_file_that_is_no_database_is_refused_at_once() {
    store::testing::on_sqlite(|database| async move {
        let path = database.directory().join("relay.sqlite");
        fs::write(&path, "# a letter\n".repeat(1_000)).unwrap();
        let begun = Instant::now();
        let refused = Store::open(&store::sqlite_url(&path)).await.err().unwrap();
        assert!(refused.to_string().contains("not a database"), "{refused}");
        assert!(begun.elapsed() < Duration::from_secs(20));
        assert!(fs::read_to_string(&path).unwrap().starts_with("# a letter"));
    });
}
