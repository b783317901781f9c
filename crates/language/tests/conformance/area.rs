//! The areas, by the names of their files.

use serde_json::Value;

use crate::case::Verdict;
use crate::{expression, progress, schedules, transfer, validation, yaml};

/// An area that this harness checks.
pub(crate) enum Area {
    Expressions,
    Transfer,
    Status,
    Yaml,
    Validation,
    Schedules,
}

/// Why a file is no area of this harness.
pub(crate) enum Other {
    /// Another harness checks it.
    Harness,
    /// Nobody does.
    Unknown,
}

impl Area {
    pub(crate) fn named(name: &str) -> Result<Self, Other> {
        Ok(match name {
            "evaluate" | "expression_functions" | "template_parsing" | "query_languages" => {
                Self::Expressions
            }
            "transfer_encoding" => Self::Transfer,
            "step_status" => Self::Status,
            "yaml_tags" => Self::Yaml,
            "workflow_validation" => Self::Validation,
            "schedules" => Self::Schedules,
            "metadata_api" | "python_sdk" | "ni_cli" | "step_entrypoint" => {
                return Err(Other::Harness);
            }
            _ => return Err(Other::Unknown),
        })
    }

    pub(crate) fn check(&self, file: &Value, case: &Value) -> Verdict {
        match self {
            Self::Expressions => expression::check(file, case),
            Self::Transfer => transfer::check(case),
            Self::Status => progress::check(case),
            Self::Yaml => yaml::check(case),
            Self::Validation => validation::check(case),
            Self::Schedules => schedules::check(case),
        }
    }
}
