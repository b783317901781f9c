//! Which workflows use a connection, and where in them.

use std::collections::BTreeMap;

use model::WorkflowName;
use store::requirements::{Kind, UsePlace, WorkflowRequirement};

use crate::field::lookup_order;

/// A workflow whose newest revision needs the connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsedBy {
    /// The workflow.
    pub workflow: WorkflowName,
    /// Its steps that need the connection, in the order of the text.
    pub steps: Vec<String>,
    /// Its triggers that do.
    pub triggers: Vec<String>,
}

/// The uses of every connection, by type and name.
pub(super) fn by_connection(
    needs: Vec<WorkflowRequirement>,
) -> BTreeMap<(String, String), Vec<UsedBy>> {
    let mut sorted: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for need in needs
        .into_iter()
        .filter(|need| need.requirement.kind == Kind::Connection)
    {
        let key = (
            need.requirement.type_name.clone(),
            need.requirement.name.clone(),
        );
        sorted.entry(key).or_default().push(need);
    }
    sorted
        .into_iter()
        .map(|(key, needs)| (key, group(needs)))
        .collect()
}

/// The uses of one connection, one entry for each workflow.
pub(crate) fn group(needs: Vec<WorkflowRequirement>) -> Vec<UsedBy> {
    let mut workflows: BTreeMap<_, UsedBy> = BTreeMap::new();
    for need in needs {
        let used = workflows
            .entry(lookup_order(&need.workflow))
            .or_insert_with(|| UsedBy {
                workflow: need.workflow,
                steps: Vec::new(),
                triggers: Vec::new(),
            });
        match need.requirement.place {
            UsePlace::Step(name) => used.steps.push(name),
            UsePlace::Trigger(name) => used.triggers.push(name),
            UsePlace::Workflow => {}
        }
    }
    workflows.into_values().collect()
}
