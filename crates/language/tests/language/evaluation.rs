//! Evaluating, with an environment that is asked for no more than it has to answer.

use std::cell::RefCell;
use std::collections::BTreeSet;

use language::{
    Environment, Evaluation, EvaluationError, Expression, Lookup, QueryLanguage, Reference,
    StatusProperty, Value,
};
use proptest::prelude::*;
use serde_json::{Value as Json, json};

/// An environment in which every value is one of a JSON document, and that remembers questions.
pub(crate) struct Known {
    values: Json,
    /// The parameters that have not been fetched yet.
    unfetched: BTreeSet<String>,
    asked: RefCell<Vec<String>>,
}

impl Known {
    pub(crate) fn new(values: Json) -> Self {
        Self {
            values,
            unfetched: BTreeSet::new(),
            asked: RefCell::default(),
        }
    }

    fn look(&self, path: &[&str]) -> Lookup {
        self.asked.borrow_mut().push(path.join("."));
        let found = path
            .iter()
            .try_fold(&self.values, |values, name| values.get(name));
        found.map_or(Lookup::Absent, |found| {
            Lookup::Found(Value::from_json(found))
        })
    }

    fn asked(&self) -> Vec<String> {
        self.asked.take()
    }
}

impl Environment for Known {
    fn parameter(&self, name: &str) -> Lookup {
        if self.unfetched.contains(name) {
            return Lookup::Wanted;
        }
        self.look(&["parameters", name])
    }

    fn output(&self, step: &str, name: &str) -> Lookup {
        self.look(&["outputs", step, name])
    }

    fn secret(&self, name: &str) -> Lookup {
        self.look(&["secrets", name])
    }

    fn connection(&self, type_name: &str, name: &str) -> Lookup {
        self.look(&["connections", type_name, name])
    }

    fn answer(&self, ask_ref: &str, name: &str) -> Lookup {
        self.look(&["answers", ask_ref, name])
    }

    fn status(&self, step: &str, property: StatusProperty) -> Lookup {
        self.look(&["steps", step, property.as_str()])
    }

    fn data(&self, name: Option<&str>) -> Option<Lookup> {
        let found = self.values.get(name.unwrap_or("data"))?;
        Some(Lookup::Found(Value::from_json(found)))
    }

    fn parameters(&self) -> Vec<String> {
        let all = self.values["parameters"].as_object();
        all.into_iter()
            .flat_map(|all| all.keys().cloned())
            .collect()
    }

    fn outputs(&self) -> Vec<(String, String)> {
        Vec::new()
    }
}

fn environment() -> Known {
    Known::new(json!({
        "parameters": {"region": "eu", "count": 12_345_678_901_i64, "trap": "${secrets.token}",
            "map": {"$type": "Secret", "name": "token"}, "names": ["a", "b"]},
        "secrets": {"token": "s3cr3t", "pem": "a\nb"},
        "connections": {"aws": {"prod": {"accessKeyID": "AK", "trap": "${secrets.token}"}}},
        "outputs": {"build": {"id": 7}},
        "steps": {"build": {"succeeded": true}},
    }))
}

pub(crate) fn evaluate(tree: &Json, env: &Known) -> Result<Evaluation, EvaluationError> {
    Expression::from_json(tree).evaluate(env)
}

fn value(tree: &Json) -> Json {
    let evaluation = match evaluate(tree, &environment()) {
        Ok(evaluation) => evaluation,
        Err(error) => panic!("{tree}: {error}"),
    };
    assert!(
        evaluation.complete(),
        "{tree}: {:?}",
        evaluation.unresolvable
    );
    evaluation.value.to_wire()
}

fn ask(language: &str, query: &str, tree: &Json, env: &Known) -> Evaluation {
    let expression = Expression::from_json(tree);
    let language: QueryLanguage = language.parse().unwrap_or_default();
    match expression.query(language, query, env) {
        Ok(evaluation) => evaluation,
        Err(error) => panic!("{query}: {error}"),
    }
}

