//! Grants: which workflows may use a connection.

use std::collections::{BTreeMap, BTreeSet};

use model::{ConnectionId, Problem, ProblemKind, WorkflowId, WorkflowName};
use serde_json::json;
use store::ledger::{self, Filter};
use store::{Tx, connections, grants, users, workflows};

use crate::Service;
use crate::field::lookup_order;
use crate::listing;
use crate::permission::{Administrator, Viewer};
use crate::service::{broken, moment, who};

/// Who may use a connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GrantsView {
    /// Whether only those may that it is granted to.
    pub limited: bool,
    /// Every workflow, in the order people look them up, and whether the connection is granted to it.
    pub workflows: Vec<(WorkflowName, bool)>,
    /// All of that in one text, which a form sends back to say what it has seen.
    pub seen: String,
}

/// Who may use a connection, as rows have it or a form has seen it.
#[derive(Debug, PartialEq, Eq)]
struct Standing {
    limited: bool,
    granted: BTreeSet<WorkflowId>,
}

impl Standing {
    /// `limited` or `all`, and the ids of the workflows it is granted to.
    fn write(&self) -> String {
        let first = if self.limited { "limited" } else { "all" };
        let ids = self.granted.iter().map(WorkflowId::as_str);
        let words: Vec<_> = std::iter::once(first).chain(ids).collect();
        words.join(" ")
    }

    fn read(text: &str) -> Option<Self> {
        let mut words = text.split(' ');
        let limited = match words.next()? {
            "limited" => true,
            "all" => false,
            _ => return None,
        };
        let granted = words.map(|id| id.parse().ok()).collect::<Option<_>>()?;
        Some(Self { limited, granted })
    }
}

impl Service {
    /// Who may use a connection.
    pub async fn grants(
        &self,
        _: &Viewer,
        id: &ConnectionId,
    ) -> Result<Option<GrantsView>, Problem> {
        let (store, account) = (&self.store, &self.account);
        let limited = grants::is_limited(store, account, id)
            .await
            .map_err(broken)?;
        let Some(limited) = limited else {
            return Ok(None);
        };
        let granted = grants::of_connection(store, account, id)
            .await
            .map_err(broken)?;
        let granted = granted.into_iter().map(|(id, _)| id).collect();
        let standing = Standing { limited, granted };
        let all = workflows::list(store, account).await.map_err(broken)?;
        let mut all: Vec<_> = all
            .into_iter()
            .map(|row| (row.name, standing.granted.contains(&row.id)))
            .collect();
        all.sort_by_cached_key(|(name, _)| lookup_order(name));
        Ok(Some(GrantsView {
            limited,
            workflows: all,
            seen: standing.write(),
        }))
    }

    /// Says who may use a connection: all workflows, or only those of these names. `seen` is the
    /// [`GrantsView::seen`] that was looked at; when somebody has changed it since, nothing is saved,
    /// and the problem says what is different now.
    pub async fn set_grants(
        &self,
        administrator: &Administrator,
        id: &ConnectionId,
        seen: &str,
        limited: bool,
        names: &BTreeSet<String>,
    ) -> Result<(), Problem> {
        let seen = Standing::read(seen).ok_or_else(|| {
            let detail = "Open the page of who may use this connection, and choose there.";
            Problem::field("seen", "required", detail)
        })?;
        let mut tx = self.begin(administrator).await?;
        let row = connections::find(&mut tx, &self.account, id)
            .await
            .map_err(broken)?;
        let row = row.ok_or_else(|| Problem::not_found("connection"))?;
        self.unchanged(&mut tx, id, seen).await?;
        let mut chosen = Vec::new();
        for name in names {
            let found = match name.parse::<WorkflowName>() {
                Ok(name) => workflows::by_name(&mut tx, &self.account, &name)
                    .await
                    .map_err(broken)?,
                Err(_) => None,
            };
            chosen.push(found.ok_or_else(|| no_workflow(name))?.id);
        }
        let ids: Vec<_> = chosen.iter().map(WorkflowId::as_str).collect();
        let detail = json!({
            "type": row.type_name.as_str(),
            "name": row.name.as_str(),
            "limited": limited,
            "workflows": ids,
        });
        let entry = self.entry(
            administrator.actor(),
            "connection.limit",
            id.as_str(),
            &detail,
        );
        grants::set(&mut tx, id, limited, &chosen, &entry)
            .await
            .map_err(broken)?;
        tx.commit().await.map_err(broken)
    }

