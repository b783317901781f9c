//! The ledger as people read it: entries in plain words, and what leads to them.

mod kinds;
mod search;
mod standing;
mod words;

use std::collections::BTreeSet;

use model::{Problem, Timestamp};
use serde_json::Value;
use store::ledger::{self, Ids, LedgerRow, Names};

use crate::Service;
use crate::permission::Administrator;
use crate::service::broken;

pub use kinds::EventKind;
pub use search::{ACTORS, LedgerSearch};
pub use standing::LedgerStanding;

use words::Words;

/// A part of a sentence; some lead somewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// The words.
    pub words: String,
    /// What they name, if it still exists.
    pub place: Option<LedgerPlace>,
}

/// Something an entry names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LedgerPlace {
    /// The connection of that id.
    Connection(String),
    /// A secret.
    Secret {
        /// Name of its workflow.
        workflow: String,
        /// Its id.
        id: String,
    },
    /// The workflow of that name.
    Workflow(String),
    /// A run.
    Run {
        /// Name of its workflow.
        workflow: String,
        /// Its number there.
        number: u64,
    },
    /// A step of a run.
    Step {
        /// Name of the run's workflow.
        workflow: String,
        /// The run's number there.
        number: u64,
        /// The step's place in the text, from 0.
        position: u64,
    },
    /// The person of that id.
    Person(String),
}

/// An entry of the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerLine {
    /// Its number, from 1 without gaps.
    pub number: u64,
    /// When.
    pub at: Timestamp,
    /// What kind of event it is; `None` for an act of another version.
    pub kind: Option<EventKind>,
    /// Who or what acted.
    pub who: Vec<Piece>,
    /// What was done.
    pub what: Vec<Piece>,
    /// `system`, `user`, `command_line` or `step`.
    pub actor_kind: String,
    /// The id of the person or of the attempt, or empty.
    pub actor: String,
    /// What was done, such as `connection.add`.
    pub act: String,
    /// The id of what it was done to.
    pub subject: String,
    /// JSON: names, fields, revisions.
    pub detail: String,
}

impl LedgerLine {
    /// The id that the detail has under `key`, such as `workflow` or `run`; empty without one.
    pub fn id_of(&self, key: &str) -> String {
        let detail: Value = serde_json::from_str(&self.detail).unwrap_or_default();
        detail[key].as_str().unwrap_or_default().to_owned()
    }
}

impl Service {
    /// The newest entries that are looked for, or the newest ones in front of number `before`:
    /// newest first, at most `limit`.
    pub async fn ledger(
        &self,
        _: &Administrator,
        search: &LedgerSearch,
        before: Option<u64>,
        limit: u32,
    ) -> Result<Vec<LedgerLine>, Problem> {
        let filter = self.filter(search).await?;
        let rows = ledger::search(&self.store, &self.account, &filter, before, limit).await;
        let rows = rows.map_err(broken)?;
        let details: Vec<Value> = rows
            .iter()
            .map(|row| serde_json::from_str(&row.detail).unwrap_or_default())
            .collect();
        let mut ids = Ids::default();
        for (row, detail) in rows.iter().zip(&details) {
            collect(&mut ids, row, detail);
        }
        let names = ledger::names(&self.store, &self.account, &ids).await;
        let names = names.map_err(broken)?;
        let lines = rows.into_iter().zip(&details);
        Ok(lines
            .map(|(row, detail)| line(row, detail, &names))
            .collect())
    }

    /// Everybody who acted or may act, by id and name: also people who are deleted.
    pub async fn ledger_people(&self, _: &Administrator) -> Result<Vec<(String, String)>, Problem> {
        let people = store::users::names(&self.store, &self.account).await;
        let mut people = people.map_err(broken)?;
        people.sort_by_cached_key(|(_, name)| crate::field::lookup_order(name));
        Ok(people)
    }
}

fn line(row: LedgerRow, detail: &Value, names: &Names) -> LedgerLine {
    LedgerLine {
        number: row.number,
        at: row.at,
        kind: EventKind::of(&row.act),
        who: Words::about(&row, detail, names).who(),
        what: Words::about(&row, detail, names).what(),
        actor_kind: row.actor_kind,
        actor: row.actor,
        act: row.act,
        subject: row.subject,
        detail: row.detail,
    }
}

/// Notes the ids that an entry names.
fn collect(ids: &mut Ids, row: &LedgerRow, detail: &Value) {
    let note = |ids: &mut BTreeSet<String>, id: &str| {
        if !id.is_empty() {
            ids.insert(id.to_owned());
        }
    };
    match row.actor_kind.as_str() {
        "user" => note(&mut ids.users, &row.actor),
        "step" => note(&mut ids.attempts, &row.actor),
        _ => {}
    }
    let (noun, _) = row.act.split_once('.').unwrap_or_default();
    match noun {
        "user" | "setup_code" => note(&mut ids.users, &row.subject),
        "connection" => note(&mut ids.connections, &row.subject),
        "secret" => note(&mut ids.secrets, &row.subject),
        "workflow" => note(&mut ids.workflows, &row.subject),
        "run" => note(&mut ids.runs, &row.subject),
        // Of one or the other.
        "step" | "condition" | "value" => {
            note(&mut ids.connections, &row.subject);
            note(&mut ids.secrets, &row.subject);
        }
        _ => {}
    }
    let text = |key: &str| detail[key].as_str().unwrap_or_default();
    note(&mut ids.users, text("user"));
    note(&mut ids.workflows, text("workflow"));
    note(&mut ids.runs, text("run"));
    for workflow in detail["workflows"].as_array().into_iter().flatten() {
        note(&mut ids.workflows, workflow.as_str().unwrap_or_default());
    }
}
