//! Which key opens what.

use opener::{KeyRing, OpenError};
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
