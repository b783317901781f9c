//! Server functions of the session. They need no permission: they are how one gets it.

#![expect(
    missing_docs,
    reason = "the macro makes a public struct of every function's arguments"
)]

use leptos::prelude::*;
use serde::Deserialize;

use crate::refused::Refused;
use crate::typed::{Form, Typed};

/// Key of the signed-in user's id in the session.
#[cfg(feature = "ssr")]
pub const USER: &str = "user";

/// Key of what the session begins with, until it is stored.
#[cfg(feature = "ssr")]
pub const BEGINNING: &str = "beginning";

/// The header that has a browser forget what it keeps of this server.
#[cfg(feature = "ssr")]
pub const CLEAR: &str = "clear-site-data";

/// Where to go after signing in: only a path of this server, never another host.
#[cfg(feature = "ssr")]
pub(crate) fn local_path(next: &str) -> &str {
    let inside =
        next.starts_with('/') && !next.starts_with("//") && !next.contains(['\\', '\n', '\r']);
    if inside && next.is_ascii() && !next.chars().any(char::is_control) {
        next
    } else {
        "/workflows"
    }
}

/// Begins the session of whoever has just entered their password, under a new id: whoever knew the
/// old one does not share it. It is stored at once, in the place of the old one, or refused when what
/// was proved is worth nothing any more.
#[cfg(feature = "ssr")]
pub async fn begin(
    session: &tower_sessions::Session,
    proof: service::Proof,
    client: &service::Client,
) -> Result<(), model::Problem> {
    use tower_sessions::session::Error;
    use tower_sessions::session_store::Error as StoreError;

    let failed = |cause: Error| {
        tracing::error!(%cause, "the session could not be written");
        model::Problem::internal()
    };
    let user = proof.user().as_str().to_owned();
    let old = session.id().map(|id| id.0.to_le_bytes());
    let beginning = service::Beginning {
        proof,
        client: client.clone(),
        replaces: old.map(|id| service::session_id_hash(&id)),
    };
    session.cycle_id().await.map_err(failed)?;
    session.insert(USER, user).await.map_err(failed)?;
    session.insert(BEGINNING, beginning).await.map_err(failed)?;
    let Err(cause) = session.save().await else {
        return Ok(());
    };
    // Else it would be tried again after the answer.
    session.clear().await;
    let refusals = [
        service::wrong_credentials(),
        model::Problem::not_signed_in(),
    ];
    let refusal = match &cause {
        Error::Store(StoreError::Backend(code)) => {
            refusals.into_iter().find(|refusal| refusal.code == *code)
        }
        _ => None,
    };
    Err(refusal.unwrap_or_else(|| failed(cause)))
}

/// The session of this request, begun anew.
#[cfg(feature = "ssr")]
pub(crate) async fn begin_here(proof: service::Proof) -> Result<(), Refused> {
    let session: tower_sessions::Session = leptos_axum::extract().await.map_err(|cause| {
        tracing::error!(%cause, "the session could not be read");
        Refused(model::Problem::internal())
    })?;
    Ok(begin(&session, proof, &crate::door::client()?).await?)
}

/// Signs in and goes to `next`, a path of this server, or to the workflows.
#[server(
    prefix = "/fn",
    endpoint = "log_in",
    protocol = Form,
    input_derive = (Deserialize,)
)]
pub async fn log_in(
    email: String,
    password: Typed,
    #[server(default)] next: String,
) -> Result<(), Refused> {
    let proof = crate::door::service()?
        .sign_in(&email, password.into(), &crate::door::client()?)
        .await?;
    begin_here(proof).await?;
    leptos_axum::redirect(local_path(&next));
    Ok(())
}

/// Ends the session.
#[server(prefix = "/fn", endpoint = "log_out")]
pub async fn log_out() -> Result<(), Refused> {
    let caller = crate::door::caller()?;
    let session: tower_sessions::Session = leptos_axum::extract().await.map_err(|cause| {
        tracing::error!(%cause, "the session could not be read");
        Refused(model::Problem::internal())
    })?;
    crate::door::service()?
        .sign_out(&caller, caller.session())
        .await?;
    session.flush().await.map_err(|cause| {
        tracing::error!(%cause, "the session could not be deleted");
        Refused(model::Problem::internal())
    })?;
    // Whoever sits down at this browser next finds nothing. Not the cookies: those of neighbours under
    // the same domain would go with ours, which is gone already.
    if let Some(answer) = use_context::<leptos_axum::ResponseOptions>() {
        let name = axum::http::HeaderName::from_static(CLEAR);
        let what = axum::http::HeaderValue::from_static(r#""cache", "storage""#);
        answer.insert_header(name, what);
    }
    leptos_axum::redirect("/login");
    Ok(())
}

/// Makes the first administrator of a new installation, who shows the setup code the server printed.
#[server(
    prefix = "/fn",
    endpoint = "create_administrator",
    protocol = Form,
    input_derive = (Deserialize,)
)]
pub async fn create_administrator(
    code: Typed,
    name: String,
    email: String,
    password: Typed,
) -> Result<(), Refused> {
    let first = service::FirstAdministrator {
        code: code.into(),
        name,
        email,
        password: password.into(),
    };
    let proof = crate::door::service()?
        .create_first_administrator(first, &crate::door::client()?)
        .await?;
    begin_here(proof).await?;
    leptos_axum::redirect("/workflows");
    Ok(())
}

/// Adds the person who shows an invitation, and signs them in.
#[server(
    prefix = "/fn",
    endpoint = "join",
    protocol = Form,
    input_derive = (Deserialize,)
)]
pub async fn join(
    code: Typed,
    name: String,
    email: String,
    password: Typed,
) -> Result<(), Refused> {
    let joining = service::Joining {
        code: code.into(),
        name,
        email,
        password: password.into(),
    };
    let proof = crate::door::service()?
        .join(joining, &crate::door::client()?)
        .await?;
    begin_here(proof).await?;
    leptos_axum::redirect("/workflows");
    Ok(())
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::local_path;

    #[test]
    fn nobody_is_sent_to_another_host() {
        assert_eq!(local_path("/connections?x=1"), "/connections?x=1");
        for foreign in [
            "",
            "https://evil.example",
            "//evil.example",
            "/\\evil.example",
            "/a\nb",
        ] {
            assert_eq!(local_path(foreign), "/workflows", "{foreign}");
        }
    }
}
