//! A sealed value as the store sees it: bytes.

use std::fmt::Write;

use sha2::{Digest, Sha256};

use crate::Error;
use crate::row::{Row, column};

/// A sealed value. Where it belongs is told by the row it stands in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedBytes {
    /// Id of the vault key it is sealed to.
    pub key_id: String,
    /// The data key, sealed to the vault key.
    pub sealed_data_key: Vec<u8>,
    /// The nonce.
    pub nonce: Vec<u8>,
    /// The value under the data key.
    pub ciphertext: Vec<u8>,
}

impl SealedBytes {
    /// What the ledger tells of the record, so that no other one can take its place: the SHA-256 of
    /// nonce ‖ ciphertext in hexadecimal. A rotation does not touch those bytes.
    pub fn fingerprint(&self) -> String {
        let mut hash = Sha256::new();
        hash.update(&self.nonce);
        hash.update(&self.ciphertext);
        let mut text = String::new();
        for byte in hash.finalize() {
            // Writing to a string cannot fail.
            let _ = write!(text, "{byte:02x}");
        }
        text
    }

    /// Of a row with columns of these names.
    pub(crate) fn read(row: &Row) -> Result<Self, Error> {
        Ok(Self {
            key_id: column(row, "key_id")?,
            sealed_data_key: column(row, "sealed_data_key")?,
            nonce: column(row, "nonce")?,
            ciphertext: column(row, "ciphertext")?,
        })
    }
}
