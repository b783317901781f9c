//! Records of the past open for ever.
//!
//! The fixtures were sealed once and are never made anew: whoever finds this test red has changed
//! the format, and has to keep reading the old one. The key in them belongs to no installation.

use opener::KeyRing;
use vault::{Owner, Place, SealedValue};

const RECORDS: &str = include_str!("../fixtures/records-v1.txt");

#[test]
fn version_1_opens() {
    let bytes = |hex: &str| -> Vec<u8> {
        let digit = |at: usize| u8::from_str_radix(&hex[at..at + 2], 16).unwrap();
        (0..hex.len()).step_by(2).map(digit).collect()
    };
    let blocks: Vec<_> = RECORDS.split("\n\n").skip(1).collect();
    assert_eq!(blocks.len(), 3);
    let mut opened_values = Vec::new();
    for block in blocks {
        let line = |name: &str| {
            let of_name = |line: &'static str| line.strip_prefix(name)?.strip_prefix(" =");
            block.lines().find_map(of_name).unwrap().trim()
        };
        let owner = match line("owner") {
            "connection" => Owner::Connection {
                id: line("id"),
                type_name: line("type"),
            },
            _ => Owner::Secret {
                workflow_id: line("id"),
                name: line("name"),
            },
        };
        let place = Place {
            account: line("account"),
            owner,
            field: line("field"),
            field_revision: line("field revision").parse().unwrap(),
        };
        let sealed = SealedValue {
            key_id: line("key id").parse().unwrap(),
            sealed_data_key: bytes(line("sealed data key")),
            nonce: bytes(line("nonce")).try_into().unwrap(),
            ciphertext: bytes(line("ciphertext")),
        };
        let keys = KeyRing::from_text(line("key").to_owned()).ok().unwrap();
        assert_eq!(keys.key_id(), sealed.key_id);
        let opened = keys.open(&sealed, &place).ok().unwrap();
        assert_eq!(opened.expose(), bytes(line("value")), "{block}");
        opened_values.push(opened);
    }
    assert_eq!(opened_values[0].expose(), b"AKIAIOSFODNN7EXAMPLE");
}
