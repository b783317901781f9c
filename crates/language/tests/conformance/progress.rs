//! States of steps and runs, and the conditions of steps.

use language::{
    Condition, StatusProperty, StepRecord, WhenStatus, effective_when, run_conditions,
    step_conditions,
};
use serde_json::{Value as Json, json};

use crate::case::Verdict;
use crate::values::{shown, value};

pub(crate) fn check(case: &Json) -> Verdict {
    let got = match case["kind"].as_str().unwrap_or_default() {
        "step_status" => step(case),
        "run_status" => run(case),
        _ => return when(case),
    };
    let expect = case.get("safe_expect").unwrap_or(&case["expect"]);
    Verdict::of(*expect == got, expect, got)
}

fn step(case: &Json) -> Json {
    let record = StepRecord {
        when: case["when_condition_status"]
            .as_str()
            .map(|word| word.parse().unwrap_or(WhenStatus::Unknown)),
        exit_code: case["exit_code"].as_i64(),
    };
    let property = |property| match record.property(property) {
        Some(known) => json!(known),
        None => json!("unresolved"),
    };
    let [completed, skipped, succeeded] = step_conditions(record);
    let reason = record.when.unwrap_or(WhenStatus::Unknown);
    json!({
        "properties": {
            "failed": property(StatusProperty::Failed),
            "skipped": property(StatusProperty::Skipped),
            "succeeded": property(StatusProperty::Succeeded),
        },
        "conditions": {
            "Completed": {"status": completed.as_str()},
            "Skipped": {"status": skipped.as_str(), "reason": reason.as_str()},
            "Succeeded": {"status": succeeded.as_str()},
        },
    })
}

fn run(case: &Json) -> Json {
    let condition = |step: &Json, name: &str| match step[name].as_str() {
        Some("True") => Condition::True,
        Some("False") => Condition::False,
        _ => Condition::Unknown,
    };
    let steps: Vec<_> = case["steps"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|step| ["Completed", "Skipped", "Succeeded"].map(|name| condition(step, name)))
        .collect();
    let [cancelled, completed, succeeded] =
        run_conditions(&steps, case["cancel_requested"] == true);
    json!({"conditions": {
        "Cancelled": cancelled.as_str(),
        "Completed": completed.as_str(),
        "Succeeded": succeeded.as_str(),
    }})
}

fn when(case: &Json) -> Verdict {
    let depends_on: Vec<_> = case["dependsOn"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Json::as_str)
        .map(str::to_owned)
        .collect();
    let own = case.get("when").filter(|when| !when.is_null()).map(value);
    let got: Vec<_> = effective_when(own.as_ref(), &depends_on)
        .iter()
        .map(shown)
        .collect();
    let sorted = |list: &[Json]| {
        let mut words: Vec<_> = list.iter().map(Json::to_string).collect();
        words.sort();
        words
    };
    let fits = |expect: &Json| {
        let list = |name: &str| expect[name].as_array().cloned().unwrap_or_default();
        let own = list("when");
        got.get(..own.len()) == Some(&own[..])
            && sorted(&got[own.len()..]) == sorted(&list("plus_unordered"))
    };
    let passed = match crate::case::expected(case) {
        Some(expect) => fits(expect),
        None => !fits(&case["expect"]),
    };
    Verdict::of(passed, &case["expect"], json!(got))
}
