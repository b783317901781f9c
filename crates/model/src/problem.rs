//! What went wrong, in words for the person it happened to.
//!
//! One shape for pages, server functions and REST (RFC 9457). A problem never carries a value
//! that somebody typed into a secret field, and never an internal cause: that goes to the log.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The kind decides the status over HTTP and what a page does.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProblemKind {
    /// Nobody is signed in.
    NotSignedIn,
    /// The role does not allow it.
    Forbidden,
    /// It does not exist, or must look so.
    NotFound,
    /// Somebody was faster; what was sent is based on something older.
    Stale,
    /// More bytes than are taken.
    TooLarge,
    /// The input is wrong; see the fields.
    Input,
    /// Too many tries; wait.
    TooMany,
    /// Our fault; the cause is in the log.
    #[default]
    Internal,
}

/// One wrong field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldProblem {
    /// The field's name, as the form or the JSON has it.
    pub name: String,
    /// Stable word for programs.
    pub code: String,
    /// One sentence with a way out.
    pub detail: String,
}

impl FieldProblem {
    /// A wrong field.
    pub fn new(
        name: impl Into<String>,
        code: impl Into<String>,
        detail: impl Into<String>,
    ) -> Self {
        Self {
            name: name.into(),
            code: code.into(),
            detail: detail.into(),
        }
    }
}

/// A refusal or a failure, as a person may read it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// What kind it is. A body that does not say, such as a proxy's, is nobody's fault but ours.
    #[serde(default)]
    pub kind: ProblemKind,
    /// Stable word for programs, such as `workflow_name_taken`.
    pub code: String,
    /// One sentence: what was wrong and what to do.
    pub detail: String,
    /// The wrong fields, for kind `Input`.
    #[serde(default)]
    pub fields: Vec<FieldProblem>,
    /// For kind `TooMany`: how many seconds to wait.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<u64>,
}

impl Problem {
    /// A problem without fields.
    pub fn new(kind: ProblemKind, code: impl Into<String>, detail: impl Into<String>) -> Self {
        Self {
            kind,
            code: code.into(),
            detail: detail.into(),
            fields: Vec::new(),
            retry_after: None,
        }
    }

    /// Nobody is signed in.
    pub fn not_signed_in() -> Self {
        Self::new(
            ProblemKind::NotSignedIn,
            "not_signed_in",
            "Log in to go on.",
        )
    }

    /// Something that does not exist, or must look so.
    pub fn not_found(what: &str) -> Self {
        Self::new(
            ProblemKind::NotFound,
            "not_found",
            format!("There is no such {what}."),
        )
    }

    /// Wrong input with its fields.
    pub fn input(fields: Vec<FieldProblem>) -> Self {
        let detail = match fields.as_slice() {
            [only] => only.detail.clone(),
            several => format!("{} fields need your attention.", several.len()),
        };
        Self {
            kind: ProblemKind::Input,
            code: "invalid_input".into(),
            detail,
            fields,
            retry_after: None,
        }
    }

    /// One wrong field.
    pub fn field(name: &str, code: &str, detail: impl Into<String>) -> Self {
        Self::input(vec![FieldProblem::new(name, code, detail)])
    }

    /// Our fault. Log the cause where it happened; it is not in here.
    pub fn internal() -> Self {
        Self::new(
            ProblemKind::Internal,
            "internal",
            "Something went wrong on the server. Nothing was changed; its log has the cause.",
        )
    }

    /// What was wrong with the field `name`.
    pub fn for_field(&self, name: &str) -> Option<&str> {
        self.fields
            .iter()
            .find(|field| field.name == name)
            .map(|field| field.detail.as_str())
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.detail)
    }
}

impl std::error::Error for Problem {}
