//! Server functions of workflows and their secrets.

#![expect(
    clippy::implicit_hasher,
    reason = "the arguments of a server function are concrete"
)]
#![cfg_attr(
    feature = "ssr",
    expect(clippy::unused_async, reason = "server functions are async")
)]
#![expect(
    missing_docs,
    reason = "the macro makes a public struct of every function's arguments"
)]

use std::collections::HashMap;

use leptos::prelude::*;
use model::Holdings;
#[cfg(feature = "ssr")]
use model::value::SECRET;
use serde::{Deserialize, Serialize};

use crate::connections::sealing::SealContext;
use crate::refused::Refused;
use crate::typed::{Form, Typed};

/// Makes an empty workflow and goes to it.
#[server(prefix = "/fn", endpoint = "create_workflow")]
pub async fn create_workflow(
    name: String,
    #[server(default)] description: String,
) -> Result<(), Refused> {
    let administrator = crate::door::administrator()?;
    let name = crate::door::service()?
        .create_workflow(&administrator, &name, &description)
        .await?;
    leptos_axum::redirect(&format!("/workflows/{name}"));
    Ok(())
}

/// Changes name and description.
#[server(prefix = "/fn", endpoint = "rename_workflow")]
pub async fn rename_workflow(
    workflow: String,
    name: String,
    #[server(default)] description: String,
) -> Result<(), Refused> {
    let administrator = crate::door::administrator()?;
    let name = crate::door::service()?
        .rename_workflow(&administrator, &workflow, &name, &description)
        .await?;
    leptos_axum::redirect(&format!("/workflows/{name}"));
    Ok(())
}

/// Deletes a workflow with its revisions and secrets; `typed_name` must be its name.
#[server(prefix = "/fn", endpoint = "delete_workflow")]
pub async fn delete_workflow(
    workflow: String,
    #[server(default)] typed_name: String,
) -> Result<(), Refused> {
    let administrator = crate::door::administrator()?;
    crate::door::service()?
        .delete_workflow(&administrator, &workflow, &typed_name)
        .await?;
    leptos_axum::redirect("/workflows");
    Ok(())
}

/// Saves a text as a new revision. `base_revision` is the one it was written on top of; saving over
/// somebody's newer one is refused, and so is saving into another workflow that has got the name
/// meanwhile: `id`, when it is given, has to be the workflow's. Answers the number of the revision.
#[server(prefix = "/fn", endpoint = "save_workflow")]
pub async fn save_workflow(
    workflow: String,
    #[server(default)] id: String,
    base_revision: u64,
    text: String,
) -> Result<u64, Refused> {
    let administrator = crate::door::administrator()?;
    let found = crate::door::service()?
        .workflow(&administrator, &workflow)
        .await?;
    if found.is_some_and(|found| !id.is_empty() && found.id.as_str() != id) {
        return Err(model::Problem::not_found("workflow").into());
    }
    // A form posted without JavaScript has CRLF at every line end.
    let text = text.replace("\r\n", "\n");
    let saved = crate::door::service()?
        .save_workflow(&administrator, &workflow, base_revision, text)
        .await?;
    leptos_axum::redirect(&format!("/workflows/{workflow}"));
    Ok(saved.revision)
}

/// The newest revision of a workflow and who saved it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Newest {
    /// Its number; 0 when nothing was saved yet.
    pub revision: u64,
    /// Who saved it.
    pub saved_by: String,
}

/// Which revision is the newest, for whoever was refused.
#[server(prefix = "/fn", endpoint = "newest_revision")]
pub async fn newest_revision(workflow: String) -> Result<Newest, Refused> {
    let viewer = crate::door::viewer()?;
    let found = crate::door::service()?.workflow(&viewer, &workflow).await?;
    let found = found.ok_or_else(|| model::Problem::not_found("workflow"))?;
    Ok(Newest {
        revision: found.revision,
        saved_by: found.saved_by,
    })
}

/// Saves the text of an earlier revision as the newest one.
#[server(prefix = "/fn", endpoint = "restore_revision")]
pub async fn restore_revision(
    workflow: String,
    number: u64,
    base_revision: u64,
) -> Result<u64, Refused> {
    let administrator = crate::door::administrator()?;
    let saved = crate::door::service()?
        .restore_revision(&administrator, &workflow, number, base_revision)
        .await?;
    leptos_axum::redirect(&format!("/workflows/{workflow}"));
    Ok(saved.revision)
}

/// What the workflow could use: types, names and ids, nothing of their values.
#[server(prefix = "/fn", endpoint = "workflow_holdings")]
pub async fn workflow_holdings(workflow: String) -> Result<Holdings, Refused> {
    let viewer = crate::door::viewer()?;
    Ok(crate::door::service()?.holdings(&viewer, &workflow).await?)
}

/// A fresh id for a secret that is about to be typed in; it is accepted once.
#[server(prefix = "/fn", endpoint = "new_secret")]
pub async fn new_secret() -> Result<String, Refused> {
    let administrator = crate::door::administrator()?;
    Ok(crate::door::service()?
        .new_secret_id(&administrator)?
        .into())
}

