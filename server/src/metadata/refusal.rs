//! What a step is told when it does not get what it asked for, in the envelope that the original's
//! clients read.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use engine::DoorError;
use serde_json::{Map, Value, json};

/// A refusal.
#[derive(Debug)]
pub(super) struct Refusal {
    status: StatusCode,
    section: &'static str,
    /// The code without its domain and section.
    error: &'static str,
    title: &'static str,
    sentence: &'static str,
    /// What the sentence is about, if that is to be told: its name and its text.
    argument: Option<(&'static str, String)>,
}

impl Refusal {
    /// There is no such thing, or it is not for this step: the same answer, byte for byte.
    pub(super) fn not_found() -> Self {
        Self {
            status: StatusCode::NOT_FOUND,
            section: "model",
            error: "not_found",
            title: "Not found",
            sentence: "There is nothing of this name that this step may read.",
            argument: None,
        }
    }

    /// The query is in no language we know.
    pub(super) fn unsupported_language(language: &str) -> Self {
        Self {
            status: StatusCode::UNPROCESSABLE_ENTITY,
            section: "expression",
            error: "unsupported_language",
            title: "Unsupported language",
            sentence: "Queries are written in path, path-template, jsonpath or jsonpath-template.",
            argument: Some(("language", language.chars().take(100).collect())),
        }
    }

    /// The body is of a kind we do not take.
    pub(super) fn unknown_media_type(media_type: &str) -> Self {
        Self {
            status: StatusCode::UNPROCESSABLE_ENTITY,
            section: "api",
            error: "unknown_request_media_type",
            title: "Unknown media type",
            sentence: "Send application/json, or text/plain, or application/octet-stream.",
            argument: Some(("mediaType", media_type.chars().take(100).collect())),
        }
    }

    /// The body cannot be understood.
    pub(super) fn malformed() -> Self {
        Self {
            status: StatusCode::UNPROCESSABLE_ENTITY,
            section: "api",
            error: "malformed_request",
            title: "Malformed request",
            sentence: "The body is not what its media type says, or did not arrive completely.",
            argument: None,
        }
    }

    /// The value is longer than what is kept.
    pub(super) fn too_large() -> Self {
        Self {
            status: StatusCode::PAYLOAD_TOO_LARGE,
            section: "api",
            error: "request_too_large",
            title: "Too large",
            sentence: "An output may have 1 MiB, and its name 1000 characters. Keep what is longer \
                       elsewhere and set its address as the output.",
            argument: None,
        }
    }

    /// Relay failed; the cause is in its log.
    pub(super) fn failed_to_read() -> Self {
        Self::failed("read", "Relay could not read this; its log has the cause.")
    }

    /// Relay failed; the cause is in its log.
    pub(super) fn failed_to_write() -> Self {
        Self::failed(
            "write",
            "Relay could not write this; its log has the cause.",
        )
    }

    fn failed(error: &'static str, sentence: &'static str) -> Self {
        Self {
            status: StatusCode::INTERNAL_SERVER_ERROR,
            section: "model",
            error,
            title: "Failure",
            sentence,
            argument: None,
        }
    }
}

impl From<DoorError> for Refusal {
    fn from(error: DoorError) -> Self {
        match error {
            DoorError::NotFound => Self::not_found(),
            DoorError::Evaluation(error) => Self {
                status: StatusCode::UNPROCESSABLE_ENTITY,
                section: "expression",
                error: "evaluation",
                title: "Evaluation error",
                sentence: "This cannot be evaluated: {{error}}",
                argument: Some(("error", error.to_string())),
            },
            DoorError::NotACondition => Self {
                status: StatusCode::UNPROCESSABLE_ENTITY,
                section: "condition",
                error: "type",
                title: "Type error",
                sentence: "A condition is true or false, or a list of those; this one is neither.",
                argument: None,
            },
            DoorError::TooLarge => Self::too_large(),
            DoorError::Unopenable => Self::failed(
                "read",
                "This is stored in Relay and can't be opened. An administrator has to overwrite it, \
                 or to delete it and add it again: the ledger names it.",
            ),
            DoorError::Failed => Self::failed_to_read(),
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let mut formatted = self.sentence.to_owned();
        let mut error = Map::new();
        error.insert("domain".into(), "rma".into());
        error.insert("section".into(), self.section.into());
        let code = format!("rma_{}_{}_error", self.section, self.error);
        error.insert("code".into(), code.into());
        error.insert("title".into(), self.title.into());
        error.insert("description".into(), twice(self.sentence));
        if let Some((name, text)) = self.argument {
            formatted = formatted.replace(&format!("{{{{{name}}}}}"), &text);
            error.insert("arguments".into(), json!({ name: text }));
        }
        error.insert("formatted".into(), twice(&formatted));
        (self.status, Json(json!({ "error": error }))).into_response()
    }
}

/// The original had one text for people and one for experts.
fn twice(text: &str) -> Value {
    json!({ "friendly": text, "technical": text })
}
