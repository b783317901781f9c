//! When schedules fire.

use language::Schedule;
use model::Timestamp;
use serde_json::{Value as Json, json};

use crate::case::{Verdict, expected};

pub(crate) fn check(case: &Json) -> Verdict {
    let text = |name: &str| case[name].as_str().unwrap_or_default();
    let expect = expected(case);
    let next = Schedule::read(text("schedule")).map(|schedule| {
        let (from, ahead) = moment(text("from"));
        schedule.next_at(from, ahead)
    });
    let got = match &next {
        Ok(next) => json!({"next": next.map(|next| next.to_string())}),
        Err(wrong) => json!({"error": wrong.to_string()}),
    };
    let fits = |expect: &Json| match (&next, expect.get("next")) {
        (Ok(None), Some(Json::Null)) => true,
        (Ok(Some(next)), Some(Json::String(time))) => *next == moment(time).0,
        (Err(_), None) => expect.get("error").is_some(),
        _ => false,
    };
    match expect {
        Some(expect) => Verdict::of(fits(expect), expect, got),
        None => Verdict::of(!fits(&case["expect"]), &case["expect"], got),
    }
}

/// A point in time as RFC 3339 writes it, and the seconds that its clocks are ahead of UTC.
fn moment(text: &str) -> (Timestamp, i32) {
    let at = text.parse().unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    let sign = text.rfind(['+', '-']).filter(|at| *at > 10);
    let ahead = sign.map_or(0, |at| {
        let number = |part: &str| part.parse::<i32>().unwrap_or_default();
        let (hours, minutes) = text[at + 1..].split_once(':').unwrap_or_default();
        let ahead = number(hours) * 3600 + number(minutes) * 60;
        if text[at..].starts_with('-') {
            -ahead
        } else {
            ahead
        }
    });
    (Timestamp(at.as_millisecond()), ahead)
}
