//! Rotating the vault's key: a new key becomes the one that values are sealed to, and every data key
//! is sealed to it again, in small parts, each with its ledger entry.
//!
//! Where it has got to stands in rows and key files alone. The new key is safe on the disk before
//! the database names it; from then on new values are sealed to it, and old ones are found by the
//! key they name. A rotation that was killed is carried on by whoever looks next.

mod leftovers;
mod part;

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use model::Timestamp;
use opener::{KeyError, KeyRing, Keys};
use serde_json::json;
use store::ledger::{Actor, Entry};
use store::resealing::{self, Owner, SealedRow};
use store::rotations::{self, RotationRow, State};
use store::vault_keys::{self, NextKey};
use store::{Store, engines};
use vault::{KeyId, Place, Statement};

use crate::unopenable;
use part::Part;

/// Data keys that are sealed again in one transaction: so few that nobody waits for it.
const PART: usize = 256;

/// Data keys that are read at one time. While one part of them is written, the next is sealed.
const BATCH: u32 = 2_048;

/// How often an engine looks whether a rotation was asked for.
const LOOK: Duration = Duration::from_millis(500);

/// The pause after a failure of the database.
const PAUSE: Duration = Duration::from_secs(2);

/// Carries out rotations, with the private keys.
#[derive(Clone)]
pub struct Rotator {
    store: Store,
    keys: Arc<Keys>,
    clock: fn() -> Timestamp,
    threads: NonZeroUsize,
}

/// Why a part of a rotation was not carried out; the next look tries again.
#[derive(Debug, thiserror::Error)]
pub enum RotationError {
    /// The database failed.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// Some data keys could not be sealed again, which says nothing against them.
    #[error("some data keys were left as they are: {0}")]
    Left(opener::OpenError),
    /// A key id in the database is none, or a key is of the wrong length.
    #[error("a vault key in the database has the wrong form")]
    Malformed,
    /// A part of the work panicked.
    #[error("sealing some data keys again has failed, as the lines before tell")]
    Panicked,
    /// The work was given up, because the process ends.
    #[error("the process ends")]
    Ending,
}

impl Rotator {
    /// A rotator that has these keys. It leaves one core to whatever else goes on, if there are
    /// several.
    pub fn new(store: Store, keys: Arc<Keys>, clock: fn() -> Timestamp) -> Self {
        let others = cores().get() - 1;
        Self {
            store,
            keys,
            clock,
            threads: NonZeroUsize::new(others).unwrap_or(NonZeroUsize::MIN),
        }
    }

    /// The same, for a process that does nothing else: it works on every core.
    #[must_use]
    pub fn on_every_core(self) -> Self {
        Self {
            threads: cores(),
            ..self
        }
    }

