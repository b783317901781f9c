//! Workflow texts: whether the format's schema takes them, and as what they are read. Of triggers
//! the name and the source are compared; nothing evaluates their bindings and conditions yet.

use language::{Diagnostic, Document, RunnableStep, Severity, StepKind, read, runnable};
use serde_json::{Map, Value as Json, json};

use crate::case::{Verdict, expected};
use crate::values::{Order, same, value};

/// Only warnings here, since a run is possible, but the schema refuses what they are about.
const SCHEMA: [&str; 4] = ["empty_value", "key_not_text", "wrong_type", "wrong_uri"];

/// Errors here, since a run is impossible, but no schema sees what they are about.
const MEANING: [&str; 14] = [
    "dependency_cycle",
    "duplicate_step",
    "impossible_name",
    "out_of_place",
    "self_dependency",
    "template_syntax",
    "unknown_function",
    "unknown_root",
    "unknown_step",
    "unquoted_template",
    "when_not_boolean",
    "whole_root",
    "wrong_arguments",
    "wrong_image",
];

pub(crate) fn check(case: &Json) -> Verdict {
    let text = case["yaml"].as_str().unwrap_or_default();
    let document = read(text);
    let errors: Vec<_> = document
        .diagnostics
        .iter()
        .filter(|one| against_schema(one))
        .map(|one| one.code)
        .collect();
    let acceptable = document.readable && errors.is_empty();
    let decoded = acceptable.then(|| decoded(text, &document));
    let got = json!({"acceptable": acceptable, "errors": errors, "decoded": decoded});
    let Some(expect) = expected(case) else {
        return Verdict::Passed;
    };
    let wanted = expect["schema_valid"] == true && expect.get("decode_error").is_none();
    let fits = match &decoded {
        Some(decoded) => wanted && expect.get("decoded").is_none_or(|one| fits(one, decoded)),
        None => !wanted,
    };
    Verdict::of(fits, expect, got)
}

fn against_schema(one: &Diagnostic) -> bool {
    if one.severity == Severity::Error {
        !MEANING.contains(&one.code)
    } else {
        SCHEMA.contains(&one.code)
    }
}

/// Whether every part that was read is the expected one. What is no part of `got` is not compared.
fn fits(expect: &Json, got: &Json) -> bool {
    got.as_object().into_iter().flatten().all(|(name, got)| {
        let mut wanted = expect[name].clone();
        if name == "steps" {
            for step in wanted.as_array_mut().into_iter().flatten() {
                // No line and no lines are the same script.
                if let Some(step) = step.as_object_mut() {
                    step.retain(|_, value| *value != json!([]));
                }
            }
        }
        if name == "triggers" {
            for trigger in wanted.as_array_mut().into_iter().flatten() {
                if let Some(trigger) = trigger.as_object_mut() {
                    trigger.retain(|name, _| name == "name" || name == "source");
                }
                if let Some(source) = trigger["source"].as_object_mut() {
                    source.remove("schema");
                }
            }
        }
        same(&wanted, &value(got), Order::Matters)
    })
}

fn decoded(text: &str, document: &Document) -> Json {
    let steps = match runnable(text) {
        Ok(runnable) => Some(runnable.steps.iter().map(step).collect()),
        // What cannot run is not read any further; then the verdict of the schema is all.
        Err(refused) if refused.has_errors() => None,
        Err(_) => Some(vec![json!("refused without an error")]),
    };
    let parameters: Map<_, _> = document
        .parameters
        .iter()
        .map(|parameter| {
            let mut body = Map::new();
            put(&mut body, "description", parameter.description.as_ref());
            put(&mut body, "type", parameter.type_name.as_ref());
            if let Some(default) = &parameter.default {
                let default = serde_json::from_str(default).unwrap_or_default();
                body.insert("default".to_owned(), default);
            }
            (parameter.name.clone(), Json::Object(body))
        })
        .collect();
    let triggers: Vec<_> = document
        .triggers
        .iter()
        .map(|trigger| {
            let mut source = Map::new();
            put(&mut source, "type", Some(&trigger.kind));
            put(&mut source, "schedule", trigger.schedule.as_ref());
            put(&mut source, "image", trigger.image.as_ref());
            json!({"name": trigger.name, "source": source})
        })
        .collect();
    let mut decoded = json!({
        "name": document.name.clone().unwrap_or_default(),
        "description": document.description.clone().unwrap_or_default(),
        "parameters": parameters,
        "triggers": triggers,
    });
    if let Some(steps) = steps {
        decoded["steps"] = Json::Array(steps);
    }
    decoded
}

fn put(map: &mut Map<String, Json>, name: &str, text: Option<&String>) {
    if let Some(text) = text {
        map.insert(name.to_owned(), json!(text));
    }
}

fn step(step: &RunnableStep) -> Json {
    let mut map = Map::new();
    let depends_on = (!step.depends_on.is_empty()).then_some(&step.depends_on);
    map.insert("dependsOn".to_owned(), json!(depends_on));
    put(&mut map, "name", Some(&step.name));
    put(&mut map, "type", Some(&step.kind.as_str().to_owned()));
    put(&mut map, "image", step.image.as_ref());
    put(&mut map, "command", step.command.as_ref());
    put(&mut map, "inputFile", step.input_file.as_ref());
    for (name, list) in [("input", &step.input), ("args", &step.args)] {
        if !list.is_empty() {
            map.insert(name.to_owned(), json!(list));
        }
    }
    let written = [
        ("spec", &step.spec),
        ("env", &step.env),
        ("when", &step.when),
    ];
    for (name, expression) in written {
        if let Some(expression) = expression {
            map.insert(name.to_owned(), expression.written().to_wire());
        }
    }
    if step.kind == StepKind::Approval {
        // The original wrote its question into the condition.
        let asked = json!({"$fn.equals": [
            {"$type": "Answer", "askRef": step.name, "name": "approval"},
            "approved",
        ]});
        let mut conditions = vec![asked];
        match map.remove("when") {
            Some(Json::Array(own)) => conditions.extend(own),
            own => conditions.extend(own),
        }
        map.insert("when".to_owned(), json!(conditions));
    }
    Json::Object(map)
}
