//! A house with an engine: a database with a workflow, values sealed to a real key, and runs.

use std::collections::BTreeMap;
use std::future::Future;
use std::path::PathBuf;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use engine::{Engine, Limits, RunnerChoice, Settings, StartError};
use model::{
    AccountId, ConnectionId, RotationId, RunId, RunState, SecretId, StepState, Timestamp,
    WorkflowId,
};
use opener::{KeyRing, Keys};
use store::connections::{self, NewConnection, NewValue};
use store::ledger::{Actor, Entry};
use store::revisions::{self, NewRevision};
use store::runs::{self, NewRun, NewStep, RunRow};
use store::secrets::{self, NewSecret};
use store::steps::{self, AttemptRow, StepRow};
use store::testing::TestDatabase;
use store::workflows::{self, NewWorkflow};
use store::{Change, SealedBytes, Store, rotations, vault_keys};
use vault::{Owner, Place, Plaintext};

use crate::meeting::Meeting;

/// How long anything may take before a test gives up.
pub(crate) const PATIENCE: Duration = Duration::from_mins(1);

pub(crate) fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    Timestamp(i64::try_from(since.as_millis()).unwrap())
}

pub(crate) fn account() -> AccountId {
    AccountId::from_bytes([0xac; 16])
}

pub(crate) fn random() -> [u8; 16] {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).unwrap();
    bytes
}

pub(crate) fn entry(act: &'static str) -> Entry {
    Entry {
        account: account(),
        at: now(),
        actor: Actor::System,
        act,
        subject: String::new(),
        detail: "{}".to_owned(),
    }
}

/// What the ledger is told of a value that was stored: of what, and the revision of its field.
pub(crate) fn told(act: &'static str, subject: &str, fields: &[(&str, u64)]) -> Entry {
    let fields: BTreeMap<_, _> = fields.iter().copied().collect();
    Entry {
        subject: subject.to_owned(),
        detail: serde_json::json!({ "fields": fields }).to_string(),
        ..entry(act)
    }
}

/// The same with what the ledger is told since there are fingerprints: also which records those
/// are, and of a connection its type and name.
pub(crate) fn told_of(
    act: &'static str,
    subject: &str,
    (type_name, name): (&str, &str),
    values: &[NewValue],
) -> Entry {
    let fields: BTreeMap<_, _> = values
        .iter()
        .map(|value| (&value.field, value.field_revision))
        .collect();
    let records: BTreeMap<_, _> = values
        .iter()
        .map(|value| (&value.field, value.sealed.fingerprint()))
        .collect();
    let detail = serde_json::json!({
        "type": type_name, "name": name, "fields": fields, "records": records,
    });
    Entry {
        detail: detail.to_string(),
        ..told(act, subject, &[])
    }
}

