//! `GET /environment` and `GET /environment/NAME`: the step's `env`.

use axum::body::Bytes;
use axum::response::Response;
use engine::StepDoor;

use super::envelope;
use super::refusal::Refusal;

/// All variables.
pub(super) async fn all(door: &StepDoor) -> Result<Response, Refusal> {
    let answer = door.environment_written(envelope::written).await?;
    Ok(envelope::of(Bytes::from_owner(answer)))
}

/// One variable.
pub(super) async fn one(door: &StepDoor, name: &str) -> Result<Response, Refusal> {
    let variable = door.environment_value(name).await?;
    Ok(envelope::of(envelope::written(&variable)))
}
