//! What a workflow could use: the account's connections and its own secrets, names and ids only.

use model::{HeldSecret, Holdings, Problem};

use crate::permission::Viewer;
use crate::service::broken;
use crate::{Service, requirements};

impl Service {
    /// What the workflow's requirements are compared with.
    pub async fn holdings(&self, _: &Viewer, workflow: &str) -> Result<Holdings, Problem> {
        let workflow = self.known_workflow(workflow).await?;
        let connections = store::connections::list(&self.store, &self.account)
            .await
            .map_err(broken)?;
        let grants = store::grants::of_account(&self.store, &self.account)
            .await
            .map_err(broken)?;
        let secrets = store::secrets::list(&self.store, &workflow.id)
            .await
            .map_err(broken)?;
        Ok(Holdings {
            connections: requirements::held(&connections, &grants, &workflow.id),
            secrets: secrets
                .into_iter()
                .map(|secret| HeldSecret {
                    id: secret.id.into(),
                    name: secret.name.into(),
                })
                .collect(),
        })
    }
}
