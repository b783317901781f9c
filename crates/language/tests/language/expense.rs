//! Expressions made to be slow or large: an answer comes soon, and nothing overflows.

use language::{Expression, QueryLanguage};
use serde_json::{Value as Json, json};

use super::evaluation::{Known, evaluate};

/// Runs on a small stack, as threads of a server have.
fn on_small_stack(run: impl FnOnce() + Send) {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new()
            .stack_size(1 << 20)
            .spawn_scoped(scope, run);
        let ended = thread.map(std::thread::ScopedJoinHandle::join);
        assert!(matches!(ended, Ok(Ok(()))), "it overflowed or panicked");
    });
}

fn refused(template: &str) {
    let env = Known::new(json!({"parameters": {"x": "a".repeat(100_000)}}));
    let Err(error) = evaluate(&json!(template), &env) else {
        panic!("{}", &template[..40]);
    };
    assert!(["parse", "other"].contains(&error.kind.as_str()), "{error}");
    assert!(error.message.len() < 1000, "{}", error.message);
}

#[test]
fn deep_expressions_are_refused() {
    on_small_stack(|| {
        for (open, close) in [
            ("(", ")"),
            ("[", "]"),
            ("concat(", ")"),
            ("-", ""),
            ("!", ""),
        ] {
            for depth in [101, 50_000] {
                refused(&format!(
                    "${{{}1{}}}",
                    open.repeat(depth),
                    close.repeat(depth)
                ));
            }
        }
        refused(&format!(
            "${{parameters.x{}}}",
            " + parameters.x".repeat(20_000)
        ));
        refused(&format!(
            "${{{}parameters.x{}}}",
            "(parameters.x + ".repeat(60),
            ")".repeat(60)
        ));
        refused(&format!("${{1{}}}", " |> [$]".repeat(20_000)));
        refused(&format!("${{parameters{}", "[parameters".repeat(20_000)));
    });
}

#[test]
fn what_may_be_deep_fits_on_a_small_stack() {
    on_small_stack(|| {
        let env = Known::new(json!({"parameters": {"x": 1}}));
        let nested = format!("${{{}parameters.x{}}}", "[".repeat(45), "]".repeat(45));
        let mut tree = json!(nested);
        for level in 0..60 {
            tree = if level % 2 == 0 {
                json!({"$fn.coalesce": [tree]})
            } else {
                json!({"a": tree})
            };
        }
        let evaluation = evaluate(&tree, &env).expect("deep, but not too deep");
        assert!(evaluation.complete());
        let expression = Expression::from_json(&tree);
        let answer = expression.query(QueryLanguage::JsonPath, "$..*", &env);
        assert!(answer.is_ok());
        let chain = format!("${{1{}}}", " + parameters.x".repeat(95));
        assert!(evaluate(&json!(chain), &env).is_ok());
    });
}

#[test]
fn deep_trees_are_refused() {
    on_small_stack(|| {
        let mut tree = json!("${parameters.x}");
        for _ in 0..200 {
            tree = json!([tree]);
        }
        let error = evaluate(&tree, &Known::new(Json::Null)).expect_err("too deep");
        assert_eq!(error.kind.as_str(), "other");
    });
}

#[test]
fn doubling_ends_early() {
    // Each turn doubles the value; forty of them would fill any machine.
    refused(&format!("${{'aaaaaaaaaa'{}}}", " |> ($ + $)".repeat(40)));
    refused(&format!("${{'a'{}}}", " |> [$, $]".repeat(40)));
    refused(&format!("${{'a'{}}}", " |> concat($, $, $, $)".repeat(30)));
    refused(&format!(
        "${{[{}]}}",
        "parameters.x + parameters.x,".repeat(2_000)
    ));
}

#[test]
fn searching_everywhere_again_and_again_ends_early() {
    let items: Vec<_> = (0..200).map(|at| json!({"a": [at, {"b": at}]})).collect();
    let expression = Expression::from_json(&json!({"items": items, "t": "${parameters.x}"}));
    let env = Known::new(json!({"parameters": {"x": "x"}}));
    for (language, query) in [
        (QueryLanguage::JsonPath, "$..*..*..*..*..*..*"),
        (
            QueryLanguage::JsonPath,
            "$.items[?($..*)][?(@..*)]..*..*..*..*",
        ),
        (
            QueryLanguage::JsonPathTemplate,
            "{range $..*}{range $..*}{range $..*}{range $..*}{..*}{end}{end}{end}{end}",
        ),
    ] {
        if let Err(error) = expression.query(language, query, &env) {
            assert_eq!(error.kind.as_str(), "other", "{query}: {error}");
        }
    }
    let error = expression
        .query(QueryLanguage::JsonPath, "$.items[*,*]", &env)
        .expect_err("no such path");
    assert_eq!(error.kind.as_str(), "parse");
}

#[test]
fn patterns_take_time_in_proportion_to_the_text() {
    let env = Known::new(json!({"parameters": {"x": "a".repeat(20_000)}}));
    let slow = json!("${parameters.x =~ '^(a+)+$b'}");
    let evaluation = evaluate(&slow, &env).expect("a pattern");
    assert_eq!(evaluation.value.to_wire(), json!(false));
    refused(&format!("${{[{}]}}", "parameters.x =~ '^b',".repeat(5_000)));
    refused("${parameters.x =~ ('((a{1000}){1000}){1000}' + parameters.x)}");
}
