//! What a server without the private key knows of it: which key values are sealed to, and what the
//! signatures are verified with by which that key names the next one.
//!
//! A public key file pins both. Without one the database is believed: whoever can write there can
//! then have new values sealed to a key of their own.

use std::io::Read;
use std::path::Path;

use opener::KeyRing;
use store::{Inspection, Store, vault_keys};
use vault::{PublicKey, VerifyingKey};

use crate::failure::Failure;

/// More than a public key file needs.
const LONGEST: u64 = 4096;

/// A public key, and what its signatures are verified with, where that is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PublicKeys {
    /// The key.
    pub key: PublicKey,
    /// What its signatures are verified with. Without it a rotation is not followed.
    pub verifying: Option<VerifyingKey>,
}

impl PublicKeys {
    /// The lines of a public key file.
    pub fn to_text(&self) -> String {
        let verifying = self.verifying.map(|key| format!("{}\n", key.to_text()));
        format!("{}\n{}", self.key.to_text(), verifying.unwrap_or_default())
    }

    /// Reads the lines of a public key file; the second one may be absent.
    pub fn parse(text: &str) -> Option<Self> {
        let mut lines = text.lines().filter(|line| !line.trim().is_empty());
        let key = lines.next()?.parse().ok()?;
        let verifying = lines.next().map(str::parse).transpose().ok()?;
        lines.next().is_none().then_some(Self { key, verifying })
    }

    /// Of the current key of a ring.
    pub(crate) fn of(ring: &KeyRing) -> Self {
        let key = ring.public_key();
        let verifying = ring.verifying_key(&key.id());
        Self { key, verifying }
    }

    /// The keys in a file, before anything is written.
    pub(crate) fn from_file(path: &Path) -> Result<Self, Failure> {
        let shown = path.display();
        let mut text = String::new();
        std::fs::File::open(path)
            .and_then(|file| file.take(LONGEST).read_to_string(&mut text))
            .map_err(|error| {
                Failure::failed(format!("{shown}: cannot read the public key: {error}"))
            })?;
        Self::parse(&text).ok_or_else(|| {
            Failure::failed(format!(
                "{shown} is not a public key file: make one with `relay keys public` where the \
                 private key is"
            ))
        })
    }

    /// The current key as the database has it.
    pub(crate) async fn of_database(store: &Store) -> Result<Self, Failure> {
        let keys = vault_keys::all(store).await?;
        let current = keys.into_iter().find(|known| known.retired_at.is_none());
        let current = current.ok_or_else(no_key)?;
        let key = PublicKey::from_bytes(&current.key.public_key).map_err(|error| {
            Failure::failed(format!("the vault's key in the database: {error}"))
        })?;
        let verifying = current.verifying_key.as_deref();
        Ok(Self {
            key,
            verifying: verifying.and_then(|bytes| VerifyingKey::from_bytes(bytes).ok()),
        })
    }

    /// What a server without a private key seals to: the keys of the file, if one is named. `None`
    /// leaves it to the database. Writes nothing.
    pub(crate) fn decide(file: Option<&Path>, found: &Inspection) -> Result<Option<Self>, Failure> {
        if found.current_key.is_none() {
            return Err(no_key());
        }
        file.map(Self::from_file).transpose()
    }
}

fn no_key() -> Failure {
    Failure::failed(
        "this database has no key yet, and --role web never makes one: start `relay serve --role \
         engine` first",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_holds_one_key_and_what_verifies_it() {
        let key = PublicKey::from([1; 32]);
        let verifying = VerifyingKey::from_bytes(&[2; 32]).ok();
        for verifying in [None, verifying] {
            let keys = PublicKeys { key, verifying };
            assert_eq!(PublicKeys::parse(&keys.to_text()), Some(keys));
        }
        let text = PublicKeys { key, verifying }.to_text();
        for wrong in [String::new(), format!("{text}{text}"), format!("x\n{text}")] {
            assert_eq!(PublicKeys::parse(&wrong), None, "{wrong}");
        }
    }
}
