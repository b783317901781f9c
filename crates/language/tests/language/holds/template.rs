//! A tree with templates and references in it; and the same tree as plain data.

use std::sync::LazyLock;

use language::{Environment, Evaluation, EvaluationError, Expression, QueryLanguage, Value};
use serde_json::{Value as Json, json};

use super::environment::{PLANTED, Planted};

/// Evaluating gives the same every time, and takes no data for something to evaluate.
pub(crate) fn template(written: &Value) {
    let env = Planted::new();
    let expression = Expression::from_value(written);
    let whole = answer(&expression, &env);
    assert_eq!(whole, answer(&expression, &env), "{whole}");
    for levels in [0, 1, 3] {
        let some = expression.evaluate_levels(levels, &env);
        drop(some);
    }
    let mentions = written.to_wire().to_string().contains(PLANTED);
    assert!(mentions || !env.was_fooled(), "{}", written.to_wire());
}

fn answer(expression: &Expression, env: &dyn Environment) -> Json {
    match expression.evaluate(env) {
        Ok(evaluation) => {
            let wanted = evaluation.wanted.len();
            let missing = serde_json::to_value(&evaluation.unresolvable).unwrap_or_default();
            json!([
                evaluation.value.to_wire(),
                evaluation.complete(),
                wanted,
                missing
            ])
        }
        Err(EvaluationError { path, message, .. }) => json!([path, message]),
    }
}

/// Where data comes from, alone and under the name `x`: as the whole value it comes out as it went in.
static SOURCES: LazyLock<Vec<(Json, Expression, Expression)>> = LazyLock::new(|| {
    let read = |tree: Json| {
        let alone = Expression::from_json(&tree);
        let held = Expression::from_json(&json!({"x": tree}));
        (tree, alone, held)
    };
    sources().into_iter().map(read).collect()
});

fn sources() -> [Json; 13] {
    [
        json!("${parameters.given}"),
        json!("${ secrets['given'] }"),
        json!("${outputs.build.given}"),
        json!("${connections.aws.given |> $}"),
        json!("${[parameters.given] |> $[0]}"),
        json!("${coalesce(parameters.absent, parameters.given)}"),
        json!("${merge({'a': parameters.given}) |> $.a}"),
        json!({"$type": "Parameter", "name": "given"}),
        json!({"$type": "Secret", "name": "given"}),
        json!({"$type": "Connection", "type": "aws", "name": "given"}),
        json!({"$type": "Output", "from": "build", "name": "given"}),
        json!({"$type": "Answer", "askRef": "ask", "name": "given"}),
        json!({"$fn.coalesce": [{"$type": "Parameter", "name": "given"}]}),
    ]
}

/// A value that comes from outside is data for ever, whatever it looks like.
pub(crate) fn data(given: &Value) {
    let env = Planted::with(given.clone());
    for (tree, alone, held) in SOURCES.iter() {
        comes_out(tree, alone.evaluate(&env), given);
        // The same behind a question.
        for (language, question) in [
            (QueryLanguage::Path, "x"),
            (QueryLanguage::PathTemplate, "${x}"),
            (QueryLanguage::JsonPath, "$.x"),
        ] {
            comes_out(tree, held.query(language, question, &env), given);
        }
    }
    if let Some(text) = given.as_bytes() {
        let tree = Expression::from_json(&json!("<${parameters.given}>"));
        let expected = [b"<", text, b">"].concat();
        let came = tree.evaluate(&env).map(|found| found.value);
        assert_eq!(came.as_ref().map(Value::as_bytes), Ok(Some(&*expected)));
    }
    let mentions = given.to_wire().to_string().contains(PLANTED);
    assert!(mentions || !env.was_fooled(), "{}", given.to_wire());
}

fn comes_out(tree: &Json, found: Result<Evaluation, EvaluationError>, given: &Value) {
    let found = found.unwrap_or_else(|error| panic!("{tree}: {error}: {}", given.to_wire()));
    assert!(found.complete(), "{tree}: {}", given.to_wire());
    assert!(
        found.value == *given,
        "{tree} made {} of {}",
        found.value.to_wire(),
        given.to_wire()
    );
}
