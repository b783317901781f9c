//! Guessing passwords: what gets through, who is kept out, and what the ledger tells of it.

use std::sync::atomic::{AtomicI64, Ordering};

use model::{ProblemKind, Role, Timestamp};
use service::{Clock, Service};
use store::testing::TestDatabase;
use store::{both, ledger};

use crate::help::{self, PASSWORD, at, clock, secret};

const MINUTE: i64 = 60_000;

/// A service whose time passes as the second of them says; one for each database, as both tests may
/// run at once.
macro_rules! passing_time {
    ($house:expr, $database:expr) => {{
        static PASSED: [AtomicI64; 2] = [AtomicI64::new(0), AtomicI64::new(0)];
        let clocks: [Clock; 2] = [
            || clock().plus(PASSED[0].load(Ordering::Relaxed)),
            || clock().plus(PASSED[1].load(Ordering::Relaxed)),
        ];
        let which = usize::from($database.is_sqlite());
        let account = $house.service.account().clone();
        let service = Service::new($house.store.clone(), account, help::key(), clocks[which]);
        (service, &PASSED[which])
    }};
}

/// Guesses until nothing gets through at this moment; how many did, and how long to wait.
async fn guess(service: &Service, email: &str, from: &str) -> (usize, u64) {
    for through in 0..1_000 {
        let password = secret("not the right password");
        let problem = service
            .sign_in(email, password, &at(from))
            .await
            .unwrap_err();
        if problem.kind == ProblemKind::TooMany {
            return (through, problem.retry_after.unwrap());
        }
        assert_eq!(problem.code, "wrong_credentials");
    }
    panic!("nothing holds");
}

