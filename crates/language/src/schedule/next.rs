//! When a schedule fires.

use std::fmt;

use model::Timestamp;

use super::field::Bits;
use super::zone::{Local, Zone};
use super::{Rule, read};

/// A schedule, read once and asked as often as needed.
#[derive(Debug, Clone)]
pub struct Schedule {
    /// None: where whoever asks says they are.
    zone: Option<Zone>,
    rule: Rule,
    fires: bool,
}

/// A text is no schedule. What it says is a lower-case sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrongSchedule(String);

impl fmt::Display for WrongSchedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for WrongSchedule {}

/// How many years ahead are searched, as the original did. Only the 29th of February can be
/// further away, around a year such as 2100.
const YEARS: i64 = 5;

const SECOND: i64 = 1_000_000_000;

impl Schedule {
    /// Reads the text of a schedule.
    pub fn read(text: &str) -> Result<Self, WrongSchedule> {
        let wrong = |wrong: super::Wrong| WrongSchedule(wrong.message + wrong.otherwise);
        let written = read(text).map_err(wrong)?;
        let zone = match written.zone.as_deref() {
            None | Some("Local") => None,
            Some(name) => Some(Zone::named(name).ok_or_else(|| {
                let name = crate::diagnostic::shown(name);
                WrongSchedule(format!(
                    "there is no time zone {name}; write it like `Europe/Berlin`"
                ))
            })?),
        };
        Ok(Self {
            zone,
            fires: written.fires(),
            rule: written.rule,
        })
    }

    /// The first time after this one, on a full second. A schedule without a time zone goes by
    /// UTC. None: it never fires again.
    pub fn next(&self, after: Timestamp) -> Option<Timestamp> {
        self.next_at(after, 0)
    }

    /// The same where clocks are so many seconds ahead of UTC, unless the schedule itself names
    /// its time zone.
    pub fn next_at(&self, after: Timestamp, ahead: i32) -> Option<Timestamp> {
        let after = after.0.div_euclid(1000);
        let next = match &self.rule {
            Rule::Every(nanoseconds) => after.checked_add((nanoseconds / SECOND).max(1))?,
            Rule::Fields(_) if !self.fires => return None,
            Rule::Fields(fields) => {
                let home = Zone::Fixed(ahead.into());
                let mut search = Search {
                    fields,
                    zone: self.zone.as_ref().unwrap_or(&home),
                    at: after.checked_add(1)?,
                    moved: false,
                };
                search.run()?
            }
        };
        let next = Timestamp(next.checked_mul(1000)?);
        // Whoever waits for the next time must never be sent back.
        (next.0.div_euclid(1000) > after).then_some(next)
    }
}

/// Goes ahead month by month, day by day, hour by hour until all fits. Hours and minutes go by
/// as they do in the world: an hour that clocks leave out is not met, and one that they show
/// twice is met twice.
struct Search<'s> {
    fields: &'s [Bits; 5],
    zone: &'s Zone,
    at: i64,
    /// Whether `at` is the beginning of a minute, hour, day or month already.
    moved: bool,
}

impl Search<'_> {
    fn run(&mut self) -> Option<i64> {
        let last = self.local().year + YEARS;
        while self.local().year <= last {
            if self.month() && self.day() && self.hour() && self.minute() && self.second() {
                return Some(self.at);
            }
        }
        None
    }

    fn local(&self) -> Local {
        self.zone.local(self.at)
    }

    /// The first move ahead begins where the smaller fields begin.
    fn begin(&mut self, beginning: impl FnOnce(Local) -> Local) {
        if !std::mem::replace(&mut self.moved, true) {
            self.at = self.zone.at(beginning(self.local()), 0, 0);
        }
    }

    /// Each of these goes ahead until its field fits. `false`: a larger field may fit no more, so
    /// all begins anew.
    fn month(&mut self) -> bool {
        let [_, _, _, months, _] = self.fields;
        while !months.has(self.local().month) {
            self.begin(|now| Local {
                day: 1,
                second: 0,
                ..now
            });
            self.at = self.zone.at(self.local(), 1, 0);
            if self.local().month == 1 {
                return false;
            }
        }
        true
    }

    fn day(&mut self) -> bool {
        while !self.day_fits() {
            self.begin(|now| Local { second: 0, ..now });
            let before = self.at;
            self.at = self.zone.at(self.local(), 0, 1);
            // Where clocks are changed at midnight, a day may begin at another hour.
            match i64::from(self.local().hour()) {
                0 => {}
                late @ 13.. => self.at += (24 - late) * 3600,
                early => self.at -= early * 3600,
            }
            // Samoa once left out a whole day, and no clock shows its beginning.
            if self.at <= before {
                self.at = before + 24 * 3600;
            }
            if self.local().day == 1 {
                return false;
            }
        }
        true
    }

    fn day_fits(&self) -> bool {
        let [_, _, days, _, weekdays] = self.fields;
        let now = self.local();
        let (dated, on_a_weekday) = (days.has(now.day), weekdays.has(now.weekday()));
        if days.free || weekdays.free {
            dated && on_a_weekday
        } else {
            dated || on_a_weekday
        }
    }

    fn hour(&mut self) -> bool {
        let [_, hours, ..] = self.fields;
        while !hours.has(self.local().hour()) {
            self.begin(|now| Local {
                second: now.second - now.second % 3600,
                ..now
            });
            let before = self.local().day;
            self.at += 3600;
            // Not every day begins at midnight.
            if self.local().day != before {
                return false;
            }
        }
        true
    }

    fn minute(&mut self) -> bool {
        let [minutes, ..] = self.fields;
        while !minutes.has(self.local().minute()) {
            self.full_minute();
            let before = self.local().hour();
            self.at += 60;
            if self.local().hour() != before {
                return false;
            }
        }
        true
    }

    /// Schedules fire on full minutes.
    fn second(&mut self) -> bool {
        let over = self.local().second % 60;
        if over > 0 {
            self.moved = true;
            self.at += i64::from(60 - over);
        }
        over == 0
    }

    fn full_minute(&mut self) {
        if !std::mem::replace(&mut self.moved, true) {
            self.at -= self.at.rem_euclid(60);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn next(schedule: &str, after: i64) -> Option<i64> {
        let schedule = Schedule::read(schedule).unwrap_or_else(|wrong| panic!("{wrong}"));
        schedule
            .next(Timestamp(after * 1000))
            .map(|next| next.0 / 1000)
    }

    #[test]
    fn the_end_of_time_is_no_end_of_the_server() {
        for after in [i64::MIN / 1000, -1, 0, 253_402_300_799, i64::MAX / 1000] {
            for schedule in [
                "* * * * *",
                "0 0 29 2 *",
                "TZ=Europe/Berlin @yearly",
                "@every 2562047h",
            ] {
                assert!(
                    next(schedule, after).is_none_or(|next| next > after),
                    "{schedule}"
                );
            }
        }
    }

    #[test]
    fn parts_of_a_second_fall_away() {
        let schedule = Schedule::read("@every 1500ms").unwrap_or_else(|wrong| panic!("{wrong}"));
        assert_eq!(schedule.next(Timestamp(999)), Some(Timestamp(1000)));
        assert_eq!(schedule.next(Timestamp(-1)), Some(Timestamp(0)));
    }

    #[test]
    fn a_time_zone_that_there_is_not_is_told() {
        let wrong = Schedule::read("TZ=Europe/Berln @daily")
            .map(|_| ())
            .map_err(|wrong| wrong.to_string());
        assert_eq!(
            wrong,
            Err("there is no time zone `Europe/Berln`; write it like `Europe/Berlin`".to_owned())
        );
    }
}