    /// Refuses when who may use the connection is not what was seen, and says what is different.
    async fn unchanged(
        &self,
        tx: &mut Tx,
        id: &ConnectionId,
        mut seen: Standing,
    ) -> Result<(), Problem> {
        let account = &self.account;
        let limited = grants::is_limited(&mut *tx, account, id).await;
        let granted = grants::of_connection(&mut *tx, account, id).await;
        let granted = granted.map_err(broken)?.into_iter().map(|(id, _)| id);
        let now = Standing {
            limited: limited.map_err(broken)?.unwrap_or_default(),
            granted: granted.collect(),
        };
        if seen == now {
            return Ok(());
        }
        let all = workflows::list(&mut *tx, account).await.map_err(broken)?;
        let names: BTreeMap<_, _> = all.into_iter().map(|row| (row.id, row.name)).collect();
        // A workflow that was deleted took its grant along, and nobody wants that back.
        seen.granted.retain(|id| names.contains_key(id));
        if seen == now {
            return Ok(());
        }
        let mut differs = Vec::new();
        match (seen.limited, now.limited) {
            (false, true) => differs.push("it is limited now".to_owned()),
            (true, false) => differs.push("every workflow may use it now".to_owned()),
            _ => {}
        }
        let listed = |these: &BTreeSet<WorkflowId>, but: &BTreeSet<WorkflowId>| {
            let these = these.difference(but).filter_map(|id| names.get(id));
            let mut these: Vec<_> = these.map(WorkflowName::as_str).collect();
            these.sort_by_cached_key(|name| lookup_order(name));
            (!these.is_empty()).then(|| listing::names(&these))
        };
        let added = listed(&now.granted, &seen.granted);
        differs.extend(added.map(|names| format!("granted to {names}")));
        let taken = listed(&seen.granted, &now.granted);
        differs.extend(taken.map(|names| format!("no longer granted to {names}")));
        Err(changed(&self.last_change(tx, id).await?, &differs))
    }

    /// Who changed last who may use the connection, and when: ` by Ana at 2026-11-21 20:45 UTC`.
    async fn last_change(&self, tx: &mut Tx, id: &ConnectionId) -> Result<String, Problem> {
        let filter = Filter {
            acts: vec!["connection.limit", "connection.grant"],
            about: Some(vec![id.to_string()]),
            ..Filter::default()
        };
        // Nobody else adds an entry until this transaction ends, so what is committed is all there is.
        let last = ledger::search(&self.store, &self.account, &filter, None, 1).await;
        let Some(last) = last.map_err(broken)?.pop() else {
            return Ok(String::new());
        };
        let people = users::names(tx, &self.account).await.map_err(broken)?;
        let person = people.into_iter().find(|(id, _)| *id == last.actor);
        let name = who(person.map(|(_, name)| name));
        Ok(format!(" by {name} at {}", moment(last.at)))
    }

    /// Lets one more workflow use a connection.
    pub async fn grant(
        &self,
        administrator: &Administrator,
        id: &ConnectionId,
        workflow: &str,
    ) -> Result<(), Problem> {
        let workflow = self.known_workflow(workflow).await?;
        let mut tx = self.begin(administrator).await?;
        let row = connections::find(&mut tx, &self.account, id)
            .await
            .map_err(broken)?;
        let row = row.ok_or_else(|| Problem::not_found("connection"))?;
        let detail = json!({
            "type": row.type_name.as_str(),
            "name": row.name.as_str(),
            "workflow": workflow.id.as_str(),
        });
        let entry = self.entry(
            administrator.actor(),
            "connection.grant",
            id.as_str(),
            &detail,
        );
        // Whoever asks twice, or asks for what all may, changes nothing.
        if grants::permit(&mut tx, id, &workflow.id)
            .await
            .map_err(broken)?
        {
            return Ok(());
        }
        grants::add(&mut tx, id, &workflow.id, &entry)
            .await
            .map_err(broken)?;
        tx.commit().await.map_err(broken)
    }
}

fn no_workflow(name: &str) -> Problem {
    Problem::field(
        "workflows",
        "unknown_workflow",
        format!("There is no workflow {name} any more. Nothing was saved: choose again, and save."),
    )
}

/// Somebody said something else since the form was opened.
fn changed(last: &str, differs: &[String]) -> Problem {
    Problem::new(
        ProblemKind::Stale,
        "grants_changed",
        format!(
            "Who may use this connection was changed{last}, after you opened this form: {}. Nothing \
             was saved, and what you chose is still chosen: save it again if it is what you want.",
            differs.join("; ")
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_seen_is_read_as_it_was_written() {
        let id = |byte| WorkflowId::from_bytes([byte; 16]);
        for (limited, granted) in [
            (true, vec![id(2), id(1)]),
            (false, vec![id(3)]),
            (true, vec![]),
        ] {
            let standing = Standing {
                limited,
                granted: granted.into_iter().collect(),
            };
            assert_eq!(Standing::read(&standing.write()), Some(standing));
        }
        for wrong in ["", "some", "limited ", "all x", " all"] {
            assert_eq!(Standing::read(wrong), None, "{wrong:?}");
        }
    }
}
