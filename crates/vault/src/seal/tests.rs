use std::collections::HashSet;

use super::*;
use crate::place::Owner;
use crate::suite::SEALED_DATA_KEY_LENGTH;
use crate::vectors::{HPKE, bytes, field};

const PLACE: Place<'_> = Place {
    account: "a1",
    owner: Owner::Connection {
        id: "c1",
        type_name: "aws",
    },
    field: "accessKeyID",
    field_revision: 1,
};

/// A value of the published HPKE vector.
fn vector(name: &str) -> Vec<u8> {
    field(HPKE, name)
}

fn key() -> PublicKey {
    PublicKey::from_bytes(&vector("pkRm")).unwrap()
}

/// A source that gives 1, 2, 3 … in place of randomness.
fn counting() -> impl FnMut(&mut [u8]) -> Result<(), NoRandomness> {
    let mut next = 0_u8;
    move |buffer| {
        for byte in buffer {
            next += 1;
            *byte = next;
        }
        Ok(())
    }
}

#[test]
fn hpke_gives_what_rfc_9180_published() {
    let ephemeral = Zeroizing::new(vector("ikmE").try_into().unwrap());
    let sealed = hpke_seal(
        &key(),
        &vector("info"),
        &vector("aad"),
        &vector("pt"),
        ephemeral,
    );
    assert_eq!(sealed.unwrap(), [vector("enc"), vector("ct")].concat());
}

#[test]
fn the_bytes_of_a_record_are_frozen() {
    let sealed = seal_with("AKIA0".to_owned().into(), &PLACE, &key(), &mut counting()).unwrap();
    assert_eq!(sealed.key_id.to_string(), "69df8d73e7407153");
    assert_eq!(
        sealed.sealed_data_key,
        bytes(
            "16c26f1cc475d5641946504fa22b35aabaabdf58aab47f285421c6a872536951232a880b1060dd56\
         f428bf6fbf5914c81507e9c770797b2e66c511cbfa585b1f99e498762f1d2efe72c34c3aee40a581"
        )
    );
    assert_eq!(sealed.nonce.to_vec(), bytes("2122232425262728292a2b2c"));
    assert_eq!(
        sealed.ciphertext,
        bytes(
            "d0d6771d64582e46edc09aa6cfa492080f1286d066e49dbf24bf65594f0c9126ba6aaee092649116\
         e580a09c63ee29a12664ad77be4b42aa133d1e103874dc9c896d6d3564a75f7f73fe02632078ce82"
        )
    );
}

#[test]
fn without_randomness_nothing_is_sealed() {
    for failing in 0..3 {
        for silent in [false, true] {
            let mut draws = 0;
            let mut source = |buffer: &mut [u8]| {
                draws += 1;
                match draws - 1 == failing {
                    true if silent => Ok(()),
                    true => Err(NoRandomness),
                    false => randomness::system(buffer),
                }
            };
            let sealed = seal_with("value".to_owned().into(), &PLACE, &key(), &mut source);
            assert_eq!(
                sealed,
                Err(SealError::NoRandomness),
                "draw {failing}, silent: {silent}"
            );
        }
    }
}

#[test]
fn a_forbidden_key_is_refused() {
    // Points of small order: with them everybody knows the shared secret.
    let order_8 = "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800";
    for forbidden in [
        &"00".repeat(32),
        &("01".to_owned() + &"00".repeat(31)),
        order_8,
    ] {
        let forbidden = PublicKey::from_bytes(&bytes(forbidden)).unwrap();
        let sealed = seal("value".to_owned().into(), &PLACE, &forbidden);
        assert_eq!(sealed, Err(SealError::UnusableKey), "{forbidden:?}");
    }
}

#[test]
fn an_absurd_place_is_refused() {
    let field = "x".repeat(crate::MAX_PLACE);
    let sealed = seal(
        "value".to_owned().into(),
        &Place {
            field: &field,
            ..PLACE
        },
        &key(),
    );
    assert_eq!(sealed, Err(SealError::PlaceTooLong(PlaceTooLong)));
}

#[test]
fn a_record_shows_neither_the_value_nor_its_exact_length() {
    for value in ["", "no", "yes", &"x".repeat(63)] {
        let sealed = seal(value.to_owned().into(), &PLACE, &key()).unwrap();
        assert_eq!(sealed.ciphertext.len(), ciphertext_length(value.len()));
        assert_eq!(sealed.ciphertext.len(), 80);
        assert_eq!(sealed.sealed_data_key.len(), SEALED_DATA_KEY_LENGTH);
    }
    let marker = "a marker that must not be found in the record";
    let sealed = seal(marker.to_owned().into(), &PLACE, &key()).unwrap();
    assert!(!format!("{sealed:?}").contains(marker));
    assert!(
        !sealed
            .ciphertext
            .windows(8)
            .any(|part| marker.as_bytes().windows(8).any(|m| m == part))
    );
}

#[test]
fn two_records_share_nothing() {
    let mut seen: [HashSet<Vec<u8>>; 3] = Default::default();
    for _ in 0..200 {
        let sealed = seal("the same value".to_owned().into(), &PLACE, &key()).unwrap();
        assert!(seen[0].insert(sealed.nonce.to_vec()));
        assert!(seen[1].insert(sealed.sealed_data_key[..32].to_vec()));
        assert!(seen[2].insert(sealed.ciphertext));
    }
}
