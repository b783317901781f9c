//! `GET /conditions`: whether the step's condition holds. Relay has judged it before the step
//! began; programs of the original ask all the same.

use axum::Json;
use axum::response::{IntoResponse, Response};
use engine::StepDoor;
use serde_json::json;

use super::refusal::Refusal;

/// Whether it could be told, whether it holds, and a sentence.
pub(super) async fn answer(door: &StepDoor) -> Result<Response, Refusal> {
    let conditions = door.conditions().await?;
    Ok(Json(json!({
        "resolved": conditions.resolved,
        "success": conditions.success,
        "message": conditions.message,
    }))
    .into_response())
}
