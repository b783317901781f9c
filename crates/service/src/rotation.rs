//! The vault's keys as administrators see them, and asking for a rotation. Carrying one out takes the
//! private keys, so it is for an engine; nothing here can.

use model::{Problem, ProblemKind, RotationId, Timestamp, counted};
use serde_json::json;
use store::ledger::Actor;
use store::rotations::{self, RotationRow};
use store::{Tx, resealing, vault_keys};

use crate::permission::{Administrator, CommandLine, Recent};
use crate::service::broken;
use crate::{Service, random};

pub use store::rotations::State as RotationState;

/// A key of the vault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyView {
    /// Its id.
    pub id: String,
    /// Whether new values are sealed to it.
    pub current: bool,
    /// Since when it was the one.
    pub since: Timestamp,
    /// Until when it was.
    pub until: Option<Timestamp>,
    /// When it was let go.
    pub removed: Option<Timestamp>,
    /// Values that are sealed to it.
    pub values: u64,
    /// Values among those sealed to it that did not open when they were tried.
    pub unopenable: u64,
}

/// A rotation, under way or over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RotationView {
    /// How far it is.
    pub state: RotationState,
    /// What a person has to know; may be empty.
    pub message: String,
    /// Values there were to seal again.
    pub total: u64,
    /// How many of them are.
    pub done: u64,
    /// When it was asked for.
    pub asked_at: Timestamp,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
}

impl RotationView {
    /// Whether it is not over.
    pub fn is_under_way(&self) -> bool {
        self.finished_at.is_none()
    }
}

/// The keys, and the rotation that is under way or was the last one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeysView {
    /// All keys there ever were, oldest first.
    pub keys: Vec<KeyView>,
    /// The rotation.
    pub rotation: Option<RotationView>,
}

impl From<RotationRow> for RotationView {
    fn from(row: RotationRow) -> Self {
        Self {
            state: row.state,
            message: row.message,
            total: row.total,
            done: row.done,
            asked_at: row.asked_at,
            finished_at: row.finished_at,
        }
    }
}

impl Service {
    /// The keys of the vault.
    pub async fn keys(&self, _: &Administrator) -> Result<KeysView, Problem> {
        self.all_keys().await
    }

    /// The same, for the command line.
    pub async fn keys_here(&self, _: CommandLine) -> Result<KeysView, Problem> {
        self.all_keys().await
    }

    /// The rotation that is under way or was the last one, for the command line. Unlike
    /// [`keys_here`](Self::keys_here) it counts no values.
    pub async fn rotation_here(&self, _: CommandLine) -> Result<Option<RotationView>, Problem> {
        let rotation = rotations::newest(&self.store).await.map_err(broken)?;
        Ok(rotation.map(Into::into))
    }

    async fn all_keys(&self) -> Result<KeysView, Problem> {
        let known = vault_keys::all(&self.store).await.map_err(broken)?;
        let mut counts = vault_keys::counts(&self.store).await.map_err(broken)?;
        let mut view = |known: vault_keys::KnownKey| {
            let count = counts.remove(&known.key.key_id).unwrap_or_default();
            KeyView {
                id: known.key.key_id,
                current: known.retired_at.is_none(),
                since: known.key.created_at,
                until: known.retired_at,
                removed: known.removed_at,
                values: count.values,
                unopenable: count.unopenable,
            }
        };
        let keys = known.into_iter().map(&mut view).collect();
        let rotation = rotations::newest(&self.store).await.map_err(broken)?;
        Ok(KeysView {
            keys,
            rotation: rotation.map(Into::into),
        })
    }

    /// Asks for a new key. An engine makes it, or takes one that was laid ready, and seals every
    /// value's data key to it.
    pub async fn ask_rotation(&self, administrator: &Recent) -> Result<(), Problem> {
        let tx = self.begin(administrator).await?;
        self.ask(tx, administrator.actor()).await
    }

    /// The same, for the command line.
    pub async fn ask_rotation_here(&self, by: CommandLine) -> Result<(), Problem> {
        let tx = self.begin_here(by).await?;
        self.ask(tx, Actor::CommandLine).await
    }

    async fn ask(&self, mut tx: Tx, actor: Actor) -> Result<(), Problem> {
        let id = RotationId::from_bytes(random::bytes()?);
        let entry = self.entry(actor, "vault.rotation_ask", id.as_str(), &json!({}));
        match rotations::add(&mut tx, &id, &entry).await {
            Err(store::Error::Unique) => {
                return Err(Problem::new(
                    ProblemKind::Stale,
                    "rotation_under_way",
                    "The key is being rotated already. One rotation has to end before the next \
                     one begins.",
                ));
            }
            done => done.map_err(broken)?,
        }
        tx.commit().await.map_err(broken)
    }

    /// Lets an older key go, which must not be needed any more. With `lose_values`, the values that
    /// need it are given up: they are marked, and can only be overwritten.
    pub async fn remove_key(
        &self,
        by: CommandLine,
        id: &str,
        lose_values: bool,
    ) -> Result<(), Problem> {
        let mut tx = self.begin_here(by).await?;
        let known = vault_keys::all(&mut tx).await.map_err(broken)?;
        let refused =
            |code, sentence: String| Err(Problem::new(ProblemKind::Stale, code, sentence));
        let Some(key) = known.into_iter().find(|known| known.key.key_id == id) else {
            return Err(Problem::new(
                ProblemKind::NotFound,
                "not_found",
                format!("This database has never had a key {id}. See “relay keys status”."),
            ));
        };
        if key.removed_at.is_some() {
            return refused("key_removed", format!("The key {id} was removed already."));
        }
        if key.retired_at.is_none() {
            return refused(
                "key_in_use",
                format!("New values are sealed to the key {id}. Rotate first."),
            );
        }
        let counts = vault_keys::counts(&mut tx).await.map_err(broken)?;
        let count = counts.get(id).copied().unwrap_or_default();
        let values = count.values;
        if values > 0 && !lose_values {
            return refused(
                "key_needed",
                format!(
                    "{} can only be opened with the key {id}. Rotate, and remove it when no value \
                     needs it.",
                    counted(values, "value", "values")
                ),
            );
        }
        // Perhaps what was in the way of opening them goes away; without the key nothing helps.
        if count.unopenable > 0 && !lose_values {
            let them = if count.unopenable == 1 { "it" } else { "them" };
            return refused(
                "key_needed",
                format!(
                    "{} sealed to the key {id} could not be opened. Overwrite {them} first, or give \
                     {them} up with --lose-values.",
                    counted(count.unopenable, "value", "values")
                ),
            );
        }
        if values > 0 {
            let detail = json!({ "key": id, "values": values });
            let entry = self.entry(Actor::CommandLine, "value.give_up", id, &detail);
            resealing::give_up(&mut tx, id, &entry)
                .await
                .map_err(broken)?;
        }
        let entry = self.entry(Actor::CommandLine, "vault.key_remove", id, &json!({}));
        vault_keys::remove(&mut tx, id, &entry)
            .await
            .map_err(broken)?;
        tx.commit().await.map_err(broken)
    }
}
