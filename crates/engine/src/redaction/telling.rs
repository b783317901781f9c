//! Which windows of a value say by themselves that a text is a part of it.
//!
//! A row of zeros stands in logs that have nothing to hide, and so do a ruler of dashes and the hash
//! of nothing. They are masked only where they touch something that tells.

/// Windows of so many different bytes tell.
const DIFFERENT: u32 = 5;

/// So do those of fewer that are not the same few bytes again and again: at least so many are not what
/// the repetition would have there. Two hexadecimal digits in a random order are such a window.
const SURPRISES: usize = 4;

/// The longest repetition: a byte as JSON writes it within JSON, `\\u0000`, and a bit more.
const REPEATED: usize = 8;

/// Whether this window says enough.
pub(super) fn tells(window: &[u8]) -> bool {
    let mut seen = [0_u64; 4];
    for byte in window {
        if let Some(seen) = seen.get_mut(usize::from(byte >> 6)) {
            *seen |= 1 << (byte & 63);
        }
    }
    if seen.iter().map(|bits| bits.count_ones()).sum::<u32>() >= DIFFERENT {
        return true;
    }
    (1..=REPEATED).all(|length| {
        let later = window.iter().skip(length);
        let surprises = window.iter().zip(later).filter(|(one, other)| one != other);
        surprises.count() >= SURPRISES
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_of_the_same_bytes_do_not_tell() {
        for dull in [
            "00000000000000000000000000000000",
            "00 00 00 00 00 00 00 00 00 00 00",
            r"\x00\x00\x00\x00\x00\x00\x00\x00",
            r"u0000\u0000\u0000\u0000\u0000\u0",
            "YWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFh",
            "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
            "--------------+-----------------",
            "00000000000000000000000000000001",
        ] {
            assert!(!tells(dull.as_bytes()), "{dull}");
        }
    }

    #[test]
    fn different_bytes_and_an_order_tell() {
        for telling in [
            "abcdeabcdeabcdeabcdeabcdeabcdeab",
            "30313130303031313130313030313031",
            "the words of a password are here",
        ] {
            assert!(tells(telling.as_bytes()), "{telling}");
        }
    }
}
