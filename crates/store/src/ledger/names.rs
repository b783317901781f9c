//! From the ids that the ledger has to names for people, and back.

use std::collections::{BTreeSet, HashMap};

use model::AccountId;
use sqlx::AssertSqlSafe;

use crate::row::{Row, column, counted, kept};
use crate::{Error, Store};

/// Ids whose names are wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ids {
    /// Of people.
    pub users: BTreeSet<String>,
    /// Of connections.
    pub connections: BTreeSet<String>,
    /// Of secrets.
    pub secrets: BTreeSet<String>,
    /// Of workflows.
    pub workflows: BTreeSet<String>,
    /// Of runs.
    pub runs: BTreeSet<String>,
    /// Of attempts.
    pub attempts: BTreeSet<String>,
}

/// What is there now of those ids.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Names {
    /// A person's name, and whether the person is still one.
    pub users: HashMap<String, (String, bool)>,
    /// Type and name of a connection.
    pub connections: HashMap<String, (String, String)>,
    /// Name of a secret and of its workflow.
    pub secrets: HashMap<String, (String, String)>,
    /// Name of a workflow.
    pub workflows: HashMap<String, String>,
    /// Name of a run's workflow, and its number there.
    pub runs: HashMap<String, (String, u64)>,
    /// Where an attempt was made.
    pub attempts: HashMap<String, AttemptPlace>,
}

/// Where an attempt was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttemptPlace {
    /// The run's workflow.
    pub workflow: String,
    /// The run's number there.
    pub run: u64,
    /// The step's place in the text, from 0.
    pub position: u64,
    /// The step's name.
    pub step: String,
}

/// How many ids one statement asks for.
const AT_ONCE: usize = 500;

/// Looks the names up. What is gone is not among them.
pub async fn names(store: &Store, account: &AccountId, ids: &Ids) -> Result<Names, Error> {
    let look = Look { store, account };
    let mut names = Names::default();
    look.up(
        "select id, name, deleted_at from users where account_id = $1 and id in",
        &ids.users,
        |id, row| {
            let gone = column::<Option<i64>>(row, "deleted_at")?.is_some();
            names.users.insert(id, (column(row, "name")?, !gone));
            Ok(())
        },
    )
    .await?;
    look.up(
        "select id, type_name, name from connections where account_id = $1 and id in",
        &ids.connections,
        |id, row| {
            let name = (column(row, "type_name")?, column(row, "name")?);
            names.connections.insert(id, name);
            Ok(())
        },
    )
    .await?;
    look.up(
        "select s.id, s.name, w.name as workflow from secrets s \
         join workflows w on w.id = s.workflow_id where s.account_id = $1 and s.id in",
        &ids.secrets,
        |id, row| {
            let name = (column(row, "name")?, column(row, "workflow")?);
            names.secrets.insert(id, name);
            Ok(())
        },
    )
    .await?;
    look.up(
        "select id, name from workflows where account_id = $1 and id in",
        &ids.workflows,
        |id, row| {
            names.workflows.insert(id, column(row, "name")?);
            Ok(())
        },
    )
    .await?;
    look.up(
        "select r.id, r.number, w.name as workflow from runs r \
         join workflows w on w.id = r.workflow_id where r.account_id = $1 and r.id in",
        &ids.runs,
        |id, row| {
            let name = (column(row, "workflow")?, counted(row, "number")?);
            names.runs.insert(id, name);
            Ok(())
        },
    )
    .await?;
    look.up(
        "select a.id, s.position, s.name as step, r.number, w.name as workflow from attempts a \
         join steps s on s.run_id = a.run_id and s.position = a.position \
         join runs r on r.id = a.run_id join workflows w on w.id = r.workflow_id \
         where a.account_id = $1 and a.id in",
        &ids.attempts,
        |id, row| {
            let place = AttemptPlace {
                workflow: column(row, "workflow")?,
                run: counted(row, "number")?,
                position: counted(row, "position")?,
                step: column(row, "step")?,
            };
            names.attempts.insert(id, place);
            Ok(())
        },
    )
    .await?;
    Ok(names)
}

struct Look<'a> {
    store: &'a Store,
    account: &'a AccountId,
}

impl Look<'_> {
    /// Runs a statement that ends with `in` for all ids.
    async fn up(
        &self,
        statement: &str,
        ids: &BTreeSet<String>,
        mut found: impl FnMut(String, &Row) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let ids: Vec<_> = ids.iter().collect();
        for part in ids.chunks(AT_ONCE) {
            let places: Vec<_> = (2..part.len() + 2).map(|at| format!("${at}")).collect();
            let sql = format!("{statement} ({})", places.join(", "));
            let mut query = sqlx::query(AssertSqlSafe(sql)).bind(self.account.as_str());
            for id in part {
                query = query.bind(kept(id));
            }
            for row in query.fetch_all(self.store.readers()).await? {
                found(column(&row, "id")?, &row)?;
            }
        }
        Ok(())
    }
}

/// The ids of what has this name now: a connection (`NAME` or `TYPE / NAME`), a secret, a workflow,
/// a run (`WORKFLOW #NUMBER`), or a person, also by address. At most `limit` of them.
pub async fn named(
    store: &Store,
    account: &AccountId,
    name: &str,
    limit: u32,
) -> Result<Vec<String>, Error> {
    let name = kept(name);
    let (workflow, number) = name
        .rsplit_once(" #")
        .and_then(|(workflow, number)| Some((workflow, number.parse::<i64>().ok()?)))
        .unwrap_or(("", 0));
    let (kind, of_kind) = name.split_once(" / ").unwrap_or(("", ""));
    let rows = sqlx::query(
        "select id from connections where account_id = $1 and name = $2 \
         union select id from connections where account_id = $1 and type_name = $3 and name = $4 \
         union select id from secrets where account_id = $1 and name = $2 \
         union select id from workflows where account_id = $1 and name = $2 \
         union select r.id from runs r join workflows w on w.id = r.workflow_id \
             where w.account_id = $1 and w.name = $5 and r.number = $6 \
         union select id from users where account_id = $1 and (name = $2 or email_key = $7) \
         order by id limit $8",
    )
    .bind(account.as_str())
    .bind(&*name)
    .bind(kind)
    .bind(of_kind)
    .bind(workflow)
    .bind(number)
    .bind(name.to_lowercase())
    .bind(i64::from(limit))
    .fetch_all(store.readers())
    .await?;
    crate::row::each(&rows, |row| column(row, "id"))
}
