//! Where references get their values from.

use std::str::FromStr;
use std::time::SystemTime;

use super::value::Value;

/// The answer to a reference.
#[derive(Debug, Clone)]
pub enum Lookup {
    /// The value.
    Found(Value),
    /// There is none, or the asker may not have it.
    Absent,
    /// It has not been fetched yet. The reference is noted and the evaluation goes on without
    /// it, to find out what else is wanted; its result is to be thrown away.
    Wanted,
}

/// What can be asked about a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum StatusProperty {
    /// It ended badly.
    Failed,
    /// It did not run.
    Skipped,
    /// It ended well.
    Succeeded,
}

impl StatusProperty {
    /// The word in expressions.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Failed => "failed",
            Self::Skipped => "skipped",
            Self::Succeeded => "succeeded",
        }
    }
}

/// The word is none of the properties.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnknownProperty;

impl FromStr for StatusProperty {
    type Err = UnknownProperty;

    fn from_str(word: &str) -> Result<Self, UnknownProperty> {
        match word {
            "failed" => Ok(Self::Failed),
            "skipped" => Ok(Self::Skipped),
            "succeeded" => Ok(Self::Succeeded),
            _ => Err(UnknownProperty),
        }
    }
}

/// Who knows the values.
///
/// Secrets and connections are only handed out one by one, by name. Listing all of them is
/// refused unless an environment says otherwise, which only a mock of it does.
pub trait Environment {
    /// A parameter of the run.
    fn parameter(&self, name: &str) -> Lookup;

    /// An output of a step.
    fn output(&self, step: &str, name: &str) -> Lookup;

    /// A secret of the workflow.
    fn secret(&self, name: &str) -> Lookup;

    /// A connection, as a map of its fields.
    fn connection(&self, type_name: &str, name: &str) -> Lookup;

    /// What a person has answered.
    fn answer(&self, ask_ref: &str, name: &str) -> Lookup;

    /// A boolean about a step; absent while it is not known.
    fn status(&self, step: &str, property: StatusProperty) -> Lookup;

    /// Event data by the name of its source, or that of the source without a name. None: there
    /// is no such source.
    fn data(&self, name: Option<&str>) -> Option<Lookup>;

    /// The names of the sources of event data that have one.
    fn data_names(&self) -> Vec<String> {
        Vec::new()
    }

    /// The names of all parameters.
    fn parameters(&self) -> Vec<String>;

    /// All outputs, as step and name.
    fn outputs(&self) -> Vec<(String, String)>;

    /// The names of all secrets. None: they are not listed.
    fn secrets(&self) -> Option<Vec<String>> {
        None
    }

    /// All connections, as type and name. None: they are not listed.
    fn connections(&self) -> Option<Vec<(String, String)>> {
        None
    }

    /// The time that `now()` tells.
    fn now(&self) -> SystemTime {
        SystemTime::now()
    }
}
