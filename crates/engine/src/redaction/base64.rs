//! What a value looks like inside longer base64 text.

use std::ops::Range;

use super::plain::Scratch;

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
pub(super) fn forms(value: &[u8], text: &mut Scratch, add: &mut impl FnMut(&[u8])) {
    for alphabet in ALPHABETS {
        for (before, foreign) in [(0, 0), (1, 2), (2, 3)] {
            text.clear();
            encode(alphabet, before, value, text);
            let certain = (before + value.len()) * 8 / 6;
            let length = text.bytes().len();
            add(part(text, foreign..certain));
            if before == 0 {
                lines(text.bytes(), add);
            }
            if certain < length {
                add(part(text, foreign..length));
                let padded = length.next_multiple_of(4);
                (length..padded).for_each(|_| text.push(b'='));
                add(part(text, foreign..padded));
                if before == 0 {
                    lines(text.bytes(), add);
                }
            }
        }
    }
}

fn lines(text: &[u8], add: &mut impl FnMut(&[u8])) {
    for length in LINES {
        if text.len() > length {
            text.chunks(length).for_each(&mut *add);
        }
    }
}

fn part(text: &Scratch, range: Range<usize>) -> &[u8] {
    text.bytes().get(range).unwrap_or_default()
}

/// Base64 without padding of so many zeros and a value.
fn encode(alphabet: &[u8; 64], before: usize, value: &[u8], text: &mut Scratch) {
    let (first, rest) = value.split_at((3 - before).min(value.len()));
    let mut group = |bytes: &[u8], at: usize| {
        let mut group = [0; 4];
        for (place, byte) in group.iter_mut().skip(1 + at).zip(bytes) {
            *place = *byte;
        }
        let bits = u32::from_be_bytes(group);
        for shift in [18, 12, 6, 0].into_iter().take(at + bytes.len() + 1) {
            if let Some(letter) = alphabet.get((bits >> shift) as usize & 63) {
                text.push(*letter);
            }
        }
    };
    group(first, before);
    rest.chunks(3).for_each(|bytes| group(bytes, 0));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(value: &[u8]) -> Vec<String> {
        let mut all = Vec::new();
        forms(value, &mut Scratch::default(), &mut |form| {
            all.push(String::from_utf8(form.to_vec()).unwrap());
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
        let mut text = Scratch::default();
        encode(ALPHABETS[0], 0, &[7; 100], &mut text);
        let all = all(&[7; 100]);
        for length in LINES {
            for line in text.bytes().chunks(length) {
                assert!(all.iter().any(|form| form.as_bytes() == line));
            }
        }
    }
}
