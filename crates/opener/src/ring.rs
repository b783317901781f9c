//! The private keys of a vault.

use std::path::Path;

use hpke::{Deserializable, Kem as _, Serializable};
use vault::suite::{KEY_LENGTH, Kem};
use vault::{KeyId, Place, PublicKey, SealedValue};
use zeroize::Zeroizing;

use crate::key_error::KeyError;
use crate::key_file;
use crate::key_text::{self, PrivateKey};
use crate::open::{self, OpenError};
use crate::opened::Opened;

/// The private keys of a vault: the current one, which new values are sealed to, and older ones
/// that still open what was sealed before a rotation.
///
/// It cannot be printed, copied or serialized. The only way to get a key out is to make a new key
/// file.
///
/// ```compile_fail,E0277
/// fn example(keys: opener::KeyRing) { println!("{keys:?}"); }
/// ```
/// ```compile_fail,E0599
/// fn example(keys: opener::KeyRing) { let second = keys.clone(); }
/// ```
pub struct KeyRing {
    current: Key,
    older: Vec<Key>,
}

/// One key pair.
struct Key {
    id: KeyId,
    public: PublicKey,
    private: Box<PrivateKey>,
}

impl KeyRing {
    /// A new random key. [`save_new`](Self::save_new) it before anything is sealed to it.
    pub fn generate() -> Result<Self, KeyError> {
        let mut bytes = Zeroizing::new([0; KEY_LENGTH]);
        getrandom::fill(&mut *bytes).map_err(|_| KeyError::NoRandomness)?;
        // A source that claims success and leaves only zeros is broken.
        if bytes.iter().all(|byte| *byte == 0) {
            return Err(KeyError::NoRandomness);
        }
        // Any 32 bytes are a private key of X25519.
        let private = PrivateKey::from_bytes(&*bytes).map_err(|_| KeyError::NoRandomness)?;
        Ok(Self::of(Box::new(private)))
    }

    /// The key in a key file. A file that others may read is refused, whatever is in it.
    pub fn from_file(path: &Path) -> Result<Self, KeyError> {
        Ok(Self::of(key_file::read(path)?))
    }

    /// The key in a text, which is wiped: the line of a key file, or just 32 bytes in base64.
    ///
    /// The caller has to remove its own source, such as the environment variable.
    pub fn from_text(text: String) -> Result<Self, KeyError> {
        Ok(Self::of(key_text::read_given(&Zeroizing::new(text))?))
    }

    /// Also opens what was sealed to the keys of `older`. The current key stays the current one.
    #[must_use]
    pub fn with_older(mut self, older: Self) -> Self {
        self.older.push(older.current);
        self.older.extend(older.older);
        self
    }

    /// Writes the current key to a new file that only its owner may read, and returns when it is
    /// safe on the disk. A file that exists is never touched.
    pub fn save_new(&self, path: &Path) -> Result<(), KeyError> {
        key_file::save_new(path, &key_text::write(&self.current.private))
    }

    /// The key to seal new values to.
    pub fn public_key(&self) -> PublicKey {
        self.current.public
    }

    /// The id of the key that new values are sealed to.
    pub fn key_id(&self) -> KeyId {
        self.current.id
    }

    /// Opens a value that was sealed for exactly this place, with the key its record names.
    pub fn open(&self, sealed: &SealedValue, place: &Place<'_>) -> Result<Opened, OpenError> {
        let key = std::iter::once(&self.current)
            .chain(&self.older)
            .find(|key| key.id == sealed.key_id)
            .ok_or(OpenError::UnknownKey {
                key_id: sealed.key_id,
            })?;
        open::open(&key.private, sealed, place)
    }

    /// A ring of one key.
    fn of(private: Box<PrivateKey>) -> Self {
        let public = PublicKey::from(<[u8; KEY_LENGTH]>::from(Kem::sk_to_pk(&private).to_bytes()));
        Self {
            current: Key {
                id: public.id(),
                public,
                private,
            },
            older: Vec::new(),
        }
    }
}
