//! Which values were learned, without keeping them.

use std::collections::HashSet;

use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

/// Hashes of values under a key of their own, which is drawn at random and wiped with them.
#[derive(Default)]
pub(super) struct Learned {
    /// Drawn with the first value.
    key: Option<Zeroizing<[u8; 32]>>,
    hashes: HashSet<[u8; 32]>,
}

impl Learned {
    /// Whether this value was learned.
    pub(super) fn contains(&self, value: &[u8]) -> bool {
        let hash = self.key.as_ref().map(|key| hash(key, value));
        hash.is_some_and(|hash| self.hashes.contains(&hash))
    }

    /// Remembers a value. When the system gives no randomness it is not remembered, and so learned
    /// again the next time, which changes nothing.
    pub(super) fn insert(&mut self, value: &[u8]) {
        if self.key.is_none() {
            let mut key = Zeroizing::new([0; 32]);
            self.key = getrandom::fill(key.as_mut_slice()).ok().map(|()| key);
        }
        if let Some(key) = &self.key {
            self.hashes.insert(hash(key, value));
        }
    }
}

fn hash(key: &[u8; 32], value: &[u8]) -> [u8; 32] {
    Sha256::new()
        .chain_update(key)
        .chain_update(value)
        .finalize()
        .into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_known_again_and_cannot_be_found_out_without_the_key() {
        let (mut one, mut other) = (Learned::default(), Learned::default());
        assert!(!one.contains(b"value"));
        for learned in [&mut one, &mut other] {
            learned.insert(b"value");
            assert!(learned.contains(b"value") && !learned.contains(b"valu"));
        }
        assert!(one.hashes.is_disjoint(&other.hashes));
        assert!(!one.hashes.contains(&hash(&[0; 32], b"value")));
    }
}
