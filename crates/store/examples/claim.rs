//! How long it takes to claim a step durably: with nothing else in the queue, and with 10,000 queued
//! runs in it. For `make bench`; prints one line of JSON with both medians in milliseconds.

#![expect(
    clippy::unwrap_used,
    reason = "a measurement that cannot go on has to end"
)]

use std::time::Instant;

use model::{AccountId, AttemptId, EngineId, RunId, RunState, StepState, Timestamp, WorkflowId};
use store::ledger::{Actor, Entry};
use store::revisions::NewRevision;
use store::runs::{NewRun, NewStep};
use store::workflows::NewWorkflow;
use store::{Store, accounts, revisions, runs, sqlite_url, steps, workflows};

const QUEUE: u32 = 10_000;

/// Claims with each queue, taking turns.
const ROUNDS: u32 = 100;

fn bytes(kind: u8, number: u32) -> [u8; 16] {
    let mut bytes = [kind; 16];
    bytes[12..].copy_from_slice(&number.to_be_bytes());
    bytes
}

fn entry(act: &'static str) -> Entry {
    Entry {
        account: AccountId::from_bytes([1; 16]),
        at: Timestamp(1),
        actor: Actor::System,
        act,
        subject: String::new(),
        detail: "{}".to_owned(),
    }
}

/// A database with one workflow and nothing in its queue.
async fn open(path: &std::path::Path) -> Store {
    let store = Store::open(&sqlite_url(path)).await.unwrap();
    let id = WorkflowId::from_bytes([2; 16]);
    let mut tx = store.begin().await.unwrap();
    accounts::add(&mut tx, "Relay", &entry("account.add"))
        .await
        .unwrap();
    let workflow = NewWorkflow {
        id: &id,
        name: &"queue".parse().unwrap(),
        description: "",
    };
    workflows::add(&mut tx, &workflow, &entry("workflow.create"))
        .await
        .unwrap();
    let revision = NewRevision {
        workflow_id: &id,
        base: 0,
        text: "",
        readable: true,
        note: "",
        requirements: &[],
    };
    revisions::add(&mut tx, &revision, &entry("workflow.save"))
        .await
        .unwrap();
    tx.commit().await.unwrap();
    store
}

async fn queue(store: &Store, numbers: std::ops::Range<u32>) {
    let mut tx = store.begin().await.unwrap();
    for number in numbers {
        let run = NewRun {
            id: &RunId::from_bytes(bytes(3, number)),
            workflow: &WorkflowId::from_bytes([2; 16]),
            revision: 1,
            parameters: "{}",
            state: RunState::Queued,
            steps: &[NewStep {
                name: "only".to_owned(),
                kind: "container",
                state: StepState::Queued,
                message: String::new(),
            }],
        };
        runs::add(&mut tx, &run, &entry("run.start")).await.unwrap();
    }
    tx.commit().await.unwrap();
}

/// Claims one step; answers the milliseconds until that was durable.
async fn claim(store: &Store, number: u32) -> f64 {
    let engine = EngineId::from_bytes([4; 16]);
    let attempt = [AttemptId::from_bytes(bytes(5, number))];
    let begun = Instant::now();
    let mut tx = store.begin_transition().await.unwrap();
    let claimed = steps::claim(&mut tx, &engine, &attempt, Timestamp(2))
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let taken = begun.elapsed().as_secs_f64() * 1000.0;
    assert_eq!(claimed.len(), 1, "there was something to claim");
    taken
}

fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}

#[tokio::main]
async fn main() {
    let directory = tempfile::tempdir().unwrap();
    let empty = open(&directory.path().join("empty.sqlite")).await;
    let full = open(&directory.path().join("full.sqlite")).await;
    queue(&full, 0..QUEUE).await;
    let (mut alone, mut among) = (Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        queue(&empty, round..round + 1).await;
        queue(&full, QUEUE + round..QUEUE + round + 1).await;
        alone.push(claim(&empty, round).await);
        among.push(claim(&full, round).await);
    }
    println!(
        r#"{{"empty": {:.3}, "full": {:.3}}}"#,
        median(alone),
        median(among)
    );
}
