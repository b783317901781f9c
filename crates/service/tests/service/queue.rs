//! An act may stand in line behind other writers. Whoever loses the role or the session meanwhile has
//! done nothing.

mod acts;

use std::sync::Arc;
use std::time::Duration;

use model::{EngineId, ProblemKind, Role, Timestamp};
use service::{Caller, Service};
use store::engines::{NewEngine, Presence};
use store::ledger::{Actor, Entry};
use store::testing::TestDatabase;
use store::{Tx, both, connections, grants, sessions, users};
use tokio::sync::Notify;
use tokio::time::timeout;

use acts::{ACTS, There, act};

use crate::help::{self, House};

/// A question, which can be decided as soon as the run is there.
const TEXT: &str = "steps:\n- {name: sure, type: approval}\n";

/// A step that needs `aws / my-aws-account`.
const NEEDS_AWS: &str = "\
steps:
- {name: read, image: i, input: [ls], spec: {aws: !Connection [aws, my-aws-account]}}
";

/// Longer than anything here takes.
const PATIENCE: Duration = Duration::from_secs(30);

tokio::task_local! {
    /// Told whenever the clock is read.
    static READ: Arc<Notify>;
}

/// The time, which is read for the ledger's entry: after everything that is checked in front of the
/// transaction.
fn watched_clock() -> Timestamp {
    // Outside a test's own task nobody waits for it.
    let _ = READ.try_with(|read| read.notify_one());
    help::clock()
}

/// What somebody loses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Lost {
    Role,
    Account,
    Session,
}

fn entry(house: &House, act: &'static str, subject: &str) -> Entry {
    Entry {
        account: house.service.account().clone(),
        at: house.service.now(),
        actor: Actor::CommandLine,
        act,
        subject: subject.to_owned(),
        detail: "{}".to_owned(),
    }
}

async fn engine(house: &House) -> Presence {
    let new = NewEngine {
        id: &EngineId::from_bytes([1; 16]),
        runner: "process",
        note: "",
        at: help::clock(),
    };
    Presence::announce(&house.store, &new).await.unwrap()
}

/// Takes away what an act of `needed` needs, in the transaction that it waits for.
async fn lose(tx: &mut Tx, lost: Lost, house: &House, bo: &Caller, needed: Role) {
    let entry = |act| entry(house, act, bo.user_id().as_str());
    let done = match lost {
        Lost::Role => {
            let below = Role::ALL.into_iter().rfind(|role| *role < needed).unwrap();
            users::set_role(tx, bo.user_id(), below, &entry("user.change_role")).await
        }
        Lost::Account => users::set_disabled(tx, bo.user_id(), true, &entry("user.disable")).await,
        Lost::Session => {
            sessions::end(tx, bo.user_id(), bo.session(), &entry("user.end_session")).await
        }
    };
    assert!(done.unwrap());
}

both! {
    async fn who_loses_the_permission_while_an_act_waits_has_done_nothing(database: TestDatabase) {
        let (house, ana) = help::with_ana(&database).await;
        let service = &house.service;
        let _engine = engine(&house).await;
        service.create_workflow(&ana, "w", "").await.unwrap();
        for (base, text) in [(0, TEXT), (1, "steps: []\n# other\n")] {
            service.save_workflow(&ana, "w", base, text.into()).await.unwrap();
        }
        service.invite(&service.recent(&ana).unwrap(), "eve@example.com", Role::Viewer).await.unwrap();
        let bo = house.person("Bo", Role::Viewer).await;
        let mut there = There {
            connection: service.new_connection_id(&ana).unwrap(),
            secret: service.new_secret_id(&ana).unwrap(),
            vera: house.person("Vera", Role::Viewer).await.user_id().clone(),
            invitation: service.invitations(&ana).await.unwrap().remove(0).id,
            other_session: String::new(),
        };
        for (name, needed) in ACTS {
            let let_in = format!("update users set role = '{}', disabled_at = null where name = 'Bo'", needed.as_str());
            for lost in [Lost::Role, Lost::Account, Lost::Session] {
                if lost == Lost::Role && needed == Role::Viewer {
                    continue;
                }
                database.execute(&let_in).await.unwrap();
                let by = house.caller(bo.user_id()).await.unwrap();
                there.other_session = service.own_sessions(&by).await.unwrap().pop().unwrap().id;
                let mut tx = house.store.begin().await.unwrap();
                let before = store::ledger::head(&mut tx).await.unwrap().0;
                let losing = async {
                    lose(&mut tx, lost, &house, &by, needed).await;
                    tx.commit().await.unwrap();
                };
                let (refused, ()) = tokio::join!(act(name, &house, &by, &there), losing);
                let problem = refused.err().unwrap_or_else(|| panic!("{name} without {lost:?}"));
                let expected = if lost == Lost::Role { ProblemKind::Forbidden } else { ProblemKind::NotSignedIn };
                assert_eq!(problem.kind, expected, "{name} without {lost:?}: {problem}");
                assert_eq!(house.entries().await, before + 1, "{name} without {lost:?}");
            }
            database.execute(&let_in).await.unwrap();
            let by = house.caller(bo.user_id()).await.unwrap();
            let before = house.entries().await;
            act(name, &house, &by, &there).await.unwrap_or_else(|problem| panic!("{name}: {problem}"));
            assert!(house.entries().await > before, "{name}");
        }
    }

    async fn what_a_run_needs_is_looked_at_again_when_it_is_its_turn(database: TestDatabase) {
        let (house, ana) = help::with_ana(&database).await;
        let _engine = engine(&house).await;
        house.service.create_workflow(&ana, "w", "").await.unwrap();
        house.service.save_workflow(&ana, "w", 0, NEEDS_AWS.into()).await.unwrap();
        let id = house.add_aws(&ana).await;
        let account = house.service.account().clone();
        let service = Service::new(house.store.clone(), account, help::key(), watched_clock);
        for (act, said) in [
            ("connection.limit", "may not use the connection aws / my-aws-account"),
            ("connection.delete", "There is no connection aws / my-aws-account"),
        ] {
            let mut tx = house.store.begin().await.unwrap();
            let before = store::ledger::head(&mut tx).await.unwrap().0;
            let read = Arc::new(Notify::new());
            let starting = READ.scope(Arc::clone(&read), service.start_run(&ana, "w", 1, vec![]));
            let losing = async {
                // The start comes as far as its entry.
                timeout(PATIENCE, read.notified()).await.unwrap();
                let entry = entry(&house, act, id.as_str());
                match act {
                    "connection.limit" => grants::set(&mut tx, &id, true, &[], &entry).await.unwrap(),
                    _ => drop(connections::delete(&mut tx, &id, &entry).await.unwrap()),
                }
                tx.commit().await.unwrap();
            };
            let (refused, ()) = tokio::join!(starting, losing);
            let problem = refused.err().unwrap_or_else(|| panic!("{act}"));
            assert_eq!(problem.code, "run_blocked", "{act}: {problem}");
            assert!(problem.detail.contains(said), "{act}: {problem}");
            assert_eq!(house.entries().await, before + 1, "{act}");
            // It is back for the next round.
            let all = entry(&house, "connection.limit", id.as_str());
            let mut tx = house.store.begin().await.unwrap();
            grants::set(&mut tx, &id, false, &[], &all).await.unwrap();
            tx.commit().await.unwrap();
        }
    }
}
