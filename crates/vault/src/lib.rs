//! The sealed format: whoever holds the vault's public key can write a value, nobody can read it.
//!
//! A value is sealed once, where it was typed, and stays sealed until a step asks for it. This
//! crate only seals; the crate that opens is a different one, so that a program without it cannot
//! read, whatever it does. It builds for the browser.
//!
//! # The format, version 1
//!
//! Every value has its own random 256-bit data key and leaves four things ([`SealedValue`]):
//!
//! | Part | Bytes | What it is |
//! |---|---|---|
//! | `key_id` | 8 | which vault key it is sealed to: the beginning of SHA-256(public key) |
//! | `sealed_data_key` | 80 | encapsulated key (32) ‖ encrypted data key (32) ‖ tag (16) |
//! | `nonce` | 12 | random |
//! | `ciphertext` | 64·n + 16 | the padded value, encrypted ‖ tag (16) |
//!
//! - The value is padded ([`padding`]) and encrypted with AES-256-GCM under the data key; its
//!   associated data is [`Place::associated_data`].
//! - The data key is sealed with HPKE (RFC 9180, base mode, [`suite`]) to the vault's public key;
//!   its `info` is [`Place::info`], its associated data is empty.
//!
//! So each of the two layers alone is bound to the place the value belongs to, and a record that
//! is moved to another row, field, type, account or revision does not open. Tests freeze the bytes.

mod key;
pub mod padding;
mod place;
mod plaintext;
mod randomness;
mod seal;
pub mod statement;
pub mod suite;
mod text;
#[cfg(test)]
mod vectors;

pub use key::{InvalidKeyId, InvalidPublicKey, KeyId, PublicKey};
pub use place::{FORMAT, MAX_PLACE, Owner, Place, PlaceTooLong};
pub use plaintext::Plaintext;
pub use seal::{SealError, SealedValue, ciphertext_length, seal, seal_data_key};
pub use statement::{Statement, VerifyingKey};
pub use text::{InvalidPublicKeyText, InvalidSealedText, PUBLIC_KEY_FORMAT, VERIFYING_KEY_FORMAT};
