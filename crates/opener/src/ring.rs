//! The private keys of a vault.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use hpke::{Deserializable, Kem as _, Serializable};
use vault::statement::SIGNATURE_LENGTH;
use vault::suite::{KEY_LENGTH, Kem};
use vault::{KeyId, Place, PublicKey, SealedValue, Statement, VerifyingKey};
use zeroize::Zeroizing;

use crate::key_error::KeyError;
use crate::key_file;
use crate::key_text::{self, PrivateKey};
use crate::open::{self, OpenError};
use crate::opened::Opened;
use crate::signing;

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
    current: Arc<Key>,
    older: Vec<Arc<Key>>,
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

    /// The key in a key file as the current one, and the keys in the files beside it: see
    /// [`Keys`](crate::Keys).
    pub fn from_files(path: &Path) -> Result<Self, KeyError> {
        let own = Self::from_file(path)?;
        let beside = key_file::read_beside(path)?;
        let all = beside.into_iter().fold(own, Self::with_older);
        // Once more: another process may have exchanged the files meanwhile.
        let own = Self::from_file(path)?;
        let id = own.key_id();
        let all = all.with_older(own);
        Ok(all.with_current(&id).unwrap_or(all))
    }

    /// The files that [`from_files`](Self::from_files) reads, by the ids of their keys.
    pub fn files(path: &Path) -> Result<Vec<(KeyId, PathBuf)>, KeyError> {
        let own = (Self::from_file(path)?.key_id(), path.to_owned());
        let mut files = key_file::beside_by_id(path)?;
        files.insert(0, own);
        Ok(files)
    }

    /// Removes the file beside the key file that holds the key of that id; answers which it was.
    pub fn remove_file(path: &Path, id: &KeyId) -> Result<Option<PathBuf>, KeyError> {
        key_file::remove(path, *id)
    }

    /// The keys in a text, which is wiped: lines of key files, or just 32 bytes in base64 each, with
    /// blanks or line ends between them. The first is the current one.
    ///
    /// The caller has to remove its own source, such as the environment variable.
    pub fn from_text(text: String) -> Result<Self, KeyError> {
        let text = Zeroizing::new(text);
        let mut keys = text.split_ascii_whitespace();
        let first = Self::of(key_text::read_given(keys.next().unwrap_or_default())?);
        keys.try_fold(first, |ring, key| {
            Ok(ring.with_older(Self::of(key_text::read_given(key)?)))
        })
    }

    /// Also opens what was sealed to the keys of `older`. The current key stays the current one.
    /// A key that is here already is not added again.
    #[must_use]
    pub fn with_older(mut self, older: Self) -> Self {
        for key in std::iter::once(older.current).chain(older.older) {
            if !self.has(&key.id) {
                self.older.push(key);
            }
        }
        self
    }

    /// The same keys with another one as the current one; `None` when it is not here.
    #[must_use]
    pub fn with_current(&self, id: &KeyId) -> Option<Self> {
        let current = Arc::clone(self.all().find(|key| key.id == *id)?);
        let others = self.all().filter(|key| key.id != *id);
        Some(Self {
            current,
            older: others.map(Arc::clone).collect(),
        })
    }

    /// The ids of all keys, the current one first.
    pub fn ids(&self) -> impl Iterator<Item = KeyId> {
        self.all().map(|key| key.id)
    }

    /// Whether the key of that id is here.
    pub fn has(&self, id: &KeyId) -> bool {
        self.all().any(|key| key.id == *id)
    }

    fn all(&self) -> impl Iterator<Item = &Arc<Key>> {
        std::iter::once(&self.current).chain(&self.older)
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
        open::open(&self.named(sealed.key_id)?.private, sealed, place)
    }

    /// Opens the sealed data key of `place` with the key `key_id`, and seals it to the current one.
    /// The value under it is neither needed nor opened.
    pub fn seal_again(
        &self,
        key_id: KeyId,
        sealed_data_key: &[u8],
        place: &Place<'_>,
    ) -> Result<Vec<u8>, OpenError> {
        let key = self.named(key_id)?;
        open::seal_again(
            &key.private,
            key_id,
            sealed_data_key,
            place,
            &self.current.public,
        )
    }

    /// Signs a statement with the key of that id; `None` when it is not here.
    pub fn sign(&self, id: &KeyId, statement: &Statement<'_>) -> Option<[u8; SIGNATURE_LENGTH]> {
        let key = self.all().find(|key| key.id == *id)?;
        Some(signing::sign(&key.private, statement))
    }

    /// What the statements of the key of that id are verified with.
    pub fn verifying_key(&self, id: &KeyId) -> Option<VerifyingKey> {
        let key = self.all().find(|key| key.id == *id)?;
        Some(signing::verifying_key(&key.private))
    }

    fn named(&self, id: KeyId) -> Result<&Key, OpenError> {
        self.all()
            .find(|key| key.id == id)
            .map(|key| &**key)
            .ok_or(OpenError::UnknownKey { key_id: id })
    }

    /// A ring of one key.
    fn of(private: Box<PrivateKey>) -> Self {
        let public = PublicKey::from(<[u8; KEY_LENGTH]>::from(Kem::sk_to_pk(&private).to_bytes()));
        Self {
            current: Arc::new(Key {
                id: public.id(),
                public,
                private,
            }),
            older: Vec::new(),
        }
    }
}
