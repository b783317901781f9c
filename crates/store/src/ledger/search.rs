//! Looking for entries, newest first. Each look walks an index that leads to what is asked for, so
//! that a page costs the same in a large ledger as in a small one.

use model::{AccountId, Timestamp, UserId};
use sqlx::AssertSqlSafe;

use super::{LedgerRow, read};
use crate::row::{each, storable};
use crate::{Error, Store};

/// Who acted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ActorFilter {
    /// This person.
    User(UserId),
    /// Whoever ran the program beside the database.
    CommandLine,
    /// Relay itself, or somebody who was not signed in.
    System,
    /// Any step.
    Step,
}

impl ActorFilter {
    fn columns(&self) -> (&'static str, &str) {
        match self {
            Self::User(id) => ("user", id.as_str()),
            Self::CommandLine => ("command_line", ""),
            Self::System => ("system", ""),
            Self::Step => ("step", ""),
        }
    }
}

/// What is looked for. What is left out restricts nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// One of these acts; none of them means any act.
    pub acts: Vec<&'static str>,
    /// Who acted.
    pub actor: Option<ActorFilter>,
    /// About one of these: ids of connections, secrets, workflows, runs or people.
    pub about: Option<Vec<String>>,
    /// Not before.
    pub from: Option<Timestamp>,
    /// Before.
    pub until: Option<Timestamp>,
}

/// Clocks of several servers may differ: entries are looked for by number among those whose time is
/// up to a day apart from what was asked for, in milliseconds.
const APART: i64 = 24 * 60 * 60 * 1_000;

/// A value to bind.
enum Value {
    Text(String),
    Number(i64),
}

/// A statement that is being put together.
#[derive(Default)]
struct Statement {
    values: Vec<Value>,
}

impl Statement {
    /// The place of a text.
    fn text(&mut self, text: &str) -> String {
        self.values.push(Value::Text(text.to_owned()));
        format!("${}", self.values.len())
    }

    /// The place of a number.
    fn number(&mut self, number: i64) -> String {
        self.values.push(Value::Number(number));
        format!("${}", self.values.len())
    }
}

/// Up to `limit` entries in front of number `before`, newest first.
pub async fn search(
    store: &Store,
    account: &AccountId,
    filter: &Filter,
    before: Option<u64>,
    limit: u32,
) -> Result<Vec<LedgerRow>, Error> {
    let Some((first, behind)) = bounds(store, filter).await? else {
        return Ok(Vec::new());
    };
    let behind = before.and_then(storable).map_or(behind, |n| n.min(behind));
    let mut statement = Statement::default();
    let common = common(&mut statement, account, filter, (first, behind));
    let limit = statement.number(i64::from(limit));
    let parts: Vec<_> = leads(&mut statement, filter)
        .into_iter()
        .map(|lead| {
            format!(
                "select * from (select {COLUMNS} from ledger where {common}{lead} \
                 order by number desc limit {limit}) as part"
            )
        })
        .collect();
    if parts.is_empty() {
        return Ok(Vec::new());
    }
    let sql = format!(
        "select * from ({}) as found order by number desc limit {limit}",
        parts.join(" union ")
    );
    let mut query = sqlx::query(AssertSqlSafe(sql));
    for value in statement.values {
        query = match value {
            Value::Text(text) => query.bind(text),
            Value::Number(number) => query.bind(number),
        };
    }
    each(&query.fetch_all(store.readers()).await?, read)
}

const COLUMNS: &str = "number, at, actor_kind, actor, act, subject, detail";

/// What every entry must be, whatever leads to it.
fn common(
    statement: &mut Statement,
    account: &AccountId,
    filter: &Filter,
    (first, behind): (i64, i64),
) -> String {
    let mut sql = format!("account_id = {}", statement.text(account.as_str()));
    let mut and = |condition: String| {
        sql.push_str(" and ");
        sql.push_str(&condition);
    };
    and(format!("number >= {}", statement.number(first)));
    and(format!("number < {}", statement.number(behind)));
    if let Some(from) = filter.from {
        and(format!("at >= {}", statement.number(from.0)));
    }
    if let Some(until) = filter.until {
        and(format!("at < {}", statement.number(until.0)));
    }
    match &filter.actor {
        None => {}
        Some(ActorFilter::Step) => and("actor_kind = 'step'".to_owned()),
        Some(actor) => {
            let (kind, id) = actor.columns();
            let (kind, id) = (statement.text(kind), statement.text(id));
            // The last part is what the index of actors says of itself.
            and(format!(
                "actor_kind = {kind} and actor = {id} and actor_kind <> 'step'"
            ));
        }
    }
    // Where acts lead, each has a part of its own.
    if !acts_lead(filter) && !filter.acts.is_empty() {
        let acts: Vec<_> = filter.acts.iter().map(|act| statement.text(act)).collect();
        and(format!("act in ({})", acts.join(", ")));
    }
    sql
}

/// The conditions that lead to entries by an index of their own, one for each part of the answer.
fn leads(statement: &mut Statement, filter: &Filter) -> Vec<String> {
    if let Some(about) = &filter.about {
        let each = about.iter().flat_map(|id| {
            let id = statement.text(id);
            [
                format!(" and subject = {id}"),
                format!(" and workflow = {id}"),
                format!(" and run = {id}"),
                // One entry that names several workflows, in a list.
                format!(" and act = 'connection.limit' and detail like '%\"' || {id} || '\"%'"),
            ]
        });
        return each.collect();
    }
    if acts_lead(filter) {
        let each = filter.acts.iter();
        return each
            .map(|act| format!(" and act = {}", statement.text(act)))
            .collect();
    }
    vec![String::new()]
}

/// Whether entries are found by their act. What they are about and who acted lead to fewer.
fn acts_lead(filter: &Filter) -> bool {
    let other = matches!(filter.actor, None | Some(ActorFilter::Step));
    filter.about.is_none() && other && !filter.acts.is_empty()
}

/// The first number, and the one behind the last, that can be of the time that is asked for; `None`
/// when nothing is.
async fn bounds(store: &Store, filter: &Filter) -> Result<Option<(i64, i64)>, Error> {
    // Relay writes no number in front of 1, and whatever stands there must not make a page fail.
    let (mut first, mut behind) = (1, i64::MAX);
    if let Some(from) = filter.from {
        let found: Option<i64> = sqlx::query_scalar(
            "select number from ledger where at >= $1 order by at, number limit 1",
        )
        .bind(from.0.saturating_sub(APART))
        .fetch_optional(store.readers())
        .await?;
        match found {
            Some(number) => first = number.max(1),
            None => return Ok(None),
        }
    }
    if let Some(until) = filter.until {
        let found: Option<i64> = sqlx::query_scalar(
            "select number from ledger where at < $1 order by at desc, number desc limit 1",
        )
        .bind(until.0.saturating_add(APART))
        .fetch_optional(store.readers())
        .await?;
        match found {
            Some(number) => behind = number.saturating_add(1),
            None => return Ok(None),
        }
    }
    Ok(Some((first, behind)))
}
