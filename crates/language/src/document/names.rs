//! The names that references can mean, and that each means one thing.

use std::collections::HashMap;

use super::parameter::Parameter;
use super::step::StepReading;
use super::trigger::TriggerReading;
use crate::code::Code;
use crate::diagnostic::{Severity, shown};
use crate::findings::Findings;
use crate::plan::StepKind;
use crate::reference::ANSWER;
use crate::repair::{Repair, word};
use crate::text::{Span, small};
use crate::tree::{NodeId, Tree};

/// What the text declares, sorted, so that the same text always gets the same answer.
pub(super) struct Names<'d> {
    steps: Vec<String>,
    /// Those of them that somebody decides.
    approvals: Vec<String>,
    parameters: Vec<&'d str>,
    /// Where another parameter can be declared. None when parts of the text could not be read:
    /// nobody knows then which names there are.
    declaring: Option<Declaring>,
}

impl<'d> Names<'d> {
    pub(super) fn new(
        steps: &[StepReading],
        parameters: &'d [Parameter],
        declaring: Option<Declaring>,
    ) -> Self {
        let approvals = steps
            .iter()
            .filter(|one| one.step.kind == StepKind::Approval);
        let mut approvals: Vec<_> = approvals.map(|one| one.step.name.clone()).collect();
        approvals.sort_unstable();
        let mut steps: Vec<_> = steps.iter().map(|one| one.step.name.clone()).collect();
        steps.sort_unstable();
        let mut parameters: Vec<_> = parameters.iter().map(|one| one.name.as_str()).collect();
        parameters.sort_unstable();
        Self {
            steps,
            approvals,
            parameters,
            declaring,
        }
    }

    /// Whether everything could be read, so that a name that is not here does not exist.
    pub(super) fn are_all_known(&self) -> bool {
        self.declaring.is_some()
    }

    /// Whether there is a step of this name, as far as the text could be read.
    pub(super) fn may_be_step(&self, name: &str) -> bool {
        let known = |step: &String| step.as_str().cmp(name);
        self.declaring.is_none() || self.steps.binary_search_by(known).is_ok()
    }

    /// Complains about the name of a step that there is not. `harmless` when something around
    /// the reference copes with that; `own` is the step that refers to it, which cannot be the
    /// one that was meant; `rename` puts another name there.
    pub(super) fn check_step(
        &self,
        name: &str,
        span: Span,
        harmless: bool,
        own: &str,
        rename: impl FnOnce(&str) -> Option<Repair>,
        findings: &mut Findings<'_>,
    ) {
        if self.may_be_step(name) {
            return;
        }
        let others = self.steps.iter().map(String::as_str);
        let guess = findings.guess(name, others.filter(|step| *step != own));
        let severity = if harmless {
            Severity::Warning
        } else {
            Severity::Error
        };
        let message = format_args!("there is no step {}{guess}", shown(name));
        let repair = guess.found.and_then(rename);
        findings.add(severity, Code::UnknownStep, span, message, repair);
    }

    /// Complains about an answer that nobody will ever give. `rename` puts another name there.
    pub(super) fn check_answer(
        &self,
        step: &str,
        name: Option<&str>,
        span: Span,
        rename: impl FnOnce(&str) -> Option<Repair>,
        findings: &mut Findings<'_>,
    ) {
        let among = |names: &[String]| {
            let known = |known: &String| known.as_str().cmp(step);
            names.binary_search_by(known).is_ok()
        };
        // That there is no such step has been said.
        if self.declaring.is_none() || !among(&self.steps) {
            return;
        }
        if !among(&self.approvals) {
            let message = format_args!(
                "the step {} is no approval, so nobody answers it; `steps` tells how it ended",
                shown(step)
            );
            findings.warning(Code::OutOfPlace, span, message);
        } else if let Some(name) = name.filter(|name| *name != ANSWER) {
            findings.add(
                Severity::Warning,
                Code::UnknownValue,
                span,
                format_args!(
                    "an approval has no answer {}; its only one is `{ANSWER}`",
                    shown(name)
                ),
                rename(ANSWER),
            );
        }
    }

    /// Complains about a parameter that is not declared.
    pub(super) fn check_parameter(
        &self,
        name: &str,
        span: Span,
        rename: impl FnOnce(&str) -> Option<Repair>,
        findings: &mut Findings<'_>,
    ) {
        let Some(declaring) = &self.declaring else {
            return;
        };
        if self.parameters.binary_search(&name).is_ok() {
            return;
        }
        let guess = findings.guess(name, self.parameters.iter().copied());
        let repair = match guess.found {
            Some(found) => rename(found),
            None => declaring.repair(name),
        };
        findings.add(
            Severity::Warning,
            Code::UndeclaredParameter,
            span,
            format_args!(
                "the parameter {} is not declared under `parameters`{guess}",
                shown(name)
            ),
            repair,
        );
    }
}

/// How many blanks may stand in front of a parameter that another one is declared beside.
const DEEPEST: usize = 40;

/// Where another parameter can be declared, and what stands around its name there.
#[derive(Default)]
pub(super) struct Declaring(Option<(u32, String, String)>);

impl Declaring {
    pub(super) fn new(tree: &Tree<'_>, root: NodeId) -> Self {
        let source = tree.source();
        let end = if source.contains("\r\n") {
            "\r\n"
        } else {
            "\n"
        };
        let begin = |span: Span| {
            let start = span.start as usize;
            source[..start].rfind('\n').map_or(0, |end| end + 1)
        };
        let blank = |from: usize, span: Span| {
            let indent = &source[from..span.start as usize];
            // A fix for each of many parameters would repeat it.
            let short = indent.len() <= DEEPEST;
            (short && indent.bytes().all(|byte| byte == b' ')).then_some(indent)
        };
        let made = |at, before: String, after: String| Self(Some((small(at), before, after)));
        if let Some(parameters) = tree.get(root, "parameters") {
            // In braces, or through an alias, the first key does not begin a line of its own.
            let Some((first, _)) = tree.entries(parameters).next() else {
                return Self::default();
            };
            let span = tree.span(first);
            let from = begin(span);
            return match blank(from, span) {
                Some(indent) => made(from, indent.to_owned(), format!(": {{}}{end}")),
                None => Self::default(),
            };
        }
        let steps = tree
            .entries(root)
            .find(|(key, _)| tree.scalar(*key) == Some("steps"));
        match steps.map(|(key, _)| tree.span(key)) {
            Some(span) if begin(span) == span.start as usize => made(
                begin(span),
                format!("parameters:{end}  "),
                format!(": {{}}{end}"),
            ),
            _ => Self::default(),
        }
    }

    fn repair(&self, name: &str) -> Option<Repair> {
        let (at, before, after) = self.0.as_ref()?;
        let label = format!("declare {}", shown(name));
        Some(Repair::insert(
            label,
            *at,
            format!("{before}{}{after}", word(name)),
        ))
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
            findings.error(Code::DuplicateStep, one.span, message);
        }
    }
    known.clear();
    for one in triggers.iter().filter(|one| !one.trigger.name.is_empty()) {
        if let Some(first) = known.insert(one.trigger.name.as_str(), one.span) {
            let message = taken("trigger", &one.trigger.name, findings.line(first));
            findings.warning(Code::DuplicateTrigger, one.span, message);
        }
    }
}

fn taken(what: &str, name: &str, line: usize) -> String {
    let name = shown(name);
    format!("a {what} {name} is already on line {line}; give one of them another name")
}
