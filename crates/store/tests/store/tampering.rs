//! Ten thousand ways to change the ledger behind Relay's back, each found by the walk that
//! `relay ledger verify` takes; and what only a checkpoint finds.

use std::fmt::Write as _;

use store::ledger::{self, Actor, ChainRow, Verdict, Walk};
use store::testing::TestDatabase;
use store::{Store, both};

use crate::help;

/// How many entries the ledger has that is tampered with.
const ROWS: usize = 48;

/// Where the chance begins; a failure names the try.
const SEED: u64 = 0x5eed_0f7e_1edc_e125;

/// Chance that is the same every time (xorshift64*).
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    fn below(&mut self, bound: usize) -> usize {
        usize::try_from((self.next() >> 11) % bound as u64).unwrap()
    }

    fn yes(&mut self) -> bool {
        self.next() & (1 << 40) != 0
    }
}

/// The ledger as the database has it: its rows in the order of their numbers, and its head.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Tables {
    rows: Vec<ChainRow>,
    head: (i64, Vec<u8>),
}

const BEGINNING: [u8; 32] = [0; 32];

impl Tables {
    async fn of(store: &Store) -> Self {
        let (number, hash) = ledger::head(store).await.unwrap();
        Self {
            rows: ledger::rows(store, i64::MIN).await.unwrap(),
            head: (i64::try_from(number).unwrap(), hash),
        }
    }

    /// What the walk says of them.
    fn verdict(&self) -> Verdict {
        let mut walk = Walk::new((0, BEGINNING.to_vec()), self.head.clone());
        for row in &self.rows {
            if let Err(broken) = walk.take(row) {
                return broken;
            }
        }
        walk.finish()
    }

    /// Computes the chain anew from that row on, as somebody would who knows how.
    fn rehash(&mut self, from: usize, to: usize) {
        for at in from..to {
            let before = match at {
                0 => BEGINNING.to_vec(),
                at => self.rows[at - 1].hash.clone(),
            };
            self.rows[at].hash = self.rows[at].hash_after(&before);
        }
    }

    /// Gives every row the number of its place again.
    fn renumber(&mut self) {
        for (row, number) in self.rows.iter_mut().zip(1..) {
            row.number = number;
        }
    }

    /// Statements that make the database say the same.
    fn sql(&self, sqlite: bool) -> String {
        let blob = |bytes: &[u8]| {
            let digits = bytes.iter().fold(String::new(), |mut digits, byte| {
                let _ = write!(digits, "{byte:02x}");
                digits
            });
            if sqlite {
                format!("x'{digits}'")
            } else {
                format!("'\\x{digits}'")
            }
        };
        let text = |text: &str| format!("'{}'", text.replace('\'', "''"));
        let row = |row: &ChainRow| {
            format!(
                "({}, {}, {}, {}, {}, {}, {}, {}, {})",
                row.number,
                text(&row.account),
                row.at,
                text(&row.actor_kind),
                text(&row.actor),
                text(&row.act),
                text(&row.subject),
                text(&row.detail),
                blob(&row.hash)
            )
        };
        let rows: Vec<_> = self.rows.iter().map(row).collect();
        format!(
            "delete from ledger; insert into ledger \
             (number, account_id, at, actor_kind, actor, act, subject, detail, hash) values {}; \
             update ledger_head set number = {}, hash = {}",
            rows.join(", "),
            self.head.0,
            blob(&self.head.1)
        )
    }
}

/// Another text.
fn altered(chance: &mut Chance, text: &str) -> String {
    let mut characters: Vec<_> = text.chars().collect();
    let strange = ['x', '0', ' ', '"', '\'', 'é', '\u{202e}', '\n'];
    let new = strange[chance.below(strange.len())];
    let at = chance.below(characters.len() + 1);
    match chance.below(3) {
        0 => characters.insert(at, new),
        1 if !characters.is_empty() => {
            characters.remove(at.min(characters.len() - 1));
        }
        _ => match characters.get_mut(at) {
            Some(old) if *old != new => *old = new,
            _ => characters.push(new),
        },
    }
    characters.into_iter().collect()
}

/// Changes one column of a row.
fn change(chance: &mut Chance, row: &mut ChainRow) {
    match chance.below(8) {
        0 => row.account = altered(chance, &row.account),
        1 => row.actor_kind = altered(chance, &row.actor_kind),
        2 => row.actor = altered(chance, &row.actor),
        3 => row.act = altered(chance, &row.act),
        4 => row.subject = altered(chance, &row.subject),
        5 => row.detail = altered(chance, &row.detail),
        6 => row.at ^= 1 << chance.below(40),
        _ => {
            // What ends one text begins the next: the same bytes, cut elsewhere.
            row.subject.push_str(&row.detail);
            row.detail.clear();
        }
    }
}

