//! `GET /secrets/NAME`: a secret that the step is written to read.

use axum::Json;
use axum::response::{IntoResponse, Response};
use engine::StepDoor;
use serde_json::json;

use super::refusal::Refusal;

/// Its name and its value.
pub(super) async fn answer(door: &StepDoor, name: &str) -> Result<Response, Refusal> {
    let value = door.secret(name).await?;
    Ok(Json(json!({ "key": name, "value": value.to_wire() })).into_response())
}
