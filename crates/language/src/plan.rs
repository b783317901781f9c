//! What would run, in which order, and what each step may read.

use serde::{Deserialize, Serialize};

use crate::reference::{Found, Reference};

/// What a step is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum StepKind {
    /// A container image that runs.
    #[default]
    Container,
    /// A question to a person.
    Approval,
}

impl StepKind {
    /// The word that workflows use.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Container => "container",
            Self::Approval => "approval",
        }
    }
}

/// One step of the plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanStep {
    /// Its name.
    pub name: String,
    /// What it is.
    pub kind: StepKind,
    /// The steps it waits for, sorted: those of `dependsOn`, and those whose outputs, states or
    /// answers it refers to.
    pub needs: Vec<String>,
    /// The connections it may read, as type and name, sorted.
    pub connections: Vec<(String, String)>,
    /// The secrets it may read, sorted.
    pub secrets: Vec<String>,
    /// The parameters it may read, sorted.
    pub parameters: Vec<String>,
}

/// One trigger of the plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanTrigger {
    /// Its name.
    pub name: String,
    /// `schedule`, `push` or `webhook`; empty while it is not written.
    pub kind: String,
    /// The connections it may read, as type and name, sorted.
    pub connections: Vec<(String, String)>,
    /// The secrets it may read, sorted.
    pub secrets: Vec<String>,
    /// The parameters it may read, sorted.
    pub parameters: Vec<String>,
}

/// Steps and triggers in the order of the text. Only meaningful while there is no error.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// The steps that have a name.
    pub steps: Vec<PlanStep>,
    /// The triggers that have a name.
    pub triggers: Vec<PlanTrigger>,
}

/// What values somebody refers to, sorted: what they will be allowed to read.
#[derive(Default)]
pub(crate) struct Reads {
    pub(crate) connections: Vec<(String, String)>,
    pub(crate) secrets: Vec<String>,
    pub(crate) parameters: Vec<String>,
}

impl Reads {
    pub(crate) fn new(found: &[Found]) -> Self {
        let mut reads = Self::default();
        for one in found {
            match &one.reference {
                Reference::Connection { type_name, name } => {
                    reads.connections.push((type_name.clone(), name.clone()));
                }
                Reference::Secret { name } => reads.secrets.push(name.clone()),
                Reference::Parameter { name } => reads.parameters.push(name.clone()),
                Reference::Output { .. }
                | Reference::Status { .. }
                | Reference::Answer { .. }
                | Reference::Event
                | Reference::Dynamic(_) => {}
            }
        }
        reads.connections.sort_unstable();
        reads.connections.dedup();
        reads.secrets.sort_unstable();
        reads.secrets.dedup();
        reads.parameters.sort_unstable();
        reads.parameters.dedup();
        reads
    }
}
