//! The vault's key is rotated while values are saved and opened, and killed at any moment.

mod leftovers;

use std::sync::Arc;
use std::time::Duration;

use engine::{DoorError, Rotator};
use model::ConnectionId;
use opener::{KeyRing, Keys};
use store::connections::{self, NewConnection, NewValue};
use store::ledger::{self, Verdict};
use store::rotations::{self, State};
use store::testing::TestDatabase;
use store::{SealedBytes, Store, Tx, both, resealing, vault_keys};
use vault::{Owner, Place, Plaintext, PublicKey, SealedValue};

use crate::help::{House, account, ask_for_rotation, eventually, now, random, told_of};
use crate::meeting::COME;

/// The key that the keys in a start's hands are used with: the database tells which is current.
async fn started(house: &House) -> Keys {
    let current = vault_keys::current(&house.store).await.unwrap().unwrap();
    let ring = KeyRing::from_files(&house.key).unwrap();
    let ring = ring.with_current(&current.key_id.parse().unwrap()).unwrap();
    Keys::of_file(house.key.clone(), ring, true)
}

async fn rotator(house: &House) -> Rotator {
    Rotator::new(house.store.clone(), Arc::new(started(house).await), now)
}

/// Saves a connection, sealed to the key that is current in the transaction that saves it.
async fn save(store: &Store, name: &str, value: &str) -> ConnectionId {
    let mut tx = store.begin().await.unwrap();
    let current = vault_keys::current(&mut tx).await.unwrap().unwrap();
    let key = PublicKey::from_bytes(&current.public_key).unwrap();
    save_sealed_to(&key, tx, name, value).await
}

/// Saves a connection in this transaction, sealed to this key.
async fn save_sealed_to(key: &PublicKey, mut tx: Tx, name: &str, value: &str) -> ConnectionId {
    let id = ConnectionId::from_bytes(random());
    let account = account();
    let place = Place {
        account: account.as_str(),
        owner: Owner::Connection {
            id: id.as_str(),
            type_name: "npm",
        },
        field: "token",
        field_revision: 1,
    };
    let sealed = vault::seal(Plaintext::from(value.to_owned()), &place, key).unwrap();
    let value = NewValue {
        field: "token".to_owned(),
        field_revision: 1,
        sealed: SealedBytes {
            key_id: sealed.key_id.to_string(),
            sealed_data_key: sealed.sealed_data_key,
            nonce: sealed.nonce.to_vec(),
            ciphertext: sealed.ciphertext,
        },
    };
    let new = NewConnection {
        id: &id,
        type_name: &"npm".parse().unwrap(),
        name: &name.parse().unwrap(),
        values: &[value],
    };
    let told = told_of("connection.add", id.as_str(), ("npm", name), new.values);
    connections::add(&mut tx, &new, &told).await.unwrap();
    tx.commit().await.unwrap();
    id
}

/// Opens what [`save`] has saved.
async fn read(store: &Store, ring: &KeyRing, id: &ConnectionId) -> Option<Vec<u8>> {
    let account = account();
    let found = connections::sealed(store, &account, id, "token").await;
    let (field_revision, sealed) = found.unwrap().unwrap();
    let place = Place {
        account: account.as_str(),
        owner: Owner::Connection {
            id: id.as_str(),
            type_name: "npm",
        },
        field: "token",
        field_revision,
    };
    let sealed = SealedValue {
        key_id: sealed.key_id.parse().unwrap(),
        sealed_data_key: sealed.sealed_data_key,
        nonce: sealed.nonce.try_into().unwrap(),
        ciphertext: sealed.ciphertext,
    };
    let opened = ring.open(&sealed, &place).ok()?;
    Some(opened.expose().to_vec())
}

/// What has to hold after every rotation, and the ids of the old key and of the new one.
async fn holds(house: &House, before: &KeyRing) -> String {
    let counts = vault_keys::counts(&house.store).await.unwrap();
    let current = vault_keys::current(&house.store).await.unwrap().unwrap();
    assert_ne!(current.key_id, before.key_id().to_string());
    assert_eq!(
        counts.keys().collect::<Vec<_>>(),
        [&current.key_id],
        "a value is still sealed to another key"
    );
    let rotation = rotations::newest(&house.store).await.unwrap().unwrap();
    assert_eq!(
        (rotation.state, rotation.message.as_str()),
        (State::Finished, "")
    );
    let file = KeyRing::from_file(&house.key).unwrap();
    assert_eq!(file.key_id().to_string(), current.key_id, "the key file");
    let files = KeyRing::files(&house.key).unwrap();
    assert!(
        files.iter().any(|(id, _)| *id == before.key_id()),
        "the old key is kept"
    );
    let told = ledger::verify(&house.store).await.unwrap();
    assert!(matches!(told, Verdict::Whole { .. }), "{told:?}");
    current.key_id
}

