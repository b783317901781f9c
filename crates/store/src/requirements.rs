//! The requirement index: what the newest revision of each workflow needs, and where.
//!
//! It is written with the revision it belongs to, so that lists need not read texts.

use model::{AccountId, WorkflowId, WorkflowName};
use sqlx::AssertSqlSafe;

use crate::row::{self, Row, column, parsed};
use crate::{Error, Source, Tx};

/// What kind of thing is needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A connection of the account.
    Connection,
    /// A secret of the workflow.
    Secret,
    /// A parameter of the run.
    Parameter,
}

impl Kind {
    fn as_str(self) -> &'static str {
        match self {
            Self::Connection => "connection",
            Self::Secret => "secret",
            Self::Parameter => "parameter",
        }
    }
}

/// What needs it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum UsePlace {
    /// A step of that name.
    Step(String),
    /// A trigger of that name.
    Trigger(String),
    /// The text outside of steps and triggers.
    Workflow,
}

impl UsePlace {
    fn columns(&self) -> (&'static str, &str) {
        match self {
            Self::Step(name) => ("step", name),
            Self::Trigger(name) => ("trigger", name),
            Self::Workflow => ("workflow", ""),
        }
    }
}

/// One requirement at one place.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Requirement {
    /// What kind of thing is needed.
    pub kind: Kind,
    /// The type of a connection; empty for the others.
    pub type_name: String,
    /// The name, as the text has it.
    pub name: String,
    /// What needs it.
    pub place: UsePlace,
}

/// A requirement and the workflow that has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkflowRequirement {
    /// The workflow.
    pub workflow_id: WorkflowId,
    /// Its name.
    pub workflow: WorkflowName,
    /// What it needs.
    pub requirement: Requirement,
}

fn read(row: &Row) -> Result<WorkflowRequirement, Error> {
    let kind = match column::<String>(row, "kind")?.as_str() {
        "connection" => Kind::Connection,
        "secret" => Kind::Secret,
        "parameter" => Kind::Parameter,
        _ => return Err(Error::Row("kind")),
    };
    let name = column(row, "place")?;
    let place = match column::<String>(row, "place_kind")?.as_str() {
        "step" => UsePlace::Step(name),
        "trigger" => UsePlace::Trigger(name),
        "workflow" => UsePlace::Workflow,
        _ => return Err(Error::Row("place_kind")),
    };
    Ok(WorkflowRequirement {
        workflow_id: parsed(row, "workflow_id")?,
        workflow: parsed(row, "workflow")?,
        requirement: Requirement {
            kind,
            type_name: column(row, "type_name")?,
            name: column(row, "name")?,
            place,
        },
    })
}

/// Everything that any workflow of the account needs, in the order of the texts.
pub async fn of_account(
    source: impl Source,
    account: &AccountId,
) -> Result<Vec<WorkflowRequirement>, Error> {
    let rows = sqlx::query(
        "select r.workflow_id, w.name as workflow, r.kind, r.type_name, r.name, r.place_kind, \
         r.place from requirements r join workflows w on w.id = r.workflow_id \
         where r.account_id = $1 order by r.workflow_id, r.position",
    )
    .bind(account.as_str())
    .fetch_all(source.executor())
    .await?;
    crate::row::each(&rows, read)
}

/// What uses the connection of that type and name.
pub async fn of_connection(
    source: impl Source,
    account: &AccountId,
    type_name: &str,
    name: &str,
) -> Result<Vec<WorkflowRequirement>, Error> {
    let rows = sqlx::query(
        "select r.workflow_id, w.name as workflow, r.kind, r.type_name, r.name, r.place_kind, \
         r.place from requirements r join workflows w on w.id = r.workflow_id \
         where r.account_id = $1 and r.kind = 'connection' and r.type_name = $2 and r.name = $3 \
         order by r.workflow_id, r.position",
    )
    .bind(account.as_str())
    .bind(type_name)
    .bind(name)
    .fetch_all(source.executor())
    .await?;
    crate::row::each(&rows, read)
}

/// What uses the secret of that name in its workflow.
pub async fn of_secret(
    source: impl Source,
    workflow: &WorkflowId,
    name: &str,
) -> Result<Vec<WorkflowRequirement>, Error> {
    let rows = sqlx::query(
        "select r.workflow_id, w.name as workflow, r.kind, r.type_name, r.name, r.place_kind, \
         r.place from requirements r join workflows w on w.id = r.workflow_id \
         where r.workflow_id = $1 and r.kind = 'secret' and r.name = $2 order by r.position",
    )
    .bind(workflow.as_str())
    .bind(name)
    .fetch_all(source.executor())
    .await?;
    crate::row::each(&rows, read)
}

/// Puts a new index in the place of the old one.
pub(crate) async fn replace(
    tx: &mut Tx,
    account: &AccountId,
    workflow: &WorkflowId,
    requirements: &[Requirement],
) -> Result<(), Error> {
    sqlx::query("delete from requirements where workflow_id = $1")
        .bind(workflow.as_str())
        .execute(tx.connection())
        .await?;
    let mut position = 0_i64;
    for some in requirements.chunks(ROWS_AT_ONCE) {
        let sql = format!(
            "insert into requirements \
             (workflow_id, position, account_id, kind, type_name, name, place_kind, place) \
             values {}",
            row::places(some.len(), 8)
        );
        let mut insert = sqlx::query(AssertSqlSafe(sql));
        for requirement in some {
            let (place_kind, place) = requirement.place.columns();
            insert = insert
                .bind(workflow.as_str())
                .bind(position)
                .bind(account.as_str())
                .bind(requirement.kind.as_str())
                .bind(kept(&requirement.type_name))
                .bind(kept(&requirement.name))
                .bind(place_kind)
                .bind(kept(place));
            position += 1;
        }
        insert.execute(tx.connection()).await?;
    }
    Ok(())
}

/// How many rows go to the database in one statement: a hostile text has thousands.
const ROWS_AT_ONCE: usize = 100;

/// A text of the workflow as the index keeps it. Names that exist have at most 200 characters, so
/// what is cut off here could never have matched one.
fn kept(text: &str) -> String {
    row::kept(text).chars().take(201).collect()
}
