//! Padding: a stored value shows its length only in steps of 64 bytes.
//!
//! Without it “yes” and “no”, or an empty and a filled field, could be told apart in a copy of the
//! database. One byte `0x80` follows the value and zeros fill up to the next multiple of 64, so a
//! value of 0 to 63 bytes takes 64, of 64 to 127 bytes 128, and so on. It lies inside what is
//! authenticated: whoever removes it has already proved that nobody touched it.

use zeroize::Zeroizing;

use crate::suite::TAG_LENGTH;

/// Values take room in steps of so many bytes.
pub const STEP: usize = 64;

/// The byte that ends the value.
const END: u8 = 0x80;

/// Bytes of a value of `length` bytes once it is padded.
pub const fn padded_length(length: usize) -> usize {
    (length / STEP + 1) * STEP
}

/// The padded value, in a buffer with room for the tag, so that it never has to move.
pub(crate) fn pad(value: &[u8]) -> Zeroizing<Vec<u8>> {
    let length = padded_length(value.len());
    let mut padded = Zeroizing::new(Vec::with_capacity(length + TAG_LENGTH));
    padded.extend_from_slice(value);
    padded.push(END);
    padded.resize(length, 0);
    padded
}

/// Bytes of the value in front of the padding; `None` when this was never padded.
pub fn unpadded_length(padded: &[u8]) -> Option<usize> {
    if !padded.len().is_multiple_of(STEP) {
        return None;
    }
    let end = padded.iter().rposition(|byte| *byte != 0)?;
    (padded[end] == END && padded.len() - end <= STEP).then_some(end)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_bytes_are_frozen() {
        let mut expected = b"yes\x80".to_vec();
        expected.resize(64, 0);
        assert_eq!(*pad(b"yes"), expected);
        assert_eq!(
            [0, 1, 63, 64, 127, 65_536].map(padded_length),
            [64, 64, 64, 128, 128, 65_600]
        );
    }

    #[test]
    fn there_is_room_for_the_tag() {
        for length in [0, 63, 64, 1000] {
            assert!(pad(&vec![7; length]).capacity() >= padded_length(length) + TAG_LENGTH);
        }
    }

    #[test]
    fn what_was_never_padded_is_not_taken() {
        let with = |at: usize, byte: u8, length: usize| {
            let mut bytes = vec![0; length];
            bytes[at] = byte;
            bytes
        };
        assert_eq!(unpadded_length(&[]), None);
        assert_eq!(unpadded_length(&[0; 64]), None);
        assert_eq!(unpadded_length(&with(3, 0x81, 64)), None);
        assert_eq!(unpadded_length(&with(3, END, 63)), None);
        assert_eq!(
            unpadded_length(&with(3, END, 128)),
            None,
            "more padding than is ever needed"
        );
        assert_eq!(unpadded_length(&with(64, END, 128)), Some(64));
    }

    proptest! {
        #[test]
        fn every_value_comes_back(value in proptest::collection::vec(any::<u8>(), 0..400)) {
            let padded = pad(&value);
            prop_assert_eq!(padded.len(), padded_length(value.len()));
            prop_assert_eq!(unpadded_length(&padded), Some(value.len()));
            prop_assert_eq!(&padded[..value.len()], &value[..]);
        }

        #[test]
        fn values_that_end_like_padding_come_back(zeros in 0_usize..200, marks in 0_usize..3) {
            let mut value = vec![END; marks];
            value.resize(marks + zeros, 0);
            prop_assert_eq!(unpadded_length(&pad(&value)), Some(value.len()));
        }
    }
}
