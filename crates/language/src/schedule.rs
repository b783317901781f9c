//! The text of a schedule: five fields as cron knows them, or a word such as `@daily`.
//!
//! Only the text is checked here. Time zones are checked for their form: which there are, only
//! the server knows.

use std::ops::Range;

use crate::diagnostic::shown;

/// Why a text is no schedule, and where in it.
#[derive(Debug)]
pub(crate) struct Wrong {
    pub(crate) range: Range<usize>,
    pub(crate) message: String,
}

/// One of the five fields.
struct Field {
    /// What its numbers are, for a sentence.
    what: &'static str,
    least: u32,
    most: u32,
    /// Names for its numbers, from `least` on.
    names: &'static [&'static str],
}

const FIELDS: [Field; 5] = [
    Field {
        what: "minute (0 to 59)",
        least: 0,
        most: 59,
        names: &[],
    },
    Field {
        what: "hour (0 to 23)",
        least: 0,
        most: 23,
        names: &[],
    },
    Field {
        what: "day of the month (1 to 31)",
        least: 1,
        most: 31,
        names: &[],
    },
    Field {
        what: "month (1 to 12, or `JAN` to `DEC`)",
        least: 1,
        most: 12,
        names: &[
            "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
        ],
    },
    Field {
        what: "day of the week (0 to 6 from Sunday on, or `SUN` to `SAT`)",
        least: 0,
        most: 6,
        names: &["sun", "mon", "tue", "wed", "thu", "fri", "sat"],
    },
];

const WORDS: [&str; 7] = [
    "@yearly",
    "@annually",
    "@monthly",
    "@weekly",
    "@daily",
    "@midnight",
    "@hourly",
];

/// How many days each month has at most.
const DAYS: [u32; 12] = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/// Whether there is a time that fits.
pub(crate) fn check(text: &str) -> Result<bool, Wrong> {
    let mut start = 0;
    if let Some(zone) = text
        .strip_prefix("CRON_TZ=")
        .or_else(|| text.strip_prefix("TZ="))
    {
        let begin = text.len() - zone.len();
        let length = zone.find(' ').unwrap_or(zone.len());
        let known = |c: char| c.is_ascii_alphanumeric() || "/_+-".contains(c);
        if length == zone.len() || !zone[..length].chars().all(known) {
            return Err(Wrong {
                range: 0..begin + length,
                message: "a time zone is written `TZ=Europe/Berlin`, with a blank and the \
                          schedule behind it"
                    .to_owned(),
            });
        }
        start = begin + length;
    }
    let rest = &text[start..];
    start += rest.len() - rest.trim_start().len();
    let rest = rest.trim();
    let whole = start..start + rest.len();
    if let Some(duration) = rest.strip_prefix("@every ") {
        return if is_duration(duration) {
            Ok(true)
        } else {
            Err(Wrong {
                range: whole.end - duration.len()..whole.end,
                message: format!(
                    "{} is no stretch of time; write it like `1h30m`",
                    shown(duration)
                ),
            })
        };
    }
    if rest.starts_with('@') {
        return if WORDS.contains(&rest) {
            Ok(true)
        } else {
            Err(Wrong {
                message: format!(
                    "there is no {}; use `@hourly`, `@daily`, `@weekly`, `@monthly`, `@yearly` or \
                     `@every 1h`",
                    shown(rest)
                ),
                range: whole,
            })
        };
    }
    let fields: Vec<&str> = rest.split_whitespace().collect();
    let Ok(fields) = <[&str; 5]>::try_from(fields.as_slice()) else {
        return Err(Wrong {
            range: whole,
            message: format!(
                "a schedule has five fields (minute, hour, day of the month, month, day of the \
                 week), but this has {}",
                fields.len()
            ),
        });
    };
    let mut parsed = [(0, false); 5];
    for (at, (text, field)) in fields.iter().zip(&FIELDS).enumerate() {
        // Fields are stretches of `rest`, so the distance of their beginnings is where they are.
        let from = start + (text.as_ptr() as usize - rest.as_ptr() as usize);
        parsed[at] = read(text, field).map_err(|message| Wrong {
            range: from..from + text.len(),
            message,
        })?;
    }
    Ok(fires(parsed))
}

/// The numbers that fit, as bits, and whether all do without choice.
type Bits = (u64, bool);

fn read(text: &str, field: &Field) -> Result<Bits, String> {
    let (mut bits, mut free) = (0, false);
    for part in text.split(',').filter(|part| !part.is_empty()) {
        let (range, step) = match part.split_once('/') {
            Some((range, step)) => (range, Some(step)),
            None => (part, None),
        };
        let (low, high) = match range.split_once('-') {
            Some((low, high)) => (low, Some(high)),
            None => (range, None),
        };
        let star = matches!(low, "*" | "?");
        let (from, to) = if star {
            (field.least, field.most)
        } else {
            let from = number(low, field)?;
            let to = match (high, step) {
                (Some(high), _) => number(high, field)?,
                (None, Some(_)) => field.most,
                (None, None) => from,
            };
            (from, to)
        };
        let step = match step {
            None => 1,
            Some(step) => digits(step).filter(|step| *step > 0).ok_or_else(|| {
                format!("behind `/` stands a number above 0, not {}", shown(step))
            })?,
        };
        if from > to {
            return Err(format!(
                "{} runs backwards; begin with the smaller one",
                shown(range)
            ));
        }
        free |= star && step == 1;
        for one in (from..=to).step_by(step as usize) {
            bits |= 1 << one;
        }
    }
    Ok((bits, free))
}

