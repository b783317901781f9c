//! How fast what a step prints is read.
//!
//! A step that prints without a pause would keep this machine busy with its log. So it is read at
//! a steady pace, with room for a burst; between the reads the step waits on its own pipe, which
//! costs nothing. Nothing is lost by that, and no other step waits.

use std::time::Duration;

use tokio::time::Instant;

use crate::settings::Limits;

/// Each read counts as at least so many bytes: a program that writes every line by itself is read
/// in pieces of many lines.
const LEAST: u64 = 16 * 1024;

/// When the next piece may be read.
pub(crate) struct Pace {
    /// How long a burst would take at the steady rate.
    burst: Duration,
    /// Bytes a second.
    rate: u64,
    /// When everything that was read would have been read at the steady rate.
    paid: Instant,
}

impl Pace {
    /// Nothing was read before `now`.
    pub(crate) fn new(limits: &Limits, now: Instant) -> Self {
        Self {
            burst: lasting(limits.print_burst, limits.print_rate),
            rate: limits.print_rate,
            paid: now,
        }
    }

    /// How long to wait before the next read.
    pub(crate) fn pause(&self, now: Instant) -> Duration {
        let ahead = self.paid.saturating_duration_since(now);
        ahead.saturating_sub(self.burst)
    }

    /// So many bytes were read at once.
    pub(crate) fn count(&mut self, bytes: usize, now: Instant) {
        let bytes = u64::try_from(bytes).unwrap_or(u64::MAX).max(LEAST);
        let from = self.paid.max(now);
        self.paid = from.checked_add(lasting(bytes, self.rate)).unwrap_or(from);
    }
}

/// How long so many bytes take.
fn lasting(bytes: u64, rate: u64) -> Duration {
    const SECOND: u128 = 1_000_000_000;
    let nanoseconds = u128::from(bytes) * SECOND / u128::from(rate.max(1));
    Duration::from_nanos(u64::try_from(nanoseconds).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    const KIB: u64 = 1024;

    /// Milliseconds after which each of these reads was made.
    fn times(burst: u64, rate: u64, reads: &[usize]) -> Vec<u128> {
        let limits = Limits {
            print_burst: burst,
            print_rate: rate,
            ..Limits::default()
        };
        let begun = Instant::now();
        let mut now = begun;
        let mut pace = Pace::new(&limits, now);
        reads
            .iter()
            .map(|bytes| {
                now += pace.pause(now);
                pace.count(*bytes, now);
                (now - begun).as_millis()
            })
            .collect()
    }

    #[test]
    fn a_burst_passes_and_then_the_rate_counts() {
        let (burst, rate) = (128 * KIB, 64 * KIB);
        let whole = [64 * 1024; 6];
        assert_eq!(times(burst, rate, &whole), [0, 0, 0, 1000, 2000, 3000]);
        assert_eq!(times(0, rate, &whole[..3]), [0, 1000, 2000]);
    }

    #[test]
    fn a_read_of_a_few_bytes_counts_as_one_of_many() {
        assert_eq!(times(0, 16 * KIB, &[1; 3]), [0, 1000, 2000]);
    }

    #[test]
    fn a_pause_gives_the_burst_back_and_no_more() {
        let limits = Limits {
            print_burst: 64 * KIB,
            print_rate: 64 * KIB,
            ..Limits::default()
        };
        let begun = Instant::now();
        let mut pace = Pace::new(&limits, begun);
        let later = begun + Duration::from_hours(1);
        for pause in [0, 0, 1] {
            assert_eq!(pace.pause(later), Duration::from_secs(pause));
            pace.count(64 * 1024, later);
        }
    }

    #[test]
    fn the_largest_numbers_do_no_harm() {
        let limits = Limits {
            print_burst: u64::MAX,
            print_rate: 0,
            ..Limits::default()
        };
        let now = Instant::now();
        let mut pace = Pace::new(&limits, now);
        pace.count(usize::MAX, now);
        assert_eq!(pace.pause(now), Duration::ZERO);
    }
}
