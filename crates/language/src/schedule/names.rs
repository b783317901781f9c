//! The names of the world's time zones. `build.rs` takes them out of the database by which the
//! server works out times, and leaves the times behind: the names fit into the browser.

use std::ops::Range;

/// Between blanks: the areas in the first line, the names without any area in the second, and
/// then a line for each area with what stands behind its `/`.
const NAMES: &str = include_str!(concat!(env!("OUT_DIR"), "/zones.txt"));

/// A name that no time zone has.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Unknown {
    /// What of the name is wrong.
    pub(super) part: Range<usize>,
    /// What that could be instead, with blanks between.
    pub(super) candidates: &'static str,
}

/// Whether a time zone has this name, spelled exactly so; no name at all stands for UTC.
pub(super) fn find(name: &str) -> Result<(), Unknown> {
    let mut lines = NAMES.lines();
    let (areas, alone) = (
        lines.next().unwrap_or_default(),
        lines.next().unwrap_or_default(),
    );
    let unknown = |part, candidates| Err(Unknown { part, candidates });
    let has = |list: &str, word: &str| list.split(' ').any(|one| one == word);
    let Some((area, place)) = name.split_once('/') else {
        return if name.is_empty() || has(alone, name) {
            Ok(())
        } else {
            unknown(0..name.len(), alone)
        };
    };
    let places = areas.split(' ').zip(lines).find(|(one, _)| *one == area);
    match places {
        None => unknown(0..area.len(), areas),
        Some((_, places)) if has(places, place) => Ok(()),
        Some(_) if place.is_empty() => unknown(0..name.len(), ""),
        Some((_, places)) => unknown(area.len() + 1..name.len(), places),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_of_a_name_and_what_it_could_be() {
        for name in [
            "",
            "UTC",
            "Local",
            "EST5EDT",
            "Europe/Berlin",
            "America/Indiana/Knox",
        ] {
            assert_eq!(find(name), Ok(()), "{name}");
        }
        for (name, wrong, candidate) in [
            ("Europa/Berlin", "Europa", "Europe"),
            ("Europe/Berln", "Berln", "Berlin"),
            ("Europe/berlin", "berlin", "Berlin"),
            ("America/Indiana/Nox", "Indiana/Nox", "Indiana/Knox"),
            ("utc", "utc", "UTC"),
            ("Berlin", "Berlin", "UTC"),
            ("/", "", "Europe"),
        ] {
            let unknown = find(name).expect_err(name);
            assert_eq!(&name[unknown.part], wrong, "{name}");
            let mut candidates = unknown.candidates.split_ascii_whitespace();
            assert!(candidates.any(|one| one == candidate), "{name}");
        }
    }

    #[cfg(feature = "evaluate")]
    #[test]
    fn they_are_the_names_of_the_database() {
        let database = jiff::tz::TimeZoneDatabase::bundled();
        let theirs: Vec<_> = database.available().map(|name| name.to_string()).collect();
        assert!(theirs.len() > 500);
        for name in &theirs {
            assert_eq!(find(name), Ok(()), "{name}");
        }
        let ours: usize = NAMES
            .lines()
            .skip(1)
            .map(|line| line.split(' ').count())
            .sum();
        assert_eq!(ours, theirs.len() + 1, "and `Local`");
    }
}
