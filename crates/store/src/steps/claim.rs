//! Claiming: an engine takes queued steps, each for itself alone.

use model::{AttemptId, EngineId, RunId, RunState, Timestamp, WorkflowId};
use sqlx::AssertSqlSafe;

use crate::pools::Kind;
use crate::row::{self, bigint, column, counted, parsed};
use crate::{Error, Tx, runs};

/// A step that an engine has taken: it is running from now on, in this attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// The attempt.
    pub attempt: AttemptId,
    /// The run.
    pub run: RunId,
    /// The step's place in the text, from 0.
    pub position: u64,
    /// The number of the attempt, from 1.
    pub number: u64,
    /// The workflow of the run.
    pub workflow_id: WorkflowId,
    /// Which revision of it runs.
    pub revision: u64,
}

/// Takes the oldest steps of runs nobody wants stopped. The guard on the state stands twice: what
/// the first half has read may be somebody else's before the second one changes it.
macro_rules! take {
    ($of_going_runs:literal) => {
        concat!(
            "with due as materialized (select s.run_id, s.position from steps s",
            $of_going_runs,
            " and s.state = 'queued' order by s.queued_at, s.run_id, s.position limit $1) \
             update steps set state = 'running', message = '', exit_code = null, \
             attempts = attempts + 1, started_at = coalesce(started_at, $2) from due \
             where steps.run_id = due.run_id and steps.position = due.position \
             and steps.state = 'queued' \
             returning steps.run_id, steps.position, account_id, attempts, queued_at, \
             (select r.workflow_id from runs r where r.id = steps.run_id) as workflow_id, \
             (select r.revision from runs r where r.id = steps.run_id) as revision, \
             (select r.state from runs r where r.id = steps.run_id) as run_state"
        )
    };
}

/// A query for one value, and not a join: so SQLite walks along the queue, whatever it believes to
/// know about the tables.
const SQLITE: &str =
    take!(" where (select r.stop_requested_at from runs r where r.id = s.run_id) is null");

/// PostgreSQL locks the runs on the way, because a step is moved by nobody but who holds its run.
/// Those another engine holds are left out instead of waited for, so that two engines never wait for
/// each other. `offset 0` keeps it from turning this into a join as well.
const POSTGRES: &str = take!(
    ", lateral (select 1 from runs r where r.id = s.run_id and r.stop_requested_at is null \
     offset 0 for no key update skip locked) going where true"
);

/// Takes up to as many queued steps as there are fresh ids, the oldest first, for this engine. Their
/// runs are running from now on.
pub async fn claim(
    tx: &mut Tx,
    engine: &EngineId,
    fresh: &[AttemptId],
    at: Timestamp,
) -> Result<Vec<Claim>, Error> {
    if fresh.is_empty() {
        return Ok(Vec::new());
    }
    let sql = match tx.kind() {
        Kind::Sqlite => SQLITE,
        Kind::Postgres => POSTGRES,
    };
    let mut rows = sqlx::query(sql)
        .bind(i64::try_from(fresh.len()).unwrap_or(i64::MAX))
        .bind(at.0)
        .fetch_all(tx.connection())
        .await?
        .iter()
        .map(|row| {
            let age: (i64, String, i64) = (
                column(row, "queued_at")?,
                column(row, "run_id")?,
                column(row, "position")?,
            );
            Ok((age, row_of(row)?))
        })
        .collect::<Result<Vec<_>, Error>>()?;
    // Neither database promises an order of what an update answers.
    rows.sort_by(|one, other| one.0.cmp(&other.0));
    let claims: Vec<_> = rows
        .into_iter()
        .zip(fresh)
        .map(|((_, taken), attempt)| (taken.claim(attempt), taken))
        .collect();
    begin_attempts(tx, engine, &claims, at).await?;
    let mut queued: Vec<_> = claims
        .iter()
        .filter(|(_, taken)| taken.run_state == RunState::Queued)
        .map(|(claim, _)| &claim.run)
        .collect();
    queued.sort();
    queued.dedup();
    for run in queued {
        runs::set_state(tx, run, RunState::Queued, RunState::Running, at).await?;
    }
    Ok(claims.into_iter().map(|(claim, _)| claim).collect())
}

/// What the database answers about a step it has given out.
struct Taken {
    run: RunId,
    position: u64,
    account: String,
    attempts: u64,
    workflow_id: WorkflowId,
    revision: u64,
    run_state: RunState,
}