both! {
    async fn every_data_key_is_sealed_again_and_no_value_is_touched(database: TestDatabase) {
        let house = House::with_its_key_known(database).await;
        let before = KeyRing::from_file(&house.key).unwrap();
        let mut ids = Vec::new();
        for number in 0..300 {
            ids.push(save(&house.store, &format!("c{number}"), &format!("value {number}")).await);
        }
        let workflow = house.workflow("steps: []\n").await;
        house.secret(&workflow, "token", "a secret").await;
        let account = account();
        let values = |id: ConnectionId| {
            let (store, account) = (house.store.clone(), account.clone());
            async move {
                let (revision, sealed) =
                    connections::sealed(&store, &account, &id, "token").await.unwrap().unwrap();
                (revision, sealed.nonce, sealed.ciphertext)
            }
        };
        let first = values(ids[0].clone()).await;

        ask_for_rotation(&house.store).await;
        let rotator = rotator(&house).await;
        while rotator.carry_on().await.unwrap() {}

        holds(&house, &before).await;
        assert_eq!(values(ids[0].clone()).await, first);
        let rotation = rotations::newest(&house.store).await.unwrap().unwrap();
        assert_eq!((rotation.done, rotation.total), (301, 301));
        let after = KeyRing::from_file(&house.key).unwrap();
        for (number, id) in ids.iter().enumerate() {
            let expected = format!("value {number}").into_bytes();
            assert_eq!(read(&house.store, &after, id).await, Some(expected));
        }
        assert_eq!(read(&house.store, &before, &ids[0]).await, None);
    }
}

both! {
    async fn a_rotation_that_is_killed_again_and_again_ends_well(database: TestDatabase) {
        let house = House::with_its_key_known(database).await;
        let before = KeyRing::from_file(&house.key).unwrap();
        let mut ids = Vec::new();
        for number in 0..1_000 {
            ids.push((save(&house.store, &format!("c{number}"), "before").await, "before"));
        }
        ask_for_rotation(&house.store).await;
        for number in 0_u32..25 {
            // A start that finds the files and the rows as the kill has left them.
            let rotator = rotator(&house).await;
            let work = async { while rotator.carry_on().await.unwrap() {} };
            // No bound that anything must keep: any moment is a good one to be killed at.
            let _killed = tokio::time::timeout(Duration::from_millis(u64::from(3 * number)), work).await;
            let id = save(&house.store, &format!("d{number}"), "meanwhile").await;
            let ring = started(&house).await.ring();
            assert_eq!(read(&house.store, &ring, &id).await.as_deref(), Some(&b"meanwhile"[..]));
            ids.push((id, "meanwhile"));
        }
        let rotator = rotator(&house).await;
        while rotator.carry_on().await.unwrap() {}

        holds(&house, &before).await;
        let after = KeyRing::from_file(&house.key).unwrap();
        for (id, value) in &ids {
            assert_eq!(read(&house.store, &after, id).await.as_deref(), Some(value.as_bytes()));
        }
    }
}

both! {
    async fn a_value_that_does_not_open_is_marked_and_holds_nothing_up(database: TestDatabase) {
        let house = House::with_its_key_known(database).await;
        let good = save(&house.store, "good", "good").await;
        let bad = save(&house.store, "bad", "bad").await;
        let zeros = if house.database.is_sqlite() { "zeroblob(80)" } else { "decode(repeat('00', 80), 'hex')" };
        let sql = format!("update field_values set sealed_data_key = {zeros} where connection_id = '{bad}'");
        assert_eq!(house.database.execute(&sql).await.unwrap(), 1);

        let old = KeyRing::from_file(&house.key).unwrap().key_id().to_string();
        ask_for_rotation(&house.store).await;
        let rotator = rotator(&house).await;
        while rotator.carry_on().await.unwrap() {}

        let rotation = rotations::newest(&house.store).await.unwrap().unwrap();
        assert_eq!((rotation.state, rotation.done), (State::Finished, 1));
        let counts = vault_keys::counts(&house.store).await.unwrap();
        assert_eq!((counts[&old].values, counts[&old].unopenable), (0, 1));
        let marked = resealing::unopenable(&house.store, None, 10).await.unwrap();
        assert!(matches!(&marked[..], [row] if row.owner == resealing::Owner::Field {
            connection: bad.clone(), type_name: "npm".to_owned(), name: "bad".to_owned(),
            field: "token".to_owned(),
        }));
        let after = KeyRing::from_file(&house.key).unwrap();
        assert_eq!(read(&house.store, &after, &good).await.as_deref(), Some(&b"good"[..]));
    }
}

