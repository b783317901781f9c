//! What the ledger costs. For `make bench`; its argument is the SQLite file of a relay that does not
//! run: that ledger gets 50,000 entries, as steps make them that are given values.
//!
//! Prints one line of JSON: how many entries a second the store reads, and how long appending one
//! takes, in microseconds, to a ledger of that length and to another one without its indexes; with
//! a commit each, and many in one transaction.

#![expect(
    clippy::unwrap_used,
    reason = "a measurement that cannot go on has to end"
)]

use std::path::PathBuf;
use std::time::Instant;

use model::{AccountId, AttemptId, ConnectionId, RunId, Timestamp, WorkflowId};
use store::ledger::{self, Actor, Entry};
use store::testing::{self, TestDatabase};
use store::{Store, sqlite_url};

const ENTRIES: usize = 50_000;

/// Appended in one transaction.
const BATCH: usize = 1_000;

/// Times that everything is read; the first one only warms up.
const READS: usize = 6;

/// Rounds of appending, which the two ledgers take in turns.
const ROUNDS: usize = 12;

/// Entries of a round that have a commit each.
const ALONE: usize = 100;

/// How many connections and workflows the entries are about.
const CONNECTIONS: u64 = 200;
const WORKFLOWS: u64 = 40;

/// Makes entries, the same ones each time.
struct Hand {
    state: u64,
    at: i64,
}

impl Hand {
    fn new() -> Self {
        Self {
            state: 0x9e37_79b9_7f4a_7c15,
            at: 1_795_293_919_999,
        }
    }

    fn random(&mut self) -> u64 {
        self.state ^= self.state << 13;
        self.state ^= self.state >> 7;
        self.state ^= self.state << 17;
        self.state
    }

    /// Ids are random, as those of Relay are.
    fn id(&mut self, one_of: u64) -> [u8; 16] {
        let number = u128::from(self.random() % one_of) + 1;
        number
            .wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835)
            .to_be_bytes()
    }

    fn entry(&mut self) -> Entry {
        self.at += 7;
        let connection = ConnectionId::from_bytes(self.id(CONNECTIONS));
        let workflow = WorkflowId::from_bytes(self.id(WORKFLOWS));
        let run = RunId::from_bytes(self.id(u64::MAX));
        Entry {
            account: AccountId::from_bytes([1; 16]),
            at: Timestamp(self.at),
            actor: Actor::Step(AttemptId::from_bytes(self.id(u64::MAX))),
            act: "step.read",
            subject: connection.to_string(),
            detail: format!(
                r#"{{"kind":"connection","name":"my-aws-account","revision":4,"run":"{run}","step":"list-instances","type":"aws","workflow":"{workflow}"}}"#
            ),
        }
    }
}

/// Appends so many entries in each of some transactions; answers the microseconds of one entry.
async fn append(store: &Store, hand: &mut Hand, transactions: usize, entries: usize) -> f64 {
    let begun = Instant::now();
    for _ in 0..transactions {
        let mut tx = store.begin().await.unwrap();
        for _ in 0..entries {
            ledger::append(&mut tx, &hand.entry()).await.unwrap();
        }
        tx.commit().await.unwrap();
    }
    let appended = u32::try_from(transactions * entries).unwrap();
    begun.elapsed().as_secs_f64() * 1_000_000.0 / f64::from(appended)
}

/// Reads everything, a page after the other; answers how many entries a second.
async fn read(store: &Store) -> f64 {
    let begun = Instant::now();
    let (mut after, mut entries) = (0, 0_u32);
    loop {
        let rows = ledger::rows(store, after).await.unwrap();
        let Some(last) = rows.last() else { break };
        after = last.number;
        entries += u32::try_from(rows.len()).unwrap();
    }
    f64::from(entries) / begun.elapsed().as_secs_f64()
}

/// The ledgers without indexes and with them.
#[derive(Default)]
struct Taken {
    bare: Vec<f64>,
    indexed: Vec<f64>,
}

async fn without_indexes(like: &TestDatabase) -> Store {
    let mut database = like.clone();
    database.url = sqlite_url(&like.directory().join("bare/relay.sqlite"));
    let store = database.open().await.unwrap();
    let indexes = "select name from sqlite_master \
                   where type = 'index' and tbl_name = 'ledger' and sql is not null";
    let indexes = database.texts(indexes).await.unwrap();
    assert!(!indexes.is_empty(), "the ledger has indexes");
    for index in indexes {
        let drop = format!("drop index {index}");
        database.execute(&drop).await.unwrap();
    }
    store
}

async fn measure(scratch: TestDatabase) {
    let path = std::env::args_os().nth(1).map(PathBuf::from);
    let filled = Store::open(&sqlite_url(&path.unwrap())).await.unwrap();
    let mut hand = Hand::new();
    append(&filled, &mut hand, ENTRIES / BATCH, BATCH).await;
    let mut reads = Vec::new();
    for _ in 0..READS {
        reads.push(read(&filled).await);
    }
    filled.close().await;

    let (bare, indexed) = (
        without_indexes(&scratch).await,
        scratch.open().await.unwrap(),
    );
    let (mut one, mut other) = (Hand::new(), Hand::new());
    append(&bare, &mut one, ENTRIES / BATCH, BATCH).await;
    append(&indexed, &mut other, ENTRIES / BATCH, BATCH).await;
    let (mut alone, mut together) = (Taken::default(), Taken::default());
    for _ in 0..ROUNDS {
        alone.bare.push(append(&bare, &mut one, ALONE, 1).await);
        alone
            .indexed
            .push(append(&indexed, &mut other, ALONE, 1).await);
        together.bare.push(append(&bare, &mut one, 1, BATCH).await);
        together
            .indexed
            .push(append(&indexed, &mut other, 1, BATCH).await);
    }
    println!(
        r#"{{"entries": {ENTRIES}, "read": {:?}, "alone": {}, "together": {}}}"#,
        &reads[1..],
        told(&alone),
        told(&together)
    );
}

fn told(taken: &Taken) -> String {
    format!(
        r#"{{"bare": {:?}, "indexed": {:?}}}"#,
        taken.bare, taken.indexed
    )
}

fn main() {
    testing::on_sqlite(measure);
}
