//! `PUT /outputs/NAME` sets an output of the step; `GET /outputs/STEP/NAME` reads one of another
//! step.

use std::time::Duration;

use axum::Json;
use axum::body::to_bytes;
use axum::extract::Request;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use engine::{DoorError, MAX_OUTPUT, StepDoor};
use language::Value;
use serde_json::json;

use super::refusal::Refusal;
use crate::limit;

/// A value that dribbles in holds its memory.
const PATIENCE: Duration = Duration::from_mins(1);

/// JSON, or the text of the body as it is. The last value counts.
pub(super) async fn set(
    door: &StepDoor,
    name: &str,
    request: Request,
) -> Result<Response, Refusal> {
    let media_type = request.headers().get(header::CONTENT_TYPE);
    let media_type = media_type.map_or(&b""[..], |value| value.as_bytes());
    let is_json = match media_type {
        b"application/json" => true,
        b"" | b"text/plain" | b"application/octet-stream" => false,
        other => return Err(Refusal::unknown_media_type(&String::from_utf8_lossy(other))),
    };
    let body = tokio::time::timeout(PATIENCE, to_bytes(request.into_body(), MAX_OUTPUT)).await;
    let body = match body {
        Ok(Ok(body)) => body,
        Ok(Err(error)) if limit::is_limit(&error) => return Err(Refusal::too_large()),
        Ok(Err(_)) | Err(_) => return Err(Refusal::malformed()),
    };
    let value = if is_json {
        // The first document counts, as it always did; what follows it is not looked at.
        let mut documents = serde_json::Deserializer::from_slice(&body).into_iter();
        let document: Option<serde_json::Value> = documents
            .next()
            .transpose()
            .map_err(|_| Refusal::malformed())?;
        let document = document.ok_or_else(Refusal::malformed)?;
        Value::from_wire(&document).map_err(|_| Refusal::malformed())?
    } else {
        Value::text(&body[..])
    };
    match door.set_output(name, value).await {
        Ok(()) => Ok(StatusCode::CREATED.into_response()),
        Err(DoorError::Failed) => Err(Refusal::failed_to_write()),
        Err(error) => Err(error.into()),
    }
}

/// The value, in the words of the original.
pub(super) async fn get(door: &StepDoor, step: &str, name: &str) -> Result<Response, Refusal> {
    let value = door.output(step, name).await?;
    Ok(Json(json!({
        "task_name": step,
        "key": name,
        "value": value.to_wire(),
        "metadata": null,
    }))
    .into_response())
}
