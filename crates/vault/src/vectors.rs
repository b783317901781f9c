//! Published test vectors, and the ciphers of this crate against them.

use aes_gcm::{AeadInOut, KeyInit};

use crate::suite::{NONCE_LENGTH, ValueCipher};

/// RFC 9180's vector for the suite of this crate.
pub(crate) const HPKE: &str = include_str!("vectors/hpke-rfc9180.txt");

/// Reads hexadecimal digits.
pub(crate) fn bytes(hex: &str) -> Vec<u8> {
    let digit = |at: usize| u8::from_str_radix(&hex[at..at + 2], 16).unwrap();
    (0..hex.len()).step_by(2).map(digit).collect()
}

/// The value of the line `name = value`.
pub(crate) fn field(block: &str, name: &str) -> Vec<u8> {
    let of_name = |line: &str| {
        line.strip_prefix(name)?
            .strip_prefix(" =")
            .map(str::to_owned)
    };
    bytes(block.lines().find_map(of_name).unwrap().trim())
}

#[test]
fn aes_256_gcm_gives_what_nist_published() {
    let blocks: Vec<_> = include_str!("vectors/aes-256-gcm.rsp")
        .split("\n\n")
        .skip(1)
        .collect();
    assert_eq!(blocks.len(), 75);
    for block in blocks {
        let [key, nonce, value, associated_data, ciphertext, tag] =
            ["Key", "IV", "PT", "AAD", "CT", "Tag"].map(|name| field(block, name));
        let nonce: [u8; NONCE_LENGTH] = nonce.try_into().unwrap();
        let cipher = ValueCipher::new_from_slice(&key).unwrap();

        let mut buffer = value.clone();
        cipher
            .encrypt_in_place(&nonce.into(), &associated_data, &mut buffer)
            .unwrap();
        assert_eq!(buffer, [ciphertext, tag].concat(), "{block}");
        cipher
            .decrypt_in_place(&nonce.into(), &associated_data, &mut buffer)
            .unwrap();
        assert_eq!(buffer, value, "{block}");
    }
}
