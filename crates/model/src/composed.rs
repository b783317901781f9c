//! Unicode's composed form (NFC), in which names are kept: a letter and its accent are one character where there is one
//! for both. Browser and server say the same, because both have these tables.

use std::borrow::Cow;

// PAIRS: two characters, sorted, and the one that stands for both.
// BY_COMPOSED: where the pairs are, in the order of that one.
// ONE_WAY: characters that stand for others and are never put together again.
// CLASSES: ranges of marks, and the class that says in which order they stand.
include!(concat!(env!("OUT_DIR"), "/composed.rs"));

/// Below this character nothing changes unless one from here on follows.
const FIRST: char = '\u{300}';

/// The text in its composed form.
pub(crate) fn composed(text: &str) -> Cow<'_, str> {
    if text.chars().all(|c| c < FIRST) {
        return Cow::Borrowed(text);
    }
    let mut apart = Vec::with_capacity(text.len());
    for c in text.chars() {
        take_apart(c, &mut apart);
    }
    for marks in apart.chunk_by_mut(|one, next| one.0 != 0 && next.0 != 0) {
        marks.sort_by_key(|(class, _)| *class);
    }
    Cow::Owned(put_together(apart))
}

/// Adds the parts of a character, each with its class.
fn take_apart(c: char, apart: &mut Vec<(u8, char)>) {
    if let Some((first, second)) = hangul::halves(c).or_else(|| halves(c)) {
        take_apart(first, apart);
        return take_apart(second, apart);
    }
    match ONE_WAY.binary_search_by_key(&c, |(known, _)| *known) {
        Ok(at) => {
            let parts = ONE_WAY[at].1.into_iter().filter(|part| *part != '\0');
            apart.extend(parts.map(|part| (class(part), part)));
        }
        Err(_) => apart.push((class(c), c)),
    }
}

fn put_together(apart: Vec<(u8, char)>) -> String {
    let mut text: Vec<char> = Vec::with_capacity(apart.len());
    // Where the last letter is, and the class of the last mark that stayed behind it.
    let mut letter = None;
    let mut last = None;
    for (class, c) in apart {
        if let Some(at) = letter.filter(|_| last.is_none_or(|last| last < class))
            && let Some(both) = joined(text[at], c)
        {
            text[at] = both;
            continue;
        }
        if class == 0 {
            letter = Some(text.len());
            last = None;
        } else {
            last = Some(class);
        }
        text.push(c);
    }
    text.into_iter().collect()
}

fn class(c: char) -> u8 {
    let behind = CLASSES.partition_point(|(first, ..)| *first <= c);
    match behind.checked_sub(1).map(|at| CLASSES[at]) {
        Some((_, last, class)) if c <= last => class,
        _ => 0,
    }
}

fn halves(c: char) -> Option<(char, char)> {
    let composed = |at: &u16| PAIRS[usize::from(*at)];
    let at = BY_COMPOSED
        .binary_search_by_key(&c, |at| composed(at).2)
        .ok()?;
    let (first, second, _) = composed(&BY_COMPOSED[at]);
    Some((first, second))
}

fn joined(first: char, second: char) -> Option<char> {
    hangul::joined(first, second).or_else(|| {
        let pair = |known: &(char, char, char)| (known.0, known.1);
        let at = PAIRS.binary_search_by_key(&(first, second), pair).ok()?;
        Some(PAIRS[at].2)
    })
}

/// Korean syllables are in the order of their parts, so that no table is needed.
mod hangul {
    const LEAD: u32 = 0x1100;
    const VOWEL: u32 = 0x1161;
    /// One before the first: a syllable may have no tail.
    const TAIL: u32 = 0x11a7;
    const SYLLABLE: u32 = 0xac00;
    const LEADS: u32 = 19;
    const VOWELS: u32 = 21;
    const TAILS: u32 = 28;

    pub(super) fn halves(c: char) -> Option<(char, char)> {
        let at = u32::from(c).checked_sub(SYLLABLE);
        let at = at.filter(|at| *at < LEADS * VOWELS * TAILS)?;
        let (open, tail) = (at / TAILS, at % TAILS);
        let (first, second) = if tail == 0 {
            (LEAD + open / VOWELS, VOWEL + open % VOWELS)
        } else {
            (SYLLABLE + open * TAILS, TAIL + tail)
        };
        char::from_u32(first).zip(char::from_u32(second))
    }

    pub(super) fn joined(first: char, second: char) -> Option<char> {
        let within = |c: char, start: u32, count: u32| {
            let at = u32::from(c).checked_sub(start)?;
            (at < count).then_some(at)
        };
        if let (Some(lead), Some(vowel)) =
            (within(first, LEAD, LEADS), within(second, VOWEL, VOWELS))
        {
            return char::from_u32(SYLLABLE + (lead * VOWELS + vowel) * TAILS);
        }
        let open = within(first, SYLLABLE, LEADS * VOWELS * TAILS)?;
        let tail = within(second, TAIL, TAILS).filter(|tail| *tail > 0)?;
        char::from_u32(u32::from(first) + tail).filter(|_| open % TAILS == 0)
    }
}

#[cfg(test)]
mod tests {
    use unicode_normalization::UnicodeNormalization;
    use unicode_normalization::char::{canonical_combining_class, compose};

    use super::*;

    fn same(text: &str) {
        let expected: String = text.nfc().collect();
        assert_eq!(composed(text), expected, "{}", text.escape_unicode());
        assert_eq!(composed(&expected), expected, "{}", text.escape_unicode());
    }

    #[test]
    fn every_character_alone_and_apart() {
        for c in '\0'..=char::MAX {
            let apart: String = c.nfd().collect();
            let alone = c.to_string();
            if apart == alone && canonical_combining_class(c) == 0 {
                assert_eq!(composed(&alone), alone, "{}", c.escape_unicode());
                continue;
            }
            same(&alone);
            same(&apart);
            same(&format!("a{apart}\u{301}"));
        }
    }

    #[test]
    fn every_letter_with_every_mark() {
        let marks: Vec<char> = PAIRS.iter().map(|pair| pair.1).collect();
        let mut letters: Vec<char> = PAIRS.iter().map(|pair| pair.0).collect();
        letters.extend(PAIRS.iter().map(|pair| pair.2));
        for letter in letters {
            for mark in &marks {
                assert_eq!(
                    joined(letter, *mark),
                    compose(letter, *mark),
                    "{letter} {mark}"
                );
            }
        }
    }

    #[test]
    fn marks_in_every_order() {
        // Of different classes, twice the same, one that joins with nothing, and letters in between.
        let parts = [
            'a',
            'e',
            'o',
            '\u{301}',
            '\u{302}',
            '\u{308}',
            '\u{316}',
            '\u{323}',
            '\u{327}',
            '\u{345}',
            '\u{344}',
            '\u{1100}',
            '\u{1161}',
            '\u{11a8}',
            '\u{ac00}',
            '\u{93c}',
            '\u{915}',
            '\u{2126}',
            '\u{fb2c}',
            '\u{1d165}',
        ];
        let count = parts.len();
        // A step that has nothing in common with the count comes by every part in every place.
        for number in (0..count.pow(5)).step_by(37) {
            let places = (0..5).map(|place| parts[number / count.pow(place) % count]);
            same(&places.collect::<String>());
        }
    }
}
