//! The files of a PostgreSQL server, searched: those of one database, the server's log, and what has
//! been written ahead since a moment. `pg_dump` shows the rows that are there; here are those that were.

use std::fs;
use std::path::{Path, PathBuf};

use store::testing::TestDatabase;

use super::search::{found_below, found_in};
use crate::memory::left_out;

/// What the server writes ahead is cut into pages of so many bytes.
const PAGE: usize = 8192;

/// Each page begins with so many bytes about itself, and the first one of a file with some more.
const HEAD: usize = 24;
const FIRST_HEAD: usize = 40;

/// The files of the server a database is on. What is written ahead is kept until this is
/// [released](Self::release).
pub(super) struct Cluster {
    database: TestDatabase,
    directory: PathBuf,
    /// What keeps it.
    slot: String,
    /// From where it is searched.
    from: Ahead,
}

/// A place in what is written ahead: the file and how far into it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Ahead {
    file: String,
    offset: usize,
}

impl Cluster {
    /// From now on; `None` when the database has no such files, or they are not ours to read.
    pub(super) async fn of(database: &TestDatabase) -> Option<Self> {
        if database.is_sqlite() {
            return None;
        }
        let directory = one(database, "select current_setting('data_directory')").await;
        if fs::read_dir(&directory).is_err() {
            left_out("searching the files of PostgreSQL");
            return None;
        }
        let slot = one(database, "select cast(current_database() as text)").await;
        let keep = format!(
            "do $$ begin perform pg_create_physical_replication_slot('{slot}', true); end $$"
        );
        database.execute(&keep).await.unwrap();
        Some(Self {
            from: ahead(database).await,
            database: database.clone(),
            directory: directory.into(),
            slot,
        })
    }

    /// Where a value is, and how it is spelled there.
    pub(super) async fn found(&self) -> Vec<(String, Vec<String>)> {
        let to = ahead(&self.database).await;
        // Rows and what was written ahead are in files then, and what was written ahead stays.
        self.database.execute("checkpoint").await.unwrap();
        let own = "select cast(oid as text) from pg_database where datname = current_database()";
        let own = one(&self.database, own).await;
        let rows = self.directory.join("base").join(own);
        let mut found = found_below(&rows);
        let mut searched = 0;
        for (file, bytes) in self.written_ahead(&to) {
            searched += bytes.len();
            let spelled = found_in(&bytes);
            if !spelled.is_empty() {
                found.push((file, spelled));
            }
        }
        assert!(
            searched > 1024 * 1024,
            "{searched} bytes were written ahead"
        );
        // Where scripts/with-postgres has the server write it.
        if let Ok(log) = fs::read(self.directory.with_file_name("log")) {
            found.extend(
                Some(("log".to_owned(), found_in(&log))).filter(|(_, all)| !all.is_empty()),
            );
        }
        found
    }

    /// What was written ahead between the beginning and there, file by file.
    fn written_ahead(&self, to: &Ahead) -> Vec<(String, Vec<u8>)> {
        let directory = self.directory.join("pg_wal");
        let names = fs::read_dir(&directory).unwrap();
        let mut names: Vec<_> = names
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .filter(|name| name.len() == 24 && *self.from.file <= **name && **name <= *to.file)
            .collect();
        names.sort_unstable();
        assert_eq!(names.first(), Some(&self.from.file), "it was kept");
        assert_eq!(names.last(), Some(&to.file));
        names
            .into_iter()
            .map(|name| {
                let from = if name == self.from.file {
                    self.from.offset
                } else {
                    0
                };
                let end = if name == to.file {
                    to.offset
                } else {
                    usize::MAX
                };
                let bytes = records(&directory.join(&name), from, end);
                (name, bytes)
            })
            .collect()
    }

    /// Lets the server remove what it has written ahead.
    pub(super) async fn release(self) {
        let slot = &self.slot;
        let release = format!("do $$ begin perform pg_drop_replication_slot('{slot}'); end $$");
        self.database.execute(&release).await.unwrap();
    }
}

/// What a query answers.
async fn one(database: &TestDatabase, query: &str) -> String {
    let answered = database.texts(query).await.unwrap();
    let [one] = <[String; 1]>::try_from(answered).unwrap();
    one
}

/// Where the server writes next.
async fn ahead(database: &TestDatabase) -> Ahead {
    let query = "select file_name || ' ' || file_offset \
                 from pg_walfile_name_offset(pg_current_wal_insert_lsn())";
    let told = one(database, query).await;
    let (file, offset) = told.split_once(' ').unwrap();
    Ahead {
        file: file.to_owned(),
        offset: offset.parse().unwrap(),
    }
}

/// A part of a file without what each page says about itself, which may stand in the middle of a value.
fn records(file: &Path, from: usize, end: usize) -> Vec<u8> {
    let bytes = fs::read(file).unwrap();
    let mut records = Vec::with_capacity(bytes.len());
    for (number, page) in bytes.chunks(PAGE).enumerate() {
        let start = number * PAGE;
        let head = if number == 0 { FIRST_HEAD } else { HEAD };
        let from = from.saturating_sub(start).max(head).min(page.len());
        let end = end.saturating_sub(start).clamp(from, page.len());
        records.extend_from_slice(&page[from..end]);
    }
    records
}

#[test]
fn what_goes_on_behind_the_head_of_a_page_is_put_together() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("pages");
    let mut bytes = vec![b'h'; 3 * PAGE];
    bytes[FIRST_HEAD..PAGE].fill(b'1');
    bytes[PAGE + HEAD..2 * PAGE].fill(b'2');
    bytes[2 * PAGE + HEAD..].fill(b'3');
    fs::write(&file, bytes).unwrap();
    let text = |from, end| String::from_utf8(records(&file, from, end)).unwrap();
    let whole = text(0, usize::MAX);
    assert_eq!(whole.len(), 3 * PAGE - FIRST_HEAD - 2 * HEAD);
    assert!(!whole.contains('h') && whole.contains("1122"), "no heads");
    assert_eq!(text(PAGE - 2, PAGE + HEAD + 3), "11222");
    assert_eq!(text(PAGE + 5, 2 * PAGE + 5).len(), PAGE - HEAD);
}
