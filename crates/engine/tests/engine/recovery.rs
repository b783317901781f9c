//! An engine that is gone from one moment to the next, and the one after it.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use engine::{Engine, Settings, StartError};
use model::{AttemptState, RunState, StepState, Timestamp};
use opener::KeyRing;
use store::testing::TestDatabase;
use store::{Store, both};
use tokio::runtime::Runtime;
use tokio::time::timeout;

use crate::help::{House, PATIENCE, account, entry, eventually, now};
use crate::meeting::COME;

/// An engine on threads of its own, which are taken away as by `kill -9`.
struct Doomed {
    runtime: Runtime,
}

impl Doomed {
    async fn start(house: &House) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .unwrap();
        let (url, settings, key) = (
            house.database.url.clone(),
            house.settings(),
            house.database.directory().join("vault.key"),
        );
        let started = runtime.spawn(async move {
            let store = Store::open(&url).await.unwrap();
            // It lives as long as its threads.
            std::mem::forget(next(store, &key, &settings).await);
        });
        started.await.unwrap();
        Self { runtime }
    }

    fn kill(self) {
        self.runtime.shutdown_background();
    }
}

/// Starts an engine as soon as the lock of the one before is free.
async fn next(store: Store, key: &Path, settings: &Settings) -> Engine {
    eventually("the next engine", async || {
        let (store, settings) = (store.clone(), settings.clone());
        let ring = KeyRing::from_file(key).unwrap();
        match Engine::start(store, account(), ring, settings, now).await {
            Ok(engine) => Some(engine),
            Err(StartError::Store(store::Error::AnotherEngine)) => None,
            Err(error) => panic!("{error}"),
        }
    })
    .await
}

async fn next_in(house: &House) -> Engine {
    let key = house.database.directory().join("vault.key");
    next(house.store.clone(), &key, &house.settings()).await
}

fn text() -> String {
    format!(
        "steps:\n\
         - {{name: done, image: x, input: [{COME}]}}\n\
         - {{name: cut, image: x, dependsOn: done, input: [{COME}, hear]}}\n\
         - {{name: after, image: x, dependsOn: cut, input: [{COME}]}}\n"
    )
}

