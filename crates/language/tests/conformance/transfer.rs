//! Text on the wire and where it is stored.

use base64ct::{Base64, Encoding as _};
use language::{Value, from_stored, to_stored};
use serde_json::{Value as Json, json};

use crate::case::{Verdict, expected};
use crate::values::{Order, same, shown};

pub(crate) fn check(case: &Json) -> Verdict {
    let text = |name: &str| case[name].as_str().unwrap_or_default();
    let expect = expected(case);
    let decoded = match text("op") {
        "encode" => {
            let bytes = Base64::decode_vec(text("input_bytes_b64")).unwrap_or_default();
            let got = json!({
                "json": Value::text(&bytes[..]).to_wire(),
                "string": to_stored(&bytes),
            });
            let expect = expect.cloned().unwrap_or_default();
            let same = ["json", "string"]
                .iter()
                .all(|form| expect.get(form).is_none_or(|one| *one == got[form]));
            return Verdict::of(same, &expect, got);
        }
        "decode_json" => match serde_json::from_str(text("input_json")) {
            Ok(json) => Value::from_wire(&json).map_err(|error| error.message),
            Err(error) => Err(error.to_string()),
        },
        _ => from_stored(text("input_string"))
            .map(Value::text)
            .map_err(|error| error.message),
    };
    let got = match &decoded {
        Ok(value) => json!({"value": shown(value)}),
        Err(message) => json!({"error": message}),
    };
    let fits = |expect: &Json| match &decoded {
        Ok(value) => expect
            .get("value")
            .is_some_and(|one| same(one, value, Order::Matters)),
        Err(_) => expect.get("error").is_some(),
    };
    match expect {
        Some(expect) => Verdict::of(fits(expect), expect, got),
        None => Verdict::of(!fits(&case["expect"]), &case["expect"], got),
    }
}
