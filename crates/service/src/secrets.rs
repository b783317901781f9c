//! Secrets: one string each, belonging to one workflow. Typed once, never shown.

use model::{Problem, ProblemKind, SecretId, SecretName, Timestamp, Unopenable, value::SECRET};
use serde_json::json;
use store::secrets;
use store::uses::{self, UsedIn};
use store::workflows::WorkflowRow;
use vault::{Owner, Place};

use crate::connections::{NEWEST_USES, UsedBy, used_by};
use crate::field::{Fields, lookup_order};
use crate::permission::{Administrator, Viewer};
use crate::seal::{self, Given};
use crate::service::{broken, moment, who};
use crate::{Service, random};

/// A secret without its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecretRow {
    /// The id.
    pub id: SecretId,
    /// The name.
    pub name: SecretName,
    /// Its revision, from 1.
    pub revision: u64,
    /// Why it can't be opened any more; `None` when nothing is known against it.
    pub unopenable: Option<Unopenable>,
    /// When it was added or overwritten last.
    pub changed_at: Timestamp,
    /// Who did that.
    pub changed_by: String,
    /// The step that was given its value last, and its run.
    pub last_used: Option<UsedIn>,
}

/// A secret with what uses it, for its page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecretView {
    /// What the list shows of it.
    pub row: SecretRow,
    /// Where the newest revision of its workflow needs it, if it does.
    pub used_by: Option<UsedBy>,
    /// The steps that were given its value, newest first, and the revision that each was given; at
    /// most 20.
    pub uses: Vec<(UsedIn, u64)>,
}

impl Service {
    /// The secrets of a workflow, in the order people look them up.
    pub async fn secrets(&self, _: &Viewer, workflow: &str) -> Result<Vec<SecretRow>, Problem> {
        let workflow = self.known_workflow(workflow).await?;
        let rows = secrets::list(&self.store, &workflow.id)
            .await
            .map_err(broken)?;
        let last = uses::last_of_secrets(&self.store, &workflow.id).await;
        let mut last = last.map_err(broken)?;
        let mut rows: Vec<_> = rows
            .into_iter()
            .map(|row| SecretRow {
                last_used: last.remove(&row.id),
                id: row.id,
                name: row.name,
                revision: row.revision,
                unopenable: row.unopenable,
                changed_at: row.changed_at,
                changed_by: who(row.changed_by),
            })
            .collect();
        rows.sort_by_cached_key(|row| lookup_order(&row.name));
        Ok(rows)
    }

    /// One secret of a workflow, with what uses it.
    pub async fn secret(
        &self,
        viewer: &Viewer,
        workflow: &str,
        id: &str,
    ) -> Result<Option<SecretView>, Problem> {
        let rows = self.secrets(viewer, workflow).await?;
        let Some(row) = rows.into_iter().find(|row| row.id.as_str() == id) else {
            return Ok(None);
        };
        let workflow = self.known_workflow(workflow).await?;
        let needs =
            store::requirements::of_secret(&self.store, &workflow.id, row.name.as_str()).await;
        let used_by = used_by::group(needs.map_err(broken)?).pop();
        let uses = uses::of_subject(&self.store, &self.account, id, NEWEST_USES).await;
        Ok(Some(SecretView {
            uses: uses.map_err(broken)?,
            used_by,
            row,
        }))
    }

    /// A fresh id for the form of a new secret. It is accepted once.
    pub fn new_secret_id(&self, _: &Administrator) -> Result<SecretId, Problem> {
        Ok(SecretId::from_bytes(random::bytes()?))
    }

    /// Adds a secret to a workflow.
    pub async fn add_secret(
        &self,
        administrator: &Administrator,
        workflow: &str,
        name: &str,
        value: impl Into<Given>,
        id: SecretId,
    ) -> Result<SecretId, Problem> {
        let value = value.into();
        self.allow([&value])?;
        let workflow = self.known_workflow(workflow).await?;
        let mut fields = Fields::default();
        let name: Option<SecretName> = fields.parse("name", name);
        let mut ready = None;
        match seal::check(&SECRET, value) {
            Ok(checked) => ready = checked,
            Err(wrong) => fields.found(Some(wrong)),
        }
        let (name, ready) = fields.checked(name.zip(ready))?;

        let mut tx = self.begin(administrator).await?;
        self.look_for_key(&mut tx).await?;
        if store::used_ids::contains(&mut tx, id.as_str())
            .await
            .map_err(broken)?
        {
            return Err(Problem::new(
                ProblemKind::Stale,
                "already_saved",
                "This secret was already added.",
            ));
        }
        let field_revision = self.next_revision(&mut tx, &workflow, &name).await?;
        let place = self.place(&workflow, &name, field_revision);
        let sealed_by = ready.sealed_by();
        let sealed = self.seal(ready, &place)?;
        let new = secrets::NewSecret {
            id: &id,
            workflow_id: &workflow.id,
            name: &name,
            field_revision,
            sealed: &sealed,
        };
        let entry = self.secret_entry(administrator, "secret.add", &id, &new, (1, sealed_by));
        match secrets::add(&mut tx, &new, &entry).await {
            Err(store::Error::Unique) => return Err(name_taken(&name)),
            done => done.map_err(broken)?,
        }
        tx.commit().await.map_err(broken)?;
        Ok(id)
    }

