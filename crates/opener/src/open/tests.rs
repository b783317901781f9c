use std::collections::HashSet;

use hpke::Kem as _;
use vault::{Owner, PublicKey, seal};

use super::*;

const PLACE: Place<'_> = Place {
    account: "a1",
    owner: Owner::Connection {
        id: "c1",
        type_name: "aws",
    },
    field: "accessKeyID",
    field_revision: 1,
};
const ELSEWHERE: Place<'_> = Place {
    field_revision: 2,
    ..PLACE
};

/// A value of the published HPKE vector, which lies beside the crate that seals.
fn vector(name: &str) -> Vec<u8> {
    let of_name = |line: &'static str| line.strip_prefix(name)?.strip_prefix(" = ");
    let mut lines = include_str!("../../../vault/src/vectors/hpke-rfc9180.txt").lines();
    let hex = lines.find_map(of_name).unwrap();
    let digit = |at: usize| u8::from_str_radix(&hex[at..at + 2], 16).unwrap();
    (0..hex.len()).step_by(2).map(digit).collect()
}

fn private() -> PrivateKey {
    PrivateKey::from_bytes(&vector("skRm")).unwrap()
}

fn sealed() -> SealedValue {
    let key = PublicKey::from_bytes(&vector("pkRm")).unwrap();
    seal("value".to_owned().into(), &PLACE, &key).unwrap()
}

fn data_key(sealed: &SealedValue) -> Zeroizing<[u8; KEY_LENGTH]> {
    let info = PLACE.info(&sealed.key_id).unwrap();
    open_data_key(&private(), &sealed.sealed_data_key, &info)
        .ok()
        .unwrap()
}

#[test]
fn hpke_opens_what_rfc_9180_published() {
    let sealed = [vector("enc"), vector("ct")].concat();
    let mut message = vec![0; vector("pt").len()];
    let opened = hpke_open(
        &private(),
        &vector("info"),
        &vector("aad"),
        &sealed,
        &mut message,
    );
    assert!(opened.is_ok());
    assert_eq!(message, vector("pt"));
    assert_eq!(
        hpke::Serializable::to_bytes(&Kem::sk_to_pk(&private())).to_vec(),
        vector("pkRm")
    );
}

#[test]
fn the_value_alone_is_bound_to_its_place() {
    let sealed = sealed();
    let data_key = data_key(&sealed);
    let here = PLACE.associated_data().unwrap();
    assert_eq!(
        open_value(&data_key, &sealed, &here).ok().unwrap().expose(),
        b"value"
    );
    for elsewhere in [ELSEWHERE.associated_data().unwrap(), Vec::new()] {
        assert!(open_value(&data_key, &sealed, &elsewhere).is_err());
    }
}

#[test]
fn the_data_key_alone_is_bound_to_its_place() {
    let sealed = sealed();
    for elsewhere in [ELSEWHERE.info(&sealed.key_id).unwrap(), Vec::new()] {
        assert!(open_data_key(&private(), &sealed.sealed_data_key, &elsewhere).is_err());
    }
}

#[test]
fn the_data_key_is_bound_to_the_id_of_its_key() {
    let sealed = sealed();
    let other = "0123456789abcdef".parse().unwrap();
    let info = PLACE.info(&other).unwrap();
    assert!(open_data_key(&private(), &sealed.sealed_data_key, &info).is_err());
    let renamed = SealedValue {
        key_id: other,
        ..sealed
    };
    assert!(open(&private(), &renamed, &PLACE).is_err());
}

#[test]
fn the_layers_refuse_any_other_length() {
    let sealed = sealed();
    let info = PLACE.info(&sealed.key_id).unwrap();
    let mut message = [0; KEY_LENGTH];
    for length in (0..SEALED_DATA_KEY_LENGTH).chain([SEALED_DATA_KEY_LENGTH + 1, 200]) {
        let mut bytes = sealed.sealed_data_key.clone();
        bytes.resize(length, 0);
        assert!(
            open_data_key(&private(), &bytes, &info).is_err(),
            "{length}"
        );
        assert!(
            hpke_open(&private(), &info, &[], &bytes, &mut message).is_err(),
            "{length}"
        );
    }
}

#[test]
fn a_value_that_was_never_padded_is_refused() {
    let sealed = sealed();
    let (data_key, here) = (data_key(&sealed), PLACE.associated_data().unwrap());
    let mut ciphertext = vec![0; 64];
    ValueCipher::new((&*data_key).into())
        .encrypt_in_place((&sealed.nonce).into(), &here, &mut ciphertext)
        .unwrap();
    assert!(
        open_value(
            &data_key,
            &SealedValue {
                ciphertext,
                ..sealed
            },
            &here
        )
        .is_err()
    );
}

#[test]
fn every_value_has_its_own_data_key() {
    let mut seen = HashSet::new();
    for _ in 0..200 {
        assert!(seen.insert(data_key(&sealed()).to_vec()));
    }
}