both! {
    async fn what_is_recorded_never_runs_again_and_what_was_cut_off_does(database: TestDatabase) {
        let house = House::new(database).await;
        let doomed = Doomed::start(&house).await;
        let run = house.run_of(&text()).await;
        // No engine of this process was told: the doomed one has to look by itself.
        assert_eq!(house.meeting.guest().await.step, "done");
        let mut cut = house.meeting.guest().await;
        assert_eq!(house.step(&run, "done").await.state, StepState::Succeeded);
        doomed.kill();
        cut.gone().await;

        let engine = next_in(&house).await;
        let mut cut = house.meeting.guest().await;
        assert_eq!((&*cut.step, &*cut.attempt), ("cut", "2"));
        let step = house.step(&run, "cut").await;
        assert_eq!((step.attempts, step.interruptions), (2, 1));
        cut.tell("go").await;
        assert_eq!(house.meeting.guest().await.step, "after");
        assert_eq!(house.finished(&run).await.state, RunState::Succeeded);
        let states: Vec<_> = house.attempts(&run).await.into_iter().map(|one| one.state).collect();
        assert_eq!(
            states,
            [
                AttemptState::Succeeded,
                AttemptState::Interrupted,
                AttemptState::Succeeded,
                AttemptState::Succeeded,
            ]
        );
        engine.stop().await;
    }

    async fn a_step_that_is_cut_off_again_and_again_is_given_up(database: TestDatabase) {
        let house = House::new(database).await;
        let text = format!("steps: [{{name: cut, image: x, input: [{COME}, hear]}}]\n");
        let run = house.run_of(&text).await;
        let mut doomed = Doomed::start(&house).await;
        for attempt in ["1", "2", "3"] {
            let mut guest = house.meeting.guest().await;
            assert_eq!(guest.attempt, attempt);
            doomed.kill();
            guest.gone().await;
            if attempt == "3" {
                break;
            }
            doomed = Doomed::start(&house).await;
        }
        let engine = next_in(&house).await;
        assert_eq!(house.finished(&run).await.state, RunState::Failed);
        let step = house.step(&run, "cut").await;
        assert_eq!((step.state, step.interruptions), (StepState::Interrupted, 3));
        assert!(step.message.contains("several times"), "{}", step.message);
        engine.stop().await;
    }

    async fn an_engine_that_is_stopped_lets_its_steps_begin_again(database: TestDatabase) {
        let house = House::new(database).await;
        let run = house.run_of(&text()).await;
        let engine = house.engine().await;
        assert_eq!(house.meeting.guest().await.step, "done");
        let mut cut = house.meeting.guest().await;
        engine.stop().await;
        cut.gone().await;
        let step = house.step(&run, "cut").await;
        assert_eq!(step.state, StepState::Queued);
        assert!(step.message.contains("begins again"), "{}", step.message);
        assert_eq!(house.database.number("select count(*) from engines").await.unwrap(), 0);

        let engine = house.engine().await;
        let mut cut = house.meeting.guest().await;
        assert_eq!(cut.attempt, "2");
        cut.tell("go").await;
        assert_eq!(house.meeting.guest().await.step, "after");
        assert_eq!(house.finished(&run).await.state, RunState::Succeeded);
        engine.stop().await;
    }

    async fn steps_may_be_stopped_on_purpose_as_often_as_anybody_likes(database: TestDatabase) {
        let house = House::new(database).await;
        let text = format!("steps: [{{name: cut, image: x, input: [{COME}, hear]}}]\n");
        let run = house.run_of(&text).await;
        for attempt in ["1", "2", "3"] {
            let engine = house.engine().await;
            let mut guest = house.meeting.guest().await;
            assert_eq!(guest.attempt, attempt);
            engine.stop().await;
            guest.gone().await;
        }
        assert_eq!(house.step(&run, "cut").await.interruptions, 0);
        // What is no accident has not used up what an accident may.
        let doomed = Doomed::start(&house).await;
        let mut guest = house.meeting.guest().await;
        assert_eq!(guest.attempt, "4");
        doomed.kill();
        guest.gone().await;
        let engine = next_in(&house).await;
        let mut guest = house.meeting.guest().await;
        guest.tell("go").await;
        assert_eq!(house.finished(&run).await.state, RunState::Succeeded);
        let step = house.step(&run, "cut").await;
        assert_eq!((step.attempts, step.interruptions), (5, 1));
        engine.stop().await;
    }

    async fn an_engine_whose_row_is_gone_leaves_no_run_behind(database: TestDatabase) {
        let house = House::new(database).await;
        let text = format!("steps: [{{name: cut, image: x, input: [{COME}, hear]}}]\n");
        let run = house.run_of(&text).await;
        let doomed = Doomed::start(&house).await;
        let mut guest = house.meeting.guest().await;
        assert_eq!(house.database.execute("delete from engines").await.unwrap(), 1);
        doomed.kill();
        guest.gone().await;
        let engine = next_in(&house).await;
        let mut guest = house.meeting.guest().await;
        assert_eq!(guest.attempt, "2");
        guest.tell("go").await;
        assert_eq!(house.finished(&run).await.state, RunState::Succeeded);
        let states: Vec<_> = house.attempts(&run).await.into_iter().map(|one| one.state).collect();
        assert_eq!(states, [AttemptState::Interrupted, AttemptState::Succeeded]);
        engine.stop().await;
    }

    async fn a_step_that_could_not_begin_says_what_was_in_the_way(database: TestDatabase) {
        let house = House::new(database).await;
        let text = "steps: [{name: a, image: x, env: {TOKEN: !Secret token}, input: [echo hello]}]\n";
        let workflow = house.workflow(text).await;
        house.secret(&workflow, "token", "a token").await;
        // It is sealed to a key that this engine does not have.
        house.database.execute("update secret_values set key_id = '0123456789abcdef'").await.unwrap();
        let engine = house.engine().await;
        let run = house.run(&workflow, "{}").await;
        assert_eq!(house.finished(&run).await.state, RunState::Failed);
        let step = house.step(&run, "a").await;
        assert_eq!((step.state, step.interruptions), (StepState::Interrupted, 3));
        assert!(step.message.contains("the last time Relay failed while"), "{}", step.message);
        assert!(!step.message.contains("interrupted"), "{}", step.message);
        engine.stop().await;
    }

    async fn a_log_whose_attempt_is_gone_is_swept(database: TestDatabase) {
        let house = House::new(database).await;
        let gone = model::AttemptId::from_bytes([7; 16]);
        let chunk = store::logs::NewChunk {
            attempt: &gone,
            sequence: 0,
            offset: 0,
            at: now(),
            bytes: b"left behind",
        };
        store::logs::append(house.store.logs(), &[chunk]).await.unwrap();
        let engine = house.engine().await;
        eventually("the sweeping", async || {
            let length = store::logs::length(house.store.logs(), &gone).await.unwrap();
            (length == 0).then_some(())
        })
        .await;
        engine.stop().await;
    }

    async fn what_people_did_without_an_engine_is_carried_out_at_its_start(database: TestDatabase) {
        let house = House::new(database).await;
        let engine = house.engine().await;
        let run = house.run_of("steps: [{name: ask, type: approval}, {name: b, image: x, \
                                dependsOn: ask, input: ['true']}]\n").await;
        let stopped = house.run_of("steps: [{name: ask, type: approval}]\n").await;
        for run in [&run, &stopped] {
            house.run_when(run, |row| row.state == RunState::WaitingForApproval).await;
        }
        engine.stop().await;
        drop(engine);
        let mut tx = house.store.begin().await.unwrap();
        let told = entry("approval.decide");
        assert!(store::runs::decide_approval(&mut tx, &run, 0, true, &told).await.unwrap());
        assert!(store::runs::request_stop(&mut tx, &stopped, &entry("run.stop")).await.unwrap());
        tx.commit().await.unwrap();
        let engine = house.engine().await;
        assert_eq!(house.finished(&run).await.state, RunState::Succeeded);
        assert_eq!(house.finished(&stopped).await.state, RunState::Cancelled);
        engine.stop().await;
    }
}

