//! Sealing: a fresh data key for every value, both layers bound to the place.

use std::mem;

use aes_gcm::{AeadInOut, KeyInit};
use hpke::{Deserializable, OpModeS, Serializable, single_shot_seal_with_rng};
use zeroize::Zeroizing;

use crate::key::{KeyId, PublicKey};
use crate::padding::{pad, padded_length};
use crate::place::{Place, PlaceTooLong};
use crate::plaintext::Plaintext;
use crate::randomness::{self, NoRandomness, OneKey, draw};
use crate::suite::{DataKeyCipher, KEY_LENGTH, Kdf, Kem, NONCE_LENGTH, TAG_LENGTH, ValueCipher};

/// A value as it is stored. It tells its key's id, and its length in steps of 64 bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedValue {
    /// The vault key it is sealed to.
    pub key_id: KeyId,
    /// The data key, sealed to the vault key:
    /// [`SEALED_DATA_KEY_LENGTH`](crate::suite::SEALED_DATA_KEY_LENGTH) bytes.
    pub sealed_data_key: Vec<u8>,
    /// The nonce of the value's encryption.
    pub nonce: [u8; NONCE_LENGTH],
    /// The encrypted value: [`ciphertext_length`] bytes.
    pub ciphertext: Vec<u8>,
}

/// Why a value could not be sealed. Nothing was made that could be stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// Randomness is what keeps values apart and secret; without it nothing is sealed.
    #[error("the system gives no randomness, so nothing can be sealed")]
    NoRandomness,
    /// The public key is one of the few byte strings that X25519 forbids.
    #[error("the vault's public key cannot be used for sealing")]
    UnusableKey,
    /// The place has ids or names that are far too long.
    #[error(transparent)]
    PlaceTooLong(#[from] PlaceTooLong),
    /// The value is larger than AES-GCM can encrypt, 64 GiB.
    #[error("the value is too large to be sealed")]
    ValueTooLarge,
}

impl From<NoRandomness> for SealError {
    fn from(_: NoRandomness) -> Self {
        Self::NoRandomness
    }
}

/// Bytes of [`SealedValue::ciphertext`] for a value of `length` bytes, for checks of size on what
/// somebody else has sealed.
pub const fn ciphertext_length(length: usize) -> usize {
    padded_length(length) + TAG_LENGTH
}

/// Seals `plaintext` for `place` to `key`. Two calls never give the same record.
pub fn seal(
    plaintext: Plaintext,
    place: &Place<'_>,
    key: &PublicKey,
) -> Result<SealedValue, SealError> {
    seal_with(plaintext, place, key, &mut randomness::system)
}

/// [`seal`] with the randomness of `source`.
fn seal_with(
    plaintext: Plaintext,
    place: &Place<'_>,
    key: &PublicKey,
    source: &mut impl FnMut(&mut [u8]) -> Result<(), NoRandomness>,
) -> Result<SealedValue, SealError> {
    let key_id = key.id();
    let (associated_data, info) = (place.associated_data()?, place.info(&key_id)?);
    let data_key = draw::<KEY_LENGTH>(source)?;
    let nonce = *draw::<NONCE_LENGTH>(source)?;
    let ephemeral = draw::<KEY_LENGTH>(source)?;

    let sealed_data_key = hpke_seal(key, &info, &[], &*data_key, ephemeral)?;

    let mut buffer = pad(plaintext.bytes());
    drop(plaintext);
    ValueCipher::new((&*data_key).into())
        .encrypt_in_place((&nonce).into(), &associated_data, &mut *buffer)
        .map_err(|_| SealError::ValueTooLarge)?;
    // What was a value a moment ago is ciphertext now, and leaves the wiped buffer.
    let ciphertext = mem::take(&mut *buffer);

    Ok(SealedValue {
        key_id,
        sealed_data_key,
        nonce,
        ciphertext,
    })
}

/// Seals a data key that exists already for `place` to `key`: what a change of the vault's key does.
/// The value under the data key is not touched.
pub fn seal_data_key(
    data_key: &[u8; KEY_LENGTH],
    place: &Place<'_>,
    key: &PublicKey,
) -> Result<Vec<u8>, SealError> {
    let info = place.info(&key.id())?;
    let ephemeral = draw::<KEY_LENGTH>(&mut randomness::system)?;
    hpke_seal(key, &info, &[], data_key, ephemeral)
}

/// HPKE in base mode, one message: encapsulated key ‖ ciphertext ‖ tag. The ephemeral key pair is
/// derived from `ephemeral`, which must be fresh.
fn hpke_seal(
    key: &PublicKey,
    info: &[u8],
    associated_data: &[u8],
    message: &[u8],
    ephemeral: Zeroizing<[u8; KEY_LENGTH]>,
) -> Result<Vec<u8>, SealError> {
    let key = <Kem as hpke::Kem>::PublicKey::from_bytes(key.as_bytes())
        .map_err(|_| SealError::UnusableKey)?;
    let mut ephemeral = OneKey::new(ephemeral);
    let (encapsulated, ciphertext) = single_shot_seal_with_rng::<DataKeyCipher, Kdf, Kem>(
        &OpModeS::Base,
        &key,
        info,
        message,
        associated_data,
        &mut ephemeral,
    )
    .map_err(|_| SealError::UnusableKey)?;
    if !ephemeral.was_taken_once() {
        return Err(SealError::NoRandomness);
    }
    Ok([encapsulated.to_bytes().as_slice(), &ciphertext].concat())
}

#[cfg(test)]
mod tests;
