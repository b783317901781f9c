//! A workflow as it was understood, with every complaint about it.

mod fields;
pub(crate) mod json;
mod literal;
mod names;
mod parameter;
mod possible;
#[cfg(feature = "evaluate")]
mod runnable;
mod step;
mod trigger;
mod unused;
mod uri;
mod uses;
mod when;
mod workflow;

pub use parameter::Parameter;
#[cfg(feature = "evaluate")]
pub use runnable::{Runnable, RunnableStep, StepReads, runnable};
pub use step::Step;
pub use trigger::Trigger;

use serde::Serialize;

pub(crate) use step::KEYS as STEP_KEYS;
pub(crate) use trigger::KEYS as TRIGGER_KEYS;
pub(crate) use workflow::KEYS as TOP_KEYS;

use crate::diagnostic::{Diagnostic, Severity};
use crate::findings::Findings;
use crate::plan::Plan;
use crate::requirement::Requirements;
use crate::tree::Tree;

/// Everything that was understood of a text.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Document {
    /// Whether the text could be read as a whole. If not, what is here was read before the
    /// trouble, and nobody can say what the rest needs.
    pub readable: bool,
    /// Every complaint, in the order of the text.
    pub diagnostics: Vec<Diagnostic>,
    /// What the text needs.
    pub requirements: Requirements,
    /// What would run.
    pub plan: Plan,
    /// The name that the text gives itself. The workflow's own name is kept beside the text.
    pub name: Option<String>,
    /// One phrase about it.
    pub summary: Option<String>,
    /// More about it.
    pub description: Option<String>,
    /// The declared parameters, in the order of the text.
    pub parameters: Vec<Parameter>,
    /// The steps, in the order of the text.
    pub steps: Vec<Step>,
    /// The triggers, in the order of the text.
    pub triggers: Vec<Trigger>,
}

impl Document {
    /// Whether anything makes a run impossible.
    pub fn has_errors(&self) -> bool {
        self.diagnostics
            .iter()
            .any(|one| one.severity == Severity::Error)
    }
}

/// Reads a workflow text. It never fails: whatever the text is, there is an answer, and it comes
/// fast.
pub fn read(text: &str) -> Document {
    read_with_tree(text).1
}

/// The same, with the tree that was read, for who has more questions.
pub(crate) fn read_with_tree(text: &str) -> (Tree<'_>, Document) {
    let mut findings = Findings::new(text);
    let parsed = crate::parse::parse(text, &mut findings);
    let mut document = workflow::read(&parsed, &mut findings);
    document.diagnostics = findings.finish();
    (parsed.tree, document)
}
