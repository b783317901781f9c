//! Revisions: saving a text, looking at earlier ones, restoring one.

use model::{FieldProblem, Problem, ProblemKind, Timestamp};
use serde_json::json;
use store::revisions::{self, NewRevision};
use store::workflows;

use crate::permission::{Administrator, Viewer};
use crate::reading::read;
use crate::service::{broken, moment, who};
use crate::{Service, requirements};

/// The longest text that is stored, in bytes. The language reads less; what it does not read can
/// still be saved as a draft.
pub const MAX_TEXT: usize = 1024 * 1024;

/// One line of the list of revisions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RevisionRow {
    /// Its number, from 1.
    pub number: u64,
    /// When it was saved.
    pub saved_at: Timestamp,
    /// Who saved it.
    pub saved_by: String,
    /// How it came about; mostly empty.
    pub note: String,
}

/// A revision with its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RevisionView {
    /// Its number, from 1.
    pub number: u64,
    /// The text.
    pub text: String,
    /// When it was saved.
    pub saved_at: Timestamp,
    /// Who saved it.
    pub saved_by: String,
    /// How it came about; mostly empty.
    pub note: String,
}

/// A text was saved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Saved {
    /// The number of the newest revision, which has this text.
    pub revision: u64,
}

impl Service {
    /// Saves a text as the next revision, with whatever errors it has. A text that is the newest
    /// revision already makes no new one. Line ends are stored as LF: a form sends CRLF, an editor
    /// LF, and the two must not look like a change.
    pub async fn save_workflow(
        &self,
        administrator: &Administrator,
        name: &str,
        base_revision: u64,
        text: String,
    ) -> Result<Saved, Problem> {
        let text = if text.contains('\r') {
            text.replace("\r\n", "\n")
        } else {
            text
        };
        self.save(administrator, name, base_revision, text, None)
            .await
    }

    /// All revisions, newest first.
    pub async fn revisions(&self, _: &Viewer, name: &str) -> Result<Vec<RevisionRow>, Problem> {
        let workflow = self.known_workflow(name).await?;
        let rows = revisions::list(&self.store, &workflow.id)
            .await
            .map_err(broken)?;
        Ok(rows
            .into_iter()
            .map(|row| RevisionRow {
                number: row.number,
                saved_at: row.saved_at,
                saved_by: who(row.saved_by),
                note: row.note,
            })
            .collect())
    }

    /// One revision with its text.
    pub async fn revision(
        &self,
        _: &Viewer,
        name: &str,
        number: u64,
    ) -> Result<Option<RevisionView>, Problem> {
        let Some(workflow) = self.find_workflow(name).await? else {
            return Ok(None);
        };
        let found = revisions::find(&self.store, &workflow.id, number)
            .await
            .map_err(broken)?;
        Ok(found.map(|(row, text)| RevisionView {
            number: row.number,
            text,
            saved_at: row.saved_at,
            saved_by: who(row.saved_by),
            note: row.note,
        }))
    }

    /// Saves the text of an earlier revision as the next one.
    pub async fn restore_revision(
        &self,
        administrator: &Administrator,
        name: &str,
        number: u64,
        base_revision: u64,
    ) -> Result<Saved, Problem> {
        let found = self.revision(administrator, name, number).await?;
        let text = found.ok_or_else(|| Problem::not_found("revision"))?.text;
        self.save(administrator, name, base_revision, text, Some(number))
            .await
    }

    async fn save(
        &self,
        administrator: &Administrator,
        name: &str,
        base: u64,
        text: String,
        restored: Option<u64>,
    ) -> Result<Saved, Problem> {
        check(&text)?;
        let workflow = self.known_workflow(name).await?;
        let reading = read(text, |text| {
            let document = language::read(&text);
            let needs = requirements::index(&document);
            (text, document.readable, needs)
        });
        let (text, readable, needs) = reading.await?;

        let mut tx = self.begin(administrator).await?;
        let workflow = workflows::by_name(&mut tx, &self.account, &workflow.name)
            .await
            .map_err(broken)?
            .ok_or_else(|| Problem::not_found("workflow"))?;
        let newest = revisions::find(&mut tx, &workflow.id, workflow.revision);
        let newest = newest.await.map_err(broken)?;
        if newest.as_ref().is_some_and(|(_, newest)| *newest == text) {
            return Ok(Saved {
                revision: workflow.revision,
            });
        }
        let (act, note) = match restored {
            Some(number) => (
                "workflow.restore",
                format!("Restored from revision {number}"),
            ),
            None => ("workflow.save", String::new()),
        };
        let detail = json!({
            "name": workflow.name.as_str(),
            "revision": base.saturating_add(1),
            "restored": restored,
        });
        let entry = self.entry(administrator.actor(), act, workflow.id.as_str(), &detail);
        let new = NewRevision {
            workflow_id: &workflow.id,
            base,
            text: &text,
            readable,
            note: &note,
            requirements: &needs,
        };
        match revisions::add(&mut tx, &new, &entry)
            .await
            .map_err(broken)?
        {
            Some(revision) => {
                tx.commit().await.map_err(broken)?;
                Ok(Saved { revision })
            }
            None => Err(changed(base, newest.map(|(row, _)| row), restored)),
        }
    }
}

/// What no database or page could keep as it is.
fn check(text: &str) -> Result<(), Problem> {
    if text.len() > MAX_TEXT {
        return Err(Problem {
            fields: vec![FieldProblem::new(
                "text",
                "too_large",
                "It is larger than 1 MiB.",
            )],
            ..Problem::new(
                ProblemKind::TooLarge,
                "text_too_large",
                "The text is larger than 1 MiB and was not saved. Split the workflow, or move data \
                 out of it.",
            )
        });
    }
    if let Some(line) = text.split('\n').position(|line| line.contains('\0')) {
        return Err(Problem::field(
            "text",
            "nul",
            format!(
                "Line {} has a NUL character. Remove it and save again.",
                line + 1
            ),
        ));
    }
    Ok(())
}

/// Somebody saved since the text was opened.
fn changed(base: u64, newest: Option<revisions::RevisionRow>, restored: Option<u64>) -> Problem {
    let happened = match newest {
        Some(row) => format!(
            "{} saved revision {} at {}, after you opened revision {base}.",
            who(row.saved_by),
            row.number,
            moment(row.saved_at)
        ),
        None => format!("This workflow has no revision {base}."),
    };
    let next = match restored {
        Some(number) => format!(
            "Revision {number} was not restored: look at the newest one, then restore again."
        ),
        None => "Your text was not saved: compare it with the newest revision, then save again."
            .to_owned(),
    };
    Problem::new(
        ProblemKind::Stale,
        "workflow_changed",
        format!("{happened} {next}"),
    )
}
