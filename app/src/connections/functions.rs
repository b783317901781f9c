//! Server functions of connections. Values arrive here, are sealed by the service, and never leave.

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
use serde::Deserialize;

use super::overwrite_fields::StoredField;
use super::sealing::SealContext;
use crate::refused::Refused;
use crate::typed::{Form, Typed};

/// A fresh id for a connection that is about to be typed in; it is accepted once.
#[server(prefix = "/fn", endpoint = "new_connection")]
pub async fn new_connection() -> Result<String, Refused> {
    let administrator = crate::door::administrator()?;
    let id = crate::door::service()?.new_connection_id(&administrator)?;
    Ok(id.into())
}

/// What the values of a connection have to be sealed for: a new one of `type_name`, or the one that
/// has this id.
#[server(prefix = "/fn", endpoint = "connection_seal_context")]
pub async fn connection_seal_context(
    id: String,
    #[server(default)] type_name: String,
) -> Result<SealContext, Refused> {
    let administrator = crate::door::administrator()?;
    let context = crate::door::service()?
        .connection_seal_context(&administrator, &parse_id(&id)?, &type_name)
        .await?;
    Ok(context.into())
}

/// Which fields of a connection are stored, and its revision.
#[server(prefix = "/fn", endpoint = "connection_fields")]
pub async fn connection_fields(id: String) -> Result<(u64, Vec<StoredField>), Refused> {
    let viewer = crate::door::viewer()?;
    let id = parse_id(&id)?;
    let found = crate::door::service()?.connection(&viewer, &id).await?;
    let found = found.ok_or_else(|| model::Problem::not_found("connection"))?;
    Ok((found.row.revision, StoredField::of(&found)))
}

/// Adds a connection. `values` is keyed by field, or by `of.TYPE.FIELD` where one form offers
/// several types.
#[server(
    prefix = "/fn",
    endpoint = "add_connection",
    protocol = Form,
    input_derive = (Deserialize,)
)]
pub async fn add_connection(
    id: String,
    #[server(default)] type_name: String,
    name: String,
    #[server(default)] values: HashMap<String, Typed>,
) -> Result<(), Refused> {
    let administrator = crate::door::administrator()?;
    let values = of_type(values, &type_name);
    add(&administrator, id, type_name, name, values).await
}

/// Adds a connection whose values the browser has sealed: `sealed` is keyed by field. No value in
/// plain has a place here.
#[server(prefix = "/fn", endpoint = "add_sealed_connection")]
pub async fn add_sealed_connection(
    id: String,
    #[server(default)] type_name: String,
    name: String,
    #[server(default)] sealed: HashMap<String, String>,
) -> Result<(), Refused> {
    let administrator = crate::door::administrator()?;
    add(&administrator, id, type_name, name, all_sealed(sealed)).await
}

#[cfg(feature = "ssr")]
async fn add(
    administrator: &service::Administrator,
    id: String,
    type_name: String,
    name: String,
    values: Values,
) -> Result<(), Refused> {
    let add = service::AddConnection {
        id: parse_id(&id)?,
        type_name,
        name,
        values,
    };
    crate::door::service()?
        .add_connection(administrator, add)
        .await?;
    leptos_axum::redirect("/connections");
    Ok(())
}

/// Overwrites a connection: per field `keep`, `replace` (by the value of that field) or `clear`.
#[server(
    prefix = "/fn",
    endpoint = "overwrite_connection",
    protocol = Form,
    input_derive = (Deserialize,)
)]
pub async fn overwrite_connection(
    id: String,
    revision: u64,
    #[server(default)] changes: HashMap<String, String>,
    #[server(default)] values: HashMap<String, Typed>,
) -> Result<(), Refused> {
    let administrator = crate::door::administrator()?;
    let values = of_type(values, "");
    overwrite(&administrator, id, revision, changes, values).await
}

