//! Values keep their bytes.

use opener::KeyRing;
use proptest::prelude::*;
use vault::{Owner, Place, Plaintext, seal};

const SECRET: Place<'_> = Place {
    account: "0123456789abcdef0123456789abcdef",
    owner: Owner::Secret {
        workflow_id: "fedcba9876543210fedcba9876543210",
        name: "a/b.c %",
    },
    field: "value",
    field_revision: 3,
};

fn comes_back(keys: &KeyRing, value: &[u8], place: &Place<'_>) -> bool {
    let sealed = seal(Plaintext::from(value.to_vec()), place, &keys.public_key());
    let opened = sealed
        .ok()
        .and_then(|sealed| keys.open(&sealed, place).ok());
    opened.is_some_and(|opened| opened.expose() == value)
}

#[test]
fn awkward_values_come_back() {
    let keys = KeyRing::generate().unwrap();
    let long = "x".repeat(64 * 1024);
    for value in [
        "",
        "\0",
        " leading and trailing ",
        "$HOME `id` \\ \" ' <>& %20",
        "one\ntwo\r\n\n",
        "{{ value }} ${secrets.x} $encrypted$x",
        "relay.v1",
        "schlüssel \u{1F511}",
        "\u{80}",
        &long,
    ] {
        assert!(comes_back(&keys, value.as_bytes(), &SECRET), "{value:.40}");
    }
    for length in (0..200).step_by(7) {
        assert!(comes_back(&keys, &vec![0x80; length], &SECRET), "{length}");
        assert!(comes_back(&keys, &vec![0; length], &SECRET), "{length}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_bytes_come_back_from_any_place(
        value in prop_oneof![
            4 => proptest::collection::vec(any::<u8>(), 0..300),
            1 => proptest::collection::vec(any::<u8>(), 0..=64 * 1024),
        ],
        [account, id, name, field] in [".{0,40}", ".{0,40}", ".{0,40}", ".{0,40}"],
        secret in any::<bool>(),
        field_revision in any::<u64>(),
    ) {
        let owner = if secret {
            Owner::Secret { workflow_id: &id, name: &name }
        } else {
            Owner::Connection { id: &id, type_name: &name }
        };
        let place = Place { account: &account, owner, field: &field, field_revision };
        prop_assert!(comes_back(&KeyRing::generate().unwrap(), &value, &place));
    }
}
