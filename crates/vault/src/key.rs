//! The vault's public key, and the short name every record keeps of the key it is sealed to.

use std::fmt;
use std::str::FromStr;

use sha2::{Digest, Sha256};

use crate::suite::KEY_LENGTH;

/// Bytes of a key id.
const ID_LENGTH: usize = 8;

/// The public half of a vault key. Whoever has it can seal; it opens nothing and is no secret.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct PublicKey([u8; KEY_LENGTH]);

/// A public key that is not 32 bytes long.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a public key has 32 bytes, this has {length}")]
pub struct InvalidPublicKey {
    /// How many bytes there were.
    pub length: usize,
}

impl PublicKey {
    /// A key from its 32 bytes.
    ///
    /// Any 32 bytes are taken here; one of the few that X25519 forbids is refused by
    /// [`seal`](fn@crate::seal).
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, InvalidPublicKey> {
        match bytes.try_into() {
            Ok(key) => Ok(Self(key)),
            Err(_) => Err(InvalidPublicKey {
                length: bytes.len(),
            }),
        }
    }

    /// Its 32 bytes.
    pub fn as_bytes(&self) -> &[u8; KEY_LENGTH] {
        &self.0
    }

    /// Its short name.
    pub fn id(&self) -> KeyId {
        let digest = Sha256::digest(self.0);
        let mut id = [0; ID_LENGTH];
        id.copy_from_slice(&digest[..ID_LENGTH]);
        KeyId(id)
    }
}

impl From<[u8; KEY_LENGTH]> for PublicKey {
    fn from(bytes: [u8; KEY_LENGTH]) -> Self {
        Self(bytes)
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({})", self.id())
    }
}

/// Names a vault key: the first 8 bytes of SHA-256 over its public half, as text 16 lower-case
/// hexadecimal digits. A record is opened with the key of this name and with no other.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId([u8; ID_LENGTH]);

/// The text is not 16 lower-case hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a key id is 16 lower-case hexadecimal digits")]
pub struct InvalidKeyId;

impl KeyId {
    /// Bytes of a key id.
    pub const LENGTH: usize = ID_LENGTH;

    /// The name with these bytes.
    pub(crate) fn from_bytes(bytes: [u8; ID_LENGTH]) -> Self {
        Self(bytes)
    }

    /// Its 8 bytes.
    pub fn as_bytes(&self) -> &[u8; ID_LENGTH] {
        &self.0
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyId({self})")
    }
}

impl FromStr for KeyId {
    type Err = InvalidKeyId;

    fn from_str(text: &str) -> Result<Self, InvalidKeyId> {
        let digit = |byte: u8| match byte {
            b'0'..=b'9' => Ok(byte - b'0'),
            b'a'..=b'f' => Ok(byte - b'a' + 10),
            _ => Err(InvalidKeyId),
        };
        let digits: &[u8; 2 * ID_LENGTH] = text.as_bytes().try_into().map_err(|_| InvalidKeyId)?;
        let mut id = [0; ID_LENGTH];
        for (byte, pair) in id.iter_mut().zip(digits.chunks_exact(2)) {
            *byte = digit(pair[0])? << 4 | digit(pair[1])?;
        }
        Ok(Self(id))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_id_is_the_beginning_of_the_hash() {
        // SHA-256 of 32 zero bytes, known far and wide, begins 66687aadf862bd77.
        let id = PublicKey([0; 32]).id();
        assert_eq!(id.to_string(), "66687aadf862bd77");
        assert_eq!("66687aadf862bd77".parse(), Ok(id));
        assert_eq!(
            format!("{id:?} {:?}", PublicKey([0; 32]))
                .matches("66687aadf862bd77")
                .count(),
            2
        );
    }

    #[test]
    fn an_id_has_one_spelling() {
        for wrong in [
            "",
            "66687aadf862bd7",
            "66687aadf862bd777",
            "66687AADF862BD77",
            "66687aadf862bd7g",
        ] {
            assert_eq!(wrong.parse::<KeyId>(), Err(InvalidKeyId), "{wrong}");
        }
        assert_eq!("é".repeat(8).parse::<KeyId>(), Err(InvalidKeyId));
    }

    #[test]
    fn a_key_has_32_bytes() {
        for length in [0, 31, 33, 64] {
            assert_eq!(
                PublicKey::from_bytes(&vec![1; length]),
                Err(InvalidPublicKey { length })
            );
        }
        let key = PublicKey::from_bytes(&[1; 32]).unwrap();
        assert_eq!(key.as_bytes(), &[1; 32]);
    }
}
