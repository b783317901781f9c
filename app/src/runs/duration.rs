//! How long something took, in words.

use model::Timestamp;

/// `0.4 s`, `12 s`, `3 min 5 s`, `2 h 7 min`: as exact as anybody reads it.
pub fn words(milliseconds: i64) -> String {
    let milliseconds = milliseconds.max(0);
    let seconds = milliseconds / 1_000;
    match seconds {
        0..10 => format!("{seconds}.{} s", milliseconds % 1_000 / 100),
        10..60 => format!("{seconds} s"),
        60..3_600 => format!("{} min {} s", seconds / 60, seconds % 60),
        _ => format!("{} h {} min", seconds / 3_600, seconds / 60 % 60),
    }
}

/// From the start to the end, or to `now` while it goes on; nothing before the start.
pub fn of(
    started: Option<Timestamp>,
    finished: Option<Timestamp>,
    now: Timestamp,
) -> Option<String> {
    let Timestamp(started) = started?;
    let Timestamp(ended) = finished.unwrap_or(now);
    Some(words(ended.saturating_sub(started)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_is_as_exact_as_it_is_read() {
        for (milliseconds, expected) in [
            (-5, "0.0 s"),
            (40, "0.0 s"),
            (450, "0.4 s"),
            (9_990, "9.9 s"),
            (10_000, "10 s"),
            (59_999, "59 s"),
            (185_000, "3 min 5 s"),
            (7_620_000, "2 h 7 min"),
        ] {
            assert_eq!(words(milliseconds), expected);
        }
    }

    #[test]
    fn what_has_not_begun_has_no_duration() {
        let now = Timestamp(20_000);
        assert_eq!(of(None, None, now), None);
        assert_eq!(of(Some(Timestamp(0)), None, now).as_deref(), Some("20 s"));
        let ended = of(Some(Timestamp(0)), Some(Timestamp(11_000)), now);
        assert_eq!(ended.as_deref(), Some("11 s"));
    }
}
