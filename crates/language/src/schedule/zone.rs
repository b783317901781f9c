//! Local time: what the clocks of a place show at a point in time, and the other way round.
//!
//! Points in time are seconds since 1970 in UTC.

use jiff::Timestamp;
use jiff::tz::{TimeZone, TimeZoneDatabase};

const DAY: i64 = 86_400;
const HOUR: u32 = 3600;

/// How far the clocks of a place are ahead of UTC.
#[derive(Debug, Clone)]
pub(super) enum Zone {
    /// Always so many seconds.
    Fixed(i64),
    Named(TimeZone),
}

/// What the clocks show.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Local {
    pub(super) year: i64,
    /// From 1 to 12.
    pub(super) month: u32,
    /// From 1 to 31.
    pub(super) day: u32,
    /// Of the day.
    pub(super) second: u32,
}

impl Local {
    pub(super) fn hour(self) -> u32 {
        self.second / HOUR
    }

    pub(super) fn minute(self) -> u32 {
        self.second / 60 % 60
    }

    /// The day of the week, 0 for Sunday.
    pub(super) fn weekday(self) -> u32 {
        // The first day that is counted was a Thursday.
        small((days(self.year, self.month.into(), self.day.into()) + 4).rem_euclid(7))
    }
}

impl Zone {
    /// The time zone of that name, spelled exactly so.
    pub(super) fn named(name: &str) -> Option<Self> {
        if matches!(name, "" | "UTC" | "Local") {
            return Some(Self::Fixed(0));
        }
        let zone = TimeZoneDatabase::bundled().get(name).ok()?;
        (zone.iana_name() == Some(name)).then_some(Self::Named(zone))
    }

    /// The seconds that the clocks are ahead of UTC at this point in time.
    fn ahead(&self, at: i64) -> i64 {
        match self {
            Self::Fixed(ahead) => *ahead,
            Self::Named(zone) => {
                let limits = Timestamp::MIN.as_second()..=Timestamp::MAX.as_second();
                let at = Timestamp::from_second(at.clamp(*limits.start(), *limits.end()));
                at.map_or(0, |at| zone.to_offset(at).seconds().into())
            }
        }
    }

    /// What the clocks show at this point in time.
    pub(super) fn local(&self, at: i64) -> Local {
        let shown = at.saturating_add(self.ahead(at));
        let (year, month, day) = civil(shown.div_euclid(DAY));
        Local {
            year,
            month,
            day,
            second: small(shown.rem_euclid(DAY)),
        }
    }

    /// The point in time at which the clocks show this, some months and days later; they may run
    /// over.
    ///
    /// When clocks are set forward, nobody sees some hours, and when they are set back, some
    /// twice: then it is a point beside the change, always the same.
    pub(super) fn at(&self, local: Local, months: u32, more: u32) -> i64 {
        let month = i64::from(local.month) + i64::from(months);
        let day = i64::from(local.day) + i64::from(more);
        let shown = days(local.year, month, day) * DAY + i64::from(local.second);
        let ahead = self.ahead(shown);
        if ahead == 0 {
            return shown;
        }
        shown - self.ahead(shown - ahead)
    }
}

fn small(number: i64) -> u32 {
    u32::try_from(number).unwrap_or_default()
}

/// The days from 1970-01-01 to this one. Months count from 1 and may run over, days as well.
fn days(year: i64, month: i64, day: i64) -> i64 {
    // Years begin in March here, so that leap days are last.
    let months = year * 12 + (month - 3);
    let (year, month) = (months.div_euclid(12), months.rem_euclid(12));
    let before = year * 365 + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    before + (153 * month + 2) / 5 + day - 719_469
}

/// Year, month and day of so many days after 1970-01-01.
fn civil(days: i64) -> (i64, u32, u32) {
    const FOUR_HUNDRED_YEARS: i64 = 146_097;
    let shifted = days + 719_468;
    let (era, day) = (
        shifted.div_euclid(FOUR_HUNDRED_YEARS),
        shifted.rem_euclid(FOUR_HUNDRED_YEARS),
    );
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let year = era * 400 + year + i64::from(month >= 10);
    let month = if month < 10 { month + 3 } else { month - 9 };
    (year, small(month), small(day))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_dates_are_inverse() {
        for day in -1_000_000..1_000_000 {
            let (year, month, of_month) = civil(day);
            assert_eq!(days(year, month.into(), of_month.into()), day);
        }
        assert_eq!(civil(0), (1970, 1, 1));
        assert_eq!(civil(19_782), (2024, 2, 29));
        assert_eq!(days(2023, 14, 30), days(2024, 3, 1));
    }

    #[test]
    fn names_are_spelled_exactly() {
        for name in ["", "UTC", "Local", "Europe/Berlin", "EST"] {
            assert!(Zone::named(name).is_some(), "{name}");
        }
        for name in ["utc", "europe/berlin", "Nowhere", "/etc/passwd", "../x"] {
            assert!(Zone::named(name).is_none(), "{name}");
        }
    }
}
