//! What `--json` prints: one compact object per file. Its names are fixed, because programs rely
//! on them.

use language::{Diagnostic, Document, Severity, StepKind};
use serde::Serialize;

use super::Checked;

#[derive(Serialize)]
struct Line<'c> {
    file: &'c str,
    valid: bool,
    diagnostics: Vec<Problem<'c>>,
    requirements: Needs<'c>,
    steps: Vec<Step<'c>>,
    triggers: Vec<Trigger<'c>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Problem<'c> {
    severity: Severity,
    code: &'c str,
    message: &'c str,
    line: u32,
    column: u32,
    end_line: u32,
    end_column: u32,
}

#[derive(Serialize)]
struct Needs<'c> {
    connections: Vec<Connection<'c>>,
    secrets: Vec<Secret<'c>>,
    parameters: Vec<Parameter<'c>>,
    dynamic: Vec<Dynamic<'c>>,
}

#[derive(Serialize)]
struct Connection<'c> {
    #[serde(rename = "type")]
    type_name: &'c str,
    name: &'c str,
    steps: &'c [String],
    triggers: &'c [String],
}

#[derive(Serialize)]
struct Secret<'c> {
    name: &'c str,
    steps: &'c [String],
    triggers: &'c [String],
}

#[derive(Serialize)]
struct Parameter<'c> {
    name: &'c str,
    required: bool,
}

#[derive(Serialize)]
struct Dynamic<'c> {
    kind: &'c str,
    steps: &'c [String],
    line: u32,
}

#[derive(Serialize)]
struct Step<'c> {
    name: &'c str,
    kind: StepKind,
    needs: &'c [String],
}

#[derive(Serialize)]
struct Trigger<'c> {
    name: &'c str,
    kind: &'c str,
}

/// The line about one file, without its line end.
pub(super) fn line(checked: &Checked) -> String {
    let document = &checked.document;
    let line = Line {
        file: &checked.file,
        valid: !document.has_errors(),
        diagnostics: document.diagnostics.iter().map(problem).collect(),
        requirements: needs(document),
        steps: document.plan.steps.iter().map(step).collect(),
        triggers: document.plan.triggers.iter().map(trigger).collect(),
    };
    // Nothing in it can fail to be written: it is texts, numbers and lists.
    serde_json::to_string(&line).unwrap_or_default()
}

fn problem(one: &Diagnostic) -> Problem<'_> {
    Problem {
        severity: one.severity,
        code: one.code,
        message: &one.message,
        line: one.place.line,
        column: one.place.column,
        end_line: one.place.end_line,
        end_column: one.place.end_column,
    }
}

fn needs(document: &Document) -> Needs<'_> {
    let needed = &document.requirements;
    Needs {
        connections: needed
            .connections
            .iter()
            .map(|one| Connection {
                type_name: &one.type_name,
                name: &one.name,
                steps: &one.steps,
                triggers: &one.triggers,
            })
            .collect(),
        secrets: needed
            .secrets
            .iter()
            .map(|one| Secret {
                name: &one.name,
                steps: &one.steps,
                triggers: &one.triggers,
            })
            .collect(),
        parameters: needed
            .parameters
            .iter()
            .map(|one| Parameter {
                name: &one.name,
                required: one.required,
            })
            .collect(),
        dynamic: needed
            .dynamic
            .iter()
            .map(|one| Dynamic {
                kind: &one.kind,
                steps: &one.steps,
                line: one.line,
            })
            .collect(),
    }
}

fn step(one: &language::PlanStep) -> Step<'_> {
    Step {
        name: &one.name,
        kind: one.kind,
        needs: &one.needs,
    }
}

fn trigger(one: &language::PlanTrigger) -> Trigger<'_> {
    Trigger {
        name: &one.name,
        kind: &one.kind,
    }
}
