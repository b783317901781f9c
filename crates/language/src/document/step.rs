//! One step of a workflow.

use serde::Serialize;

use super::fields::{Fields, text, wrong};
use super::{literal, when};
use crate::code::Code;
use crate::diagnostic::{Severity, shown};
use crate::findings::Findings;
use crate::image;
use crate::order::Edge;
use crate::plan::StepKind;
use crate::repair::Repair;
use crate::text::{Place, Span};
use crate::tree::{Content, NodeId, Tree};

/// A step as it is written. What is evaluated at run time (`spec`, `env`, `when`) is not here
/// but in the plan and the requirements.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Step {
    /// Its name; empty while it has none.
    pub name: String,
    /// What it is.
    pub kind: StepKind,
    /// What it does, shown with approvals.
    pub description: Option<String>,
    /// The container image.
    pub image: Option<String>,
    /// Script lines; never evaluated.
    pub input: Vec<String>,
    /// Where to fetch the script; never evaluated.
    pub input_file: Option<String>,
    /// The command in the container; never evaluated.
    pub command: Option<String>,
    /// Its arguments; never evaluated.
    pub args: Vec<String>,
    /// The steps it names in `dependsOn`, in that order.
    pub depends_on: Vec<String>,
    /// Its name in the text, or the beginning of the step.
    pub place: Place,
}

pub(crate) const KEYS: [&str; 12] = [
    "name",
    "description",
    "type",
    "image",
    "spec",
    "env",
    "dependsOn",
    "when",
    "input",
    "inputFile",
    "command",
    "args",
];

/// A step with what its values have to be looked up for.
pub(super) struct StepReading {
    pub(super) step: Step,
    /// Its name in the text, or the beginning of the step.
    pub(super) span: Span,
    pub(super) edges: Vec<Edge>,
    /// Values that are evaluated, in the order of the text.
    pub(super) values: Vec<NodeId>,
    /// The one of them that the step asks for part by part.
    pub(super) spec: Option<NodeId>,
}

pub(super) fn read(
    tree: &Tree<'_>,
    id: NodeId,
    findings: &mut Findings<'_>,
) -> Option<StepReading> {
    let fields = Fields::new(tree, id, "a step", &KEYS, findings)?;
    let kind = kind(&fields, findings);
    let name = fields.own_name(findings);
    let span = fields.get("name").map_or(fields.head, |id| tree.span(id));
    let mut step = Step {
        name: name.unwrap_or_default(),
        kind,
        description: fields
            .get("description")
            .and_then(|id| tree.scalar(id))
            .map(str::to_owned),
        place: findings.place(span),
        ..Step::default()
    };
    let mut values = Vec::new();
    let mut spec = None;
    match kind {
        StepKind::Container => {
            let image = fields.required("image", findings);
            if let Some(id) = image {
                step.image = text(tree, id, "image", Severity::Error, findings);
            }
            step.input = fields.texts("input", findings);
            step.input_file = fields.text("inputFile", findings);
            step.command = fields.text("command", findings);
            step.args = fields.texts("args", findings);
            if let (Some(id), Some(image)) = (image, &step.image) {
                // With work of its own a step may run where the image is but a label.
                let carries =
                    !step.input.is_empty() || step.input_file.is_some() || step.command.is_some();
                let severity = if carries {
                    Severity::Warning
                } else {
                    Severity::Error
                };
                check_image(tree, id, image, severity, findings);
            }
            spec = fields.map("spec", findings);
            values.extend(spec);
            values.extend(fields.map("env", findings));
        }
        StepKind::Approval => {
            for key in [
                "image",
                "spec",
                "env",
                "input",
                "inputFile",
                "command",
                "args",
            ] {
                if let Some(value) = fields.get(key) {
                    findings.warning(
                        Code::UnusedKey,
                        tree.span(value),
                        format_args!(
                            "an approval runs nothing, so `{key}` has no effect; remove it"
                        ),
                    );
                }
            }
        }
    }
    if let Some(id) = fields.get("when") {
        when::check(tree, id, Severity::Error, findings);
        values.push(id);
    }
    values.sort_by_key(|value| tree.span(*value));
    let edges = depends_on(&fields, &step.name, findings);
    step.depends_on = edges.iter().map(|edge| edge.to.clone()).collect();
    Some(StepReading {
        step,
        span,
        edges,
        values,
        spec,
    })
}

fn kind(fields: &Fields<'_, '_>, findings: &mut Findings<'_>) -> StepKind {
    let Some(id) = fields.get("type") else {
        return StepKind::Container;
    };
    match fields.tree.scalar(id) {
        Some("container") => StepKind::Container,
        Some("approval") => StepKind::Approval,
        other => {
            let word = other.unwrap_or_default();
            let guess = findings.guess(word, ["container", "approval"]);
            let guess = guess.or("; use `container` or `approval`");
            let span = fields.tree.span(id);
            findings.add(
                Severity::Error,
                Code::UnknownValue,
                span,
                format_args!("there is no type of step {}{guess}", shown(word)),
                guess.repair(span),
            );
            // An approval needs less, so nothing else is complained about on its behalf.
            StepKind::Approval
        }
    }
}

/// Complains about what is no reference to an image.
pub(super) fn check_image(
    tree: &Tree<'_>,
    id: NodeId,
    image: &str,
    severity: Severity,
    findings: &mut Findings<'_>,
) {
    let Err(problem) = image::check(image) else {
        return;
    };
    let cured = image.trim().to_ascii_lowercase();
    let repair = (image::check(&cured).is_ok() && tree.verbatim(id).is_some())
        .then(|| Repair::rename(tree.span(id), &cured));
    let message = format_args!("the image {} {problem}", shown(image));
    findings.add(
        severity,
        Code::WrongImage,
        tree.first_line(id),
        message,
        repair,
    );
}

/// `dependsOn`: one name or a list of names.
fn depends_on(fields: &Fields<'_, '_>, own: &str, findings: &mut Findings<'_>) -> Vec<Edge> {
    let tree = fields.tree;
    let Some(id) = fields.get("dependsOn") else {
        return Vec::new();
    };
    let items = match tree.content(tree.resolve(id)) {
        Content::Sequence(items) => items,
        Content::Scalar(..) => &[id],
        _ => {
            wrong(
                tree,
                id,
                "dependsOn",
                "the name of a step or a list of them",
                findings,
            );
            return Vec::new();
        }
    };
    let mut edges = Vec::new();
    for item in items {
        literal::check(tree, *item, "dependsOn", findings);
        let Some(to) = text(tree, *item, "dependsOn", Severity::Error, findings) else {
            continue;
        };
        let span = tree.span(*item);
        if to == own {
            findings.error(
                Code::SelfDependency,
                span,
                format_args!("the step {} waits for itself; remove this", shown(&to)),
            );
        }
        edges.push(Edge { to, span });
    }
    edges
}
