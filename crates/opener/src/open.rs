//! Opening a record: the data key with the vault's private key, the value with the data key.

use aes_gcm::{AeadInOut, KeyInit};
use hpke::aead::AeadTag;
use hpke::inout::InOutBuf;
use hpke::{Deserializable, OpModeR, single_shot_open_inout_detached};
use vault::padding::unpadded_length;
use vault::suite::{
    DataKeyCipher, ENCAPSULATED_KEY_LENGTH, KEY_LENGTH, Kdf, Kem, SEALED_DATA_KEY_LENGTH,
    TAG_LENGTH, ValueCipher,
};
use vault::{KeyId, Place, PublicKey, SealError, SealedValue, seal_data_key};
use zeroize::Zeroizing;

use crate::key_text::PrivateKey;
use crate::opened::Opened;

/// Why a record did not open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// The record names a key that is not in the ring.
    #[error("the value is sealed to the vault key {key_id}, which is not here")]
    UnknownKey {
        /// The key it names.
        key_id: KeyId,
    },
    /// The record was changed, cut or moved, or belongs somewhere else. Which of these it was
    /// cannot be told, and would only help whoever did it.
    #[error("the stored value does not open: it was changed, or it does not belong here")]
    Refused,
    /// It did open, and could not be sealed to another key.
    #[error("the data key could not be sealed again: {0}")]
    NotSealed(SealError),
}

/// What the layers below say when they refuse; it becomes the one [`OpenError::Refused`].
struct Refused;

/// Opens `sealed` at `place` with the private key that it names.
pub(crate) fn open(
    private: &PrivateKey,
    sealed: &SealedValue,
    place: &Place<'_>,
) -> Result<Opened, OpenError> {
    open_layers(private, sealed, place).map_err(|Refused| OpenError::Refused)
}

fn open_layers(
    private: &PrivateKey,
    sealed: &SealedValue,
    place: &Place<'_>,
) -> Result<Opened, Refused> {
    let info = place.info(&sealed.key_id).map_err(|_| Refused)?;
    let associated_data = place.associated_data().map_err(|_| Refused)?;
    let data_key = open_data_key(private, &sealed.sealed_data_key, &info)?;
    open_value(&data_key, sealed, &associated_data)
}

/// Opens the outer layer at `place` and closes it again with another key.
pub(crate) fn seal_again(
    private: &PrivateKey,
    key_id: KeyId,
    sealed_data_key: &[u8],
    place: &Place<'_>,
    to: &PublicKey,
) -> Result<Vec<u8>, OpenError> {
    let info = place.info(&key_id).map_err(|_| OpenError::Refused)?;
    let data_key =
        open_data_key(private, sealed_data_key, &info).map_err(|Refused| OpenError::Refused)?;
    seal_data_key(&data_key, place, to).map_err(OpenError::NotSealed)
}

/// The outer layer: encapsulated key ‖ encrypted data key ‖ tag.
fn open_data_key(
    private: &PrivateKey,
    sealed: &[u8],
    info: &[u8],
) -> Result<Zeroizing<[u8; KEY_LENGTH]>, Refused> {
    let sealed: &[u8; SEALED_DATA_KEY_LENGTH] = sealed.try_into().map_err(|_| Refused)?;
    let mut data_key = Zeroizing::new([0; KEY_LENGTH]);
    hpke_open(private, info, &[], sealed, &mut *data_key)?;
    Ok(data_key)
}

/// HPKE in base mode, one message, into a buffer that has exactly its length.
fn hpke_open(
    private: &PrivateKey,
    info: &[u8],
    associated_data: &[u8],
    sealed: &[u8],
    message: &mut [u8],
) -> Result<(), Refused> {
    let (encapsulated, rest) = sealed
        .split_at_checked(ENCAPSULATED_KEY_LENGTH)
        .ok_or(Refused)?;
    let (ciphertext, tag) = rest
        .split_at_checked(rest.len().saturating_sub(TAG_LENGTH))
        .ok_or(Refused)?;
    let encapsulated =
        <Kem as hpke::Kem>::EncappedKey::from_bytes(encapsulated).map_err(|_| Refused)?;
    let tag = AeadTag::<DataKeyCipher>::from_bytes(tag).map_err(|_| Refused)?;
    single_shot_open_inout_detached::<DataKeyCipher, Kdf, Kem>(
        &OpModeR::Base,
        private,
        &encapsulated,
        info,
        InOutBuf::new(ciphertext, message).map_err(|_| Refused)?,
        associated_data,
        &tag,
    )
    .map_err(|_| Refused)
}

/// The inner layer: the padded value ‖ tag.
fn open_value(
    data_key: &[u8; KEY_LENGTH],
    sealed: &SealedValue,
    associated_data: &[u8],
) -> Result<Opened, Refused> {
    let mut value = Zeroizing::new(sealed.ciphertext.clone());
    ValueCipher::new(data_key.into())
        .decrypt_in_place((&sealed.nonce).into(), associated_data, &mut *value)
        .map_err(|_| Refused)?;
    let length = unpadded_length(&value).ok_or(Refused)?;
    value.truncate(length);
    Ok(Opened::new(value))
}

#[cfg(test)]
mod tests;
