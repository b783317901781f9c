//! Signing statements with a key that is made from the vault's private key.
//!
//! Seed of the Ed25519 key = SHA-256("relay.v1 signing key" ‖ 0 ‖ private key). The private key is 32
//! random bytes and used for nothing else but HPKE, so neither key tells of the other.

use ed25519_dalek::{Signer, SigningKey};
use hpke::Serializable;
use sha2::{Digest, Sha256};
use vault::statement::SIGNATURE_LENGTH;
use vault::suite::KEY_LENGTH;
use vault::{Statement, VerifyingKey};
use zeroize::Zeroizing;

use crate::key_text::PrivateKey;

/// Keeps the seed apart from any other hash of the private key.
const PURPOSE: &[u8] = b"relay.v1 signing key\0";

/// Made anew for each statement: there are few, and a key that is not kept cannot leak.
fn signing_key(private: &PrivateKey) -> SigningKey {
    let mut bytes = Zeroizing::new([0; KEY_LENGTH]);
    private.write_exact(&mut *bytes);
    let mut hash = Sha256::new();
    hash.update(PURPOSE);
    hash.update(bytes.as_slice());
    let mut seed = Zeroizing::new([0; KEY_LENGTH]);
    seed.copy_from_slice(&hash.finalize());
    SigningKey::from_bytes(&seed)
}

pub(crate) fn sign(private: &PrivateKey, statement: &Statement<'_>) -> [u8; SIGNATURE_LENGTH] {
    signing_key(private).sign(&statement.bytes()).to_bytes()
}

pub(crate) fn verifying_key(private: &PrivateKey) -> VerifyingKey {
    let bytes = signing_key(private).verifying_key().to_bytes();
    VerifyingKey::from(bytes)
}
