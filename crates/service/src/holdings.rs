//! What a workflow could use: the account's connections and its own secrets, names and ids only.

use model::{HeldSecret, Holdings, Problem, WorkflowId};
use store::connections::ConnectionRow;
use store::grants::Grants;
use store::secrets::SecretRow;
use store::{Tx, connections, grants, secrets};

use crate::permission::Viewer;
use crate::service::broken;
use crate::{Service, requirements};

impl Service {
    /// What the workflow's requirements are compared with.
    pub async fn holdings(&self, _: &Viewer, workflow: &str) -> Result<Holdings, Problem> {
        let workflow = self.known_workflow(workflow).await?.id;
        let (store, account) = (&self.store, &self.account);
        let connections = connections::list(store, account).await.map_err(broken)?;
        let grants = grants::of_account(store, account).await.map_err(broken)?;
        let secrets = secrets::list(store, &workflow).await.map_err(broken)?;
        Ok(held(&workflow, &connections, &grants, secrets))
    }

    /// The same, as it stays until the transaction ends.
    pub(crate) async fn holdings_in(
        &self,
        tx: &mut Tx,
        workflow: &WorkflowId,
    ) -> Result<Holdings, Problem> {
        let account = &self.account;
        let connections = connections::list(&mut *tx, account).await.map_err(broken)?;
        let grants = grants::of_account(&mut *tx, account)
            .await
            .map_err(broken)?;
        let secrets = secrets::list(tx, workflow).await.map_err(broken)?;
        Ok(held(workflow, &connections, &grants, secrets))
    }
}

fn held(
    workflow: &WorkflowId,
    connections: &[ConnectionRow],
    grants: &Grants,
    secrets: Vec<SecretRow>,
) -> Holdings {
    let secret = |secret: SecretRow| HeldSecret {
        id: secret.id.into(),
        name: secret.name.into(),
        unopenable: secret.unopenable,
    };
    Holdings {
        connections: requirements::held(connections, grants, workflow),
        secrets: secrets.into_iter().map(secret).collect(),
    }
}
