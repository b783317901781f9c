//! `GET /environment` and `GET /environment/NAME`: the step's `env`.

use axum::response::Response;
use engine::StepDoor;

use super::envelope;
use super::refusal::Refusal;

/// All variables.
pub(super) async fn all(door: &StepDoor) -> Result<Response, Refusal> {
    Ok(envelope::of(&door.environment().await?))
}

/// One variable.
pub(super) async fn one(door: &StepDoor, name: &str) -> Result<Response, Refusal> {
    Ok(envelope::of(&door.environment_value(name).await?))
}
