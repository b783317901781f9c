//! Workflows: the list, one of them, adding, renaming, deleting.

use std::collections::BTreeMap;

use model::{HeldSecret, Problem, ProblemKind, Timestamp, WorkflowId, WorkflowName};
use serde_json::json;
use store::workflows;

use crate::field::{Fields, lookup_order};
use crate::permission::{Administrator, Viewer};
use crate::service::{broken, who};
use crate::{Service, confirm, random, requirements};

/// Longest description, in characters.
const MAX_DESCRIPTION: usize = 1_000;

/// One line of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkflowRow {
    /// The name.
    pub name: WorkflowName,
    /// What it is for.
    pub description: String,
    /// Number of the newest revision; 0 before the first save.
    pub revision: u64,
    /// When it changed last.
    pub changed_at: Timestamp,
    /// Who changed it.
    pub changed_by: String,
    /// How many distinct connections and secrets it misses.
    pub missing: usize,
    /// Whether its text can be read; when not, `missing` says nothing.
    pub readable: bool,
}

/// A workflow with its newest text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkflowView {
    /// The id.
    pub id: WorkflowId,
    /// The name.
    pub name: WorkflowName,
    /// What it is for.
    pub description: String,
    /// Number of the newest revision; 0 before the first save, with an empty text.
    pub revision: u64,
    /// The text.
    pub text: String,
    /// When the text was saved, or the workflow added.
    pub saved_at: Timestamp,
    /// Who did that.
    pub saved_by: String,
}

impl Service {
    /// All workflows, in the order people look them up.
    pub async fn workflows(&self, _: &Viewer) -> Result<Vec<WorkflowRow>, Problem> {
        let (store, account) = (&self.store, &self.account);
        let needs = store::requirements::of_account(store, account)
            .await
            .map_err(broken)?;
        let connections = store::connections::list(store, account)
            .await
            .map_err(broken)?;
        let mut secrets: BTreeMap<WorkflowId, Vec<HeldSecret>> = BTreeMap::new();
        for (workflow, id, name) in store::secrets::of_account(store, account)
            .await
            .map_err(broken)?
        {
            let held = HeldSecret {
                id: id.into(),
                name: name.into(),
                unopenable: None,
            };
            secrets.entry(workflow).or_default().push(held);
        }
        let grants = store::grants::of_account(store, account)
            .await
            .map_err(broken)?;
        let missing = requirements::missing(&needs, &connections, &grants, secrets);
        let mut rows: Vec<_> = workflows::list(store, account)
            .await
            .map_err(broken)?
            .into_iter()
            .map(|row| WorkflowRow {
                missing: missing.get(&row.id).copied().unwrap_or(0),
                name: row.name,
                description: row.description,
                revision: row.revision,
                changed_at: row.changed_at,
                changed_by: who(row.changed_by),
                readable: row.readable,
            })
            .collect();
        rows.sort_by_cached_key(|row| lookup_order(&row.name));
        Ok(rows)
    }

    /// One workflow with its newest text.
    pub async fn workflow(&self, _: &Viewer, name: &str) -> Result<Option<WorkflowView>, Problem> {
        let Some(row) = self.find_workflow(name).await? else {
            return Ok(None);
        };
        let newest = store::revisions::find(&self.store, &row.id, row.revision);
        let (saved_at, saved_by, text) = match newest.await.map_err(broken)? {
            Some((revision, text)) => (revision.saved_at, revision.saved_by, text),
            // Deleted between the two looks.
            None if row.revision > 0 => return Ok(None),
            None => (row.changed_at, row.changed_by, String::new()),
        };
        Ok(Some(WorkflowView {
            id: row.id,
            name: row.name,
            description: row.description,
            revision: row.revision,
            text,
            saved_at,
            saved_by: who(saved_by),
        }))
    }

    /// Adds a workflow without a text.
    pub async fn create_workflow(
        &self,
        administrator: &Administrator,
        name: &str,
        description: &str,
    ) -> Result<WorkflowName, Problem> {
        let (name, description) = described(name, description)?;
        let id = WorkflowId::from_bytes(random::bytes()?);
        let detail = json!({ "name": name.as_str() });
        let entry = self.entry(
            administrator.actor(),
            "workflow.create",
            id.as_str(),
            &detail,
        );
        let mut tx = self.begin(administrator).await?;
        let new = workflows::NewWorkflow {
            id: &id,
            name: &name,
            description: &description,
        };
        match workflows::add(&mut tx, &new, &entry).await {
            Err(store::Error::Unique) => return Err(name_taken(&name)),
            done => done.map_err(broken)?,
        }
        tx.commit().await.map_err(broken)?;
        Ok(name)
    }

