//! Two processes on one database: the command line beside a server that never stops writing.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use model::{Role, Timestamp, UserId};
use store::both;
use store::ledger::{self, Verdict};
use store::sessions::{self, NewSession, State};
use store::testing::TestDatabase;

use crate::help;

both! {
    async fn a_hundred_people_beside_a_busy_server(database: TestDatabase) {
        let server = help::open(&database).await;
        let stop = Arc::new(AtomicBool::new(false));
        let written = Arc::new(AtomicUsize::new(0));
        let writers: Vec<_> = (0..16_u8).map(|number| {
            let (server, stop, written) = (server.clone(), stop.clone(), written.clone());
            tokio::spawn(async move {
                let id = [number; 32];
                let end = Timestamp(i64::MAX);
                let state = State { user: None, data: &[0; 200], at: Timestamp(0), expires_at: end };
                let session = NewSession { state, address: "", agent: "" };
                sessions::create(&server, &help::account(), &id, session).await.unwrap();
                while !stop.load(Ordering::Relaxed) {
                    if number % 2 == 0 {
                        assert!(sessions::save(&server, &help::account(), &id, state).await.unwrap());
                    } else {
                        let mut tx = server.begin().await.unwrap();
                        ledger::append(&mut tx, &help::entry("user.sign_in")).await.unwrap();
                        tx.commit().await.unwrap();
                    }
                    written.fetch_add(1, Ordering::Relaxed);
                }
            })
        }).collect();

        let mut longest = Duration::ZERO;
        for number in 0..100_u8 {
            let begun = Instant::now();
            let command_line = database.open().await.unwrap();
            let mut tx = command_line.begin().await.unwrap();
            let id = UserId::from_bytes([number; 16]);
            help::add_user(&mut tx, &id, &format!("user{number}@example.com"), Role::Viewer).await.unwrap();
            tx.commit().await.unwrap();
            command_line.close().await;
            longest = longest.max(begun.elapsed());
        }
        stop.store(true, Ordering::Relaxed);
        for writer in writers {
            writer.await.unwrap();
        }
        println!("{} writes by the server; longest wait {longest:?}", written.load(Ordering::Relaxed));
        assert!(written.load(Ordering::Relaxed) > 100);
        assert_eq!(database.number("select count(*) from users").await.unwrap(), 101);
        assert!(matches!(ledger::verify(&server).await.unwrap(), Verdict::Whole { .. }));
    }
}
