//! What a rotation must not stumble over: keys that were removed, ids that are none, and values that
//! are marked.

use std::sync::Arc;

use opener::OpenError;
use serde_json::json;
use store::rotations::RotationRow;
use store::{resealing, vault_keys};
use vault::KeyId;

use super::part::{self, Part};
use super::{BATCH, RotationError, Rotator, key_id, marking};

/// Marked values that are read at one time and sealed again in one transaction.
const PAGE: u32 = 256;

impl Rotator {
    /// Forgets the keys that were removed and that no value needs.
    pub(super) async fn let_go(&self) -> Result<(), RotationError> {
        let known = vault_keys::all(&self.store).await?;
        let removed = known.iter().filter(|known| known.removed_at.is_some());
        let removed = removed.filter_map(|known| key_id(&known.key.key_id).ok());
        let mut removed: Vec<_> = removed.collect();
        let ring = self.keys.ring();
        if removed.iter().any(|id| ring.has(id)) {
            let counts = vault_keys::counts(&self.store).await?;
            removed.retain(|id| {
                counts
                    .get(&id.to_string())
                    .is_none_or(|count| count.values == 0)
            });
            self.keys.let_go(&removed);
        }
        Ok(())
    }

    /// Marks some of the values that name a key by an id that is none; `false` when there are none.
    pub(super) async fn mark_malformed(&self) -> Result<bool, RotationError> {
        let counts = vault_keys::counts(&self.store).await?;
        let malformed =
            |(id, count): &(&String, &vault_keys::Count)| count.values > 0 && key_id(id).is_err();
        let Some((id, _)) = counts.iter().find(malformed) else {
            return Ok(false);
        };
        let now = (self.clock)();
        let rows = resealing::sealed_to(&self.store, id, BATCH).await?;
        let mut tx = self.store.begin().await?;
        for row in &rows {
            resealing::mark(&mut tx, row, Some(now), &marking(row, now, true)).await?;
        }
        tx.commit().await?;
        Ok(!rows.is_empty())
    }

    /// Seals the data keys of marked values again, where they open: a value that is refused for
    /// something else than its key is not to be lost with the key. The mark stays.
    pub(super) async fn carry_marked(
        &self,
        rotation: &RotationRow,
        current: KeyId,
    ) -> Result<(), RotationError> {
        let to = current.to_string();
        let ring = self.keys.ring().with_current(&current);
        let ring = Arc::new(ring.ok_or(RotationError::Malformed)?);
        let mut behind = None;
        loop {
            let mut rows = resealing::unopenable_keys(&self.store, behind.as_ref(), PAGE).await?;
            let Some(last) = rows.last() else {
                return Ok(());
            };
            behind = Some(last.owner.clone());
            rows.retain(|row| row.sealed.key_id != to);
            // Those that do not open are marked already.
            let Part { resealed, left, .. } = part::seal_again(&ring, rows, self.threads).await?;
            if !resealed.is_empty() {
                let detail = json!({ "rotation": rotation.id.as_str(), "values": resealed.len() });
                let entry = self.entry(rotation, "vault.reseal", to.clone(), &detail);
                let mut tx = self.store.begin().await?;
                resealing::put(&mut tx, &to, &resealed, &entry).await?;
                tx.commit().await?;
            }
            // One whose key is not here stays as it is; one that could not be sealed is tried again.
            if let Some(error @ OpenError::NotSealed(_)) = left {
                return Err(RotationError::Left(error));
            }
        }
    }
}
