//! The status record that a step of the original reports about itself, and what it means.

use crate::evaluate::StatusProperty;

/// How far a step got with its conditions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WhenStatus {
    /// It is looking at them.
    Evaluating,
    /// They could not be looked at.
    Failure,
    /// They do not hold.
    NotSatisfied,
    /// They hold.
    Satisfied,
    /// Nobody knows.
    Unknown,
}

impl std::str::FromStr for WhenStatus {
    type Err = std::convert::Infallible;

    /// A word that is none of the five says as little as `WhenConditionUnknown`.
    fn from_str(word: &str) -> Result<Self, Self::Err> {
        Ok(match word {
            "WhenConditionEvaluating" => Self::Evaluating,
            "WhenConditionFailure" => Self::Failure,
            "WhenConditionNotSatisfied" => Self::NotSatisfied,
            "WhenConditionSatisfied" => Self::Satisfied,
            _ => Self::Unknown,
        })
    }
}

impl WhenStatus {
    /// The word in records.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Evaluating => "WhenConditionEvaluating",
            Self::Failure => "WhenConditionFailure",
            Self::NotSatisfied => "WhenConditionNotSatisfied",
            Self::Satisfied => "WhenConditionSatisfied",
            Self::Unknown => "WhenConditionUnknown",
        }
    }
}

/// What a step has reported.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct StepRecord {
    /// How far it got with its conditions, if it said so.
    pub when: Option<WhenStatus>,
    /// How its process ended, if it did.
    pub exit_code: Option<i64>,
}

impl StepRecord {
    /// What can be said about the step; none while it is not known.
    pub fn property(self, property: StatusProperty) -> Option<bool> {
        let skipped = match self.when {
            Some(WhenStatus::Failure | WhenStatus::NotSatisfied) => Some(true),
            Some(WhenStatus::Satisfied) => Some(false),
            _ => None,
        };
        match property {
            StatusProperty::Skipped => skipped,
            _ if skipped == Some(true) => Some(false),
            StatusProperty::Failed => self.exit_code.map(|code| code != 0),
            StatusProperty::Succeeded => self.exit_code.map(|code| code == 0),
        }
    }
}

/// Something that is so, is not so, or is not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Condition {
    /// It is so.
    True,
    /// It is not so.
    False,
    /// Nobody knows.
    Unknown,
}

impl Condition {
    /// The word in records.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::True => "True",
            Self::False => "False",
            Self::Unknown => "Unknown",
        }
    }
}

impl From<Option<bool>> for Condition {
    fn from(known: Option<bool>) -> Self {
        match known {
            Some(true) => Self::True,
            Some(false) => Self::False,
            None => Self::Unknown,
        }
    }
}

/// Whether a step is completed, skipped and successful, by its record.
pub fn step_conditions(record: StepRecord) -> [Condition; 3] {
    let skipped = record.property(StatusProperty::Skipped);
    let done = skipped == Some(true) || record.exit_code.is_some();
    let completed = match (done, record.when) {
        (true, _) => Some(true),
        (false, Some(WhenStatus::Satisfied)) => Some(false),
        (false, _) => None,
    };
    let succeeded = record.property(StatusProperty::Succeeded);
    [completed.into(), skipped.into(), succeeded.into()]
}

/// Whether a run is cancelled, completed and successful, by what [`step_conditions`] says about
/// each of its steps.
pub fn run_conditions(steps: &[[Condition; 3]], stop_requested: bool) -> [Condition; 3] {
    let completed = steps
        .iter()
        .all(|[completed, ..]| *completed == Condition::True);
    let failed = |[_, skipped, succeeded]: &[Condition; 3]| {
        *succeeded == Condition::False && *skipped == Condition::False
    };
    let succeeded = if steps.iter().any(failed) {
        Condition::False
    } else if completed {
        Condition::True
    } else {
        Condition::Unknown
    };
    [
        Some(true).filter(|_| stop_requested).into(),
        Some(completed).into(),
        succeeded,
    ]
}