/// Does one thing to the ledger. How cunning: 0 leaves the hashes alone, 1 computes that of the row,
/// 2 those of all rows behind it as well.
fn tamper(chance: &mut Chance, whole: &Tables) -> (Tables, String) {
    let mut tables = whole.clone();
    let count = tables.rows.len();
    let at = chance.below(count);
    let cunning = chance.below(3);
    let what = match chance.below(10) {
        0..=2 => {
            change(chance, &mut tables.rows[at]);
            "change"
        }
        3 => {
            let bit = chance.below(256);
            tables.rows[at].hash[bit / 8] ^= 1 << (bit % 8);
            return (tables, format!("another hash at {at}"));
        }
        4 => {
            tables.rows.remove(at);
            if chance.yes() {
                tables.renumber();
            }
            "deletion"
        }
        5 => {
            tables.rows.truncate(at);
            return (tables, format!("cut off at {at}"));
        }
        6 => {
            let mut row = tables.rows[chance.below(count)].clone();
            if chance.yes() {
                change(chance, &mut row);
            }
            tables.rows.insert(at, row);
            tables.renumber();
            "insertion"
        }
        7 => {
            let mut row = tables.rows[at].clone();
            let away = 1 + i64::try_from(chance.below(5)).unwrap();
            let in_front = chance.yes();
            row.number = if in_front {
                1 - away
            } else {
                whole.head.0 + away
            };
            tables.rows.insert(if in_front { 0 } else { count }, row);
            if cunning > 0 {
                let place = if in_front { 0 } else { count };
                tables.rehash(place, place + 1);
            }
            return (tables, format!("insertion outside, in front: {in_front}"));
        }
        8 => {
            // Any two rows differ: their subjects do.
            let other = (at + 1 + chance.below(count - 1)) % count;
            tables.rows.swap(at, other);
            tables.renumber();
            let first = at.min(other);
            if cunning > 0 {
                let end = if cunning == 1 { first + 1 } else { count };
                tables.rehash(first, end);
            }
            return (
                tables,
                format!("{at} and {other} swapped, cunning {cunning}"),
            );
        }
        _ => {
            if chance.yes() {
                tables.head.0 += if chance.yes() { 1 } else { -1 };
            } else {
                let bit = chance.below(256);
                tables.head.1[bit / 8] ^= 1 << (bit % 8);
            }
            return (tables, "another head".to_owned());
        }
    };
    let end = match cunning {
        0 => at,
        1 => (at + 1).min(tables.rows.len()),
        _ => tables.rows.len(),
    };
    tables.rehash(at.min(end), end);
    (tables, format!("{what} at {at}, cunning {cunning}"))
}

/// A ledger with entries of every kind of actor.
async fn ledger_of(store: &Store, rows: usize) {
    let mut chance = Chance(SEED);
    for number in 0..rows {
        let mut entry = help::entry(["user.sign_in", "connection.add", "step.read"][number % 3]);
        entry.subject = format!("{:032x}", chance.next());
        entry.detail = format!(
            r#"{{"workflow":"{:032x}","name":"n’{number}"}}"#,
            number % 5
        );
        entry.actor = match number % 4 {
            0 => Actor::System,
            1 => Actor::User(help::ana()),
            2 => Actor::CommandLine,
            _ => Actor::Step(help::attempt_id(1)),
        };
        let mut tx = store.begin().await.unwrap();
        ledger::append(&mut tx, &entry).await.unwrap();
        tx.commit().await.unwrap();
    }
}

async fn disarm(database: &TestDatabase) {
    let triggers = if database.is_sqlite() {
        "drop trigger ledger_keeps_its_rows; drop trigger ledger_loses_no_rows"
    } else {
        "alter table ledger disable trigger all"
    };
    database.execute(triggers).await.unwrap();
}

fn is_broken(verdict: &Verdict) -> bool {
    matches!(verdict, Verdict::Broken { .. })
}

#[test]
fn ten_thousand_changes_are_found_each() {
    store::testing::on_sqlite(|database| async move {
        let store = help::open(&database).await;
        ledger_of(&store, ROWS).await;
        let whole = Tables::of(&store).await;
        let rows = u64::try_from(whole.rows.len()).unwrap();
        assert_eq!(whole.verdict(), Verdict::Whole { rows });
        let mut chance = Chance(SEED);
        let mut found = 0;
        for number in 0..10_000 {
            let (tampered, what) = tamper(&mut chance, &whole);
            assert_ne!(tampered, whole, "try {number} did nothing: {what}");
            let verdict = tampered.verdict();
            assert!(is_broken(&verdict), "try {number} was not found: {what}");
            found += 1;
        }
        assert_eq!(found, 10_000);
    });
}

