//! A record that was changed in any way does not open, and always for the same reason.

use opener::{KeyRing, OpenError};
use vault::{Owner, Place, SealedValue, seal};

const PLACE: Place<'_> = Place {
    account: "a1",
    owner: Owner::Connection {
        id: "c1",
        type_name: "aws",
    },
    field: "secretAccessKey",
    field_revision: 7,
};

fn sealed(keys: &KeyRing) -> Result<SealedValue, vault::SealError> {
    seal("value".to_owned().into(), &PLACE, &keys.public_key())
}

fn refusal(keys: &KeyRing, sealed: &SealedValue) -> Option<OpenError> {
    keys.open(sealed, &PLACE).err()
}

/// Every copy of `bytes` with one bit turned over.
fn flips(bytes: &[u8]) -> impl Iterator<Item = Vec<u8>> {
    (0..bytes.len() * 8).map(|bit| {
        let mut flipped = bytes.to_vec();
        flipped[bit / 8] ^= 1 << (bit % 8);
        flipped
    })
}

/// Every beginning and end of `bytes`, and `bytes` with something more at either end.
fn cuts(bytes: &[u8]) -> impl Iterator<Item = Vec<u8>> {
    let shorter = (0..bytes.len()).flat_map(|at| [bytes[..at].to_vec(), bytes[at + 1..].to_vec()]);
    let longer = [1, 16, 64].into_iter().flat_map(move |more| {
        [
            [bytes, &vec![0; more]].concat(),
            [&vec![0; more], bytes].concat(),
        ]
    });
    shorter.chain(longer).chain([[bytes, bytes].concat()])
}

#[test]
fn every_flipped_bit_is_refused() {
    let keys = KeyRing::generate().unwrap();
    let sealed = sealed(&keys).unwrap();
    assert!(keys.open(&sealed, &PLACE).is_ok());

    for nonce in flips(&sealed.nonce) {
        let changed = SealedValue {
            nonce: nonce.try_into().unwrap(),
            ..sealed.clone()
        };
        assert_eq!(refusal(&keys, &changed), Some(OpenError::Refused));
    }
    for ciphertext in flips(&sealed.ciphertext) {
        let changed = SealedValue {
            ciphertext,
            ..sealed.clone()
        };
        assert_eq!(refusal(&keys, &changed), Some(OpenError::Refused));
    }
    let mut accepted = 0;
    for sealed_data_key in flips(&sealed.sealed_data_key) {
        let changed = SealedValue {
            sealed_data_key,
            ..sealed.clone()
        };
        accepted += usize::from(refusal(&keys, &changed) != Some(OpenError::Refused));
    }
    assert_eq!(accepted, 0);
    for id in flips(sealed.key_id.as_bytes()) {
        let id = u64::from_be_bytes(id.try_into().unwrap());
        let key_id = format!("{id:016x}").parse().unwrap();
        let changed = SealedValue {
            key_id,
            ..sealed.clone()
        };
        assert_eq!(
            refusal(&keys, &changed),
            Some(OpenError::UnknownKey { key_id })
        );
    }
}

#[test]
fn every_cut_and_every_addition_is_refused() {
    let keys = KeyRing::generate().unwrap();
    let sealed = sealed(&keys).unwrap();
    for sealed_data_key in cuts(&sealed.sealed_data_key) {
        let changed = SealedValue {
            sealed_data_key,
            ..sealed.clone()
        };
        assert_eq!(refusal(&keys, &changed), Some(OpenError::Refused));
    }
    for ciphertext in cuts(&sealed.ciphertext) {
        let changed = SealedValue {
            ciphertext,
            ..sealed.clone()
        };
        assert_eq!(refusal(&keys, &changed), Some(OpenError::Refused));
    }
}

#[test]
fn parts_of_two_records_do_not_make_a_third() {
    let keys = KeyRing::generate().unwrap();
    let (one, other) = (sealed(&keys).unwrap(), sealed(&keys).unwrap());
    for mixed in [
        SealedValue {
            sealed_data_key: other.sealed_data_key.clone(),
            ..one.clone()
        },
        SealedValue {
            nonce: other.nonce,
            ..one.clone()
        },
        SealedValue {
            ciphertext: other.ciphertext.clone(),
            ..one.clone()
        },
        SealedValue {
            sealed_data_key: [&one.sealed_data_key[..32], &other.sealed_data_key[32..]].concat(),
            ..one.clone()
        },
    ] {
        assert_eq!(refusal(&keys, &mixed), Some(OpenError::Refused));
    }
}

#[test]
fn the_one_sentence_tells_nothing() {
    let sentence = "the stored value does not open: it was changed, or it does not belong here";
    assert_eq!(OpenError::Refused.to_string(), sentence);
}
