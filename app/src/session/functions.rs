//! Server functions of the session. They need no permission: they are how one gets it.

#![expect(
    missing_docs,
    reason = "the macro makes a public struct of every function's arguments"
)]

use leptos::prelude::*;

use crate::refused::Refused;

/// Key of the signed-in user's id in the session.
#[cfg(feature = "ssr")]
pub const USER: &str = "user";

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

#[cfg(feature = "ssr")]
async fn begin(user: &model::UserId) -> Result<(), Refused> {
    use leptos_axum::extract;
    use model::Problem;
    use tower_sessions::Session;

    let failed = |cause: &dyn std::fmt::Display| {
        tracing::error!(%cause, "the session could not be written");
        Refused(Problem::internal())
    };
    let session: Session = extract().await.map_err(|cause| failed(&cause))?;
    // A new id: whoever planted the old one before does not share the session now.
    session.cycle_id().await.map_err(|cause| failed(&cause))?;
    session
        .insert(USER, user.as_str())
        .await
        .map_err(|cause| failed(&cause))
}

/// Signs in and goes to `next`, a path of this server, or to the workflows.
#[server(prefix = "/fn", endpoint = "log_in")]
pub async fn log_in(
    email: String,
    password: String,
    #[server(default)] next: String,
) -> Result<(), Refused> {
    let user = crate::door::service()?
        .sign_in(&email, password.into())
        .await?;
    begin(&user).await?;
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
    if let Some(id) = session.id() {
        let hash = service::session_id_hash(&id.0.to_le_bytes());
        crate::door::service()?.sign_out(&caller, &hash).await?;
    }
    session.flush().await.map_err(|cause| {
        tracing::error!(%cause, "the session could not be deleted");
        Refused(model::Problem::internal())
    })?;
    leptos_axum::redirect("/login");
    Ok(())
}

/// Makes the first administrator of a new installation, who shows the setup code the server printed.
#[server(prefix = "/fn", endpoint = "create_administrator")]
pub async fn create_administrator(
    code: String,
    name: String,
    email: String,
    password: String,
) -> Result<(), Refused> {
    let first = service::FirstAdministrator {
        code,
        name,
        email,
        password: password.into(),
    };
    let user = crate::door::service()?
        .create_first_administrator(first)
        .await?;
    begin(&user).await?;
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
