//! A store with an account and a person, and entries to change it with.

use std::time::{Duration, Instant};

use model::{
    AccountId, AttemptId, AttemptState, ConnectionId, EngineId, Role, RunId, RunState, StepState,
    Timestamp, UserId, WorkflowId,
};
use store::ledger::{Actor, Entry};
use store::revisions::{self, NewRevision};
use store::runs::{self, NewRun, NewStep};
use store::steps::{self, Claim};
use store::testing::TestDatabase;
use store::users::{self, NewUser, PasswordHash};
use store::workflows::{self, NewWorkflow};
use store::{SealedBytes, Store, Tx};

pub(crate) fn account() -> AccountId {
    AccountId::from_bytes([0xac; 16])
}

pub(crate) fn ana() -> UserId {
    UserId::from_bytes([0xa1; 16])
}

pub(crate) fn workflow_id(number: u8) -> WorkflowId {
    WorkflowId::from_bytes([number; 16])
}

pub(crate) fn connection_id(number: u8) -> ConnectionId {
    ConnectionId::from_bytes([number; 16])
}

pub(crate) fn entry(act: &'static str) -> Entry {
    Entry {
        account: account(),
        at: Timestamp(1_000),
        actor: Actor::User(ana()),
        act,
        subject: String::new(),
        detail: "{}".into(),
    }
}

pub(crate) fn sealed(mark: &str) -> SealedBytes {
    SealedBytes {
        key_id: "0011223344556677".into(),
        sealed_data_key: vec![1, 2, 3],
        nonce: vec![0; 12],
        ciphertext: mark.as_bytes().to_vec(),
    }
}

/// An open store with the account and Ana in it.
pub(crate) async fn open(database: &TestDatabase) -> Store {
    let store = database.open().await.unwrap();
    let mut tx = store.begin().await.unwrap();
    store::accounts::add(&mut tx, "Relay", &entry("account.add"))
        .await
        .unwrap();
    add_user(&mut tx, &ana(), "Ana@example.com", Role::Administrator)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    store
}

pub(crate) async fn add_user(
    tx: &mut Tx,
    id: &UserId,
    email: &str,
    role: Role,
) -> Result<(), store::Error> {
    let new = NewUser {
        id,
        email: &email.parse().unwrap(),
        name: &"Ana".parse().unwrap(),
        role,
        password_hash: &PasswordHash("$argon2id$test".into()),
    };
    users::add(tx, &new, &entry("user.add")).await
}

/// How many entries the ledger has.
pub(crate) async fn entries(database: &TestDatabase) -> i64 {
    database
        .number("select count(*) from ledger")
        .await
        .unwrap()
}

pub(crate) fn run_id(number: u8) -> RunId {
    RunId::from_bytes([number; 16])
}

pub(crate) fn attempt_id(number: u8) -> AttemptId {
    AttemptId::from_bytes([number; 16])
}

pub(crate) fn engine_id(number: u8) -> EngineId {
    EngineId::from_bytes([number; 16])
}

/// A workflow with one revision.
pub(crate) async fn add_workflow(store: &Store, number: u8) {
    let (id, name) = (workflow_id(number), format!("workflow-{number}"));
    let mut tx = store.begin().await.unwrap();
    let new = NewWorkflow {
        id: &id,
        name: &name.parse().unwrap(),
        description: "",
    };
    workflows::add(&mut tx, &new, &entry("workflow.add"))
        .await
        .unwrap();
    let new = NewRevision {
        workflow_id: &id,
        base: 0,
        text: "steps: []\n",
        readable: true,
        note: "",
        requirements: &[],
    };
    let saved = revisions::add(&mut tx, &new, &entry("workflow.save")).await;
    assert_eq!(saved.unwrap(), Some(1));
    tx.commit().await.unwrap();
}

/// A run of that workflow with steps in these states, named `step-0` and so on; answers its number.
pub(crate) async fn add_run(store: &Store, workflow: u8, run: &RunId, states: &[StepState]) -> u64 {
    let steps: Vec<_> = states
        .iter()
        .enumerate()
        .map(|(position, state)| NewStep {
            name: format!("step-{position}"),
            kind: "container",
            state: *state,
            message: String::new(),
        })
        .collect();
    let new = NewRun {
        id: run,
        workflow: &workflow_id(workflow),
        revision: 1,
        parameters: r#"{"region":"eu-north-1"}"#,
        state: RunState::Queued,
        steps: &steps,
    };
    let mut tx = store.begin().await.unwrap();
    let number = runs::add(&mut tx, &new, &entry("run.start")).await.unwrap();
    tx.commit().await.unwrap();
    number
}

/// What an engine takes in a transaction of its own.
pub(crate) async fn claim(store: &Store, engine: u8, fresh: &[AttemptId]) -> Vec<Claim> {
    let mut tx = store.begin_transition().await.unwrap();
    let claims = steps::claim(&mut tx, &engine_id(engine), fresh, Timestamp(2_000))
        .await
        .unwrap();
    tx.commit().await.unwrap();
    claims
}

/// Ends an attempt in a transaction of its own, and its step in the state of the same name.
pub(crate) async fn finish(store: &Store, attempt: &AttemptId, state: AttemptState) -> bool {
    let step = match state {
        AttemptState::Interrupted => StepState::Queued,
        other => other.words().parse().unwrap(),
    };
    let mut tx = store.begin_transition().await.unwrap();
    let done = steps::finish_attempt(
        &mut tx,
        attempt,
        state,
        step,
        Some(0),
        "it ended",
        Timestamp(3_000),
    );
    let done = done.await.unwrap();
    tx.commit().await.unwrap();
    done
}

/// Asks until it is so.
pub(crate) async fn until<F: Future<Output = bool>>(what: &str, mut so: impl FnMut() -> F) {
    let begun = Instant::now();
    while !so().await {
        assert!(begun.elapsed() < Duration::from_mins(1), "{what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
