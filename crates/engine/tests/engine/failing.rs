//! An engine of which a part has failed says so, also when it is a part that nobody waits for.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use engine::{Engine, Settings};
use model::Timestamp;
use opener::KeyRing;
use tokio::time::timeout;

use crate::help::{House, account, ask_for_rotation, eventually, now};

/// Shorter than the pause between two looks of what signs the ledger.
const PATIENCE: Duration = Duration::from_secs(30);

/// An engine with this clock. It has no room for steps, so its coordinator never asks for the time.
async fn engine(house: &House, clock: fn() -> Timestamp) -> Engine {
    let ring = KeyRing::from_file(&house.key).unwrap();
    let settings = Settings {
        slots: 0,
        ..house.settings()
    };
    let store = house.store.clone();
    let engine = Engine::start(store, account(), ring, settings, clock).await;
    engine.unwrap()
}

/// Waits until the engine says that it has failed, and ends what is left of it.
async fn failed(engine: Engine) {
    timeout(PATIENCE, engine.ended()).await.unwrap();
    engine.stop().await;
    engine.ended().await;
}

/// A clock that stops working when it is told to.
fn breaking() -> Timestamp {
    assert!(!BROKEN.load(Ordering::SeqCst), "this clock is broken");
    now()
}

static BROKEN: AtomicBool = AtomicBool::new(false);

#[test]
fn an_engine_that_can_rotate_no_key_any_more_says_so() {
    store::testing::on_sqlite(|database| async move {
        let house = House::with_its_key_known(database).await;
        let engine = engine(&house, breaking).await;
        // What signs has asked for the time, and sleeps.
        eventually("a checkpoint", async || {
            let signed = "select count(*) from checkpoints";
            (house.database.number(signed).await.unwrap() > 0).then_some(())
        })
        .await;
        BROKEN.store(true, Ordering::SeqCst);
        ask_for_rotation(&house.store).await;
        failed(engine).await;
    });
}

/// A clock that works while an engine is started, and for none of its tasks.
fn of_no_task() -> Timestamp {
    assert!(tokio::task::try_id().is_none(), "a task asks for the time");
    now()
}

#[test]
fn an_engine_that_can_sign_no_ledger_any_more_says_so() {
    store::testing::on_sqlite(|database| async move {
        let house = House::new(database).await;
        failed(engine(&house, of_no_task).await).await;
    });
}
