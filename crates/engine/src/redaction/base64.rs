//! What a value looks like inside longer base64 text.

/// The two alphabets.
const ALPHABETS: [&[u8; 64]; 2] = [
    b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
    b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_",
];

/// Programs break long base64 text into lines of one of these lengths.
const LINES: [usize; 2] = [64, 76];

/// Three bytes become four characters, so there are three ways for a value to lie in what is
/// encoded. The characters that hold bits of its neighbours as well are left out, except for the
/// last one when nothing comes behind the value.
pub(super) fn forms(value: &[u8], add: &mut impl FnMut(Vec<u8>)) {
    for alphabet in ALPHABETS {
        for (before, foreign) in [(0, 0), (1, 2), (2, 3)] {
            let mut bytes = vec![0; before];
            bytes.extend_from_slice(value);
            let text = encode(alphabet, &bytes);
            let certain = bytes.len() * 8 / 6;
            let inner = |end: usize| text.get(foreign..end).unwrap_or_default().to_vec();
            add(inner(certain));
            if certain < text.len() {
                add(inner(text.len()));
                let mut padded = inner(text.len());
                padded.resize(text.len().next_multiple_of(4) - foreign, b'=');
                add(padded);
            }
            if before == 0 {
                for length in LINES {
                    if text.len() > length {
                        text.chunks(length).for_each(|line| add(line.to_vec()));
                    }
                }
            }
        }
    }
}

/// Base64 without padding.
fn encode(alphabet: &[u8; 64], bytes: &[u8]) -> Vec<u8> {
    bytes
        .chunks(3)
        .flat_map(|chunk| {
            let mut group = [0; 4];
            for (place, byte) in group.iter_mut().skip(1).zip(chunk) {
                *place = *byte;
            }
            let bits = u32::from_be_bytes(group);
            [18, 12, 6, 0]
                .into_iter()
                .take(chunk.len() + 1)
                .filter_map(move |shift| alphabet.get((bits >> shift) as usize & 63).copied())
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(value: &[u8]) -> Vec<String> {
        let mut all = Vec::new();
        forms(value, &mut |form| {
            all.push(String::from_utf8(form).unwrap());
        });
        all
    }

    #[test]
    fn a_value_is_found_wherever_it_lies_in_the_encoded_text() {
        // base64 of "secret!", of "xsecret!y" and of "xysecret!z"
        let all = all(b"secret!");
        for (text, form) in [
            ("c2VjcmV0IQ==", "c2VjcmV0IQ=="),
            ("c2VjcmV0IQ", "c2VjcmV0IQ"),
            ("eHNlY3JldCF5", "NlY3JldC"),
            ("eHlzZWNyZXQheg==", "zZWNyZXQh"),
        ] {
            assert!(text.contains(form));
            assert!(all.iter().any(|known| known == form), "{form}: {all:?}");
        }
    }

    #[test]
    fn both_alphabets_are_known() {
        let all = all(&[0xfb, 0xff, 0xfe]);
        assert!(all.iter().any(|form| form == "+//+"));
        assert!(all.iter().any(|form| form == "-__-"));
    }

    #[test]
    fn broken_lines_are_known() {
        let text = encode(ALPHABETS[0], &[7; 100]);
        let all = all(&[7; 100]);
        for length in LINES {
            for line in text.chunks(length) {
                assert!(all.iter().any(|form| form.as_bytes() == line));
            }
        }
    }
}
