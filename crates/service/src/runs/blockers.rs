//! What stands in the way of a run: one sentence for each reason.

use language::{Document, Setup, Severity, Step, StepKind};
use model::{RequirementState, WorkflowName};

use super::Blocker;
use crate::listing::names;

/// What a run of this text would be kept from by the text itself; nothing else is worth saying then.
pub(super) fn of_text(workflow: &WorkflowName, document: Option<&Document>) -> Option<Blocker> {
    let sentence = match document {
        None => "This workflow has no text yet. Write one, save it, and then run it.".to_owned(),
        Some(document) => {
            let mut errors = document
                .diagnostics
                .iter()
                .filter(|one| one.severity == Severity::Error);
            let first = errors.next();
            if first.is_none() && document.readable {
                return None;
            }
            let about = first.map_or_else(String::new, |first| {
                format!(" Line {}: {}.", first.place.line, first.message)
            });
            match errors.count() {
                0 => format!("The text has an error. Correct it and save, then run it.{about}"),
                more => format!(
                    "The text has {} errors. Correct them and save, then run it.{about}",
                    more + 1
                ),
            }
        }
    };
    Some(Blocker {
        sentence,
        link: Some((
            format!("/workflows/{workflow}"),
            format!("Open the workflow {workflow}"),
        )),
    })
}

/// The connections and secrets that steps need and that are not there. What only a trigger needs
/// keeps nobody from running it by hand.
pub(super) fn of_setup(workflow: &WorkflowName, setup: &Setup) -> Vec<Blocker> {
    let for_a_run =
        |steps: &[String], triggers: &[String]| !steps.is_empty() || triggers.is_empty();
    let connections = setup
        .connections
        .iter()
        .filter(|one| one.state.blocks() && for_a_run(&one.steps, &one.triggers));
    let connections = connections.map(|one| {
        let full = format!("{} / {}", one.type_name, one.name);
        let wrong = match (&one.held_type, one.state) {
            (_, RequirementState::NoPermission) => {
                format!("This workflow may not use the connection {full}.")
            }
            (Some(held), _) => format!(
                "There is no connection {full}: the one called {} is of type {held}.",
                one.name
            ),
            (None, _) => format!("There is no connection {full}."),
        };
        let link = match (&one.id, one.state) {
            (Some(id), RequirementState::NoPermission) => (
                format!("/connections/{id}/grants"),
                format!("See who may use {full}"),
            ),
            _ => (
                format!(
                    "/connections/new?type={}&name={}",
                    encoded(&one.type_name),
                    encoded(&one.name)
                ),
                format!("Add connection {full}"),
            ),
        };
        Blocker {
            sentence: format!("{wrong}{}", needed_by(&one.steps)),
            link: Some(link),
        }
    });
    let secrets = setup
        .secrets
        .iter()
        .filter(|one| one.state.blocks() && for_a_run(&one.steps, &one.triggers));
    let secrets = secrets.map(|one| Blocker {
        sentence: format!(
            "This workflow has no secret {}.{}",
            one.name,
            needed_by(&one.steps)
        ),
        link: Some((
            format!(
                "/workflows/{workflow}/secrets/new?name={}",
                encoded(&one.name)
            ),
            format!("Add secret {}", one.name),
        )),
    });
    connections.chain(secrets).collect()
}

/// What runs steps, as the rows of the engines tell.
pub(super) enum Runners {
    /// Something runs processes.
    Processes,
    /// There are engines and none runs anything, for this reason.
    None(String),
    /// There is no engine.
    NoEngine,
}

/// Whether anything runs the steps of this text. Approvals need no runner.
pub(super) fn of_runners(steps: &[Step], runners: &Runners) -> Option<Blocker> {
    let containers = || steps.iter().filter(|step| step.kind == StepKind::Container);
    let sentence = match runners {
        Runners::NoEngine => {
            "No server of this installation runs steps at the moment. Start one with relay serve."
                .to_owned()
        }
        Runners::None(_) if containers().next().is_none() => return None,
        Runners::None(reason) => format!("This installation cannot run steps: {reason}."),
        Runners::Processes => {
            let bare: Vec<_> = containers()
                .filter(|step| !carries_something(step))
                .map(|step| step.name.as_str())
                .collect();
            let (first, has, it) = match bare.as_slice() {
                [] => return None,
                [_] => ("The step", "has", "it"),
                _ => ("The steps", "have", "them"),
            };
            format!(
                "{first} {} {has} only an image, and nothing here runs containers. Give {it} \
                 `input`, `inputFile` or `command`, which run as a process.",
                names(&bare)
            )
        }
    };
    Some(Blocker {
        sentence,
        link: None,
    })
}

