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
fn what_only_a_warning_was_given_for_keeps_no_step_waiting() {
    for (step, starts) in [
        ("when: '${coalesce(outputs.nope.x, true)}'", true),
        ("when: '${coalesce(outputs.nope.x, false)}'", false),
        ("when: '${coalesce(steps.nope.failed, true)}'", true),
        ("when: !Fn.coalesce [!Answer [nope, approval], true]", true),
        ("spec: {x: '${coalesce(outputs.nope.x, 1)}'}", true),
    ] {
        let decision = decided(&format!("- {{name: b, image: i, {step}}}"), &[]);
        assert_eq!(decision == Decision::Start, starts, "{step}: {decision:?}");
        assert_ne!(decision, Decision::Wait, "{step}");
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
}

#[test]
fn the_first_condition_that_is_not_true_decides() {
    let fate = |when: &str| match decided(&format!("- {{name: b, image: i, when: {when}}}"), &[]) {
        Decision::Start => "starts".to_owned(),
        Decision::Skip(_) => "is skipped".to_owned(),
        Decision::Fail(_) => "fails".to_owned(),
        other => format!("{other:?}"),
    };
    for (when, expected) in [
        ("['${parameters.word}', '${parameters.no}']", "fails"),
        ("[true, '${parameters.word}', false]", "fails"),
        ("['${parameters.no}', '${parameters.word}']", "is skipped"),
        // Whatever is missing elsewhere.
        ("['${parameters.no}', '${secrets.gone == 1}']", "is skipped"),
        ("['${secrets.gone == 1}', '${parameters.no}']", "is skipped"),
        (
            "['${parameters.word}', '${secrets.gone == 1}', '${parameters.no}']",
            "is skipped",
        ),
        ("['${parameters.word}', '${secrets.gone == 1}']", "fails"),
        ("[]", "starts"),
    ] {
        assert_eq!(fate(when), expected, "{when}");
    }
}

const ASK: &str = "- {name: ask, type: approval}\n";

#[test]
fn an_answer_is_waited_for() {
    for step in [
        "- {name: b, image: i, when: !Fn.equals [!Answer [ask, approval], approved]}",
        "- {name: b, image: i, when: {$fn.equals: [{$type: Answer, askRef: ask, name: approval}, approved]}}",
        "- {name: b, image: i, env: {X: !Answer {askRef: ask, name: approval}}}",
    ] {
        let steps = format!("{ASK}{step}");
        let states = [("ask", StepState::WaitingForApproval)];
        assert_eq!(decided(&steps, &states), Decision::Wait, "{step}");
        let Ok(workflow) = runnable(&format!("steps:\n{steps}")) else {
            panic!("it cannot run: {steps}");
        };
        let step = &workflow.steps[1];
        assert_eq!(step.needs, ["ask"]);
        assert_eq!(step.reads.answers, ["ask"]);
        assert!(step.must_succeed.is_empty());
    }
}

#[test]
fn an_answer_that_was_looked_at_replaces_the_success() {
    let with = |when: &str| {
        let text = format!("steps:\n{ASK}- {{name: b, image: i, dependsOn: ask, when: {when}}}\n");
        let workflow = runnable(&text).ok()?;
        Some(workflow.steps[1].must_succeed.clone())
    };
    let asked = with("!Fn.equals [!Answer [ask, approval], rejected]");
    assert_eq!(asked.as_deref(), Some(&[][..]));
    assert_eq!(with("true"), Some(vec!["ask".to_owned()]));
}

#[test]
fn an_answer_that_never_came_says_why() {
    let steps = format!(
        "{ASK}- {{name: b, image: i, when: !Fn.equals [!Answer [ask, approval], approved]}}"
    );
    for (state, expected) in [
        (StepState::Skipped, "the step `ask` was skipped"),
        (StepState::Cancelled, "the step `ask` was stopped"),
    ] {
        assert_eq!(
            decided(&steps, &[("ask", state)]),
            Decision::Skip(expected.into())
        );
    }
    for (answer, expected) in [
        ("!Answer [ask, other]", "other than `approval`"),
        ("!Answer [a, approval]", "something that is no approval"),
    ] {
        let steps =
            format!("{A}{ASK}- {{name: b, image: i, when: !Fn.equals [{answer}, approved]}}");
        let states = [("a", StepState::Succeeded), ("ask", StepState::Succeeded)];
        match decided(&steps, &states) {
            Decision::Fail(sentence) => assert!(sentence.contains(expected), "{sentence}"),
            other => panic!("{answer}: {other:?}"),
        }
    }
    for (state, name, expected) in [
        (StepState::Succeeded, "approval", Some("approved")),
        (StepState::Rejected, "approval", Some("rejected")),
        (StepState::WaitingForApproval, "approval", None),
        (StepState::Skipped, "approval", None),
        (StepState::Succeeded, "other", None),
    ] {
        assert_eq!(language::answer(state, name), expected, "{state} {name}");
    }
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
