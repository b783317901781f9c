//! Sealed values and public keys as text: what a browser sends, and what a public key file holds.
//!
//! A sealed value is one run of base64url without padding over
//! `key id (8) ‖ sealed data key (80) ‖ nonce (12) ‖ ciphertext`. A public key is one line,
//! [`PUBLIC_KEY_FORMAT`] and its 32 bytes in base64url; a verifying key likewise.

use std::str::FromStr;

use base64ct::{Base64UrlUnpadded, Encoding};

use crate::key::{KeyId, PublicKey};
use crate::padding::{STEP, padded_length};
use crate::seal::SealedValue;
use crate::statement::VerifyingKey;
use crate::suite::{NONCE_LENGTH, SEALED_DATA_KEY_LENGTH, TAG_LENGTH};

/// What the text of a public key begins with. A later format has another number.
pub const PUBLIC_KEY_FORMAT: &str = "relay-public-key-v1:";

/// What the text of a verifying key begins with.
pub const VERIFYING_KEY_FORMAT: &str = "relay-verifying-key-v1:";

/// Bytes in front of the ciphertext.
const HEAD: usize = KeyId::LENGTH + SEALED_DATA_KEY_LENGTH + NONCE_LENGTH;

/// The text is no sealed value, or one that this program could never have made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is not a sealed value")]
pub struct InvalidSealedText;

/// The text is no public key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is not a public key of a vault: one begins with {PUBLIC_KEY_FORMAT}")]
pub struct InvalidPublicKeyText;

impl SealedValue {
    /// The value as a text. It is sealed: whoever reads it learns what the store's rows tell.
    pub fn to_text(&self) -> String {
        let bytes = [
            self.key_id.as_bytes().as_slice(),
            &self.sealed_data_key,
            &self.nonce,
            &self.ciphertext,
        ];
        Base64UrlUnpadded::encode_string(&bytes.concat())
    }
}

impl FromStr for SealedValue {
    type Err = InvalidSealedText;

    /// Reads what [`to_text`](SealedValue::to_text) wrote. Every part has a length that sealing
    /// gives; whether it opens is known to whoever has the private key.
    fn from_str(text: &str) -> Result<Self, InvalidSealedText> {
        let bytes = Base64UrlUnpadded::decode_vec(text).map_err(|_| InvalidSealedText)?;
        let (head, ciphertext) = bytes.split_at_checked(HEAD).ok_or(InvalidSealedText)?;
        let (key_id, head) = head.split_at(KeyId::LENGTH);
        let (sealed_data_key, nonce) = head.split_at(SEALED_DATA_KEY_LENGTH);
        let padded = ciphertext
            .len()
            .checked_sub(TAG_LENGTH)
            .ok_or(InvalidSealedText)?;
        if padded < padded_length(0) || !padded.is_multiple_of(STEP) {
            return Err(InvalidSealedText);
        }
        Ok(Self {
            key_id: KeyId::from_bytes(key_id.try_into().map_err(|_| InvalidSealedText)?),
            sealed_data_key: sealed_data_key.to_vec(),
            nonce: nonce.try_into().map_err(|_| InvalidSealedText)?,
            ciphertext: ciphertext.to_vec(),
        })
    }
}

impl PublicKey {
    /// The key as one line without its end.
    pub fn to_text(&self) -> String {
        let encoded = Base64UrlUnpadded::encode_string(self.as_bytes());
        format!("{PUBLIC_KEY_FORMAT}{encoded}")
    }
}

impl FromStr for PublicKey {
    type Err = InvalidPublicKeyText;

    /// Reads what [`to_text`](PublicKey::to_text) wrote; blanks around it do not matter.
    fn from_str(text: &str) -> Result<Self, InvalidPublicKeyText> {
        let bytes = bytes_behind(PUBLIC_KEY_FORMAT, text).ok_or(InvalidPublicKeyText)?;
        Self::from_bytes(&bytes).map_err(|_| InvalidPublicKeyText)
    }
}