#[test]
fn a_row_that_cannot_be_read_is_named() {
    // PostgreSQL keeps no text where a number belongs.
    store::testing::on_sqlite(|database| async move {
        let store = help::open(&database).await;
        ledger_of(&store, 5).await;
        disarm(&database).await;
        let spoil = "update ledger set at = 'soon' where number = 4";
        database.execute(spoil).await.unwrap();
        let verdict = ledger::verify(&store).await.unwrap();
        assert!(
            matches!(verdict, Verdict::Broken { number: 4, .. }),
            "{verdict:?}"
        );
    });
}

both! {
    async fn changes_of_the_tables_are_found_each(database: TestDatabase) {
        let store = help::open(&database).await;
        ledger_of(&store, ROWS).await;
        let whole = Tables::of(&store).await;
        disarm(&database).await;
        let mut chance = Chance(SEED);
        for number in 0..250 {
            let (tampered, what) = tamper(&mut chance, &whole);
            if tampered.rows.is_empty() {
                continue;
            }
            database.execute(&tampered.sql(database.is_sqlite())).await.unwrap();
            let verdict = ledger::verify(&store).await.unwrap();
            assert!(is_broken(&verdict), "try {number} was not found: {what}");
            assert_eq!(verdict, tampered.verdict(), "try {number}: {what}");
        }
        database.execute(&whole.sql(database.is_sqlite())).await.unwrap();
        let rows = u64::try_from(whole.rows.len()).unwrap();
        assert_eq!(ledger::verify(&store).await.unwrap(), Verdict::Whole { rows });
    }

    /// Whoever also writes the head makes a ledger that is whole. What was signed or kept before
    /// tells: its row is another one now, or is gone.
    async fn what_was_written_anew_is_found_by_a_checkpoint(database: TestDatabase) {
        let store = help::open(&database).await;
        ledger_of(&store, ROWS).await;
        let whole = Tables::of(&store).await;
        disarm(&database).await;
        let mut chance = Chance(SEED);
        for number in 0..60 {
            let mut tables = whole.clone();
            let at = chance.below(tables.rows.len() - 1);
            // The checkpoint is about this row or a later one.
            let checkpoint = whole.rows[at + chance.below(tables.rows.len() - at)].clone();
            match number % 4 {
                0 => change(&mut chance, &mut tables.rows[at]),
                1 => drop(tables.rows.remove(at)),
                2 => tables.rows.swap(at, at + 1),
                _ => tables.rows.truncate(at.max(1)),
            }
            tables.renumber();
            let last = tables.rows.len();
            tables.rehash(at.min(last), last);
            let end = tables.rows.last().unwrap();
            tables.head = (end.number, end.hash.clone());
            database.execute(&tables.sql(database.is_sqlite())).await.unwrap();
            let verdict = ledger::verify(&store).await.unwrap();
            assert!(!is_broken(&verdict), "try {number} is no whole ledger: {verdict:?}");
            let number_of_it = u64::try_from(checkpoint.number).unwrap();
            let there = ledger::hash_of(&store, number_of_it).await.unwrap();
            if number % 4 == 3 && checkpoint.number <= end.number {
                // Cut off behind what the checkpoint is about: that row is still the one.
                assert_eq!(there, Some(checkpoint.hash), "try {number}");
                continue;
            }
            assert_ne!(there, Some(checkpoint.hash), "try {number}, row {number_of_it}");
        }
    }

    async fn a_part_of_the_chain_is_walked(database: TestDatabase) {
        let store = help::open(&database).await;
        ledger_of(&store, 6).await;
        let (number, hash) = ledger::head(&store).await.unwrap();
        ledger_of(&store, 3).await;
        let rows = number + 3;
        let walk = async |number, hash, at_most| {
            ledger::walk_from(&store, number, hash, at_most).await.unwrap()
        };
        let walked = walk(number, &hash, 1_000).await;
        assert_eq!((walked.number, &walked.verdict), (rows, &Some(Verdict::Whole { rows })));
        assert_eq!(Some(walked.hash), ledger::hash_of(&store, rows).await.unwrap());
        let walked = walk(number, &[7; 32], 1_000).await;
        let first = number + 1;
        assert!(matches!(walked.verdict, Some(Verdict::Broken { number, .. }) if number == first));
        // The ledger was longer when that row was the newest.
        let walked = walk(rows + 2, &hash, 1_000).await;
        assert!(walked.verdict.as_ref().is_some_and(is_broken), "{walked:?}");
        // Nobody wants to know more than that.
        assert_eq!(walk(number, &hash, 0).await.verdict, None);
    }
}