both! {
    async fn a_person_and_nobody_are_guessed_at_equally(database: TestDatabase) {
        let house = help::empty(&database).await;
        house.person("ana", Role::Administrator).await;
        let mut ways = Vec::new();
        for email in ["ana@example.com", "nobody@example.com", "what is no address"] {
            ways.push(guess(&house.service, email, "198.51.100.1").await);
        }
        assert_eq!(ways, [(4, 10); 3]);
        // Another spelling is the same person, and another network does not help.
        assert_eq!(guess(&house.service, " ANA@example.com ", "198.51.100.2").await, (0, 10));
    }

    async fn waiting_grows_and_ends(database: TestDatabase) {
        let house = help::empty(&database).await;
        house.person("ana", Role::Administrator).await;
        let (service, passed) = passing_time!(house, database);
        let mut waits = vec![guess(&service, "ana@example.com", "198.51.100.1").await.1];
        while waits.last() < Some(&900) {
            let wait = i64::try_from(*waits.last().unwrap()).unwrap();
            passed.fetch_add(wait * 1_000, Ordering::Relaxed);
            let (through, next) = guess(&service, "ana@example.com", "198.51.100.1").await;
            assert_eq!(through, 1);
            waits.push(next);
        }
        assert_eq!(waits, [10, 20, 40, 80, 160, 320, 640, 900]);
        passed.fetch_add(900 * 1_000, Ordering::Relaxed);
        let right = service.sign_in("ana@example.com", secret(PASSWORD), &at("198.51.100.3")).await;
        assert!(right.is_ok(), "the right password opens the gate");
        assert_eq!(guess(&service, "ana@example.com", "198.51.100.1").await.0, 4);
        // It is in the rows: another process, or the next start, knows it too.
        let other = Service::new(house.store.clone(), house.service.account().clone(), help::key(), clock);
        assert_eq!(guess(&other, "ana@example.com", "198.51.100.1").await.0, 0);
    }

    async fn who_is_guessed_at_can_still_sign_in_from_where_they_are_known(database: TestDatabase) {
        let house = help::empty(&database).await;
        // Ana has a session from 203.0.113.7.
        house.person("ana", Role::Administrator).await;
        guess(&house.service, "ana@example.com", "198.51.100.1").await;
        let sign_in = async |from: &str| house.service.sign_in("ana@example.com", secret(PASSWORD), &at(from)).await;
        assert_eq!(sign_in("198.51.100.9").await.unwrap_err().kind, ProblemKind::TooMany);
        assert!(sign_in("203.0.113.7").await.is_ok());
        // Which is no way around: that gate closes too.
        assert_eq!(guess(&house.service, "ana@example.com", "203.0.113.7").await.0, 4);
    }

    async fn one_network_guesses_at_many_only_so_often(database: TestDatabase) {
        let house = help::empty(&database).await;
        let mut through = 0;
        let mut refused = 0;
        for number in 0..60 {
            let email = format!("person{number}@example.com");
            // Half of a network's addresses are anybody's to choose.
            let from = format!("2001:db8::{number:x}");
            let problem = house.service.sign_in(&email, secret("a guess at somebody"), &at(&from)).await.unwrap_err();
            match problem.kind {
                ProblemKind::TooMany => refused += 1,
                _ => through += 1,
            }
        }
        assert_eq!((through, refused), (50, 10));
        let elsewhere = house.service.sign_in("person1@example.com", secret("a guess at somebody"), &at("2001:db8:1::1")).await;
        assert_eq!(elsewhere.unwrap_err().code, "wrong_credentials");
        // As many rows as buckets, and one for what the ledger has to tell.
        assert!(database.number("select count(*) from sign_in_limits").await.unwrap() <= 52);
        assert_eq!(database.number("select count(*) from sign_in_failures").await.unwrap(), 1);
    }

    async fn many_at_once_are_counted_one_by_one(database: TestDatabase) {
        let house = help::empty(&database).await;
        house.person("ana", Role::Administrator).await;
        let tries: Vec<_> = (0..30).map(|number| {
            let service = house.service.clone();
            tokio::spawn(async move {
                let from = at(&format!("198.51.100.{number}"));
                service.sign_in("ana@example.com", secret("not the right one"), &from).await.unwrap_err().code
            })
        }).collect();
        let mut through = 0;
        for one in tries {
            through += usize::from(one.await.unwrap() == "wrong_credentials");
        }
        assert_eq!(through, 4);
    }

    async fn the_ledger_tells_in_two_lines_what_happened_often(database: TestDatabase) {
        let house = help::empty(&database).await;
        let ana = house.person("ana", Role::Administrator).await;
        let before = house.entries().await;
        let (service, passed) = passing_time!(house, database);
        let told = async || {
            let rows = ledger::after(&house.store, before, 100).await.unwrap();
            rows.into_iter().map(|row| (row.act, row.subject, row.detail)).collect::<Vec<_>>()
        };
        for number in 0..8 {
            guess(&service, "ana@example.com", "198.51.100.1").await;
            guess(&service, &format!("nobody{number}@example.com"), "198.51.100.2").await;
        }
        assert_eq!(told().await.len(), 2, "the first of each");
        service.sign_ins_sweep().await.unwrap();
        assert_eq!(told().await.len(), 2, "it goes on");
        passed.fetch_add(15 * MINUTE, Ordering::Relaxed);
        service.sign_ins_sweep().await.unwrap();
        service.sign_ins_sweep().await.unwrap();
        let rows = told().await;
        let since = Timestamp(clock().0).to_string();
        let of_ana = format!(r#"{{"more":3,"since":"{since}"}}"#);
        let of_nobody = format!(r#"{{"more":31,"since":"{since}"}}"#);
        assert_eq!(rows.len(), 4);
        assert!(rows.iter().all(|(act, _, _)| act == "user.sign_in_failed"));
        assert_eq!(rows[0].1, ana.user_id().as_str());
        assert!(rows[2..].iter().any(|(_, subject, detail)| *subject == rows[0].1 && *detail == of_ana), "{rows:?}");
        assert!(rows[2..].iter().any(|(_, subject, detail)| subject.is_empty() && *detail == of_nobody), "{rows:?}");
        assert_eq!(database.number("select count(*) from sign_in_failures").await.unwrap(), 0);
    }
}