    /// Replaces the value of a secret, when `revision` is still its newest.
    pub async fn overwrite_secret(
        &self,
        administrator: &Administrator,
        workflow: &str,
        id: &SecretId,
        revision: u64,
        value: impl Into<Given>,
    ) -> Result<(), Problem> {
        let value = value.into();
        self.allow([&value])?;
        let workflow = self.known_workflow(workflow).await?;
        let checked = seal::check(&SECRET, value).map_err(|wrong| Problem::input(vec![wrong]))?;
        let ready = checked.ok_or_else(Problem::internal)?;
        let mut tx = self.begin(administrator).await?;
        self.look_for_key(&mut tx).await?;
        let row = secrets::find(&mut tx, &workflow.id, id)
            .await
            .map_err(broken)?;
        let row = row.ok_or_else(|| Problem::not_found("secret"))?;
        if row.revision != revision {
            return Err(changed(row));
        }
        let field_revision = self.next_revision(&mut tx, &workflow, &row.name).await?;
        let place = self.place(&workflow, &row.name, field_revision);
        let sealed_by = ready.sealed_by();
        let sealed = self.seal(ready, &place)?;
        let new = secrets::NewSecret {
            id,
            workflow_id: &workflow.id,
            name: &row.name,
            field_revision,
            sealed: &sealed,
        };
        let told = (revision + 1, sealed_by);
        let entry = self.secret_entry(administrator, "secret.overwrite", id, &new, told);
        let done = secrets::overwrite(&mut tx, &new, revision, &entry)
            .await
            .map_err(broken)?;
        if done.is_none() {
            return Err(changed(row));
        }
        tx.commit().await.map_err(broken)
    }

    /// Deletes a secret with its value.
    pub async fn delete_secret(
        &self,
        administrator: &Administrator,
        workflow: &str,
        id: &SecretId,
    ) -> Result<(), Problem> {
        let workflow = self.known_workflow(workflow).await?;
        let mut tx = self.begin(administrator).await?;
        let row = secrets::find(&mut tx, &workflow.id, id)
            .await
            .map_err(broken)?;
        let row = row.ok_or_else(|| Problem::not_found("secret"))?;
        let detail = json!({ "workflow": workflow.id.as_str(), "name": row.name.as_str() });
        let entry = self.entry(administrator.actor(), "secret.delete", id.as_str(), &detail);
        secrets::delete(&mut tx, &workflow.id, id, &entry)
            .await
            .map_err(broken)?;
        tx.commit().await.map_err(broken)
    }

    async fn next_revision(
        &self,
        tx: &mut store::Tx,
        workflow: &WorkflowRow,
        name: &SecretName,
    ) -> Result<u64, Problem> {
        let last = secrets::last_field_revision(tx, &workflow.id, name)
            .await
            .map_err(broken)?;
        Ok(last + 1)
    }

    fn place<'a>(
        &'a self,
        workflow: &'a WorkflowRow,
        name: &'a SecretName,
        field_revision: u64,
    ) -> Place<'a> {
        Place {
            account: self.account.as_str(),
            owner: Owner::Secret {
                workflow_id: workflow.id.as_str(),
                name: name.as_str(),
            },
            field: SECRET.name,
            field_revision,
        }
    }

    fn secret_entry(
        &self,
        administrator: &Administrator,
        act: &'static str,
        id: &SecretId,
        new: &secrets::NewSecret<'_>,
        (revision, sealed_by): (u64, &str),
    ) -> store::ledger::Entry {
        let detail = json!({
            "workflow": new.workflow_id.as_str(),
            "name": new.name.as_str(),
            "revision": revision,
            "fields": { SECRET.name: new.field_revision },
            "records": { SECRET.name: new.sealed.fingerprint() },
            "sealed": { SECRET.name: sealed_by },
        });
        self.entry(administrator.actor(), act, id.as_str(), &detail)
    }
}

fn name_taken(name: &SecretName) -> Problem {
    Problem::field(
        "name",
        "taken",
        format!(
            "This workflow has a secret {name} already. Overwrite that one, or choose another name."
        ),
    )
}

fn changed(row: secrets::SecretRow) -> Problem {
    Problem::new(
        ProblemKind::Stale,
        "secret_changed",
        format!(
            "{} overwrote this secret at {}, after you opened this form. Nothing was saved: open it \
             again if it still has to change.",
            who(row.changed_by),
            moment(row.changed_at)
        ),
    )
}