/// Whether the clock below has stopped working.
static BROKEN: AtomicBool = AtomicBool::new(false);

fn clock() -> Timestamp {
    assert!(!BROKEN.load(Ordering::SeqCst), "this clock is broken");
    now()
}

#[test]
fn an_engine_that_fails_says_so_and_the_next_one_goes_on() {
    store::testing::on_sqlite(|database| async move {
        let house = House::new(database).await;
        let ring = KeyRing::from_file(&house.database.directory().join("vault.key")).unwrap();
        let (store, settings) = (house.store.clone(), house.settings());
        let engine = Engine::start(store, account(), ring, settings, clock).await;
        let engine = engine.unwrap();
        let text = "steps: [{name: a, image: x, input: [echo hello]}]\n";
        let run = house.run_of(text).await;
        assert_eq!(house.finished(&run).await.state, RunState::Succeeded);
        BROKEN.store(true, Ordering::SeqCst);
        let run = house.run_of(text).await;
        timeout(PATIENCE, engine.ended()).await.unwrap();
        // There is nothing left to be stopped, and nobody waits for it.
        engine.stop().await;
        engine.ended().await;
        drop(engine);
        let engine = house.engine().await;
        assert_eq!(house.finished(&run).await.state, RunState::Succeeded);
        engine.stop().await;
        engine.ended().await;
    });
}