    /// Carries out what is asked for, for as long as the engine lives.
    pub(crate) async fn run(self) {
        loop {
            match self.carry_on().await {
                Ok(true) => {}
                Ok(false) => tokio::time::sleep(LOOK).await,
                Err(RotationError::Ending) => return,
                Err(error) => {
                    tracing::error!(
                        error = &error as &(dyn std::error::Error + 'static),
                        "the rotation of the vault's key did not get on"
                    );
                    tokio::time::sleep(PAUSE).await;
                }
            }
        }
    }

    /// Carries out some of the rotation that is asked for or under way; `false` when there is none.
    pub async fn carry_on(&self) -> Result<bool, RotationError> {
        let Some(rotation) = rotations::newest(&self.store).await? else {
            return Ok(false);
        };
        match rotation.state {
            State::Asked => self.begin(&rotation).await?,
            State::Running => self.next_batch(&rotation).await?,
            State::Finished | State::Failed => {
                self.let_go().await?;
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Finds or makes the new key, and lets it be the one that values are sealed to.
    async fn begin(&self, rotation: &RotationRow) -> Result<(), RotationError> {
        let known = vault_keys::all(&self.store).await?;
        let current = known.iter().find(|known| known.retired_at.is_none());
        let current = current.ok_or(RotationError::Malformed)?;
        let current_id = key_id(&current.key.key_id)?;
        // A row with an id that is none stands for no key.
        let used = known
            .iter()
            .filter_map(|known| key_id(&known.key.key_id).ok());
        let used = used.collect::<Vec<_>>();
        let alone = engines::alone(&self.store).await?;
        let next = match self.keys.ready(&used) {
            Ok(Some(id)) => Ok(id),
            // A key that this engine makes lies on this machine alone.
            Ok(None) if !alone => return self.fail(rotation, SEVERAL_ENGINES).await,
            Ok(None) => self.keys.make(),
            Err(error) => Err(error),
        };
        let next = match next {
            Ok(id) => id,
            Err(error) => return self.fail(rotation, &sentence(&error)).await,
        };
        let ring = self.keys.ring();
        let Some(new) = ring.with_current(&next) else {
            return Err(RotationError::Malformed);
        };
        let (public, verifying) = (new.public_key(), new.verifying_key(&next));
        let verifying = verifying.ok_or(RotationError::Malformed)?;
        let statement = Statement::Successor {
            key: &public,
            verifying: &verifying,
        };
        let Some(endorsement) = ring.sign(&current_id, &statement) else {
            let sentence = format!(
                "The engine does not have the key {current_id}, which values are sealed to now. \
                 Start it with that key."
            );
            return self.fail(rotation, &sentence).await;
        };
        // What opens again, perhaps because its key came back, is carried over with the rest.
        unopenable::look_again(&self.store, &self.keys, (self.clock)()).await?;
        let detail = json!({
            "rotation": rotation.id.as_str(),
            "follows": current.key.key_id,
        });
        let entry = self.entry(rotation, "vault.key_add", next.to_string(), &detail);
        let key = NextKey {
            key_id: &next.to_string(),
            public_key: public.as_bytes(),
            verifying_key: verifying.as_bytes(),
            endorsed_by: &current.key.key_id,
            endorsement: &endorsement,
        };
        let mut tx = self.store.begin().await?;
        let total = resealing::left(&mut tx, &next.to_string()).await?;
        let begun = rotations::begin(&mut tx, &rotation.id, key.key_id, total, entry.at).await?
            && vault_keys::follow(&mut tx, &key, &entry).await?;
        // Else another engine was faster, and nothing of this happens.
        if begun {
            tx.commit().await?;
            self.take_up(next);
            tracing::info!(key = %next, values = total, "values are sealed to a new key from now on");
        }
        Ok(())
    }

    /// Makes this process know which key is the current one, and puts its file in its place.
    fn take_up(&self, current: KeyId) {
        if self.keys.ring().key_id() != current
            && !(self.keys.find(&current) && self.keys.make_current(&current))
        {
            tracing::error!(key = %current, "this engine does not have the vault's current key");
            return;
        }
        if let Err(error) = self.keys.settle() {
            tracing::warn!(%error, "the key files could not be put in order; nothing is lost");
        }
    }

    /// Seals the next data keys again, or finishes when there are none.
    async fn next_batch(&self, rotation: &RotationRow) -> Result<(), RotationError> {
        let to = rotation.to_key.as_deref().ok_or(RotationError::Malformed)?;
        let current = key_id(to)?;
        self.take_up(current);
        for older in vault_keys::all(&self.store).await? {
            let older = older.key.key_id;
            if older == to || !key_id(&older).is_ok_and(|id| self.keys.find(&id)) {
                continue;
            }
            let rows = resealing::sealed_to(&self.store, &older, BATCH).await?;
            if !rows.is_empty() {
                let ring = self.keys.ring().with_current(&current);
                let ring = Arc::new(ring.ok_or(RotationError::Malformed)?);
                return self.carry_over(rotation, &older, to, &ring, rows).await;
            }
        }
        if self.mark_malformed().await? {
            return Ok(());
        }
        self.carry_marked(rotation, current).await?;
        self.finish(rotation, to).await
    }

    /// Seals these again, part by part; while one is written, the next is sealed.
    async fn carry_over(
        &self,
        rotation: &RotationRow,
        from: &str,
        to: &str,
        ring: &Arc<KeyRing>,
        rows: Vec<SealedRow>,
    ) -> Result<(), RotationError> {
        let mut parts = part::split(rows, PART).into_iter();
        let mut sealed = None;
        loop {
            let next = parts.next();
            let ends = next.is_none();
            let write = async {
                match sealed {
                    Some(part) => self.keep(rotation, from, to, part).await,
                    None => Ok(()),
                }
            };
            let seal = async {
                match next {
                    Some(rows) => part::seal_again(ring, rows, self.threads).await.map(Some),
                    None => Ok(None),
                }
            };
            ((), sealed) = tokio::try_join!(write, seal)?;
            if ends {
                return Ok(());
            }
        }
    }

    async fn keep(
        &self,
        rotation: &RotationRow,
        from: &str,
        to: &str,
        part: Part,
    ) -> Result<(), RotationError> {
        let mut tx = self.store.begin().await?;
        let detail = json!({
            "rotation": rotation.id.as_str(),
            "from": from,
            "values": part.resealed.len(),
        });
        let entry = self.entry(rotation, "vault.reseal", to.to_owned(), &detail);
        let changed = resealing::put(&mut tx, to, &part.resealed, &entry).await?;
        rotations::advance(&mut tx, &rotation.id, changed).await?;
        for row in &part.unopenable {
            let entry = marking(row, entry.at, true);
            resealing::mark(&mut tx, row, Some(entry.at), &entry).await?;
        }
        tx.commit().await?;
        // Not at once again: that would go on without a pause.
        part.left
            .map_or(Ok(()), |error| Err(RotationError::Left(error)))
    }

    async fn finish(&self, rotation: &RotationRow, to: &str) -> Result<(), RotationError> {
        let mut tx = self.store.begin().await?;
        // In the transaction nobody saves.
        let left = resealing::left(&mut tx, to).await?;
        let message = match left {
            0 => String::new(),
            1 => "One value is sealed to an older key that no engine has.".to_owned(),
            left => format!("{left} values are sealed to older keys that no engine has."),
        };
        let entry = self.entry(
            rotation,
            "vault.rotation_finish",
            rotation.id.to_string(),
            &json!({ "key": to, "left": left }),
        );
        rotations::end(&mut tx, &rotation.id, State::Finished, &message, &entry).await?;
        tx.commit().await?;
        tracing::info!(
            key = to,
            left,
            "the rotation of the vault's key is finished"
        );
        Ok(())
    }

    async fn fail(&self, rotation: &RotationRow, message: &str) -> Result<(), RotationError> {
        tracing::warn!(reason = message, "the vault's key is not rotated");
        let entry = self.entry(
            rotation,
            "vault.rotation_fail",
            rotation.id.to_string(),
            &json!({}),
        );
        let mut tx = self.store.begin().await?;
        rotations::end(&mut tx, &rotation.id, State::Failed, message, &entry).await?;
        Ok(tx.commit().await?)
    }

    fn entry(
        &self,
        rotation: &RotationRow,
        act: &'static str,
        subject: String,
        detail: &serde_json::Value,
    ) -> Entry {
        Entry {
            account: rotation.account.clone(),
            at: (self.clock)(),
            actor: Actor::System,
            act,
            subject,
            detail: detail.to_string(),
        }
    }
}

/// How many threads really run at one time.
fn cores() -> NonZeroUsize {
    thread::available_parallelism().unwrap_or(NonZeroUsize::MIN)
}

const SEVERAL_ENGINES: &str = "Several engines share this database, and a key that one of them \
     makes would be on its machine alone. Give all of them the new key beside the old one, restart \
     them, and ask again.";

/// The place that a row's value belongs to.
pub(crate) fn place(row: &SealedRow) -> Place<'_> {
    let (owner, field) = match &row.owner {
        Owner::Field {
            connection,
            type_name,
            field,
            ..
        } => (
            vault::Owner::Connection {
                id: connection.as_str(),
                type_name,
            },
            field.as_str(),
        ),
        Owner::Secret { workflow, name, .. } => (
            vault::Owner::Secret {
                workflow_id: workflow.as_str(),
                name,
            },
            crate::opening::SECRET_FIELD,
        ),
    };
    Place {
        account: row.account.as_str(),
        owner,
        field,
        field_revision: row.field_revision,
    }
}

/// What the ledger tells of a value that does not open, or does again.
pub(crate) fn marking(row: &SealedRow, at: Timestamp, unopenable: bool) -> Entry {
    let (subject, field) = match &row.owner {
        Owner::Field {
            connection, field, ..
        } => (connection.to_string(), field.as_str()),
        Owner::Secret { secret, .. } => (secret.to_string(), crate::opening::SECRET_FIELD),
    };
    Entry {
        account: row.account.clone(),
        at,
        actor: Actor::System,
        act: if unopenable {
            "value.unopenable"
        } else {
            "value.openable"
        },
        subject,
        detail: json!({ "field": field, "revision": row.field_revision }).to_string(),
    }
}

fn key_id(text: &str) -> Result<KeyId, RotationError> {
    text.parse().map_err(|_| RotationError::Malformed)
}

/// An error of a key as a sentence on a page.
fn sentence(error: &KeyError) -> String {
    let text = error.to_string();
    let mut characters = text.chars();
    let first = characters.next().map(char::to_uppercase);
    first
        .into_iter()
        .flatten()
        .chain(characters)
        .chain(['.'])
        .collect()
}
