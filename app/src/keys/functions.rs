//! The server function of the vault's keys.

use leptos::prelude::*;

use crate::refused::Refused;

/// Asks for a new key. An engine carries the rotation out; the page tells how far it is.
#[server(prefix = "/fn", endpoint = "rotate_key")]
pub async fn rotate_key() -> Result<(), Refused> {
    let by = crate::door::recent()?;
    crate::door::service()?.ask_rotation(&by).await?;
    leptos_axum::redirect("/keys");
    Ok(())
}
