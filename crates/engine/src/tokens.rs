//! Step tokens: which attempt a token speaks for, while it is under way.
//!
//! Only hashes are kept, and only in memory: no token outlives its attempt or this process.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use sha2::{Digest, Sha256};

use crate::live::Live;

type Hash = [u8; 32];

/// The tokens of the attempts that are under way.
#[derive(Default)]
pub(crate) struct Tokens(RwLock<HashMap<Hash, Arc<Live>>>);

/// A token that is known as long as this exists.
pub(crate) struct Admission<'a> {
    tokens: &'a Tokens,
    hash: Hash,
}

impl Tokens {
    /// Lets `token` speak for an attempt until the answer is dropped.
    pub(crate) fn admit(&self, token: &str, live: Arc<Live>) -> Admission<'_> {
        let hash = hash(token);
        let mut tokens = self.0.write().unwrap_or_else(PoisonError::into_inner);
        tokens.insert(hash, live);
        Admission { tokens: self, hash }
    }

    /// The attempt a token speaks for.
    pub(crate) fn find(&self, token: &str) -> Option<Arc<Live>> {
        let tokens = self.0.read().unwrap_or_else(PoisonError::into_inner);
        tokens.get(&hash(token)).cloned()
    }
}

impl Drop for Admission<'_> {
    fn drop(&mut self) {
        let mut tokens = self
            .tokens
            .0
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(live) = tokens.remove(&self.hash) {
            // Doors that were opened before are closed as well.
            live.end();
        }
    }
}

fn hash(token: &str) -> Hash {
    Sha256::digest(token).into()
}
