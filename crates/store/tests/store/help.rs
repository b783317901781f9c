//! A store with an account and a person, and entries to change it with.

use model::{AccountId, ConnectionId, Role, Timestamp, UserId, WorkflowId};
use store::ledger::{Actor, Entry};
use store::testing::TestDatabase;
use store::users::{self, NewUser, PasswordHash};
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