/// What the value of a secret has to be sealed for: a new one called `name`, or the one that has
/// this id.
#[server(prefix = "/fn", endpoint = "secret_seal_context")]
pub async fn secret_seal_context(
    workflow: String,
    id: String,
    #[server(default)] name: String,
) -> Result<SealContext, Refused> {
    let administrator = crate::door::administrator()?;
    let context = crate::door::service()?
        .secret_seal_context(&administrator, &workflow, &secret_id(&id)?, &name)
        .await?;
    Ok(context.into())
}

/// The revision of a secret, which overwriting it has to name.
#[server(prefix = "/fn", endpoint = "secret_revision")]
pub async fn secret_revision(workflow: String, id: String) -> Result<u64, Refused> {
    let viewer = crate::door::viewer()?;
    let secrets = crate::door::service()?.secrets(&viewer, &workflow).await?;
    let found = secrets.into_iter().find(|secret| secret.id.as_str() == id);
    Ok(found
        .ok_or_else(|| model::Problem::not_found("secret"))?
        .revision)
}

#[cfg(feature = "ssr")]
fn secret_id(id: &str) -> Result<model::SecretId, model::Problem> {
    id.parse().map_err(|_| model::Problem::not_found("secret"))
}

/// Adds a secret of this workflow.
#[server(
    prefix = "/fn",
    endpoint = "add_secret",
    protocol = Form,
    input_derive = (Deserialize,)
)]
pub async fn add_secret(
    workflow: String,
    id: String,
    name: String,
    #[server(default)] value: Typed,
) -> Result<(), Refused> {
    let administrator = crate::door::administrator()?;
    let value = service::Given::Typed(value.into());
    add(&administrator, workflow, &id, &name, value).await
}

/// Adds a secret of this workflow whose value the browser has sealed; `sealed` is keyed by its one
/// field. No value in plain has a place here.
#[server(prefix = "/fn", endpoint = "add_sealed_secret")]
pub async fn add_sealed_secret(
    workflow: String,
    id: String,
    name: String,
    #[server(default)] sealed: HashMap<String, String>,
) -> Result<(), Refused> {
    let administrator = crate::door::administrator()?;
    add(&administrator, workflow, &id, &name, sealed_value(sealed)).await
}

#[cfg(feature = "ssr")]
async fn add(
    administrator: &service::Administrator,
    workflow: String,
    id: &str,
    name: &str,
    value: service::Given,
) -> Result<(), Refused> {
    crate::door::service()?
        .add_secret(administrator, &workflow, name, value, secret_id(id)?)
        .await?;
    leptos_axum::redirect(&format!("/workflows/{workflow}"));
    Ok(())
}

#[cfg(feature = "ssr")]
fn sealed_value(mut sealed: HashMap<String, String>) -> service::Given {
    service::Given::Sealed(sealed.remove(SECRET.name).unwrap_or_default())
}

/// Overwrites a secret of this workflow.
#[server(
    prefix = "/fn",
    endpoint = "overwrite_secret",
    protocol = Form,
    input_derive = (Deserialize,)
)]
pub async fn overwrite_secret(
    workflow: String,
    id: String,
    revision: u64,
    #[server(default)] value: Typed,
) -> Result<(), Refused> {
    let administrator = crate::door::administrator()?;
    let value = service::Given::Typed(value.into());
    overwrite(&administrator, workflow, &id, revision, value).await
}

/// Overwrites a secret of this workflow by a value that the browser has sealed. No value in plain
/// has a place here.
#[server(prefix = "/fn", endpoint = "overwrite_sealed_secret")]
pub async fn overwrite_sealed_secret(
    workflow: String,
    id: String,
    revision: u64,
    #[server(default)] sealed: HashMap<String, String>,
) -> Result<(), Refused> {
    let administrator = crate::door::administrator()?;
    overwrite(
        &administrator,
        workflow,
        &id,
        revision,
        sealed_value(sealed),
    )
    .await
}

#[cfg(feature = "ssr")]
async fn overwrite(
    administrator: &service::Administrator,
    workflow: String,
    id: &str,
    revision: u64,
    value: service::Given,
) -> Result<(), Refused> {
    crate::door::service()?
        .overwrite_secret(administrator, &workflow, &secret_id(id)?, revision, value)
        .await?;
    leptos_axum::redirect(&format!("/workflows/{workflow}"));
    Ok(())
}

/// Deletes a secret of this workflow.
#[server(prefix = "/fn", endpoint = "delete_secret")]
pub async fn delete_secret(workflow: String, id: String) -> Result<(), Refused> {
    let administrator = crate::door::administrator()?;
    crate::door::service()?
        .delete_secret(&administrator, &workflow, &secret_id(&id)?)
        .await?;
    leptos_axum::redirect(&format!("/workflows/{workflow}/settings"));
    Ok(())
}
