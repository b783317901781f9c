//! Who answers for a checkpoint: a private key that is here, one that such a key has endorsed, or
//! nobody but the database, which is what the checkpoint is to be compared with.

use std::collections::BTreeMap;

use opener::KeyRing;
use store::checkpoints::Checkpoint;
use store::vault_keys::KnownKey;
use vault::{PublicKey, Statement, VerifyingKey};

/// The keys that checkpoints are verified with, by their ids.
pub(super) struct Trust {
    /// Of the keys here, and of those that they have endorsed, one after the other.
    here: BTreeMap<String, VerifyingKey>,
    /// As the database has them.
    stored: BTreeMap<String, VerifyingKey>,
}

/// Who answers for a checkpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum By {
    /// A key that is here, or that one of them has endorsed.
    Here,
    /// A key that only the database names.
    Database,
}

impl Trust {
    pub(super) fn of(ring: Option<&KeyRing>, known: &[KnownKey]) -> Self {
        let mut here = BTreeMap::new();
        if let Some(ring) = ring {
            let own = ring
                .ids()
                .filter_map(|id| Some((id, ring.verifying_key(&id)?)));
            here.extend(own.map(|(id, key)| (id.to_string(), key)));
        }
        // Each may vouch for the next only when it was vouched for itself.
        loop {
            let next = known
                .iter()
                .filter(|known| !here.contains_key(&known.key.key_id))
                .find_map(|known| Some((known.key.key_id.clone(), endorsed(known, &here)?)));
            let Some((id, key)) = next else { break };
            here.insert(id, key);
        }
        let stored = known.iter().filter_map(|known| {
            let key = VerifyingKey::from_bytes(known.verifying_key.as_deref()?).ok()?;
            Some((known.key.key_id.clone(), key))
        });
        Self {
            stored: stored.collect(),
            here,
        }
    }

    /// Who has signed this; `None` when it was not the key that it names.
    pub(super) fn answers(&self, checkpoint: &Checkpoint) -> Option<By> {
        let statement = Statement::Checkpoint {
            number: checkpoint.number,
            hash: &checkpoint.hash,
            at: checkpoint.at.0,
        };
        // The key itself tells better than a row does.
        let (key, by) = match self.here.get(&checkpoint.key_id) {
            Some(key) => (key, By::Here),
            None => (self.stored.get(&checkpoint.key_id)?, By::Database),
        };
        key.verify(&statement, &checkpoint.signature).then_some(by)
    }
}

/// What verifies the signatures of a key that one of these keys has endorsed.
fn endorsed(known: &KnownKey, by: &BTreeMap<String, VerifyingKey>) -> Option<VerifyingKey> {
    let (endorser, signature) = known.endorsement.as_ref()?;
    let key = PublicKey::from_bytes(&known.key.public_key).ok()?;
    let verifying = VerifyingKey::from_bytes(known.verifying_key.as_deref()?).ok()?;
    let statement = Statement::Successor {
        key: &key,
        verifying: &verifying,
    };
    let named = key.id().to_string() == known.key.key_id;
    (named && by.get(endorser)?.verify(&statement, signature)).then_some(verifying)
}
