//! Trees, templates, functions and queries.

use language::{Evaluation, EvaluationError, Expression, QueryLanguage};
use serde_json::{Value as Json, json};

use crate::case::{Verdict, expected};
use crate::environment::Given;
use crate::values::{Order, same, shown};

pub(crate) fn check(file: &Json, case: &Json) -> Verdict {
    let result = evaluate(file, case);
    let got = match &result {
        Ok(evaluation) => json!({
            "value": shown(&evaluation.value),
            "complete": evaluation.complete(),
            "missing": evaluation.unresolvable,
        }),
        Err(error) => json!({"error": {
            "kind": error.kind.as_str(),
            "path": error.path,
            "message": error.message,
        }}),
    };
    let Some(expect) = expected(case) else {
        let original = &case["expect"];
        let differs = original["error"]["kind"] == "panic" || !fits(original, &result, case);
        return Verdict::of(differs, original, got);
    };
    Verdict::of(fits(expect, &result, case), expect, got)
}

fn evaluate(file: &Json, case: &Json) -> Result<Evaluation, EvaluationError> {
    let env = match &case["env"] {
        Json::String(name) => &file["environments"][name],
        env => env,
    };
    let env = Given(env);
    let document = case["document"].as_str().unwrap_or_default();
    let document: Json = serde_json::from_str(document).unwrap_or_default();
    let expression = Expression::from_json(&document);
    let query = &case["query"];
    if let (Some(language), Some(text)) = (query["lang"].as_str(), query["text"].as_str()) {
        let language: QueryLanguage = language.parse().unwrap_or_default();
        return if query["functions"] == true {
            expression.query_with_functions(language, text, &env)
        } else {
            expression.query(language, text, &env)
        };
    }
    match case["depth"]
        .as_u64()
        .and_then(|depth| usize::try_from(depth).ok())
    {
        Some(levels) => expression.evaluate_levels(levels, &env),
        None => expression.evaluate(&env),
    }
}

fn fits(expect: &Json, result: &Result<Evaluation, EvaluationError>, case: &Json) -> bool {
    match (expect.get("error"), result) {
        (Some(expected), Err(error)) => {
            let kind = expected["kind"].as_str().unwrap_or_default();
            let path = expected.get("path").and_then(Json::as_str);
            (kind == "panic" || kind == error.kind.as_str())
                && path.is_none_or(|path| path == error.path)
        }
        (None, Ok(evaluation)) => {
            let order = if case["unordered"] == true {
                Order::Free
            } else if case["unordered_words"] == true {
                Order::FreeWords
            } else {
                Order::Matters
            };
            let missing = expect.get("missing").cloned().unwrap_or_else(|| json!({}));
            let complete = expect["complete"].as_bool().unwrap_or(true);
            same(&expect["value"], &evaluation.value, order)
                && complete == evaluation.complete()
                && same_sets(&missing, &json!(evaluation.unresolvable))
        }
        _ => false,
    }
}

/// The same lists under the same names, in any order.
fn same_sets(expected: &Json, got: &Json) -> bool {
    let sorted = |sets: &Json| {
        let mut all = Vec::new();
        for (kind, set) in sets.as_object().into_iter().flatten() {
            let set = set.as_array().into_iter().flatten();
            all.extend(set.map(|one| format!("{kind} {one}")));
        }
        all.sort();
        all.dedup();
        all
    };
    sorted(expected) == sorted(got)
}
