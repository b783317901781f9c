//! `relay user add` beside a server that is busy: two services on one database.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use model::Role;
use service::{CommandLine, Service};
use store::both;
use store::testing::TestDatabase;

use crate::help::{self, clock, new_user, somewhere};

both! {
    async fn people_are_added_beside_a_busy_server(database: TestDatabase) {
        let (house, ana) = help::with_ana(&database).await;
        house.add_workflow(&ana, "one").await;
        house.service.create_workflow(&ana, "busy", "").await.unwrap();
        let stop = Arc::new(AtomicBool::new(false));
        let workers: Vec<_> = (0..6).map(|number| {
            let (service, ana, stop) = (house.service.clone(), ana.clone(), stop.clone());
            tokio::spawn(async move {
                let mut done = 0_u64;
                while !stop.load(Ordering::Relaxed) {
                    match number {
                        0 => {
                            let base = service.workflow(&ana, "busy").await.unwrap().unwrap().revision;
                            service.save_workflow(&ana, "busy", base, format!("# {done}\n")).await.unwrap();
                        }
                        1 => {
                            let id = service::session_id_hash(&done.to_be_bytes());
                            service.session_create(&id, None, b"data", clock().plus(1), &somewhere()).await.unwrap();
                        }
                        2 => drop(service.workflows(&ana).await.unwrap()),
                        _ => drop(service.connections(&ana).await.unwrap()),
                    }
                    done += 1;
                }
                done
            })
        }).collect();
        for number in 0..20 {
            let store = database.open().await.unwrap();
            let account = service::account(&store, clock).await.unwrap();
            let command_line = Service::without_key(store.clone(), account, clock);
            let new = new_user(&format!("user{number}@example.com"), "Somebody", Role::Viewer);
            command_line.add_user(CommandLine::of_this_process(), new).await.unwrap();
            store.close().await;
        }
        stop.store(true, Ordering::Relaxed);
        for worker in workers {
            assert!(worker.await.unwrap() > 0);
        }
        assert_eq!(database.number("select count(*) from users").await.unwrap(), 21);
        house.entries().await;
    }
}