impl VerifyingKey {
    /// The key as one line without its end.
    pub fn to_text(&self) -> String {
        let encoded = Base64UrlUnpadded::encode_string(self.as_bytes());
        format!("{VERIFYING_KEY_FORMAT}{encoded}")
    }
}

impl FromStr for VerifyingKey {
    type Err = InvalidPublicKeyText;

    /// Reads what [`to_text`](VerifyingKey::to_text) wrote; blanks around it do not matter.
    fn from_str(text: &str) -> Result<Self, InvalidPublicKeyText> {
        let bytes = bytes_behind(VERIFYING_KEY_FORMAT, text).ok_or(InvalidPublicKeyText)?;
        Self::from_bytes(&bytes).map_err(|_| InvalidPublicKeyText)
    }
}

fn bytes_behind(format: &str, text: &str) -> Option<Vec<u8>> {
    let encoded = text.trim().strip_prefix(format)?;
    Base64UrlUnpadded::decode_vec(encoded).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Owner, Place, Plaintext, ciphertext_length, seal};

    fn sealed(length: usize) -> SealedValue {
        let place = Place {
            account: "a",
            owner: Owner::Secret {
                workflow_id: "w",
                name: "n",
            },
            field: "value",
            field_revision: 1,
        };
        // The base point of X25519: a key that can be used, whoever has its private half.
        let mut key = [0; 32];
        key[0] = 9;
        seal(Plaintext::from(vec![7; length]), &place, &key.into()).unwrap()
    }

    #[test]
    fn the_bytes_are_frozen() {
        let value = SealedValue {
            key_id: "0123456789abcdef".parse().unwrap(),
            sealed_data_key: vec![1; 80],
            nonce: [2; 12],
            ciphertext: vec![3; 80],
        };
        let bytes = [
            vec![0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef],
            vec![1; 80],
            vec![2; 12],
            vec![3; 80],
        ];
        assert_eq!(
            value.to_text(),
            Base64UrlUnpadded::encode_string(&bytes.concat())
        );
        assert!(value.to_text().starts_with("ASNFZ4mrze8BAQEB"));
    }

    #[test]
    fn what_was_sealed_comes_back_and_keeps_its_length() {
        for length in [0, 63, 64, 65_536] {
            let value = sealed(length);
            let back: SealedValue = value.to_text().parse().unwrap();
            assert_eq!(back.ciphertext.len(), ciphertext_length(length));
            assert_eq!(back, value);
        }
    }

    #[test]
    fn what_sealing_never_makes_is_not_taken() {
        let good = sealed(5).to_text();
        let bytes = Base64UrlUnpadded::decode_vec(&good).unwrap();
        for cut in [0, 1, 7, HEAD - 1, HEAD, HEAD + 16, bytes.len() - 1] {
            let text = Base64UrlUnpadded::encode_string(&bytes[..cut]);
            assert_eq!(text.parse::<SealedValue>(), Err(InvalidSealedText), "{cut}");
        }
        let longer = Base64UrlUnpadded::encode_string(&[&bytes[..], &[0]].concat());
        for text in [
            String::new(),
            longer,
            format!("{good}="),
            format!(" {good}"),
            good.replace(['-', '_'], "+") + "+",
            "a password that somebody typed".to_owned(),
        ] {
            assert_eq!(text.parse::<SealedValue>(), Err(InvalidSealedText));
        }
    }

    #[test]
    fn a_public_key_is_one_line() {
        let key = PublicKey::from([1; 32]);
        let text = key.to_text();
        assert_eq!(
            text,
            "relay-public-key-v1:AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE"
        );
        assert_eq!(format!("{text}\r\n").parse(), Ok(key));
        let private = text.replace("public", "vault");
        let verifying = VerifyingKey::from_bytes(&[1; 32]).unwrap().to_text();
        assert!(verifying.parse::<VerifyingKey>().is_ok());
        for wrong in ["", "AQEB", &text[..text.len() - 1], &private, &verifying] {
            assert_eq!(wrong.parse::<PublicKey>(), Err(InvalidPublicKeyText));
        }
    }
}
