//! A trigger that can never fire keeps nobody from starting a run by hand, and its fault is seen.

use language::{Severity, read, runnable};

const STEPS: &str = "steps:\n- {name: s, image: i}\n";

/// The only complaint about a workflow with this trigger.
fn complaint(trigger: &str) -> (&'static str, Severity) {
    let text = format!("{STEPS}triggers:\n- {trigger}\n");
    let document = read(&text);
    let [only] = &document.diagnostics[..] else {
        panic!("{trigger}: {:?}", document.diagnostics);
    };
    assert_eq!(
        runnable(&text).is_ok(),
        only.severity != Severity::Error,
        "{trigger}"
    );
    (only.code, only.severity)
}

#[test]
fn what_only_the_trigger_suffers_from_is_a_warning() {
    for (trigger, code) in [
        (
            "{name: t, source: {type: schedule, schedule: 0 24 * * *}}",
            "wrong_schedule",
        ),
        (
            "{name: t, source: {type: schedule, schedule: nightly}}",
            "wrong_schedule",
        ),
        (
            "{name: t, source: {type: push}, when: sometimes}",
            "when_not_boolean",
        ),
        (
            "{name: t, source: {type: push}, when: ['${event.x == 1}', 5]}",
            "when_not_boolean",
        ),
        (
            "{name: t, source: {type: push}, when: '${steps.gone.failed}'}",
            "out_of_place",
        ),
        (
            "{name: t, source: {type: push}, binding: {key: !Output [gone, x]}}",
            "out_of_place",
        ),
        (
            "{name: t, source: {type: push}, binding: {key: !Answer [s, approval]}}",
            "out_of_place",
        ),
        (
            "{name: t, source: {type: push}, binding: {key: '${secrets}'}}",
            "whole_root",
        ),
        (
            "{name: t, source: {type: webhook, image: A B}}",
            "wrong_image",
        ),
    ] {
        assert_eq!(complaint(trigger), (code, Severity::Warning), "{trigger}");
    }
}

#[test]
fn what_the_format_refuses_is_still_refused() {
    for (trigger, code) in [
        ("{name: t}", "missing_key"),
        ("{name: t, source: {type: schedule}}", "missing_key"),
        (
            "{name: t, source: {type: scheduled, schedule: 0 0 * * *}}",
            "unknown_value",
        ),
        (
            "{name: t, source: {type: push}, binding: [a]}",
            "wrong_type",
        ),
        (
            "{name: t, source: {type: push}, binding: {key: !Nothing x}}",
            "unknown_tag",
        ),
    ] {
        assert_eq!(complaint(trigger), (code, Severity::Error), "{trigger}");
    }
}

#[test]
fn the_same_in_a_step_stays_an_error() {
    for step in [
        "when: sometimes",
        "when: '${steps.gone.failed}'",
        "env: {X: '${secrets}'}",
    ] {
        let text = format!("steps:\n- {{name: s, image: i, {step}}}\n");
        assert!(read(&text).has_errors(), "{step}");
    }
}