    /// Changes the name and the description.
    pub async fn rename_workflow(
        &self,
        administrator: &Administrator,
        name: &str,
        new_name: &str,
        description: &str,
    ) -> Result<WorkflowName, Problem> {
        let (new_name, description) = described(new_name, description)?;
        let workflow = self.known_workflow(name).await?;
        let detail = json!({ "from": workflow.name.as_str(), "name": new_name.as_str() });
        let entry = self.entry(
            administrator.actor(),
            "workflow.rename",
            workflow.id.as_str(),
            &detail,
        );
        let mut tx = self.begin(administrator).await?;
        match workflows::rename(&mut tx, &workflow.id, &new_name, &description, &entry).await {
            Err(store::Error::Unique) => return Err(name_taken(&new_name)),
            Err(error) => return Err(broken(error)),
            Ok(false) => return Err(Problem::not_found("workflow")),
            Ok(true) => {}
        }
        tx.commit().await.map_err(broken)?;
        Ok(new_name)
    }

    /// Deletes a workflow with its revisions, secrets, runs and their logs, when its name was typed
    /// to confirm it and none of its runs is under way.
    pub async fn delete_workflow(
        &self,
        administrator: &Administrator,
        name: &str,
        typed_name: &str,
    ) -> Result<(), Problem> {
        let workflow = self.known_workflow(name).await?;
        let because = "Its revisions, secrets and runs are deleted with it.";
        confirm::typed(Some(typed_name), &workflow.name, because)?;
        let detail = json!({ "name": workflow.name.as_str() });
        let entry = self.entry(
            administrator.actor(),
            "workflow.delete",
            workflow.id.as_str(),
            &detail,
        );
        let mut tx = self.begin(administrator).await?;
        let active = store::runs::active(&mut tx, &workflow.id);
        match active.await.map_err(broken)? {
            0 => {}
            active => return Err(runs_active(&workflow.name, active)),
        }
        let attempts = self.attempts_of(&mut tx, &workflow.id).await?;
        if !workflows::delete(&mut tx, &workflow.id, &entry)
            .await
            .map_err(broken)?
        {
            return Err(Problem::not_found("workflow"));
        }
        tx.commit().await.map_err(broken)?;
        // Logs are not in the same transaction, on SQLite not even in the same file.
        store::logs::delete_of(self.store.logs(), &attempts)
            .await
            .map_err(broken)
    }

    /// The workflow of exactly that name. A text that cannot be a name, or has blanks around one,
    /// names none: it goes into addresses as it is.
    pub(crate) async fn find_workflow(
        &self,
        name: &str,
    ) -> Result<Option<workflows::WorkflowRow>, Problem> {
        match name.parse::<WorkflowName>() {
            Ok(parsed) if parsed.as_str() != name => Ok(None),
            Ok(name) => workflows::by_name(&self.store, &self.account, &name)
                .await
                .map_err(broken),
            Err(_) => Ok(None),
        }
    }

    /// The workflow of that name, or the problem that there is none.
    pub(crate) async fn known_workflow(
        &self,
        name: &str,
    ) -> Result<workflows::WorkflowRow, Problem> {
        self.find_workflow(name)
            .await?
            .ok_or_else(|| Problem::not_found("workflow"))
    }
}

fn described(name: &str, description: &str) -> Result<(WorkflowName, String), Problem> {
    let mut fields = Fields::default();
    let name = fields.parse("name", name);
    let description = description.trim().replace("\r\n", "\n");
    if description.chars().count() > MAX_DESCRIPTION {
        fields.wrong("description", "too_long", "Use at most 1000 characters.");
    }
    if description.contains('\0') {
        fields.wrong("description", "nul", "Leave out the NUL character.");
    }
    fields.checked(name.map(|name| (name, description)))
}

/// A run that goes on would lose its text and its values.
fn runs_active(name: &WorkflowName, active: u64) -> Problem {
    let under_way = match active {
        1 => "A run is".to_owned(),
        several => format!("{several} runs are"),
    };
    Problem::new(
        ProblemKind::Stale,
        "runs_active",
        format!("{under_way} under way. Stop its runs first, then delete {name}."),
    )
}

fn name_taken(name: &WorkflowName) -> Problem {
    Problem::field(
        "name",
        "taken",
        format!("There is a workflow {name} already. Open that one, or choose another name."),
    )
}
