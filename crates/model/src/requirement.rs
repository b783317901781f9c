//! What an account holds, to be compared with what a workflow text requires.

use serde::{Deserialize, Serialize};

/// State of one requirement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RequirementState {
    /// It exists and may be used.
    Configured,
    /// Nothing of that name exists.
    Missing,
    /// A connection of that name exists, but of another type.
    WrongType,
    /// It exists, and this workflow may not use it.
    NoPermission,
    /// It cannot be told: the reference is computed at run time.
    Unknown,
}

impl RequirementState {
    /// The words shown on pages.
    pub fn words(self) -> &'static str {
        match self {
            Self::Configured => "configured",
            Self::Missing => "missing",
            Self::WrongType => "wrong type",
            Self::NoPermission => "no permission",
            Self::Unknown => "unknown",
        }
    }

    /// Whether a run has to wait until somebody does something about it.
    pub fn blocks(self) -> bool {
        matches!(self, Self::Missing | Self::WrongType | Self::NoPermission)
    }
}

/// A connection of the account, without anything of its values.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeldConnection {
    /// Its id.
    pub id: String,
    /// Its type, such as `aws`.
    #[serde(rename = "type")]
    pub type_name: String,
    /// Its name.
    pub name: String,
    /// Whether the workflow may use it.
    pub permitted: bool,
    /// Why it can't be opened; `None` when nothing is known against it.
    #[serde(default)]
    pub unopenable: Option<Unopenable>,
}

/// A secret of the workflow, without its value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeldSecret {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Why it can't be opened; `None` when nothing is known against it.
    #[serde(default)]
    pub unopenable: Option<Unopenable>,
}

/// What is said of what can't be opened any more.
pub const UNOPENABLE: &str = "can't be opened";

/// Why something that is stored can't be opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unopenable {
    /// A value of it does not open, or is not the newest one.
    Value,
    /// It is not what the ledger tells of it, whatever its values are.
    Altered,
}

impl Unopenable {
    /// What helps, as the end of a sentence.
    pub fn cure(self) -> &'static str {
        match self {
            Self::Value => "overwrite it",
            Self::Altered => "delete it and add it again",
        }
    }
}

/// Everything a workflow could use. It crosses to the browser, so it holds names and ids only.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holdings {
    /// The account's connections.
    pub connections: Vec<HeldConnection>,
    /// The workflow's secrets.
    pub secrets: Vec<HeldSecret>,
}
