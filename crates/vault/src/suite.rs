//! The algorithms of the sealed format, named once for sealing and for opening.

/// HPKE's key encapsulation: DHKEM(X25519, HKDF-SHA256), `0x0020`.
pub type Kem = hpke::kem::X25519HkdfSha256;

/// HPKE's key derivation: HKDF-SHA256, `0x0001`.
pub type Kdf = hpke::kdf::HkdfSha256;

/// HPKE's encryption of the data key: AES-256-GCM, `0x0002`.
pub type DataKeyCipher = hpke::aead::AesGcm256;

/// The encryption of the value: AES-256-GCM with a 96-bit nonce and a 128-bit tag.
pub type ValueCipher = aes_gcm::Aes256Gcm;

/// Bytes of a key: the data key, and either half of the vault's key pair.
pub const KEY_LENGTH: usize = 32;

/// Bytes of the nonce beside a value.
pub const NONCE_LENGTH: usize = 12;

/// Bytes that authenticate a ciphertext, at its end.
pub const TAG_LENGTH: usize = 16;

/// Bytes of HPKE's encapsulated key, which begins a sealed data key.
pub const ENCAPSULATED_KEY_LENGTH: usize = 32;

/// Bytes of a sealed data key: encapsulated key, encrypted data key, tag.
pub const SEALED_DATA_KEY_LENGTH: usize = ENCAPSULATED_KEY_LENGTH + KEY_LENGTH + TAG_LENGTH;

#[cfg(test)]
mod tests {
    use hpke::aead::Aead as _;
    use hpke::kdf::Kdf as _;
    use hpke::{Kem as _, Serializable};

    use super::*;

    #[test]
    fn the_algorithms_are_the_registered_ones() {
        assert_eq!(
            (Kem::KEM_ID, Kdf::KDF_ID, DataKeyCipher::AEAD_ID),
            (0x0020, 0x0001, 0x0002)
        );
        assert_eq!(
            <Kem as hpke::Kem>::EncappedKey::size(),
            ENCAPSULATED_KEY_LENGTH
        );
        assert_eq!(<Kem as hpke::Kem>::PublicKey::size(), KEY_LENGTH);
        assert_eq!(<Kem as hpke::Kem>::PrivateKey::size(), KEY_LENGTH);
        assert_eq!(SEALED_DATA_KEY_LENGTH, 80);
    }
}
