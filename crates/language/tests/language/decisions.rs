//! Whether a step may start.

use std::collections::HashMap;

use language::{Decision, Reference, StatusProperty, decide, runnable, step_status};
use model::StepState;
use serde_json::json;

use super::evaluation::Known;

/// What is decided about the last step of the workflow, with the others in these states.
fn decided(steps: &str, states: &[(&str, StepState)]) -> Decision {
    let text = format!("parameters: {{go: {{}}}}\nsteps:\n{steps}");
    let Ok(workflow) = runnable(&text) else {
        panic!("it cannot run: {text}");
    };
    let states: HashMap<_, _> = states.iter().copied().collect();
    let env = Known::new(json!({
        "parameters": {"go": true, "no": false, "word": "yes"},
        "outputs": {"a": {"ids": [1]}},
    }));
    let state_of = |name: &str| states.get(name).copied();
    match workflow.steps.last() {
        Some(step) => decide(step, &state_of, &env),
        None => panic!("there is no step: {text}"),
    }
}

const A: &str = "- {name: a, image: i}\n";

#[test]
fn steps_wait_for_what_they_need() {
    for step in [
        "- {name: b, image: i, dependsOn: a}",
        "- {name: b, image: i, spec: {x: !Output [a, ids]}}",
        "- {name: b, image: i, when: '${steps.a.failed}'}",
    ] {
        let steps = format!("{A}{step}");
        for state in [StepState::Queued, StepState::Running, StepState::Waiting] {
            assert_eq!(decided(&steps, &[("a", state)]), Decision::Wait, "{step}");
        }
    }
    assert_eq!(decided(A, &[]), Decision::Start);
    let steps = format!("{A}- {{name: b, type: approval, dependsOn: a}}");
    assert_eq!(
        decided(&steps, &[("a", StepState::Succeeded)]),
        Decision::AskApproval
    );
}

#[test]
fn steps_follow_success_unless_they_look_for_themselves() {
    let skipped = |decision| matches!(decision, Decision::Skip(_));
    for (step, failed, succeeded) in [
        ("dependsOn: a", false, true),
        ("spec: {x: !Output [a, ids]}", false, true),
        ("spec: {x: '${coalesce(outputs.a.ids, 1)}'}", true, true),
        ("dependsOn: a, when: '${steps.a.failed}'", true, false),
        (
            "dependsOn: a, when: ['${steps.a.failed || steps.a.succeeded}']",
            true,
            true,
        ),
        ("dependsOn: a, when: '${parameters.go}'", false, true),
        ("dependsOn: a, when: '${parameters.no}'", false, false),
    ] {
        let steps = format!("{A}- {{name: b, image: i, {step}}}");
        for (state, starts) in [
            (StepState::Failed, failed),
            (StepState::TimedOut, failed),
            (StepState::Succeeded, succeeded),
        ] {
            let decision = decided(&steps, &[("a", state)]);
            assert_eq!(
                decision == Decision::Start,
                starts,
                "{step} {state}: {decision:?}"
            );
            assert_eq!(skipped(decision), !starts, "{step} {state}");
        }
    }
}

#[test]
fn a_broken_condition_is_a_failure_and_says_why() {
    for (when, expected) in [
        ("'${parameters.word}'", "neither true nor false, but text"),
        ("'${parameters.go.x}'", "cannot be evaluated"),
        ("'${secrets.gone == 1}'", "needs the secret `gone`"),
        (
            "'${outputs.a.other == 1}'",
            "needs an output of the step `a`",
        ),
        (
            "'${parameters[parameters.word]}'",
            "whose name only a run works out",
        ),
    ] {
        let steps = format!("{A}- {{name: b, image: i, dependsOn: a, when: {when}}}");
        match decided(&steps, &[("a", StepState::Succeeded)]) {
            Decision::Fail(sentence) => assert!(sentence.contains(expected), "{sentence}"),
            other => panic!("{when}: {other:?}"),
        }
    }
    // The first condition that does not hold settles it, whatever is missing elsewhere.
    let steps = "- {name: b, image: i, when: ['${parameters.no}', '${secrets.gone == 1}']}";
    assert!(matches!(decided(steps, &[]), Decision::Skip(_)));
}

#[test]
fn an_output_of_a_step_that_never_ran_skips() {
    let steps = format!(
        "{A}- {{name: b, image: i, when: ['${{!steps.a.succeeded}}', '${{outputs.a.x == 1}}']}}"
    );
    let decision = decided(&steps, &[("a", StepState::Skipped)]);
    assert_eq!(decision, Decision::Skip("the step `a` was skipped".into()));
}

#[test]
fn references_are_wanted_by_name() {
    let wanted = Decision::Wanted(vec![Reference::Secret { name: "s".into() }]);
    assert_ne!(wanted, Decision::Wait);
    let skipped = |state| step_status(state, StatusProperty::Skipped);
    assert_eq!(skipped(StepState::Rejected), Some(true));
    assert_eq!(skipped(StepState::Running), None);
    assert_eq!(
        step_status(StepState::Interrupted, StatusProperty::Failed),
        Some(true)
    );
}