fn row_of(row: &row::Row) -> Result<Taken, Error> {
    Ok(Taken {
        run: parsed(row, "run_id")?,
        position: counted(row, "position")?,
        account: column(row, "account_id")?,
        attempts: counted(row, "attempts")?,
        workflow_id: parsed(row, "workflow_id")?,
        revision: counted(row, "revision")?,
        run_state: parsed(row, "run_state")?,
    })
}

impl Taken {
    fn claim(&self, attempt: &AttemptId) -> Claim {
        Claim {
            attempt: attempt.clone(),
            run: self.run.clone(),
            position: self.position,
            number: self.attempts,
            workflow_id: self.workflow_id.clone(),
            revision: self.revision,
        }
    }
}

/// How many rows go to the database in one statement.
const ROWS_AT_ONCE: usize = 100;

async fn begin_attempts(
    tx: &mut Tx,
    engine: &EngineId,
    claims: &[(Claim, Taken)],
    at: Timestamp,
) -> Result<(), Error> {
    for some in claims.chunks(ROWS_AT_ONCE) {
        let sql = format!(
            "insert into attempts (id, run_id, position, number, account_id, engine_id, state, \
             message, started_at) values {}",
            row::places(some.len(), 9)
        );
        let mut insert = sqlx::query(AssertSqlSafe(sql));
        for (claim, taken) in some {
            insert = insert
                .bind(claim.attempt.as_str())
                .bind(claim.run.as_str())
                .bind(bigint(claim.position)?)
                .bind(bigint(claim.number)?)
                .bind(&*taken.account)
                .bind(engine.as_str())
                .bind("running")
                .bind("")
                .bind(at.0);
        }
        insert.execute(tx.connection()).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use sqlx::Row as _;

    use super::*;
    use crate::testing::TestDatabase;
    use crate::{Store, both};

    const ACCOUNT: &str = "0123456789abcdef0123456789abcdef";

    /// 10,000 queued steps of 500 runs, and as many that have ended.
    async fn fill(database: &TestDatabase) -> Store {
        let store = database.open().await.unwrap();
        let sql = format!(
            "insert into accounts values ('{ACCOUNT}', 'Relay', 1); \
             insert into workflows (id, account_id, name, description, revision, readable, \
             created_at, changed_at) values ('{ACCOUNT}', '{ACCOUNT}', 'w', '', 1, 1, 1, 1); \
             insert into revisions values ('{ACCOUNT}', 1, '{ACCOUNT}', '', '', 1, null); \
             insert into runs (id, account_id, workflow_id, number, revision, parameters, state, \
             created_at) with recursive n (i) as (select 1 union all select i + 1 from n where i < 500) \
             select substr('{ACCOUNT}', 1, 28) || (1000 + i), '{ACCOUNT}', '{ACCOUNT}', i, 1, '{{}}', \
             'running', i from n; \
             insert into steps (run_id, position, account_id, name, kind, state, message, attempts, \
             interruptions, queued_at) with recursive n (i) as (select 0 union all select i + 1 from n \
             where i < 39) select r.id, n.i, r.account_id, 's', 'container', \
             case when n.i < 20 then 'queued' else 'succeeded' end, '', 0, 0, r.number from runs r, n"
        );
        database.execute(&sql).await.unwrap();
        store
    }

    /// How the database will go about it, one line for each part.
    async fn plan(store: &Store, sql: &str) -> String {
        let (explain, column) = match store.kind() {
            Kind::Sqlite => ("explain query plan ", "detail"),
            Kind::Postgres => ("explain ", "QUERY PLAN"),
        };
        let rows = sqlx::query(AssertSqlSafe(format!("{explain}{sql}")))
            .bind(4_i64)
            .bind(1_i64)
            .fetch_all(store.readers())
            .await
            .unwrap();
        let lines: Vec<String> = rows.iter().map(|row| row.get(column)).collect();
        lines.join("\n")
    }

    both! {
        async fn what_is_queued_is_found_by_its_index_alone(database: TestDatabase) {
            let store = fill(&database).await;
            let (sql, index, costs) = match store.kind() {
                Kind::Sqlite => (SQLITE, "USING COVERING INDEX steps_queued", ["SCAN r", "BLOOM", "TEMP B-TREE"]),
                Kind::Postgres => (POSTGRES, "using steps_queued", ["Seq Scan", "Hash", "Sort"]),
            };
            // What the database knows about the tables makes no difference.
            for _ in 0..2 {
                let plan = plan(&store, sql).await;
                assert!(plan.contains(index), "{plan}");
                for cost in costs {
                    assert!(!plan.contains(cost), "{cost}: {plan}");
                }
                database.execute("analyze").await.unwrap();
            }
        }
    }
}
