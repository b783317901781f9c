//! `GET /connections/TYPE/NAME`: a connection that the step is written to read. The original had
//! no such address; there, only `spec` and `env` led to a connection.

use axum::Json;
use axum::response::{IntoResponse, Response};
use engine::StepDoor;
use serde_json::json;

use super::refusal::Refusal;

/// Its type, its name and its values by field.
pub(super) async fn answer(
    door: &StepDoor,
    type_name: &str,
    name: &str,
) -> Result<Response, Refusal> {
    let value = door.connection(type_name, name).await?;
    Ok(Json(json!({ "type": type_name, "name": name, "value": value.to_wire() })).into_response())
}
