//! What the holder of the vault's private key states, signed, so that others can tell it from what
//! anybody wrote who can write the database.
//!
//! The signature is Ed25519 over the bytes of the statement: its parts in the encoding of
//! [`Place`](crate::Place), each behind its length, the first two naming format and kind. The
//! signing key is made from the vault's private key, so whoever can open values can sign and
//! nobody else. This crate only verifies.

use ed25519_dalek::{Signature, VerifyingKey as DalekKey};

use crate::place::{FORMAT, parts};
use crate::{InvalidPublicKey, PublicKey};

/// Bytes of a verifying key.
pub const VERIFYING_KEY_LENGTH: usize = 32;

/// Bytes of a signature.
pub const SIGNATURE_LENGTH: usize = 64;

/// Something that the holder of a vault key states.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Statement<'a> {
    /// This vault key follows the one that signs.
    Successor {
        /// The new public key.
        key: &'a PublicKey,
        /// What the new key's own statements are verified with.
        verifying: &'a VerifyingKey,
    },
    /// Up to this row the ledger has this hash.
    Checkpoint {
        /// The number of the row.
        number: u64,
        /// The hash of the row.
        hash: &'a [u8],
        /// When that was looked at, in milliseconds since the Unix epoch.
        at: i64,
    },
}

impl Statement<'_> {
    /// The bytes that are signed.
    ///
    /// Kinds differ in their second part, and no part can run into the next, so that no statement
    /// has the bytes of another.
    pub fn bytes(&self) -> Vec<u8> {
        let done = match self {
            Self::Successor { key, verifying } => parts(&[
                FORMAT.as_bytes(),
                b"successor",
                key.as_bytes(),
                verifying.as_bytes(),
            ]),
            Self::Checkpoint { number, hash, at } => parts(&[
                FORMAT.as_bytes(),
                b"checkpoint",
                &number.to_be_bytes(),
                hash,
                &at.to_be_bytes(),
            ]),
        };
        // Only a hash of many kilobytes could be too long, and such a statement is one nobody signs.
        done.unwrap_or_default()
    }
}

/// What the statements of one vault key are verified with. It is no secret.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct VerifyingKey([u8; VERIFYING_KEY_LENGTH]);

impl VerifyingKey {
    /// A key from its 32 bytes. Bytes that are no key verify nothing.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, InvalidPublicKey> {
        match bytes.try_into() {
            Ok(key) => Ok(Self(key)),
            Err(_) => Err(InvalidPublicKey {
                length: bytes.len(),
            }),
        }
    }

    /// Its 32 bytes.
    pub fn as_bytes(&self) -> &[u8; VERIFYING_KEY_LENGTH] {
        &self.0
    }

    /// Whether the holder of this key has signed the statement.
    pub fn verify(&self, statement: &Statement<'_>, signature: &[u8]) -> bool {
        let message = statement.bytes();
        let (Ok(key), Ok(signature)) = (
            DalekKey::from_bytes(&self.0),
            Signature::from_slice(signature),
        ) else {
            return false;
        };
        // Strict: keys and signatures of small order, which fit many messages, are refused.
        !message.is_empty() && key.verify_strict(&message, &signature).is_ok()
    }
}

impl From<[u8; VERIFYING_KEY_LENGTH]> for VerifyingKey {
    fn from(bytes: [u8; VERIFYING_KEY_LENGTH]) -> Self {
        Self(bytes)
    }
}

impl std::fmt::Debug for VerifyingKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("VerifyingKey(")?;
        self.0[..4]
            .iter()
            .try_for_each(|byte| write!(f, "{byte:02x}"))?;
        f.write_str("…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bytes_of_statements_are_frozen() {
        let (key, verifying) = (PublicKey::from([1; 32]), VerifyingKey([2; 32]));
        let successor = Statement::Successor {
            key: &key,
            verifying: &verifying,
        };
        let expected = [
            b"\0\0\0\x08relay.v1\0\0\0\x09successor\0\0\0\x20".as_slice(),
            &[1; 32],
            b"\0\0\0\x20",
            &[2; 32],
        ];
        assert_eq!(successor.bytes(), expected.concat());
        let checkpoint = Statement::Checkpoint {
            number: 7,
            hash: &[3; 32],
            at: 0x0102,
        };
        let expected = [
            b"\0\0\0\x08relay.v1\0\0\0\x0acheckpoint\0\0\0\x08\0\0\0\0\0\0\0\x07\0\0\0\x20"
                .as_slice(),
            &[3; 32],
            b"\0\0\0\x08\0\0\0\0\0\0\x01\x02",
        ];
        assert_eq!(checkpoint.bytes(), expected.concat());
    }

    #[test]
    fn nothing_verifies_with_what_is_no_key() {
        let statement = Statement::Checkpoint {
            number: 1,
            hash: &[0; 32],
            at: 0,
        };
        for key in [[0; 32], [0xff; 32]] {
            for signature in [&[0; 64][..], &[], &[0xff; 64], &[0; 63]] {
                assert!(!VerifyingKey(key).verify(&statement, signature));
            }
        }
        let absurd = Statement::Checkpoint {
            number: 1,
            hash: &vec![0; 1 << 16],
            at: 0,
        };
        assert!(!VerifyingKey([1; 32]).verify(&absurd, &[0; 64]));
    }
}
