//! Schedules: five fields as cron knows them, or a word such as `@daily`, perhaps with a time
//! zone in front.
//!
//! The text is read here; when it fires the next time, [`next`] works out, which knows the time
//! zones of the world. The browser leaves that out and knows only their names.

mod duration;
mod field;
mod names;
#[cfg(feature = "evaluate")]
mod next;
#[cfg(feature = "evaluate")]
mod zone;

#[cfg(feature = "evaluate")]
pub use next::{Schedule, WrongSchedule};

use std::ops::Range;

use crate::diagnostic::shown;
use field::{Bits, FIELDS, Field};

/// Why a text is no schedule, and where in it.
#[derive(Debug)]
pub(crate) struct Wrong {
    pub(crate) range: Range<usize>,
    pub(crate) message: String,
    /// The words, with blanks between them, of which one could be meant, and the end of the
    /// sentence if none is.
    pub(crate) candidates: &'static str,
    pub(crate) otherwise: &'static str,
}

impl Wrong {
    fn new(range: Range<usize>, message: impl Into<String>) -> Self {
        Self {
            range,
            message: message.into(),
            candidates: "",
            otherwise: "",
        }
    }
}

/// A schedule as it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Written {
    /// The name of the time zone, if there is one.
    zone: Option<String>,
    rule: Rule,
}

/// When it fires.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Rule {
    /// So many nanoseconds after the last time.
    Every(i64),
    /// At the minutes, hours, days, months and days of the week that fit.
    Fields([Bits; 5]),
}

/// The words that stand for five fields. `None`: every number of the field.
const WORDS: [(&str, [Option<u32>; 5]); 7] = [
    ("@yearly", [Some(0), Some(0), Some(1), Some(1), None]),
    ("@annually", [Some(0), Some(0), Some(1), Some(1), None]),
    ("@monthly", [Some(0), Some(0), Some(1), None, None]),
    ("@weekly", [Some(0), Some(0), None, None, Some(0)]),
    ("@daily", [Some(0), Some(0), None, None, None]),
    ("@midnight", [Some(0), Some(0), None, None, None]),
    ("@hourly", [Some(0), None, None, None, None]),
];

const CANDIDATES: &str = "@yearly @annually @monthly @weekly @daily @midnight @hourly";

/// How many days each month has at most.
const DAYS: [u32; 12] = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/// Whether there is a time that fits.
pub(crate) fn check(text: &str) -> Result<bool, Wrong> {
    read(text).map(|written| written.fires())
}

fn read(text: &str) -> Result<Written, Wrong> {
    let (zone, start) = zone_name(text)?;
    // Behind a time zone blanks do not matter; in front of a word they do.
    let rest = match zone {
        Some(_) => text[start..].trim(),
        None => &text[start..],
    };
    let place = |part: &str| {
        // Parts are stretches of the text, so the distance of their beginnings is where they are.
        let from = part.as_ptr() as usize - text.as_ptr() as usize;
        from..from + part.len()
    };
    let zone = zone.map(str::to_owned);
    if rest.starts_with('@') {
        let rule = word(rest, &place)?;
        return Ok(Written { zone, rule });
    }
    let inner = rest.trim();
    if inner.starts_with('@') {
        let message = format!("no blank may stand in front of {}", shown(inner));
        return Err(Wrong::new(place(inner), message));
    }
    let fields: Vec<&str> = inner.split_whitespace().collect();
    let Ok(fields) = <[&str; 5]>::try_from(fields.as_slice()) else {
        let message = format!(
            "a schedule has five fields (minute, hour, day of the month, month, day of the week), \
             but this has {}",
            fields.len()
        );
        return Err(Wrong::new(place(inner), message));
    };
    let mut read = [Bits::default(); 5];
    for ((text, field), bits) in fields.iter().zip(&FIELDS).zip(&mut read) {
        *bits = field
            .read(text)
            .map_err(|message| Wrong::new(place(text), message))?;
    }
    let rule = Rule::Fields(read);
    Ok(Written { zone, rule })
}

/// The time zone in front, and where what is behind it begins.
fn zone_name(text: &str) -> Result<(Option<&str>, usize), Wrong> {
    let Some(behind) = text
        .strip_prefix("CRON_TZ=")
        .or_else(|| text.strip_prefix("TZ="))
    else {
        return Ok((None, 0));
    };
    let begin = text.len() - behind.len();
    let Some(length) = behind.find(' ') else {
        let message = "a time zone is written `TZ=Europe/Berlin`, with a blank and the schedule \
                       behind it";
        return Err(Wrong::new(0..text.len(), message));
    };
    let name = &behind[..length];
    match names::find(name) {
        Ok(()) => Ok((Some(name), begin + length)),
        Err(names::Unknown { part, candidates }) => Err(Wrong {
            candidates,
            otherwise: "; write it like `Europe/Berlin`",
            ..Wrong::new(
                begin + part.start..begin + part.end,
                format!("there is no time zone {}", shown(name)),
            )
        }),
    }
}