/// Waits until `look` finds something.
pub(crate) async fn eventually<T, F>(what: &str, mut look: impl FnMut() -> F) -> T
where
    F: Future<Output = Option<T>>,
{
    let begun = Instant::now();
    loop {
        if let Some(found) = look().await {
            return found;
        }
        assert!(begun.elapsed() < PATIENCE, "in vain: {what}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// A database with an account and a key, and where steps meet the test.
pub(crate) struct House {
    pub(crate) database: TestDatabase,
    pub(crate) store: Store,
    pub(crate) meeting: Meeting,
    pub(crate) key: PathBuf,
    ring: KeyRing,
}

/// Asks for a rotation of the vault's key, as a person does.
pub(crate) async fn ask_for_rotation(store: &Store) {
    let mut tx = store.begin().await.unwrap();
    let id = RotationId::from_bytes(random());
    rotations::add(&mut tx, &id, &entry("vault.rotation_ask"))
        .await
        .unwrap();
    tx.commit().await.unwrap();
}

impl House {
    /// A house whose database knows its key.
    pub(crate) async fn with_its_key_known(database: TestDatabase) -> Self {
        let house = Self::new(database).await;
        let ring = KeyRing::from_file(&house.key).unwrap();
        let (id, key) = (ring.key_id().to_string(), ring.public_key());
        let mut tx = house.store.begin().await.unwrap();
        vault_keys::add_first(&mut tx, &id, key.as_bytes(), &entry("vault.key_add"))
            .await
            .unwrap();
        tx.commit().await.unwrap();
        house
    }

    pub(crate) async fn new(database: TestDatabase) -> Self {
        let store = database.open().await.unwrap();
        let mut tx = store.begin().await.unwrap();
        store::accounts::add(&mut tx, "Relay", &entry("account.add"))
            .await
            .unwrap();
        tx.commit().await.unwrap();
        let key = database.directory().join("vault.key");
        let ring = KeyRing::generate().unwrap();
        ring.save_new(&key).unwrap();
        Self {
            meeting: Meeting::new().await,
            database,
            store,
            key,
            ring,
        }
    }

    pub(crate) fn settings(&self) -> Settings {
        Settings {
            runner: RunnerChoice::Process,
            allow_unsandboxed: false,
            hidden: vec![self.database.directory().to_owned()],
            metadata: self.meeting.address(),
            slots: 4,
            tools: Vec::new(),
            limits: Limits {
                time: PATIENCE,
                ..Limits::default()
            },
            allow_private_input_files: false,
        }
    }

    /// Starts an engine; bubblewrap has to be installed for that.
    pub(crate) async fn engine(&self) -> Engine {
        self.engine_with(self.store.clone(), self.settings()).await
    }

    pub(crate) async fn engine_with(&self, store: Store, settings: Settings) -> Engine {
        Engine::start(store, account(), self.keys(), settings, now)
            .await
            .unwrap_or_else(|error| panic!("the engine of this test did not start: {error}"))
    }

    /// The keys as a start finds them.
    pub(crate) fn keys(&self) -> Keys {
        let ring = KeyRing::from_files(&self.key).unwrap();
        Keys::of_file(self.key.clone(), ring, true)
    }

    pub(crate) async fn try_engine(&self, store: Store) -> Result<Engine, StartError> {
        let ring = KeyRing::from_file(&self.key).unwrap();
        Engine::start(store, account(), ring, self.settings(), now).await
    }

    /// The same database as another process has it.
    pub(crate) async fn elsewhere(&self) -> Store {
        self.database.open().await.unwrap()
    }

    /// A workflow with this text.
    pub(crate) async fn workflow(&self, text: &str) -> WorkflowId {
        if let Err(document) = language::runnable(text) {
            panic!("{:#?}", document.diagnostics);
        }
        let id = WorkflowId::from_bytes(random());
        let name = format!("w-{id}").parse().unwrap();
        let mut tx = self.store.begin().await.unwrap();
        let new = NewWorkflow {
            id: &id,
            name: &name,
            description: "",
        };
        workflows::add(&mut tx, &new, &entry("workflow.add"))
            .await
            .unwrap();
        let new = NewRevision {
            workflow_id: &id,
            base: 0,
            text,
            readable: true,
            note: "",
            requirements: &[],
        };
        revisions::add(&mut tx, &new, &entry("workflow.save"))
            .await
            .unwrap();
        tx.commit().await.unwrap();
        id
    }

    pub(crate) async fn secret(&self, workflow: &WorkflowId, name: &str, value: &str) -> SecretId {
        let id = SecretId::from_bytes(random());
        let place = Place {
            account: account().as_str().to_owned().leak(),
            owner: Owner::Secret {
                workflow_id: workflow.as_str(),
                name,
            },
            field: "value",
            field_revision: 1,
        };
        let value = NewValue {
            field: "value".to_owned(),
            field_revision: 1,
            sealed: self.seal(value, &place),
        };
        let new = NewSecret {
            id: &id,
            workflow_id: workflow,
            name: &name.parse().unwrap(),
            field_revision: 1,
            sealed: &value.sealed,
        };
        let told = told_of(
            "secret.add",
            id.as_str(),
            ("", name),
            std::slice::from_ref(&value),
        );
        let mut tx = self.store.begin().await.unwrap();
        secrets::add(&mut tx, &new, &told).await.unwrap();
        tx.commit().await.unwrap();
        id
    }

    pub(crate) async fn connection(
        &self,
        type_name: &str,
        name: &str,
        fields: &[(&str, &str)],
    ) -> ConnectionId {
        let id = ConnectionId::from_bytes(random());
        let values: Vec<_> = fields
            .iter()
            .map(|(field, value)| self.sealed_field(&id, type_name, field, 1, value))
            .collect();
        let new = NewConnection {
            id: &id,
            type_name: &type_name.parse().unwrap(),
            name: &name.parse().unwrap(),
            values: &values,
        };
        let mut tx = self.store.begin().await.unwrap();
        let told = told_of("connection.add", id.as_str(), (type_name, name), &values);
        connections::add(&mut tx, &new, &told).await.unwrap();
        tx.commit().await.unwrap();
        id
    }

    /// Overwrites a field of a connection, which then has the next revision.
    pub(crate) async fn overwrite(
        &self,
        id: &ConnectionId,
        type_name: &str,
        revision: u64,
        field: &str,
        value: &str,
    ) {
        let store = &self.store;
        self.overwrite_in(store, id, type_name, revision, field, value)
            .await;
    }

    /// The same through a store of another process.
    pub(crate) async fn overwrite_in(
        &self,
        store: &Store,
        id: &ConnectionId,
        type_name: &str,
        revision: u64,
        field: &str,
        value: &str,
    ) {
        let values = [self.sealed_field(id, type_name, field, revision + 1, value)];
        let entry = told_of(
            "connection.overwrite",
            id.as_str(),
            (type_name, ""),
            &values,
        );
        let mut tx = store.begin().await.unwrap();
        let done = connections::overwrite(&mut tx, id, revision, &values, &[], &entry).await;
        assert_eq!(done.unwrap(), Some(revision + 1));
        tx.commit().await.unwrap();
    }

    pub(crate) fn sealed_field(
        &self,
        id: &ConnectionId,
        type_name: &str,
        field: &str,
        field_revision: u64,
        value: &str,
    ) -> NewValue {
        let account = account();
        let place = Place {
            account: account.as_str(),
            owner: Owner::Connection {
                id: id.as_str(),
                type_name,
            },
            field,
            field_revision,
        };
        NewValue {
            field: field.to_owned(),
            field_revision,
            sealed: self.seal(value, &place),
        }
    }

    fn seal(&self, value: &str, place: &Place<'_>) -> SealedBytes {
        let value = Plaintext::from(value.to_owned());
        let sealed = vault::seal(value, place, &self.ring.public_key()).unwrap();
        SealedBytes {
            key_id: sealed.key_id.to_string(),
            sealed_data_key: sealed.sealed_data_key,
            nonce: sealed.nonce.to_vec(),
            ciphertext: sealed.ciphertext,
        }
    }

    /// Starts a run of the first revision, as the service does.
    pub(crate) async fn run(&self, workflow: &WorkflowId, parameters: &str) -> RunId {
        let (_, text) = revisions::find(&self.store, workflow, 1)
            .await
            .unwrap()
            .unwrap();
        let runnable = language::runnable(&text).unwrap();
        let steps: Vec<_> = runnable
            .steps
            .iter()
            .map(|step| NewStep {
                name: step.name.clone(),
                kind: step.kind.as_str(),
                state: StepState::Waiting,
                message: String::new(),
            })
            .collect();
        let id = RunId::from_bytes(random());
        let new = NewRun {
            id: &id,
            workflow,
            revision: 1,
            parameters,
            state: RunState::Queued,
            steps: &steps,
        };
        let mut tx = self.store.begin().await.unwrap();
        runs::add(&mut tx, &new, &entry("run.start")).await.unwrap();
        tx.commit().await.unwrap();
        self.store.announce(Change::Run(id.clone()));
        id
    }

    /// A run of this text without parameters.
    pub(crate) async fn run_of(&self, text: &str) -> RunId {
        let workflow = self.workflow(text).await;
        self.run(&workflow, "{}").await
    }

    /// Waits until the run is over.
    pub(crate) async fn finished(&self, run: &RunId) -> RunRow {
        self.run_when(run, |row| row.state.is_final()).await
    }

    pub(crate) async fn run_when(&self, run: &RunId, is: impl Fn(&RunRow) -> bool) -> RunRow {
        eventually("a state of a run", async || {
            let row = runs::by_id(&self.store, run).await.unwrap().unwrap();
            is(&row).then_some(row)
        })
        .await
    }

    pub(crate) async fn steps(&self, run: &RunId) -> Vec<StepRow> {
        steps::of_run(&self.store, run).await.unwrap()
    }

    pub(crate) async fn step(&self, run: &RunId, name: &str) -> StepRow {
        let steps = self.steps(run).await;
        steps.into_iter().find(|step| step.name == name).unwrap()
    }

    /// The state of each step by its name.
    pub(crate) async fn states(&self, run: &RunId) -> BTreeMap<String, StepState> {
        let steps = self.steps(run).await;
        steps
            .into_iter()
            .map(|step| (step.name, step.state))
            .collect()
    }

    pub(crate) async fn attempts(&self, run: &RunId) -> Vec<AttemptRow> {
        steps::attempts(&self.store, run).await.unwrap()
    }

    /// Everything the attempts at a step have printed, one after the other.
    pub(crate) async fn log(&self, run: &RunId, step: &str) -> String {
        let position = self.step(run, step).await.position;
        let mut log = Vec::new();
        for attempt in self.attempts(run).await {
            if attempt.position == position {
                let logs = self.store.logs();
                let chunks = store::logs::read(logs, &attempt.id, 0, u64::MAX);
                for chunk in chunks.await.unwrap() {
                    assert!(attempt.number > 1 || chunk.offset == log.len() as u64);
                    log.extend(chunk.bytes);
                }
            }
        }
        String::from_utf8(log).unwrap()
    }

    /// What the ledger tells of steps: act, actor kind, kind and name of what was asked for.
    pub(crate) async fn told(&self) -> Vec<(String, String)> {
        let rows = store::ledger::after(&self.store, 0, 10_000).await.unwrap();
        rows.into_iter()
            .filter(|row| row.act.starts_with("step.") || row.act.starts_with("condition."))
            .map(|row| {
                let detail: serde_json::Value = serde_json::from_str(&row.detail).unwrap();
                let part = |name: &str| detail[name].as_str().unwrap_or_default().to_owned();
                let what = [part("step"), part("kind"), part("type"), part("name")];
                (row.act, what.join(" "))
            })
            .collect()
    }
}
