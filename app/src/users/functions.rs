//! Server functions about people: what administrators do about others, and what everybody does about
//! themselves.

#![expect(
    missing_docs,
    reason = "the macro makes a public struct of every function's arguments"
)]

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::refused::Refused;
use crate::typed::{Form, Typed};

/// A new invitation: shown once, and kept nowhere.
#[derive(Clone, Serialize, Deserialize)]
pub struct Invitation {
    /// Whom it is for.
    pub email: String,
    /// The code of its link.
    pub code: String,
    /// When it ends.
    pub expires_at: model::Timestamp,
}

impl std::fmt::Debug for Invitation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Invitation(…)")
    }
}

/// Invites somebody to join with that role. A form gets a page that shows the link.
#[server(prefix = "/fn", endpoint = "invite")]
pub async fn invite(email: String, #[server(default)] role: String) -> Result<Invitation, Refused> {
    let by = crate::door::recent()?;
    let role = parse_role(&role)?;
    let invited = crate::door::service()?.invite(&by, &email, role).await?;
    Ok(Invitation {
        email: email.trim().to_owned(),
        code: invited.code.to_string(),
        expires_at: invited.expires_at,
    })
}

/// Takes an invitation back.
#[server(prefix = "/fn", endpoint = "withdraw_invitation")]
pub async fn withdraw_invitation(id: String) -> Result<(), Refused> {
    let by = crate::door::administrator()?;
    let id = id
        .parse()
        .map_err(|_| model::Problem::not_found("invitation"))?;
    crate::door::service()?
        .withdraw_invitation(&by, &id)
        .await?;
    leptos_axum::redirect("/access-control");
    Ok(())
}

/// Gives somebody another role.
#[server(prefix = "/fn", endpoint = "change_role")]
pub async fn change_role(id: String, #[server(default)] role: String) -> Result<(), Refused> {
    let by = crate::door::recent()?;
    let role = parse_role(&role)?;
    crate::door::service()?
        .change_role(&by, &parse_id(&id)?, role)
        .await?;
    leptos_axum::redirect("/access-control");
    Ok(())
}

/// Keeps somebody from signing in.
#[server(prefix = "/fn", endpoint = "disable_user")]
pub async fn disable_user(id: String) -> Result<(), Refused> {
    let by = crate::door::administrator()?;
    crate::door::service()?
        .disable_user(&by, &parse_id(&id)?)
        .await?;
    leptos_axum::redirect("/access-control");
    Ok(())
}

/// Lets somebody sign in again.
#[server(prefix = "/fn", endpoint = "enable_user")]
pub async fn enable_user(id: String) -> Result<(), Refused> {
    let by = crate::door::recent()?;
    crate::door::service()?
        .enable_user(&by, &parse_id(&id)?)
        .await?;
    leptos_axum::redirect("/access-control");
    Ok(())
}

/// Deletes somebody.
#[server(prefix = "/fn", endpoint = "delete_user")]
pub async fn delete_user(id: String) -> Result<(), Refused> {
    let by = crate::door::recent()?;
    crate::door::service()?
        .delete_user(&by, &parse_id(&id)?)
        .await?;
    leptos_axum::redirect("/access-control");
    Ok(())
}

/// Ends all sessions of somebody.
#[server(prefix = "/fn", endpoint = "end_sessions_of")]
pub async fn end_sessions_of(id: String) -> Result<(), Refused> {
    let by = crate::door::administrator()?;
    crate::door::service()?
        .end_sessions_of(&by, &parse_id(&id)?)
        .await?;
    leptos_axum::redirect("/access-control");
    Ok(())
}

/// Gives oneself another password. The session that asks goes on, under a new id.
#[server(
    prefix = "/fn",
    endpoint = "change_password",
    protocol = Form,
    input_derive = (Deserialize,)
)]
pub async fn change_password(current_password: Typed, new_password: Typed) -> Result<(), Refused> {
    let caller = crate::door::caller()?;
    let proof = crate::door::service()?
        .change_password(
            &caller,
            current_password.into(),
            new_password.into(),
            &crate::door::client()?,
        )
        .await?;
    crate::session::functions::begin_here(proof).await?;
    leptos_axum::redirect("/profile?done=password");
    Ok(())
}

/// Ends one of one's own sessions.
#[server(prefix = "/fn", endpoint = "end_session")]
pub async fn end_session(session: String) -> Result<(), Refused> {
    let caller = crate::door::caller()?;
    crate::door::service()?
        .end_own_session(&caller, &session)
        .await?;
    leptos_axum::redirect("/profile");
    Ok(())
}

/// Ends all of one's own sessions but this one.
#[server(prefix = "/fn", endpoint = "end_other_sessions")]
pub async fn end_other_sessions() -> Result<(), Refused> {
    let caller = crate::door::caller()?;
    crate::door::service()?.end_other_sessions(&caller).await?;
    leptos_axum::redirect("/profile");
    Ok(())
}

#[cfg(feature = "ssr")]
fn parse_id(id: &str) -> Result<model::UserId, model::Problem> {
    id.parse().map_err(|_| model::Problem::not_found("person"))
}

#[cfg(feature = "ssr")]
fn parse_role(role: &str) -> Result<model::Role, model::Problem> {
    role.parse()
        .map_err(|_| model::Problem::field("role", "required", "Choose a role."))
}