fn digits(text: &str) -> Option<u32> {
    let inside = text.len() <= 9 && text.bytes().all(|byte| byte.is_ascii_digit());
    inside.then(|| text.parse().ok())?
}

fn number(text: &str, field: &Field) -> Result<u32, String> {
    let named = field
        .names
        .iter()
        .position(|name| text.eq_ignore_ascii_case(name))
        .and_then(|at| u32::try_from(at).ok())
        .map(|at| at + field.least);
    named
        .or_else(|| digits(text))
        .filter(|number| (field.least..=field.most).contains(number))
        .ok_or_else(|| format!("{} is no {}", shown(text), field.what))
}

/// Whether any day has such a time.
fn fires([minutes, hours, days, months, weekdays]: [Bits; 5]) -> bool {
    let dated = DAYS.iter().zip(1..).any(|(most, month)| {
        months.0 & (1 << month) != 0 && (1..=*most).any(|day| days.0 & (1 << day) != 0)
    });
    let on_a_weekday = weekdays.0 != 0 && months.0 != 0;
    let some_day = if days.1 || weekdays.1 {
        dated && on_a_weekday
    } else {
        dated || on_a_weekday
    };
    minutes.0 != 0 && hours.0 != 0 && some_day
}

/// `1h30m`, `-1.5s`: numbers, each with its unit.
fn is_duration(text: &str) -> bool {
    let mut rest = text.trim().trim_start_matches(['+', '-']);
    if rest == "0" {
        return true;
    }
    if rest.is_empty() {
        return false;
    }
    while !rest.is_empty() {
        let number = rest
            .find(|c: char| !(c.is_ascii_digit() || c == '.'))
            .unwrap_or(rest.len());
        let (digits, behind) = rest.split_at(number);
        let unit = ["ns", "us", "µs", "ms", "s", "m", "h"]
            .into_iter()
            .filter(|unit| behind.starts_with(unit))
            .max_by_key(|unit| unit.len());
        let Some(unit) = unit else { return false };
        if !digits.contains(|c: char| c.is_ascii_digit()) || digits.matches('.').count() > 1 {
            return false;
        }
        rest = &behind[unit.len()..];
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fires() {
        for text in [
            "* * * * *",
            "*/5 0-6,18-23 1-31/2 JAN-mar Mon",
            "0 0 29 2 *",
            "0 0 31 2 mon",
            "0 0 ? * ?",
            "*/61 * * * *",
            "00 09 * * *",
            "  0   12  *  *  *  ",
            "0,,5 * * * *",
            "@daily",
            "@every 1h30m",
            "@every -1h",
            "@every 0s",
            "@every 1.5s",
            "TZ=America/New_York 0 6 * * *",
            "CRON_TZ=UTC @hourly",
        ] {
            assert!(matches!(check(text), Ok(true)), "{text}");
        }
        for text in ["0 0 30 2 *", "0 0 31 4,6 *", ", * * * *"] {
            assert!(matches!(check(text), Ok(false)), "{text}");
        }
    }

    #[test]
    fn what_is_no_schedule_and_where() {
        for (text, marked, message) in [
            ("* * * *", "* * * *", "but this has 4"),
            ("* * * * * 2022", "* * * * * 2022", "but this has 6"),
            ("   ", "", "but this has 0"),
            ("60 * * * *", "60", "`60` is no minute (0 to 59)"),
            ("0 24 * * *", "24", "`24` is no hour"),
            ("0 0 0 * *", "0", "`0` is no day of the month"),
            ("0 0 * 13 *", "13", "`13` is no month"),
            ("0 0 * * 7", "7", "`7` is no day of the week"),
            ("0 0 * * sunday", "sunday", "`sunday` is no day"),
            ("0 0 L * *", "L", "`L` is no day"),
            ("-1 * * * *", "-1", "`` is no minute"),
            ("1-2-3 * * * *", "1-2-3", "`2-3` is no minute"),
            ("5-1 * * * *", "5-1", "runs backwards"),
            ("*/0 * * * *", "*/0", "a number above 0"),
            ("*/x * * * *", "*/x", "a number above 0"),
            ("@reboot", "@reboot", "there is no `@reboot`"),
            ("@every day", "day", "no stretch of time"),
            ("@every 1x", "1x", "no stretch of time"),
            ("TZ=Nowhere", "TZ=Nowhere", "a time zone is written"),
            ("TZ=a?b * * * * *", "TZ=a?b", "a time zone is written"),
        ] {
            let wrong = check(text).expect_err(text);
            assert!(wrong.message.contains(message), "{text}: {}", wrong.message);
            let found = &text[wrong.range];
            assert!(
                found == marked || (text.matches(marked).count() > 1 && found.contains(marked))
            );
        }
    }
}
