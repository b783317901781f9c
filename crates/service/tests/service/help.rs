//! A service with people of every role, and the forms they fill in.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};

use model::{ConnectionId, Problem, ProblemKind, Role, Timestamp, UserId};
use service::{
    AddConnection, Administrator, Caller, Change, Client, CommandLine, Given, NewUser, Service,
};
use store::testing::TestDatabase;
use store::{Store, ledger};
use vault::PublicKey;
use zeroize::Zeroizing;

pub(crate) const PASSWORD: &str = "a long enough password";

/// The workflow of the seed documents, in short.
pub(crate) const NEEDS_AWS: &str = "\
steps:
- name: list
  image: relaysh/aws-ec2-step-instances-describe
  spec:
    aws: !Connection {type: aws, name: my-aws-account}
- name: reap
  image: relaysh/aws-ec2-step-instances-terminate
  dependsOn: list
  spec:
    aws: !Connection {type: aws, name: my-aws-account}
    token: !Secret token
";

pub(crate) fn clock() -> Timestamp {
    Timestamp(1_795_293_919_999)
}

pub(crate) fn key() -> PublicKey {
    PublicKey::from_bytes(&[7; 32]).unwrap()
}

pub(crate) struct House {
    pub(crate) store: Store,
    pub(crate) service: Service,
}

/// A service on an empty database.
pub(crate) async fn empty(database: &TestDatabase) -> House {
    let store = database.open().await.unwrap();
    let account = service::account(&store, clock).await.unwrap();
    assert!(
        service::record_first_key(&store, &account, &key(), clock)
            .await
            .unwrap()
    );
    House {
        service: Service::new(store.clone(), account, key(), clock),
        store,
    }
}

/// A service with an administrator called Ana.
pub(crate) async fn with_ana(database: &TestDatabase) -> (House, Administrator) {
    let house = empty(database).await;
    let ana = house
        .person("Ana", Role::Administrator)
        .await
        .administrator()
        .unwrap();
    (house, ana)
}

impl House {
    /// Adds a person of that role.
    pub(crate) async fn person(&self, name: &str, role: Role) -> Caller {
        let new = new_user(&format!("{name}@example.com"), name, role);
        let id = self
            .service
            .add_user(CommandLine::of_this_process(), new)
            .await
            .unwrap();
        self.caller(&id).await.unwrap()
    }

    /// A person who has just signed in; nobody when they may not.
    pub(crate) async fn caller(&self, id: &UserId) -> Option<Caller> {
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let session = service::session_id_hash(&number.to_be_bytes());
        let end = self.service.now().plus(1_000_000_000);
        let from = somewhere();
        let made = self
            .service
            .session_create(&session, Some(id), b"", end, &from);
        assert!(made.await.unwrap());
        self.service.caller(&session).await.unwrap()
    }

    /// The acts of the ledger, from the one after number `after` on.
    pub(crate) async fn acts(&self, after: u64) -> Vec<String> {
        let rows = ledger::after(&self.store, after, 1_000).await.unwrap();
        rows.into_iter().map(|row| row.act).collect()
    }

    /// The last entry of the ledger.
    pub(crate) async fn last(&self) -> ledger::LedgerRow {
        ledger::after(&self.store, 0, 10_000)
            .await
            .unwrap()
            .pop()
            .unwrap()
    }

    /// How many entries the ledger has; the whole chain is checked.
    pub(crate) async fn entries(&self) -> u64 {
        match ledger::verify(&self.store).await.unwrap() {
            ledger::Verdict::Whole { rows } => rows,
            broken @ ledger::Verdict::Broken { .. } => panic!("{broken:?}"),
        }
    }

    /// Adds `aws / my-aws-account`.
    pub(crate) async fn add_aws(&self, ana: &Administrator) -> ConnectionId {
        let form = aws(&self.service.new_connection_id(ana).unwrap());
        self.service.add_connection(ana, form).await.unwrap()
    }

    /// Adds the workflow `name` with the text of the seeds.
    pub(crate) async fn add_workflow(&self, ana: &Administrator, name: &str) {
        self.service.create_workflow(ana, name, "").await.unwrap();
        self.service
            .save_workflow(ana, name, 0, NEEDS_AWS.into())
            .await
            .unwrap();
    }
}

/// Where requests come from.
pub(crate) fn somewhere() -> Client {
    at("203.0.113.7")
}

pub(crate) fn at(address: &str) -> Client {
    Client {
        address: address.parse().unwrap(),
        agent: "a browser".into(),
    }
}

pub(crate) fn secret(text: &str) -> Zeroizing<String> {
    Zeroizing::new(text.to_owned())
}

pub(crate) fn new_user(email: &str, name: &str, role: Role) -> NewUser {
    NewUser {
        email: email.into(),
        name: name.into(),
        role,
        password: secret(PASSWORD),
    }
}

/// A filled-in form for `aws / my-aws-account`.
pub(crate) fn aws(id: &ConnectionId) -> AddConnection {
    AddConnection {
        id: id.clone(),
        type_name: "aws".into(),
        name: "my-aws-account".into(),
        values: values(&[
            ("accessKeyID", "AKIAEXAMPLE"),
            ("secretAccessKey", "wJalr/EXAMPLE"),
        ]),
    }
}

pub(crate) fn values(pairs: &[(&str, &str)]) -> BTreeMap<String, Given> {
    pairs
        .iter()
        .map(|(field, value)| ((*field).to_owned(), secret(value).into()))
        .collect()
}

pub(crate) fn changes<const N: usize>(pairs: [(&str, Change); N]) -> BTreeMap<String, Change> {
    pairs
        .into_iter()
        .map(|(field, change)| (field.to_owned(), change))
        .collect()
}

/// The one wrong field of a problem with input: its name and its code.
pub(crate) fn field(problem: &Problem) -> (&str, &str) {
    assert_eq!(problem.kind, ProblemKind::Input, "{problem:?}");
    assert_eq!(problem.fields.len(), 1, "{problem:?}");
    (&problem.fields[0].name, &problem.fields[0].code)
}