#[test]
fn references_become_values() {
    let tree = json!({
        "region": {"$type": "Parameter", "name": "region"},
        "aws": {"$type": "Connection", "type": "aws", "name": "prod"},
        "text": "in ${parameters.region} with ${outputs.build.id + 1}",
        "count": "${parameters.count}",
        "bytes": {"$encoding": "base64", "data": "/w=="},
    });
    let expected = json!({
        "region": "eu",
        "aws": {"accessKeyID": "AK", "trap": "${secrets.token}"},
        "text": "in eu with 8",
        "count": 12_345_678_901_i64,
        "bytes": {"$encoding": "base64", "data": "/w=="},
    });
    assert_eq!(value(&tree), expected);
}

#[test]
fn a_question_looks_up_only_what_it_touches() {
    let tree = json!({
        "aws": {"connection": {"$type": "Connection", "type": "aws", "name": "prod"}},
        "token": {"$type": "Secret", "name": "token"},
        "other": "${parameters.region}",
    });
    let env = environment();
    for (language, query, expected) in [
        ("", r#"aws["connection"]["accessKeyID"]"#, json!("AK")),
        ("path", "aws.connection.accessKeyID", json!("AK")),
        (
            "path-template",
            "key=${aws.connection.accessKeyID}",
            json!("key=AK"),
        ),
        ("jsonpath", "$.aws.connection.accessKeyID", json!("AK")),
        (
            "jsonpath-template",
            "{.aws.connection.accessKeyID}",
            json!("AK"),
        ),
    ] {
        let answer = ask(language, query, &tree, &env);
        assert_eq!(answer.value.to_wire(), expected, "{language} {query}");
        assert_eq!(env.asked(), ["connections.aws.prod"], "{language} {query}");
    }
}

#[test]
fn what_is_missing_is_told_and_stays_as_it_is_written() {
    let tree = json!({"a": "x ${parameters.nope}", "b": {"$type": "Secret", "name": "gone"}});
    let evaluation = evaluate(&tree, &environment()).expect("missing is no error");
    assert!(!evaluation.complete());
    assert_eq!(evaluation.value.to_wire(), tree);
    assert_eq!(
        json!(evaluation.unresolvable),
        json!({"parameters": [{"name": "nope"}], "secrets": [{"name": "gone"}]})
    );
}

#[test]
fn what_is_wanted_is_fetched_before_anything_counts() {
    let mut env = environment();
    env.unfetched
        .extend(["first".to_owned(), "second".to_owned()]);
    // The call would be a mistake if the parameters were really missing.
    let tree = json!({
        "a": "${coalesce(parameters.first, jsonUnmarshal('{'))}",
        "b": "${parameters.second}",
    });
    let evaluation = evaluate(&tree, &env).expect("nothing is certain yet");
    assert!(!evaluation.complete());
    let first = Reference::Parameter {
        name: "first".into(),
    };
    assert_eq!(evaluation.wanted, [first]);
    env.unfetched.clear();
    assert!(evaluate(&tree, &env).is_err());
}

#[test]
fn secrets_and_connections_are_not_listed() {
    for template in ["${secrets}", "${connections}", "${connections.aws}", "${$}"] {
        let error = evaluate(&json!(template), &environment()).expect_err("refused");
        assert_eq!(error.kind.as_str(), "other", "{template}");
        assert!(error.message.contains("not handed out all at once"));
    }
}

#[test]
fn no_sentence_tells_a_value() {
    for template in [
        "${secrets.token.x}",
        "${parameters[secrets.token].y}",
        "${outputs.build.id[secrets.token]}",
        "${parameters.names[secrets.token]}",
        "${jsonUnmarshal(secrets.token)}",
        "${secrets.token - 1}",
        "${path(parameters.map, secrets.token)}",
        "${path(parameters, secrets.token + '(')}",
        "${'a' =~ (secrets.token + '(')}",
        "${append(secrets.token, 1)}",
        "${merge(secrets.token)}",
        "${merge(objects: [], mode: secrets.token)}",
        "${convertMarkdown(secrets.token, 'x')}",
    ] {
        let said = match evaluate(&json!({"a": template}), &environment()) {
            Ok(evaluation) => format!("{evaluation:?}"),
            Err(error) => format!("{error} {error:?}"),
        };
        let told = said.replace("Parameter { name: \"s3cr3t\" }", "");
        assert!(!told.contains("s3cr3t"), "{template}: {said}");
    }
    let shown = format!("{:?}", Value::from("s3cr3t"));
    assert_eq!(shown, "text");
}

#[test]
fn whatever_comes_out_of_a_reference_stays_data() {
    let tree = json!({
        "text": {"$type": "Parameter", "name": "trap"},
        "nested": {"x": ["${parameters.trap}", {"$type": "Parameter", "name": "map"}]},
        "made": "${jsonUnmarshal('{\"$type\": \"Secret\", \"name\": \"token\"}')}",
        "joined": "${'$' + '{secrets.token}'}",
        "aws": "${connections.aws.prod}",
        "called": {"$fn.merge": [{"$type": "Parameter", "name": "map"}, {"b": 1}]},
    });
    let env = environment();
    let whole = evaluate(&tree, &env).expect("it can be evaluated");
    assert!(whole.complete());
    for (language, query) in [
        ("path", "$"),
        ("path", "nested"),
        ("path", "[text, nested.x, made, joined, aws, called]"),
        ("path", "text |> $"),
        ("path-template", "${text}${nested}"),
        ("jsonpath", "$"),
        ("jsonpath", "$..*"),
        ("jsonpath", "$.nested.x[?(@.name)]"),
        (
            "jsonpath-template",
            "{.text} {.nested} {range .nested.x[*]}{@}{end}",
        ),
    ] {
        ask(language, query, &tree, &env);
    }
    let asked = env.asked();
    assert!(!asked.contains(&"secrets.token".to_owned()), "{asked:?}");
}

#[test]
fn texts_survive_the_wire_and_the_store() {
    for bytes in [
        &b"plain"[..],
        b"",
        b"\xff\x00",
        b"a\0b",
        b"base64:aGk=",
        b"base64:hello",
    ] {
        let value = Value::text(bytes);
        let wire = value.to_wire();
        assert_eq!(Value::from_wire(&wire).ok(), Some(value.clone()), "{wire}");
        let stored = language::to_stored(bytes);
        assert_eq!(language::from_stored(&stored).as_deref(), Ok(bytes));
    }
}

/// Pieces that expressions are made of, so that some of what is made up can be read.
fn expression() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "parameters",
        "secrets",
        "token",
        ".",
        "trap",
        "map",
        "[",
        "]",
        "(",
        ")",
        "{",
        "}",
        "'",
        "\"",
        "$",
        "@",
        "*",
        "..",
        "?",
        ":",
        ",",
        "|>",
        "+",
        "==",
        "&&",
        "1",
        "-2",
        " ",
        "merge",
        "path",
        "coalesce",
        "exists",
        "range ",
        "end",
        "${",
        "`",
        "\\",
        "é",
        "=~",
        "null",
        "/*",
    ]);
    prop::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn made_up_expressions_never_panic(text in expression()) {
        let env = environment();
        let tree = json!({"a": format!("${{{text}}}"), "b": {"$fn.path": [{"c": 1}, text.clone()]}});
        let _ = evaluate(&tree, &env);
        let expression = Expression::from_json(&tree);
        for language in ["path", "path-template", "jsonpath", "jsonpath-template"] {
            let language: QueryLanguage = language.parse().unwrap_or_default();
            let _ = expression.query(language, &text, &env);
            let _ = expression.query_with_functions(language, &text, &env);
        }
    }

    #[test]
    fn data_is_never_evaluated_again(text in expression(), name in "[a-z$]{1,6}") {
        let template = format!("${{{text}}}");
        let data = json!({
            "text": template,
            "list": [template, {"$type": "Secret", "name": "token"}, {"$fn.concat": [template]}],
            (name.clone()): {"$encoding": "base64", "data": template},
        });
        let env = Known::new(json!({"parameters": {"p": data}, "secrets": {"token": "x"}}));
        let tree = json!({"v": {"$type": "Parameter", "name": "p"}, "t": "${parameters.p}"});
        let expected = json!({"v": data, "t": data});
        let whole = evaluate(&tree, &env).map(|evaluation| evaluation.value.to_wire());
        prop_assert_eq!(whole, Ok(expected.clone()));
        for (language, query) in [("path", "$"), ("jsonpath", "$"), ("path-template", "${$}")] {
            prop_assert_eq!(ask(language, query, &tree, &env).value.to_wire(), expected.clone());
        }
        ask("jsonpath-template", "{.v} {..list}", &tree, &env);
        prop_assert!(!env.asked().contains(&"secrets.token".to_owned()));
    }
}