fn word(text: &str, place: &impl Fn(&str) -> Range<usize>) -> Result<Rule, Wrong> {
    if let Some(stretch) = text.strip_prefix("@every ") {
        return duration::read(stretch).map(Rule::Every).ok_or_else(|| {
            let message = format!(
                "{} is no stretch of time; write it like `1h30m`",
                shown(stretch)
            );
            Wrong::new(place(stretch), message)
        });
    }
    let known = WORDS.iter().find(|(known, _)| *known == text);
    let Some((_, numbers)) = known else {
        return Err(Wrong {
            candidates: CANDIDATES,
            otherwise: "; use `@hourly`, `@daily`, `@weekly`, `@monthly`, `@yearly` or `@every 1h`",
            ..Wrong::new(place(text), format!("there is no {}", shown(text)))
        });
    };
    let mut fields = [Bits::default(); 5];
    for ((bits, number), field) in fields.iter_mut().zip(numbers).zip(&FIELDS) {
        *bits = number.map_or_else(|| field.all(), Field::only);
    }
    Ok(Rule::Fields(fields))
}

impl Written {
    /// Whether any day has such a time.
    fn fires(&self) -> bool {
        let Rule::Fields([minutes, hours, days, months, weekdays]) = &self.rule else {
            return true;
        };
        let dated = DAYS
            .iter()
            .zip(1..)
            .any(|(most, month)| months.has(month) && (1..=*most).any(|day| days.has(day)));
        let on_a_weekday = weekdays.bits != 0 && months.bits != 0;
        let some_day = if days.free || weekdays.free {
            dated && on_a_weekday
        } else {
            dated || on_a_weekday
        };
        minutes.bits != 0 && hours.bits != 0 && some_day
    }
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
            "*/99999999999 * * * *",
            "+5 * * * *",
            "*-x * * * *",
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
            "TZ=Africa/Abidjan  @hourly ",
            "TZ=Zulu 0 0 1 1 *",
            "TZ= @daily",
            "TZ=Local @daily",
        ] {
            assert!(matches!(check(text), Ok(true)), "{text}: {:?}", check(text));
        }
        for text in ["0 0 30 2 *", "0 0 31 4,6 *", ", * * * *", "0 0 31 2 ?"] {
            assert!(matches!(check(text), Ok(false)), "{text}");
        }
    }

    #[test]
    fn what_is_no_schedule_and_where() {
        for (text, marked, message) in [
            ("", "", "but this has 0"),
            ("* * * *", "* * * *", "but this has 4"),
            ("* * * * * 2022", "* * * * * 2022", "but this has 6"),
            ("   ", "", "but this has 0"),
            ("60 * * * *", "60", "`60` is no minute (0 to 59)"),
            ("0 24 * * *", "24", "`24` is no hour"),
            ("0 0 0 * *", "0", "`0` is no day of the month"),
            ("0 0 * 13 *", "13", "`13` is no month"),
            ("0 0 * * 7", "7", "`7` is no day of the week"),
            ("0 0 * * 7", "7", "; write `0`"),
            ("0 0 * * 5-7", "5-7", "; write `0`"),
            ("0 0 * * sunday", "sunday", "; write `SUN`"),
            ("0 0 * june *", "june", "; write `JUN`"),
            ("0 0 L * *", "L", "`L` is no day"),
            ("-1 * * * *", "-1", "`` is no minute"),
            ("1-2-3 * * * *", "1-2-3", "`2-3` is no minute"),
            ("5-1 * * * *", "5-1", "runs backwards"),
            ("*/0 * * * *", "*/0", "a number above 0"),
            ("*/x * * * *", "*/x", "a number above 0"),
            ("*/2/2 * * * *", "*/2/2", "a number above 0"),
            ("@reboot", "@reboot", "there is no `@reboot`"),
            ("@Daily", "@Daily", "there is no `@Daily`"),
            (" @daily", "@daily", "no blank may stand in front"),
            ("@daily ", "@daily ", "there is no `@daily `"),
            ("@every day", "day", "no stretch of time"),
            ("@every  1h", " 1h", "no stretch of time"),
            ("TZ=Nowhere", "TZ=Nowhere", "a time zone is written"),
            ("TZ=a?b * * * * *", "a?b", "no time zone `a?b`"),
            ("TZ=utc * * * * *", "utc", "no time zone `utc`"),
            (
                "TZ=Europe/Berln * * * * *",
                "Berln",
                "no time zone `Europe/Berln`",
            ),
            (
                "CRON_TZ=America/Argentina/Jujui @daily",
                "Argentina/Jujui",
                "no time zone `America/Argentina/Jujui`",
            ),
            ("TZ=Europe/ @daily", "Europe/", "no time zone `Europe/`"),
            (
                "TZ=Mars/Phobos @daily",
                "Mars",
                "no time zone `Mars/Phobos`",
            ),
            ("TZ=UTC ", "", "but this has 0"),
        ] {
            let wrong = check(text).expect_err(text);
            assert!(wrong.message.contains(message), "{text}: {}", wrong.message);
            assert_eq!(&text[wrong.range], marked, "{text}");
        }
    }
}