/// Overwrites a connection by values that the browser has sealed. No value in plain has a place
/// here.
#[server(prefix = "/fn", endpoint = "overwrite_sealed_connection")]
pub async fn overwrite_sealed_connection(
    id: String,
    revision: u64,
    #[server(default)] changes: HashMap<String, String>,
    #[server(default)] sealed: HashMap<String, String>,
) -> Result<(), Refused> {
    let administrator = crate::door::administrator()?;
    overwrite(&administrator, id, revision, changes, all_sealed(sealed)).await
}

#[cfg(feature = "ssr")]
async fn overwrite(
    administrator: &service::Administrator,
    id: String,
    revision: u64,
    changes: HashMap<String, String>,
    mut values: Values,
) -> Result<(), Refused> {
    use service::{Change, Given};

    let mut decided = std::collections::BTreeMap::new();
    for (field, change) in changes {
        let change = match change.as_str() {
            "keep" => Change::Keep,
            "clear" => Change::Clear,
            "replace" => {
                let absent = || Given::Typed(String::new().into());
                Change::Replace(values.remove(&field).unwrap_or_else(absent))
            }
            _ => {
                let name = format!("changes[{field}]");
                let detail = "Choose Keep, Replace or Clear.";
                return Err(model::Problem::field(&name, "unknown_change", detail).into());
            }
        };
        decided.insert(field, change);
    }
    crate::door::service()?
        .overwrite_connection(administrator, &parse_id(&id)?, revision, decided)
        .await?;
    leptos_axum::redirect("/connections");
    Ok(())
}

/// Deletes a connection; `typed_name` must be its name when workflows use it.
#[server(prefix = "/fn", endpoint = "delete_connection")]
pub async fn delete_connection(
    id: String,
    #[server(default)] typed_name: String,
) -> Result<(), Refused> {
    let administrator = crate::door::administrator()?;
    let typed = (!typed_name.is_empty()).then_some(typed_name);
    crate::door::service()?
        .delete_connection(&administrator, &parse_id(&id)?, typed)
        .await?;
    leptos_axum::redirect("/connections");
    Ok(())
}

#[cfg(feature = "ssr")]
fn parse_id(id: &str) -> Result<model::ConnectionId, model::Problem> {
    id.parse()
        .map_err(|_| model::Problem::not_found("connection"))
}

/// Says which workflows may use a connection: all, or those that are named. `seen` is what its form
/// has shown.
#[server(prefix = "/fn", endpoint = "set_grants")]
pub async fn set_grants(
    id: String,
    #[server(default)] seen: String,
    #[server(default)] limited: bool,
    #[server(default)] workflows: Vec<String>,
) -> Result<(), Refused> {
    let administrator = crate::door::administrator()?;
    let names = workflows.into_iter().collect();
    crate::door::service()?
        .set_grants(&administrator, &parse_id(&id)?, &seen, limited, &names)
        .await?;
    leptos_axum::redirect("/connections");
    Ok(())
}

/// Lets one more workflow use a connection.
#[server(prefix = "/fn", endpoint = "grant_connection")]
pub async fn grant_connection(id: String, workflow: String) -> Result<(), Refused> {
    let administrator = crate::door::administrator()?;
    crate::door::service()?
        .grant(&administrator, &parse_id(&id)?, &workflow)
        .await?;
    leptos_axum::redirect(&format!("/workflows/{workflow}?setup=open"));
    Ok(())
}

/// Values by field.
#[cfg(feature = "ssr")]
type Values = std::collections::BTreeMap<String, service::Given>;

#[cfg(feature = "ssr")]
fn all_sealed(sealed: HashMap<String, String>) -> Values {
    let sealed = sealed.into_iter();
    sealed
        .map(|(field, text)| (field, service::Given::Sealed(text)))
        .collect()
}

/// The values of one type, keyed by field.
#[cfg(feature = "ssr")]
fn of_type(values: HashMap<String, Typed>, type_name: &str) -> Values {
    let prefix = format!("of.{type_name}.");
    let mut of_type = std::collections::BTreeMap::new();
    for (key, value) in values {
        let value = service::Given::Typed(value.into());
        if let Some(field) = key.strip_prefix(&prefix) {
            of_type.insert(field.to_owned(), value);
        } else if !key.contains('.') {
            of_type.insert(key, value);
        }
    }
    of_type
}
