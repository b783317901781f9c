//! Bytes as hexadecimal digits, for files that people keep.

/// Two lower-case digits for each byte.
pub(crate) fn hex(bytes: &[u8]) -> String {
    let digit = |four_bits: u8| char::from(b"0123456789abcdef"[usize::from(four_bits)]);
    let pairs = bytes
        .iter()
        .flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]);
    pairs.collect()
}

/// The other way; `None` when it is not that.
pub(crate) fn unhex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    let byte = |pair: &[u8]| {
        let [high, low] = *pair else { return None };
        u8::try_from(digit(high)? << 4 | digit(low)?).ok()
    };
    text.as_bytes().chunks(2).map(byte).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_and_back() {
        let bytes = [0, 1, 0x7f, 0xab, 0xff];
        assert_eq!(hex(&bytes), "00017fabff");
        assert_eq!(unhex("00017fabff"), Some(bytes.to_vec()));
        for wrong in ["0", "0g", "+1", "é1"] {
            assert_eq!(unhex(wrong), None, "{wrong}");
        }
    }
}