both! {
    async fn a_key_that_was_given_is_followed_by_one_that_was_given(database: TestDatabase) {
        let house = House::with_its_key_known(database).await;
        let id = save(&house.store, "one", "one").await;
        let carry_on = async |keys: Keys| {
            let rotator = Rotator::new(house.store.clone(), Arc::new(keys), now);
            while rotator.carry_on().await.unwrap() {}
            rotations::newest(&house.store).await.unwrap().unwrap()
        };
        let given = || KeyRing::from_file(&house.key).unwrap();
        ask_for_rotation(&house.store).await;
        let rotation = carry_on(Keys::from(given())).await;
        assert_eq!(rotation.state, State::Failed);
        assert!(rotation.message.contains("lay ready"), "{}", rotation.message);

        let next = KeyRing::generate().unwrap();
        let next_id = next.key_id();
        ask_for_rotation(&house.store).await;
        let rotation = carry_on(Keys::from(given().with_older(next))).await;
        assert_eq!(rotation.to_key, Some(next_id.to_string()));
        assert_eq!((rotation.state, rotation.done), (State::Finished, 1));
        assert_eq!(read(&house.store, &given(), &id).await, None);
    }
}

both! {
    async fn a_step_gets_its_values_whatever_the_rotation_does(database: TestDatabase) {
        let house = House::with_its_key_known(database).await;
        for number in 0..600 {
            save(&house.store, &format!("c{number}"), "other").await;
        }
        save(&house.store, "mine", "the value of mine").await;
        let engine = house.engine().await;
        let run = house.run_of(&format!(
            "steps:\n- name: reads\n  image: x\n  spec: {{c: !Connection [npm, mine]}}\n\
             \x20 input: [{COME}, hear]\n"
        )).await;
        let mut guest = house.meeting.guest().await;
        let door = engine.door(&guest.token).unwrap();
        ask_for_rotation(&house.store).await;
        // The engine that serves the step also rotates; every question meanwhile is answered.
        eventually("the end of the rotation", async || {
            let whole = door.spec(None).await.unwrap().value.to_wire();
            assert_eq!(whole["c"]["token"], "the value of mine");
            let rotation = rotations::newest(&house.store).await.unwrap().unwrap();
            (rotation.state == State::Finished).then_some(())
        }).await;
        guest.tell("go").await;
        house.finished(&run).await;
        let counts = vault_keys::counts(&house.store).await.unwrap();
        assert_eq!(counts.len(), 1);
        engine.stop().await;
    }
}

both! {
    async fn a_value_whose_key_is_away_is_healthy(database: TestDatabase) {
        let house = House::with_its_key_known(database).await;
        let engine = house.engine().await;
        let lost = KeyRing::generate().unwrap();
        let (id, public) = (lost.key_id(), lost.public_key());
        // As another engine has sealed it, with a key that has not come here.
        let tx = house.store.begin().await.unwrap();
        save_sealed_to(&public, tx, "mine", "the value of mine").await;
        let run = house.run_of(&format!(
            "steps:\n- name: reads\n  image: x\n  spec: {{c: !Connection [npm, mine]}}\n\
             \x20 input: [{COME}, hear]\n"
        )).await;
        let mut guest = house.meeting.guest().await;
        let door = engine.door(&guest.token).unwrap();
        let answer = door.connection("npm", "mine").await;
        assert!(matches!(answer, Err(DoorError::Failed)), "{answer:?}");
        assert_eq!(resealing::unopenable(&house.store, None, 10).await.unwrap(), []);
        // It comes, and nothing else has to happen.
        lost.save_new(&house.key.with_file_name(format!("vault.key.{id}"))).unwrap();
        eventually("the value", async || door.connection("npm", "mine").await.ok()).await;
        guest.tell("go").await;
        house.finished(&run).await;
        engine.stop().await;
    }
}

both! {
    async fn a_rotation_looks_again_at_what_was_marked(database: TestDatabase) {
        let house = House::with_its_key_known(database).await;
        let before = KeyRing::from_file(&house.key).unwrap();
        let id = save(&house.store, "one", "one").await;
        let marked = "update field_values set unopenable_at = 1";
        assert_eq!(house.database.execute(marked).await.unwrap(), 1);
        ask_for_rotation(&house.store).await;
        let rotator = rotator(&house).await;
        while rotator.carry_on().await.unwrap() {}
        holds(&house, &before).await;
        assert_eq!(resealing::unopenable(&house.store, None, 10).await.unwrap(), []);
        let after = KeyRing::from_file(&house.key).unwrap();
        assert_eq!(read(&house.store, &after, &id).await.as_deref(), Some(&b"one"[..]));
    }
}
