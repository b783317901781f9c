//! Which key opens what.

use std::sync::Barrier;
use std::thread;

use opener::{KeyRing, Keys, OpenError};
use static_assertions::{assert_impl_all, assert_not_impl_any};
use vault::{Owner, Place, SealedValue, seal};

const PLACE: Place<'_> = Place {
    account: "a1",
    owner: Owner::Connection {
        id: "c1",
        type_name: "aws",
    },
    field: "accessKeyID",
    field_revision: 1,
};

assert_not_impl_any!(KeyRing: std::fmt::Debug, std::fmt::Display, Clone, Default, PartialEq);
assert_not_impl_any!(KeyRing: serde::Serialize, serde::de::DeserializeOwned, AsRef<[u8]>);
assert_not_impl_any!(Keys: std::fmt::Debug, std::fmt::Display, Clone, PartialEq, serde::Serialize);
assert_impl_all!(KeyRing: Send, Sync);

#[test]
fn the_key_of_another_installation_opens_nothing() {
    let (own, other) = (KeyRing::generate().unwrap(), KeyRing::generate().unwrap());
    let sealed = seal("value".to_owned().into(), &PLACE, &own.public_key()).unwrap();

    let error = other.open(&sealed, &PLACE).err().unwrap();
    assert_eq!(
        error,
        OpenError::UnknownKey {
            key_id: own.key_id()
        }
    );
    let id = own.key_id();
    assert_eq!(
        error.to_string(),
        format!("the value is sealed to the vault key {id}, which is not here")
    );

    // Nor does it help to write its id into the record.
    let renamed = SealedValue {
        key_id: other.key_id(),
        ..sealed
    };
    assert_eq!(other.open(&renamed, &PLACE).err(), Some(OpenError::Refused));
}

#[test]
fn an_older_key_opens_by_its_id_and_never_by_trial() {
    let (older, oldest) = (KeyRing::generate().unwrap(), KeyRing::generate().unwrap());
    let (older_key, oldest_key) = (older.public_key(), oldest.public_key());
    let current = KeyRing::generate().unwrap();
    let current_key = current.public_key();
    let keys = current.with_older(older.with_older(oldest));
    assert!(keys.public_key() == current_key && keys.key_id() == current_key.id());

    for key in [current_key, older_key, oldest_key] {
        let sealed = seal("value".to_owned().into(), &PLACE, &key).unwrap();
        assert_eq!(keys.open(&sealed, &PLACE).ok().unwrap().expose(), b"value");
        for other in [current_key, older_key, oldest_key] {
            let renamed = SealedValue {
                key_id: other.id(),
                ..sealed.clone()
            };
            assert_eq!(keys.open(&renamed, &PLACE).is_ok(), other == key);
        }
    }
}

#[test]
fn two_new_keys_are_different() {
    let (one, other) = (KeyRing::generate().unwrap(), KeyRing::generate().unwrap());
    assert!(one.public_key() != other.public_key() && one.key_id() != other.key_id());
}

#[test]
fn whoever_looks_for_a_key_waits_for_the_look_of_another() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("vault.key");
    let own = KeyRing::generate().unwrap();
    own.save_new(&path).unwrap();
    let ids: Vec<_> = (0..20)
        .map(|_| {
            // Each is what another process has just made.
            let new = KeyRing::generate().unwrap();
            let id = new.key_id();
            new.save_new(&directory.path().join(format!("vault.key.{id}")))
                .unwrap();
            id
        })
        .collect();
    for id in ids {
        let ring = KeyRing::from_file(&path).unwrap();
        let keys = Keys::of_file(path.clone(), ring, false);
        let ready = Barrier::new(8);
        thread::scope(|scope| {
            let looks: Vec<_> = (0..8)
                .map(|_| {
                    scope.spawn(|| {
                        ready.wait();
                        keys.find(&id)
                    })
                })
                .collect();
            for look in looks {
                assert!(look.join().unwrap(), "a key that is there was not found");
            }
        });
    }
    let keys = Keys::of_file(path.clone(), KeyRing::from_file(&path).unwrap(), false);
    assert!(!keys.find(&"0123456789abcdef".parse().unwrap()));
    // That one was looked for in vain; another one is looked for all the same.
    let late = KeyRing::generate().unwrap();
    late.save_new(
        &directory
            .path()
            .join(format!("vault.key.{}", late.key_id())),
    )
    .unwrap();
    assert!(keys.find(&late.key_id()));
}
