//! A question to a document.

use std::sync::LazyLock;

use language::{EvaluationError, Expression, QueryLanguage};
use serde_json::{Value as Json, json};

use super::environment::{PLANTED, Planted};

const LANGUAGES: [QueryLanguage; 4] = [
    QueryLanguage::Path,
    QueryLanguage::PathTemplate,
    QueryLanguage::JsonPath,
    QueryLanguage::JsonPathTemplate,
];

static DOCUMENT: LazyLock<Expression> = LazyLock::new(|| Expression::from_json(&document()));

/// Asking gives the same every time, and takes no data for something to evaluate.
pub(crate) fn query(question: &str) {
    let env = Planted::new();
    for language in LANGUAGES {
        for functions in [false, true] {
            let ask = || answer(&DOCUMENT, language, question, functions, &env);
            let first = ask();
            assert_eq!(first, ask(), "{language:?} {question:?}");
        }
    }
    let mentions = question.contains(PLANTED);
    assert!(mentions || !env.was_fooled(), "{question:?}");
}

fn answer(
    document: &Expression,
    language: QueryLanguage,
    question: &str,
    functions: bool,
    env: &Planted,
) -> Json {
    let found = if functions {
        document.query_with_functions(language, question, env)
    } else {
        document.query(language, question, env)
    };
    match found {
        Ok(found) => {
            let missing = serde_json::to_value(&found.unresolvable).unwrap_or_default();
            json!([
                found.value.to_wire(),
                found.complete(),
                found.wanted.len(),
                missing
            ])
        }
        Err(EvaluationError { path, message, .. }) => json!([path, message]),
    }
}

/// A spec like people write, with everything in it that can be evaluated.
fn document() -> Json {
    json!({
        "aws": {"connection": {"$type": "Connection", "type": "aws", "name": "prod"}, "region": "${parameters.region}"},
        "token": {"$type": "Secret", "name": "token"},
        "id": {"$type": "Output", "from": "build", "name": "id"},
        "missing": {"$type": "Parameter", "name": "nobody"},
        "later": {"$type": "Parameter", "name": "later"},
        "event": {"$type": "Data", "query": "a.b"},
        "joined": {"$fn.concat": ["a", {"$type": "Parameter", "name": "trap"}]},
        "bytes": {"$encoding": "base64", "data": "/w=="},
        "traps": {"$type": "Parameter", "name": "traps"},
        "unknown": {"$type": "Nothing", "x": ["${parameters.count + 1}", "y"]},
        "broken": "${(",
        "books": [
            {"title": "A", "price": 8.95, "in stock": true, "tags": ["x", "y"]},
            {"title": "B", "price": 12, "in stock": false, "tags": []},
            {"title": "é😀", "price": null, "more": {"price": 3}},
        ],
    })
}
