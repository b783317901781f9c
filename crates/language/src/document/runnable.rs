//! A workflow that can run: its steps with everything that is evaluated at run time.

use std::collections::BTreeSet;

use super::{Document, Parameter, read, step};
use crate::diagnostic::{Diagnostic, Severity};
use crate::evaluate::Expression;
use crate::findings::Findings;
use crate::plan::{Plan, Reads, StepKind};
use crate::progress;
use crate::reference::{Found, Reference, Walker};
use crate::tagged::{Unfit, tagged};
use crate::tree::{Content, NodeId, Tree};

/// A workflow without errors, ready to run.
#[derive(Debug, Clone)]
pub struct Runnable {
    /// The declared parameters, in the order of the text.
    pub parameters: Vec<Parameter>,
    /// The steps, in the order of the text.
    pub steps: Vec<RunnableStep>,
}

/// A step that can run.
#[derive(Debug, Clone)]
pub struct RunnableStep {
    /// Its name.
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
    /// The command; never evaluated.
    pub command: Option<String>,
    /// Its arguments; never evaluated.
    pub args: Vec<String>,
    /// The steps it names in `dependsOn`.
    pub depends_on: Vec<String>,
    /// The steps it waits for, sorted: those of `dependsOn`, and those whose outputs, states or
    /// answers it refers to.
    pub needs: Vec<String>,
    /// Those of them that have to succeed for it to run, sorted: all of `dependsOn`, and those
    /// whose outputs it cannot do without, unless `when` looks at how they ended.
    pub must_succeed: Vec<String>,
    /// What the step can ask for; always a map.
    pub spec: Option<Expression>,
    /// Its environment; always a map.
    pub env: Option<Expression>,
    /// Its own condition, or a list of them.
    pub when: Option<Expression>,
    /// Everything it refers to by a name that is written out: what it may read.
    pub reads: StepReads,
}

/// The names a step refers to, each list sorted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StepReads {
    /// Connections, as type and name.
    pub connections: Vec<(String, String)>,
    /// Secrets.
    pub secrets: Vec<String>,
    /// Parameters.
    pub parameters: Vec<String>,
    /// Steps whose outputs it refers to.
    pub outputs: Vec<String>,
    /// Approvals whose answer it refers to.
    pub answers: Vec<String>,
    /// Whether there are names that only a run would work out. What they mean is never handed
    /// out.
    pub dynamic: bool,
}

/// Reads a workflow that is to be run. `Err`: it cannot run; the document says why.
#[expect(
    clippy::result_large_err,
    reason = "a document is what every other reading gives as well"
)]
pub fn runnable(text: &str) -> Result<Runnable, Document> {
    let mut document = read(text);
    if !document.readable || document.has_errors() {
        return Err(document);
    }
    let mut findings = Findings::new(text);
    let parsed = crate::parse::parse(text, &mut findings);
    match steps(&parsed.tree, &document, &mut findings) {
        Ok(steps) => Ok(Runnable {
            parameters: document.parameters,
            steps,
        }),
        Err(unfit) => {
            document.diagnostics.push(Diagnostic {
                severity: Severity::Error,
                code: unfit.code.as_str(),
                message: unfit.message,
                place: findings.place(unfit.span),
                fix: None,
            });
            Err(document)
        }
    }
}

fn steps(
    tree: &Tree<'_>,
    document: &Document,
    findings: &mut Findings<'_>,
) -> Result<Vec<RunnableStep>, Unfit> {
    let items = tree.root().and_then(|root| tree.get(root, "steps"));
    let items = items.map(|items| tree.content(tree.resolve(items)));
    let Some(Content::Sequence(items)) = items else {
        return Ok(Vec::new());
    };
    let mut steps = Vec::with_capacity(items.len());
    for item in items {
        let Some(reading) = step::read(tree, *item, findings) else {
            continue;
        };
        let mut found = Vec::new();
        let mut walker = Walker::new(tree);
        for value in &reading.values {
            walker.walk(*value, findings, &mut found);
        }
        let needs = document
            .plan
            .steps
            .iter()
            .find(|one| one.name == reading.step.name);
        let step = reading.step;
        let runs = step.kind == StepKind::Container;
        let value = |key: &str| expression(tree, *item, key);
        let when = value("when")?;
        steps.push(RunnableStep {
            must_succeed: must_succeed(&step.depends_on, &found, when.as_ref()),
            needs: needs.map(|one| one.needs.clone()).unwrap_or_default(),
            reads: reads(&found, &document.plan),
            spec: if runs { value("spec")? } else { None },
            env: if runs { value("env")? } else { None },
            when,
            name: step.name,
            kind: step.kind,
            description: step.description,
            image: step.image,
            input: step.input,
            input_file: step.input_file,
            command: step.command,
            args: step.args,
            depends_on: step.depends_on,
        });
    }
    Ok(steps)
}

fn expression(tree: &Tree<'_>, step: NodeId, key: &str) -> Result<Option<Expression>, Unfit> {
    let value = tree.get(step, key).filter(|value| !tree.is_null(*value));
    value
        .map(|value| tagged(tree, value).map(|written| Expression::from_value(&written)))
        .transpose()
}

fn must_succeed(depends_on: &[String], found: &[Found], when: Option<&Expression>) -> Vec<String> {
    let outputs = found.iter().filter_map(|one| match &one.reference {
        Reference::Output { step } if !one.guarded => Some(step),
        _ => None,
    });
    let mut names: BTreeSet<String> = depends_on.iter().chain(outputs).cloned().collect();
    if let Some(when) = when {
        for step in progress::looked_at_or_asked(when) {
            names.remove(&step);
        }
    }
    names.into_iter().collect()
}

fn reads(found: &[Found], plan: &Plan) -> StepReads {
    let reads = Reads::new(found);
    let (mut outputs, mut answers) = (BTreeSet::new(), BTreeSet::new());
    for one in found {
        match &one.reference {
            Reference::Output { step } => outputs.insert(step.clone()),
            Reference::Answer { step, .. } => answers.insert(step.clone()),
            _ => false,
        };
    }
    // Nobody answers any other step, however well it ends.
    let approvals = plan
        .steps
        .iter()
        .filter(|one| one.kind == StepKind::Approval);
    let approvals: BTreeSet<_> = approvals.map(|one| &one.name).collect();
    answers.retain(|step| approvals.contains(step));
    StepReads {
        connections: reads.connections,
        secrets: reads.secrets,
        parameters: reads.parameters,
        outputs: outputs.into_iter().collect(),
        answers: answers.into_iter().collect(),
        dynamic: found
            .iter()
            .any(|one| matches!(one.reference, Reference::Dynamic(_))),
    }
}
