//! YAML with tags.

use language::read_tagged;
use serde_json::{Value as Json, json};

use crate::case::{Verdict, expected};
use crate::values::{Order, same, shown};

pub(crate) fn check(case: &Json) -> Verdict {
    let read = read_tagged(case["yaml"].as_str().unwrap_or_default());
    let got = match &read {
        Ok(value) => json!({"json": shown(value)}),
        Err(problems) => {
            let codes: Vec<_> = problems.iter().map(|one| one.code).collect();
            json!({"error": codes})
        }
    };
    let fits = |expect: &Json| match &read {
        Ok(value) => expect
            .get("json")
            .is_some_and(|one| same(one, value, Order::Matters)),
        Err(_) => expect.get("error").is_some(),
    };
    match expected(case) {
        Some(expect) => Verdict::of(fits(expect), expect, got),
        None => Verdict::of(!fits(&case["expect"]), &case["expect"], got),
    }
}
