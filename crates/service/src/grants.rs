//! Grants: which workflows may use a connection.

use std::collections::BTreeSet;

use model::{ConnectionId, Problem, WorkflowId, WorkflowName};
use serde_json::json;
use store::{connections, grants, workflows};

use crate::Service;
use crate::field::lookup_order;
use crate::permission::{Administrator, Viewer};
use crate::service::broken;

/// Who may use a connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GrantsView {
    /// Whether only those may that it is granted to.
    pub limited: bool,
    /// Every workflow, in the order people look them up, and whether the connection is granted to it.
    pub workflows: Vec<(WorkflowName, bool)>,
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
        let granted: BTreeSet<WorkflowId> = granted.into_iter().map(|(id, _)| id).collect();
        let all = workflows::list(store, account).await.map_err(broken)?;
        let mut all: Vec<_> = all
            .into_iter()
            .map(|row| (row.name, granted.contains(&row.id)))
            .collect();
        all.sort_by_cached_key(|(name, _)| lookup_order(name));
        Ok(Some(GrantsView {
            limited,
            workflows: all,
        }))
    }

    /// Says who may use a connection: all workflows, or only those of these names.
    pub async fn set_grants(
        &self,
        administrator: &Administrator,
        id: &ConnectionId,
        limited: bool,
        names: &BTreeSet<String>,
    ) -> Result<(), Problem> {
        let mut tx = self.store.begin().await.map_err(broken)?;
        let row = connections::find(&mut tx, &self.account, id)
            .await
            .map_err(broken)?;
        row.ok_or_else(|| Problem::not_found("connection"))?;
        let mut chosen = Vec::new();
        for name in names {
            let name: WorkflowName = name.parse().map_err(|_| Problem::not_found("workflow"))?;
            let found = workflows::by_name(&mut tx, &self.account, &name)
                .await
                .map_err(broken)?;
            chosen.push(found.ok_or_else(|| Problem::not_found("workflow"))?.id);
        }
        let ids: Vec<_> = chosen.iter().map(WorkflowId::as_str).collect();
        let detail = json!({ "limited": limited, "workflows": ids });
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

    /// Lets one more workflow use a connection.
    pub async fn grant(
        &self,
        administrator: &Administrator,
        id: &ConnectionId,
        workflow: &str,
    ) -> Result<(), Problem> {
        let workflow = self.known_workflow(workflow).await?;
        let mut tx = self.store.begin().await.map_err(broken)?;
        let row = connections::find(&mut tx, &self.account, id)
            .await
            .map_err(broken)?;
        row.ok_or_else(|| Problem::not_found("connection"))?;
        let detail = json!({ "workflow": workflow.id.as_str() });
        let entry = self.entry(
            administrator.actor(),
            "connection.grant",
            id.as_str(),
            &detail,
        );
        // Whoever asks twice, or asks for what all may, changes nothing.
        grants::add(&mut tx, id, &workflow.id, &entry)
            .await
            .map_err(broken)?;
        tx.commit().await.map_err(broken)
    }
}
