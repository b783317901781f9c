//! Points in time, for people and for machines.

use leptos::prelude::*;
use model::Timestamp;

const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

/// `2026-11-21T20:45:19Z` as “21 Nov 2026, 20:45 UTC”, or with its seconds.
fn readable(iso: &str, seconds: bool) -> String {
    let end = if seconds { 19 } else { 16 };
    let month = iso
        .get(5..7)
        .and_then(|digits| digits.parse::<usize>().ok());
    let month = month.and_then(|number| MONTHS.get(number.wrapping_sub(1)));
    match (iso.get(0..4), month, iso.get(8..10), iso.get(11..end)) {
        (Some(year), Some(month), Some(day), Some(time)) => {
            format!("{} {month} {year}, {time} UTC", day.trim_start_matches('0'))
        }
        _ => iso.to_owned(),
    }
}

/// The time of day alone, “20:45:19”, in UTC.
pub fn time_of_day(at: Timestamp) -> String {
    let iso = at.to_string();
    iso.get(11..19).unwrap_or_default().to_owned()
}

/// A point in time.
#[component]
pub fn Time(
    /// When.
    at: Timestamp,
    /// To the second, where minutes are too coarse.
    #[prop(optional)]
    seconds: bool,
) -> impl IntoView {
    let iso = at.to_string();
    view! { <time datetime=iso.clone()>{readable(&iso, seconds)}</time> }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_a_month_a_minute() {
        assert_eq!(
            readable("2026-01-02T03:04:05Z", false),
            "2 Jan 2026, 03:04 UTC"
        );
        assert_eq!(
            readable("2026-01-02T03:04:05Z", true),
            "2 Jan 2026, 03:04:05 UTC"
        );
        assert_eq!(time_of_day(Timestamp(951_782_405_000)), "00:00:05");
    }
}
