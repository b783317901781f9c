//! Who uses what: looks up every reference of every step and trigger.

use super::names::Names;
use super::parameter::Parameter;
use super::step::StepReading;
use super::trigger::TriggerReading;
use crate::diagnostic::{Findings, shown};
use crate::order::Edge;
use crate::plan::{Plan, PlanStep, PlanTrigger, Reads};
use crate::reference::{Found, Reference, Walker};
use crate::requirement::{Gathering, Requirements, User};
use crate::tree::{NodeId, Tree};

/// What was found.
pub(super) struct Uses {
    pub(super) plan: Plan,
    pub(super) requirements: Requirements,
}

/// Reads the values of steps and triggers. Steps learn what they wait for implicitly.
pub(super) fn read(
    tree: &Tree<'_>,
    names: &Names<'_>,
    parameters: &[Parameter],
    steps: &mut [StepReading],
    triggers: &[TriggerReading],
    findings: &mut Findings<'_>,
) -> Uses {
    let mut plan = Plan::default();
    let mut reader = Reader {
        walker: Walker::new(tree),
        gathering: Gathering::default(),
        names,
        findings,
    };
    for one in parameters {
        let required = one.default.is_none();
        reader.gathering.declare(&one.name, required, one.place);
    }
    for one in steps {
        plan.steps.extend(reader.step(one));
    }
    for one in triggers {
        plan.triggers.extend(reader.trigger(one));
    }
    Uses {
        plan,
        requirements: reader.gathering.finish(),
    }
}

struct Reader<'a, 't, 'f, 'p> {
    walker: Walker<'a, 't>,
    gathering: Gathering,
    names: &'a Names<'a>,
    findings: &'f mut Findings<'p>,
}

impl Reader<'_, '_, '_, '_> {
    fn step(&mut self, one: &mut StepReading) -> Option<PlanStep> {
        for edge in &one.edges {
            self.names
                .check_step(&edge.to, edge.span, false, self.findings);
        }
        let found = self.look(&one.values, User::Step(&one.step.name));
        wait(one, &found, self.findings);
        let mut needs: Vec<_> = one.edges.iter().map(|edge| edge.to.clone()).collect();
        needs.sort_unstable();
        needs.dedup();
        let reads = Reads::new(&found);
        (!one.step.name.is_empty()).then(|| PlanStep {
            name: one.step.name.clone(),
            kind: one.step.kind,
            needs,
            connections: reads.connections,
            secrets: reads.secrets,
            parameters: reads.parameters,
        })
    }

    fn trigger(&mut self, one: &TriggerReading) -> Option<PlanTrigger> {
        let found = self.look(&one.values, User::Trigger(&one.trigger.name));
        for (name, span) in &one.bound {
            self.names.check_parameter(name, *span, self.findings);
        }
        let reads = Reads::new(&found);
        (!one.trigger.name.is_empty()).then(|| PlanTrigger {
            name: one.trigger.name.clone(),
            kind: one.trigger.kind.clone(),
            connections: reads.connections,
            secrets: reads.secrets,
            parameters: reads.parameters,
        })
    }

    /// Every reference in the values, noted down for their user.
    fn look(&mut self, values: &[NodeId], user: User<'_>) -> Vec<Found> {
        let mut found = Vec::new();
        for value in values {
            self.walker.walk(*value, self.findings, &mut found);
        }
        for one in &found {
            self.gathering.add(one, user, self.findings);
            check(one, self.names, self.findings);
        }
        found
    }
}

/// Whether what is referred to exists, as far as the text can tell.
fn check(found: &Found, names: &Names<'_>, findings: &mut Findings<'_>) {
    match &found.reference {
        Reference::Parameter { name } => names.check_parameter(name, found.span, findings),
        Reference::Output { step } | Reference::Status { step } => {
            names.check_step(step, found.span, found.guarded, findings);
        }
        Reference::Connection { type_name, .. } if model::connection_type(type_name).is_none() => {
            let known = model::connection_types().iter().map(|known| known.name);
            let guess = findings.guess(type_name, known);
            let guess = if guess.is_empty() {
                "; use a secret instead".into()
            } else {
                guess
            };
            findings.warning(
                "unknown_connection_type",
                found.span,
                format_args!("there is no type of connection {}{guess}", shown(type_name)),
            );
        }
        Reference::Connection { .. } | Reference::Secret { .. } | Reference::Dynamic(_) => {}
    }
}

/// A step waits for every step whose outputs or state it refers to.
fn wait(one: &mut StepReading, found: &[Found], findings: &mut Findings<'_>) {
    for found in found {
        let (Reference::Output { step } | Reference::Status { step }) = &found.reference else {
            continue;
        };
        if *step == one.step.name {
            findings.error(
                "self_dependency",
                found.span,
                format_args!(
                    "the step {} waits for its own result; remove this",
                    shown(step)
                ),
            );
        }
        one.edges.push(Edge {
            to: step.clone(),
            span: found.span,
        });
    }
}
