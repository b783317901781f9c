//! Who uses what: looks up every reference of every step and trigger.

use super::names::Names;
use super::parameter::Parameter;
use super::possible::Possible;
use super::step::StepReading;
use super::trigger::TriggerReading;
use super::unused;
use crate::code::Code;
use crate::diagnostic::{Severity, shown};
use crate::findings::Findings;
use crate::order::Edge;
use crate::plan::{Plan, PlanStep, PlanTrigger, Reads};
use crate::reference::{Found, Kind, Reference, Walker};
use crate::repair::Repair;
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
    locals: Option<NodeId>,
    findings: &mut Findings<'_>,
) -> Uses {
    let mut plan = Plan::default();
    let mut reader = Reader {
        walker: Walker::new(tree),
        gathering: Gathering::default(),
        possible: Possible::default(),
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
    if names.are_all_known() {
        unused::parameters(&reader.gathering, reader.findings);
        if let Some(locals) = locals {
            unused::secrets(tree, locals, &reader.walker, reader.findings);
        }
    }
    Uses {
        plan,
        requirements: reader.gathering.finish(),
    }
}

struct Reader<'a, 't, 'f, 'p> {
    walker: Walker<'a, 't>,
    gathering: Gathering,
    possible: Possible,
    names: &'a Names<'a>,
    findings: &'f mut Findings<'p>,
}

impl Reader<'_, '_, '_, '_> {
    fn step(&mut self, one: &mut StepReading) -> Option<PlanStep> {
        let own = &one.step.name;
        for edge in &one.edges {
            let rename = |found: &str| Some(Repair::rename(edge.span, found));
            self.names
                .check_step(&edge.to, edge.span, false, own, rename, self.findings);
        }
        let found = self.look(&one.values, one.spec, User::Step(&one.step.name));
        wait(one, &found, self.findings);
        // Where something copes with a step that there is not, nobody may wait for it.
        let edges = one.edges.iter().map(|edge| &edge.to);
        let there = edges.filter(|to| self.names.may_be_step(to));
        let mut needs: Vec<_> = there.cloned().collect();
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
        let found = self.look(&one.values, None, User::Trigger(&one.trigger.name));
        if one.trigger.kind == "schedule" {
            for event in found.iter().filter(|one| one.reference == Reference::Event) {
                self.findings.warning(
                    Code::OutOfPlace,
                    event.span,
                    "a schedule brings no data along; write the value out, or use another type of \
                     trigger",
                );
            }
        }
        for (name, span) in &one.bound {
            let rename = |found: &str| Some(Repair::rename(*span, found));
            self.names
                .check_parameter(name, *span, rename, self.findings);
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

    /// Every reference in the values, noted down for their user. `spec` is asked for in parts.
    fn look(&mut self, values: &[NodeId], spec: Option<NodeId>, user: User<'_>) -> Vec<Found> {
        let mut found = Vec::new();
        for value in values {
            let trigger = matches!(user, User::Trigger(_));
            self.walker.enter(trigger, spec == Some(*value));
            self.walker.walk(*value, self.findings, &mut found);
        }
        for one in &found {
            self.gathering.add(one, user, self.findings);
            self.possible.check(one, severity(user), self.findings);
            check(one, user, self.names, self.findings);
            check_room(one, user, self.findings);
        }
        found
    }
}

/// How grave it is that something is wrong there: without a trigger runs can still be started.
fn severity(user: User<'_>) -> Severity {
    match user {
        User::Step(_) => Severity::Error,
        User::Trigger(_) => Severity::Warning,
    }
}

/// Whether what is referred to exists, as far as the text can tell.
fn check(found: &Found, user: User<'_>, names: &Names<'_>, findings: &mut Findings<'_>) {
    let (User::Step(own) | User::Trigger(own)) = user;
    match &found.reference {
        // No trigger sees any step; that is said elsewhere.
        Reference::Output { .. } | Reference::Status { .. } | Reference::Answer { .. }
            if matches!(user, User::Trigger(_)) => {}
        Reference::Parameter { name } => {
            let rename = |name: &str| found.rename(name);
            names.check_parameter(name, found.span, rename, findings);
        }
        Reference::Output { step } | Reference::Status { step } => {
            let rename = |name: &str| found.rename(name);
            names.check_step(step, found.span, found.guarded, own, rename, findings);
        }
        Reference::Answer { step, name } => {
            let rename = |name: &str| found.rename(name);
            names.check_step(step, found.span, found.guarded, own, rename, findings);
            let rename = |name: &str| found.named[1]?.rename(name);
            names.check_answer(step, name.as_deref(), found.span, rename, findings);
        }
        Reference::Connection { type_name, .. } if model::connection_type(type_name).is_none() => {
            let known = model::connection_types().iter().map(|known| known.name);
            let guess = findings.guess(type_name, known);
            let guess = guess.or("; use a secret instead");
            findings.add(
                Severity::Warning,
                Code::UnknownConnectionType,
                found.span,
                format_args!("there is no type of connection {}{guess}", shown(type_name)),
                guess.found.and_then(|name| found.rename(name)),
            );
        }
        Reference::Dynamic(kind) => computed(*kind, found, user, findings),
        Reference::Connection { .. } | Reference::Secret { .. } | Reference::Event => {}
    }
}

/// A reference without a name: nobody can prepare for it.
fn computed(kind: Kind, found: &Found, user: User<'_>, findings: &mut Findings<'_>) {
    let secret = matches!(kind, Kind::Connection | Kind::Secret);
    if found.whole && secret {
        let severity = if found.guarded {
            Severity::Warning
        } else {
            severity(user)
        };
        return findings.add(
            severity,
            Code::WholeRoot,
            found.span,
            "all secrets or connections at once are never given to a step; name the one it needs",
            None,
        );
    }
    if found.whole {
        return;
    }
    let severity = if secret {
        Severity::Warning
    } else {
        Severity::Info
    };
    let cure = match kind {
        Kind::Connection | Kind::Secret => {
            "a step is only given what its text names; write the name out"
        }
        Kind::Parameter => "nobody can check beforehand that there is such a parameter",
        Kind::Output | Kind::Step | Kind::Answer => "name the steps it may mean under `dependsOn`",
    };
    findings.add(
        severity,
        Code::DynamicReference,
        found.span,
        format_args!(
            "which {} this is shows only at run time: {cure}",
            kind.as_str()
        ),
        None,
    );
}

/// Whether what is referred to exists where the reference stands.
fn check_room(found: &Found, user: User<'_>, findings: &mut Findings<'_>) {
    let message = match (&found.reference, user) {
        (Reference::Event, User::Step(_)) => {
            "only triggers see the data of an event; bind it to a parameter under \
             `binding.parameters` and use that"
        }
        (
            Reference::Output { .. } | Reference::Status { .. } | Reference::Answer { .. },
            User::Trigger(_),
        ) => "a trigger fires before any step has run, so there is nothing to refer to",
        _ => return,
    };
    if matches!(user, User::Step(_)) && !found.guarded {
        findings.error(Code::OutOfPlace, found.span, message);
    } else {
        findings.warning(Code::OutOfPlace, found.span, message);
    }
}

/// A step waits for every step whose outputs, state or answer it refers to.
fn wait(one: &mut StepReading, found: &[Found], findings: &mut Findings<'_>) {
    for found in found {
        let (Reference::Output { step }
        | Reference::Status { step }
        | Reference::Answer { step, .. }) = &found.reference
        else {
            continue;
        };
        if *step == one.step.name {
            findings.error(
                Code::SelfDependency,
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
