//! `now()`.

use std::time::UNIX_EPOCH;

use super::{Arguments, exactly};
use crate::evaluate::context::Context;
use crate::evaluate::error::Result;
use crate::evaluate::value::Value;
use crate::evaluate::walk::Partial;

pub(super) fn now(arguments: &Arguments<'_, '_>, context: &mut Context<'_>) -> Result<Partial> {
    exactly::<0>(arguments)?;
    let since = context
        .env()
        .now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    Ok(Partial::done(Value::from(rfc3339(
        since.as_secs(),
        since.subsec_millis(),
    ))))
}

/// The time in UTC, as RFC 3339 writes it.
fn rfc3339(seconds: u64, millis: u32) -> String {
    let (mut days, second) = (seconds / 86_400, seconds % 86_400);
    let mut year = 1970;
    let leap = |year: u64| {
        year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
    };
    loop {
        let length = if leap(year) { 366 } else { 365 };
        if days < length {
            break;
        }
        days -= length;
        year += 1;
    }
    let february = if leap(year) { 29 } else { 28 };
    let mut month = 1;
    for length in [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] {
        if days < length {
            break;
        }
        days -= length;
        month += 1;
    }
    let (hour, minute) = (second / 3600, second / 60 % 60);
    let second = second % 60;
    format!(
        "{year:04}-{month:02}-{:02}T{hour:02}:{minute:02}:{second:02}.{millis:03}Z",
        days + 1
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_of_all_kinds() {
        assert_eq!(rfc3339(0, 0), "1970-01-01T00:00:00.000Z");
        assert_eq!(rfc3339(951_782_400, 7), "2000-02-29T00:00:00.007Z");
        assert_eq!(rfc3339(1_767_225_599, 0), "2025-12-31T23:59:59.000Z");
    }
}