/// Whether a step has something that runs without its image.
fn carries_something(step: &Step) -> bool {
    !step.input.is_empty() || step.input_file.is_some() || step.command.is_some()
}

fn needed_by(steps: &[String]) -> String {
    let steps: Vec<_> = steps.iter().map(String::as_str).collect();
    match steps.as_slice() {
        [] => String::new(),
        [only] => format!(" The step {only} needs it."),
        several => format!(" The steps {} need it.", names(several)),
    }
}

fn encoded(name: &str) -> String {
    form_urlencoded::byte_serialize(name.as_bytes()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "\
steps:
- {name: a, image: i, spec: {x: !Connection {type: aws, name: my/account}}}
- {name: b, image: i, command: ls, spec: {x: !Secret token}}
- {name: c, type: approval}
- {name: d, image: i, args: [x]}
triggers:
- name: hook
  source: {type: webhook, image: t}
  binding: {parameters: {x: !Secret only-of-the-trigger}}
";

    fn name() -> WorkflowName {
        "w".parse().unwrap()
    }

    #[test]
    fn each_missing_requirement_has_its_link() {
        let document = language::read(TEXT);
        let setup = language::compare(&document.requirements, &model::Holdings::default());
        let blockers = of_setup(&name(), &setup);
        let shown: Vec<_> = blockers
            .iter()
            .map(|one| (one.sentence.as_str(), one.link.as_ref().unwrap().0.as_str()))
            .collect();
        assert_eq!(
            shown,
            [
                (
                    "There is no connection aws / my/account. The step a needs it.",
                    "/connections/new?type=aws&name=my%2Faccount"
                ),
                (
                    "This workflow has no secret token. The step b needs it.",
                    "/workflows/w/secrets/new?name=token"
                ),
            ]
        );
    }

    #[test]
    fn steps_that_are_only_an_image_are_named() {
        let document = language::read(TEXT);
        let refused = of_runners(&document.steps, &Runners::Processes).unwrap();
        assert_eq!(
            refused.sentence,
            "The steps a and d have only an image, and nothing here runs containers. Give them \
             `input`, `inputFile` or `command`, which run as a process."
        );
        let refused = of_runners(&document.steps, &Runners::None("no bwrap".into())).unwrap();
        assert!(
            refused.sentence.contains("no bwrap"),
            "{}",
            refused.sentence
        );
        let approvals = &document.steps[2..3];
        assert!(of_runners(approvals, &Runners::None("no bwrap".into())).is_none());
        assert!(of_runners(approvals, &Runners::NoEngine).is_some());
        assert!(of_runners(&document.steps[1..3], &Runners::Processes).is_none());
    }

    #[test]
    fn a_text_with_errors_says_so() {
        assert!(of_text(&name(), Some(&language::read(TEXT))).is_none());
        assert!(of_text(&name(), None).is_some());
        let broken = language::read("steps:\n- {name: a, dependsOn: a, image: i}\n- {image: i}\n");
        let refused = of_text(&name(), Some(&broken)).unwrap();
        assert!(
            refused.sentence.starts_with("The text has 2 errors.")
                && refused.sentence.contains("Line 2:"),
            "{}",
            refused.sentence
        );
        assert_eq!(refused.link.unwrap().0, "/workflows/w");
        let unreadable = of_text(&name(), Some(&language::read("steps: ["))).unwrap();
        assert!(
            unreadable.sentence.contains("has an error"),
            "{}",
            unreadable.sentence
        );
    }

    #[test]
    fn a_trigger_that_cannot_fire_blocks_nothing() {
        let trigger = "{name: t, source: {type: schedule, schedule: nightly}, when: sometimes}";
        let text = format!("steps:\n- {{name: a, image: i}}\ntriggers:\n- {trigger}\n");
        assert!(of_text(&name(), Some(&language::read(&text))).is_none());
    }
}
