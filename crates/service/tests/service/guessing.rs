//! Guessing passwords: what gets through, who is kept out, and what the ledger tells of it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};

use model::{ProblemKind, Role, Timestamp};
use service::{Beginning, Caller, Client, Clock, CommandLine, Service, device_hash};
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
    guess_with(service, email, &at(from)).await
}

async fn guess_with(service: &Service, email: &str, from: &Client) -> (usize, u64) {
    for through in 0..1_000 {
        let password = secret("not the right password");
        let problem = service.sign_in(email, password, from).await.unwrap_err();
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

    async fn who_is_guessed_at_can_still_sign_in_with_a_browser_of_theirs(database: TestDatabase) {
        let house = help::empty(&database).await;
        let (service, ana) = (&house.service, house.person("ana", Role::Administrator).await);
        let bo = house.person("bo", Role::Viewer).await;
        let with = |shown: u8| Client { device: Some(device_hash(&[shown; 32])), ..at("198.51.100.9") };
        for (person, number) in [(&ana, 1), (&bo, 2)] {
            let signed_in = help::beginning(&house.store, service, person.user_id()).await;
            let beginning = Beginning { client: with(number), ..signed_in };
            assert!(service.session_create(&[number; 32], &beginning, b"", clock().plus(1_000)).await.unwrap());
        }
        guess(service, "ana@example.com", "198.51.100.1").await;
        let sign_in = async |from: &Client| service.sign_in("ana@example.com", secret(PASSWORD), from).await;
        for stranger in [at("198.51.100.9"), with(2), with(3)] {
            assert_eq!(sign_in(&stranger).await.unwrap_err().kind, ProblemKind::TooMany);
        }
        assert!(sign_in(&with(1)).await.is_ok());
        // Which is no way around: that gate closes too.
        assert_eq!(guess_with(service, "ana@example.com", &with(1)).await.0, 4);
        // Deleted, she is not known any more.
        let by = service.recent(&house.person("cy", Role::Administrator).await.administrator().unwrap()).unwrap();
        service.delete_user(&by, ana.user_id()).await.unwrap();
        assert_eq!(database.number("select count(*) from devices").await.unwrap(), 1);
    }

    async fn a_person_has_so_many_browsers_and_no_more(database: TestDatabase) {
        let house = help::empty(&database).await;
        let ana = house.person("ana", Role::Viewer).await;
        let signed_in = help::beginning(&house.store, &house.service, ana.user_id()).await;
        for number in 0..55 {
            let client = Client { device: Some(device_hash(&[number; 32])), ..at("198.51.100.9") };
            let beginning = Beginning { client, ..signed_in.clone() };
            house.service.session_create(&[number; 32], &beginning, b"", clock().plus(1_000)).await.unwrap();
        }
        assert_eq!(database.number("select count(*) from devices").await.unwrap(), 50);
    }

    async fn a_session_that_asks_for_the_password_counts_for_itself(database: TestDatabase) {
        let house = help::empty(&database).await;
        let (service, ana) = (&house.service, house.person("ana", Role::Administrator).await);
        let other = house.caller(ana.user_id()).await.unwrap();
        guess(service, "ana@example.com", "198.51.100.1").await;
        let prove = async |caller: &Caller, password: &str| {
            let proved = service.prove(caller, "it", secret(password), &at("198.51.100.9")).await;
            proved.map(|_| ()).map_err(|problem| problem.code)
        };
        assert_eq!(prove(&ana, PASSWORD).await, Ok(()));
        for _ in 0..4 {
            assert_eq!(prove(&ana, "not the right one").await.unwrap_err(), "invalid_input");
        }
        assert_eq!(prove(&ana, PASSWORD).await.unwrap_err(), "too_many_tries");
        assert_eq!(prove(&other, PASSWORD).await, Ok(()));
    }

    async fn a_new_password_opens_the_gate(database: TestDatabase) {
        let house = help::empty(&database).await;
        house.person("ana", Role::Administrator).await;
        guess(&house.service, "ana@example.com", "198.51.100.1").await;
        let cli = CommandLine::of_this_process();
        house.service.set_password(cli, "ANA@example.com", secret("an entirely new one")).await.unwrap();
        let from = at("198.51.100.9");
        let signed_in = house.service.sign_in("ana@example.com", secret("an entirely new one"), &from).await;
        assert!(signed_in.is_ok(), "{signed_in:?}");
    }

    async fn a_crowd_that_is_refused_keeps_nobody_else_out(database: TestDatabase) {
        let house = help::empty(&database).await;
        house.person("ana", Role::Administrator).await;
        guess(&house.service, "nobody@example.com", "198.51.100.1").await;
        let stop = Arc::new(AtomicBool::new(false));
        let crowd: Vec<_> = (0..64).map(|_| {
            let (service, stop) = (house.service.clone(), Arc::clone(&stop));
            tokio::spawn(async move {
                let mut refused = 0_u32;
                while !stop.load(Ordering::Relaxed) {
                    let guess = secret("not the right one");
                    let problem = service.sign_in("nobody@example.com", guess, &at("198.51.100.1")).await.unwrap_err();
                    assert_eq!(problem.code, "too_many_tries");
                    refused += 1;
                }
                refused
            })
        }).collect();
        for _ in 0..5 {
            let signed_in = house.service.sign_in("ana@example.com", secret(PASSWORD), &at("203.0.113.9")).await;
            assert!(signed_in.is_ok(), "{signed_in:?}");
        }
        stop.store(true, Ordering::Relaxed);
        for one in crowd {
            assert!(one.await.unwrap() > 0);
        }
    }

    async fn a_site_of_many_networks_is_counted_as_one(database: TestDatabase) {
        let house = help::empty(&database).await;
        let one_more = async |from: &str| {
            let refused = house.service.sign_in("nobody@example.com", secret("a guess at somebody"), &at(from)).await;
            refused.unwrap_err().code
        };
        assert_eq!(one_more("2001:db8:1:1::1").await, "wrong_credentials");
        let close = format!("update sign_in_limits set closed_until = {} where counted = 'site'", i64::MAX);
        assert_eq!(database.execute(&close).await.unwrap(), 1);
        assert_eq!(one_more("2001:db8:1:2::1").await, "too_many_tries");
        assert_eq!(one_more("2001:db8:2:1::1").await, "wrong_credentials");
    }

    async fn buckets_are_drawn_with_a_key_of_this_database(database: TestDatabase) {
        let house = help::empty(&database).await;
        guess(&house.service, "nobody@example.com", "198.51.100.1").await;
        assert_eq!(database.number("select count(*) from sign_in_key").await.unwrap(), 1);
        let buckets = "select cast(sum(bucket) as bigint) from sign_in_limits";
        let before = database.number(buckets).await.unwrap();
        database.execute("delete from sign_in_limits").await.unwrap();
        database.execute("delete from sign_in_key").await.unwrap();
        let account = house.service.account().clone();
        let other = Service::new(house.store.clone(), account, help::key(), clock);
        guess(&other, "nobody@example.com", "198.51.100.1").await;
        assert_ne!(database.number(buckets).await.unwrap(), before);
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
        // One of each address that got through, of two networks and their sites.
        let gates = "select count(*) from sign_in_limits where counted <> 'told'";
        assert!(database.number(gates).await.unwrap() <= 54);
        // Fifty-one addresses into 256 drawers: most of them were told, as most people would have been,
        // and one row has the others.
        let told = database.number(DRAWERS).await.unwrap();
        assert!((30..=51).contains(&told), "{told}");
        assert!(database.number("select count(*) from sign_in_failures").await.unwrap() <= 1);
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
        guess(&service, "ana@example.com", "198.51.100.1").await;
        open_drawers(&database).await;
        for number in 0..8 {
            guess(&service, "nobody@example.com", &format!("198.51.100.{number}")).await;
            guess(&service, "ana@example.com", &format!("198.51.100.{number}")).await;
        }
        assert_eq!(told().await.len(), 2, "the first of each");
        service.sign_ins_sweep().await.unwrap();
        assert_eq!(told().await.len(), 2, "it goes on");
        passed.fetch_add(15 * MINUTE, Ordering::Relaxed);
        service.sign_ins_sweep().await.unwrap();
        service.sign_ins_sweep().await.unwrap();
        let rows = told().await;
        let more = format!(r#"{{"more":3,"since":"{}"}}"#, Timestamp(clock().0));
        assert_eq!(rows.len(), 4);
        assert!(rows.iter().all(|(act, _, _)| act == "user.sign_in_failed"));
        for (subject, from) in [(ana.user_id().as_str(), 1), ("", 0)] {
            let of: Vec<_> = rows.iter().filter(|row| row.1 == subject).map(|row| row.2.clone()).collect();
            assert_eq!(of, [format!(r#"{{"from":"198.51.100.{from}"}}"#), more.clone()]);
        }
        assert_eq!(database.number("select count(*) from sign_in_failures").await.unwrap(), 0);
        // The drawer is open again.
        guess(&service, "nobody@example.com", "198.51.100.1").await;
        assert_eq!(told().await.len(), 5);
    }

    async fn a_flood_of_addresses_fills_nothing(database: TestDatabase) {
        let house = help::empty(&database).await;
        let ana = house.person("ana", Role::Administrator).await;
        let (service, passed) = passing_time!(house, database);
        shut_drawers(&database).await;
        let before = house.entries().await;
        let rows = || async { database.number(DRAWERS).await.unwrap() };
        assert_eq!(rows().await, 256);
        for number in 0..40 {
            let (typed, from) = (format!("password of somebody {number}"), format!("198.51.100.{number}"));
            let problem = service.sign_in(&typed, secret("a guess at somebody"), &at(&from)).await.unwrap_err();
            assert_eq!(problem.code, "wrong_credentials");
        }
        guess(&service, "ana@example.com", "203.0.113.1").await;
        assert_eq!((house.entries().await, rows().await), (before, 256));
        assert_eq!(database.number("select count(*) from sign_in_failures").await.unwrap(), 2);
        passed.fetch_add(15 * MINUTE, Ordering::Relaxed);
        service.sign_ins_sweep().await.unwrap();
        let told = ledger::after(&house.store, before, 100).await.unwrap();
        let mut told: Vec<_> = told.into_iter().map(|row| (row.subject, row.detail)).collect();
        told.sort();
        let since = Timestamp(clock().0);
        let more = |more: u32| format!(r#"{{"more":{more},"since":"{since}"}}"#);
        assert_eq!(told, [(String::new(), more(40)), (ana.user_id().to_string(), more(4))]);
    }

    async fn known_and_unknown_addresses_leave_the_same_traces(database: TestDatabase) {
        let house = help::empty(&database).await;
        for number in 0..4 {
            house.person(&format!("person{number}"), Role::Viewer).await;
        }
        trace(&database).await;
        let fail = async |email: &str| {
            let wrong = secret("not the right password");
            let problem = house.service.sign_in(email, wrong, &at("198.51.100.1")).await.unwrap_err();
            assert_eq!(problem.code, "wrong_credentials");
            traces(&database).await
        };
        // The first try of all makes the key of the gates.
        fail("somebody@example.com").await;
        database.execute("delete from sign_in_failures").await.unwrap();
        let of_each = async |number: u32, told_at_once: bool| {
            let mut left = Vec::new();
            for kind in ["person", "nobody"] {
                // Neither finds a row of the other.
                database.execute("delete from sign_in_limits").await.unwrap();
                if !told_at_once {
                    shut_drawers(&database).await;
                }
                traces(&database).await;
                left.push(fail(&format!("{kind}{number}@example.com")).await);
            }
            <[Vec<String>; 2]>::try_from(left).unwrap()
        };
        let has = |traces: &[String], trace: &str| traces.iter().any(|left| left == trace);
        for number in 0..2 {
            let [known, unknown] = of_each(number, true).await;
            assert!(has(&known, "ledger INSERT") && !has(&known, "sign_in_failures INSERT"), "{known:?}");
            assert_eq!(known, unknown);
        }
        for time in 0..2 {
            let [known, unknown] = of_each(2, false).await;
            assert!(!has(&known, "ledger INSERT") && has(&known, "sign_in_failures INSERT"), "{known:?}");
            assert_eq!(has(&known, "sign_in_failures DELETE"), time > 0);
            assert_eq!(known, unknown);
        }
        // By now there is a row of nobody to be taken away before it is written anew, and of a person who
        // fails for the first time there is none: the same statements, and the same rows written.
        let [known, unknown] = of_each(3, false).await;
        let written = unknown.into_iter().filter(|trace| trace != "sign_in_failures DELETE");
        assert_eq!(known, written.collect::<Vec<_>>());
    }
}

/// How many drawers of the ledger are shut.
const DRAWERS: &str = "select count(*) from sign_in_limits where counted = 'told'";

/// Empties the drawers: whatever fails next is told at once.
async fn open_drawers(database: &TestDatabase) {
    let open = "delete from sign_in_limits where counted = 'told'";
    database.execute(open).await.unwrap();
}

/// Shuts them all, as a flood of addresses does.
async fn shut_drawers(database: &TestDatabase) {
    open_drawers(database).await;
    let until = clock().plus(15 * MINUTE).0;
    let rows: Vec<_> = (0..256)
        .map(|bucket| format!("('told', {bucket}, 0, {until})"))
        .collect();
    let shut = format!(
        "insert into sign_in_limits (counted, bucket, failures, closed_until) values {}",
        rows.join(", ")
    );
    assert_eq!(database.execute(&shut).await.unwrap(), 256);
}

/// Has every row that is written from now on leave a trace, in whatever table.
async fn trace(database: &TestDatabase) {
    let sqlite = database.is_sqlite();
    let tables = if sqlite {
        "select name from sqlite_master where type = 'table' and name not like 'sqlite_%'"
    } else {
        "select cast(tablename as text) from pg_tables where schemaname = 'public'"
    };
    let tables = database.texts(tables).await.unwrap();
    assert!(tables.len() > 20, "{tables:?}");
    database
        .execute("create table traces (what text not null)")
        .await
        .unwrap();
    if !sqlite {
        let function = "create function trace() returns trigger language plpgsql as \
            $$ begin insert into traces values (tg_table_name || ' ' || tg_op); return null; end $$";
        database.execute(function).await.unwrap();
    }
    for table in tables {
        for act in ["INSERT", "UPDATE", "DELETE"] {
            let trigger = if sqlite {
                format!(
                    "create trigger trace_{table}_{act} after {act} on {table} \
                     begin insert into traces values ('{table} {act}'); end"
                )
            } else {
                format!(
                    "create trigger trace_{act} after {act} on {table} \
                     for each row execute function trace()"
                )
            };
            database.execute(&trigger).await.unwrap();
        }
    }
}

/// The traces that were left since they were last looked at.
async fn traces(database: &TestDatabase) -> Vec<String> {
    let all = database
        .texts("select what from traces order by what")
        .await
        .unwrap();
    database.execute("delete from traces").await.unwrap();
    all
}
