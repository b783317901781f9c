//! The names that references can mean, and that each means one thing.

use std::collections::HashMap;

use super::parameter::Parameter;
use super::step::StepReading;
use super::trigger::TriggerReading;
use crate::diagnostic::{Findings, shown};
use crate::text::Span;

/// What the text declares, sorted, so that the same text always gets the same answer.
pub(super) struct Names<'d> {
    steps: Vec<String>,
    parameters: Vec<&'d str>,
}

impl<'d> Names<'d> {
    pub(super) fn new(steps: &[StepReading], parameters: &'d [Parameter]) -> Self {
        let mut steps: Vec<_> = steps.iter().map(|one| one.step.name.clone()).collect();
        steps.sort_unstable();
        let mut parameters: Vec<_> = parameters.iter().map(|one| one.name.as_str()).collect();
        parameters.sort_unstable();
        Self { steps, parameters }
    }

    /// Complains about the name of a step that there is not. `harmless` when something around
    /// the reference copes with that.
    pub(super) fn check_step(
        &self,
        name: &str,
        span: Span,
        harmless: bool,
        findings: &mut Findings<'_>,
    ) {
        if self
            .steps
            .binary_search_by(|known| known.as_str().cmp(name))
            .is_ok()
        {
            return;
        }
        let guess = findings.guess(name, self.steps.iter().map(String::as_str));
        let message = format!("there is no step {}{guess}", shown(name));
        if harmless {
            findings.warning("unknown_step", span, message);
        } else {
            findings.error("unknown_step", span, message);
        }
    }

    /// Complains about a parameter that is not declared.
    pub(super) fn check_parameter(&self, name: &str, span: Span, findings: &mut Findings<'_>) {
        if self.parameters.binary_search(&name).is_ok() {
            return;
        }
        let guess = findings.guess(name, self.parameters.iter().copied());
        findings.warning(
            "undeclared_parameter",
            span,
            format_args!(
                "the parameter {} is not declared under `parameters`{guess}",
                shown(name)
            ),
        );
    }
}

/// Complains about steps and triggers that share a name.
pub(super) fn check_unique(
    steps: &[StepReading],
    triggers: &[TriggerReading],
    findings: &mut Findings<'_>,
) {
    let mut known = HashMap::new();
    for one in steps.iter().filter(|one| !one.step.name.is_empty()) {
        if let Some(first) = known.insert(one.step.name.as_str(), one.span) {
            let message = taken("step", &one.step.name, findings.line(first));
            findings.error("duplicate_step", one.span, message);
        }
    }
    known.clear();
    for one in triggers.iter().filter(|one| !one.trigger.name.is_empty()) {
        if let Some(first) = known.insert(one.trigger.name.as_str(), one.span) {
            let message = taken("trigger", &one.trigger.name, findings.line(first));
            findings.warning("duplicate_trigger", one.span, message);
        }
    }
}

fn taken(what: &str, name: &str, line: usize) -> String {
    let name = shown(name);
    format!("a {what} {name} is already on line {line}; give one of them another name")
}
