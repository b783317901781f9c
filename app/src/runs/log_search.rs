//! Where something stands in a line, in capitals or not.

use std::ops::Range;

/// The places in `text` where `wanted` stands, none overlapping another; upper and lower case are
/// the same, in every script that has them. Nothing stands nowhere.
pub fn places(text: &str, wanted: &str) -> Vec<Range<usize>> {
    let wanted: String = wanted.chars().flat_map(char::to_lowercase).collect();
    if wanted.is_empty() {
        return Vec::new();
    }
    if text.is_ascii() {
        let text = text.to_ascii_lowercase();
        let found = text.match_indices(&wanted);
        return found.map(|(at, found)| at..at + found.len()).collect();
    }
    // A letter may be longer or shorter in lower case, or become two.
    let mut lower = String::with_capacity(text.len());
    let mut letters = Vec::with_capacity(text.len());
    for (at, letter) in text.char_indices() {
        lower.extend(letter.to_lowercase());
        letters.resize(lower.len(), at..at + letter.len_utf8());
    }
    let mut places: Vec<Range<usize>> = Vec::new();
    for (at, found) in lower.match_indices(&wanted) {
        let (Some(first), Some(last)) = (letters.get(at), letters.get(at + found.len() - 1)) else {
            continue;
        };
        if places.last().is_none_or(|before| before.end <= first.start) {
            places.push(first.start..last.end);
        }
    }
    places
}

#[cfg(test)]
mod tests {
    use super::places;

    fn found<'t>(text: &'t str, wanted: &str) -> Vec<&'t str> {
        let places = places(text, wanted);
        places.into_iter().map(|place| &text[place]).collect()
    }

    #[test]
    fn upper_and_lower_case_are_the_same() {
        assert_eq!(
            found("Error, error, ERROR", "eRRor"),
            ["Error", "error", "ERROR"]
        );
        assert_eq!(found("ÄRGER und Ärger", "ärger"), ["ÄRGER", "Ärger"]);
        assert_eq!(found("Привет, ПРИВЕТ", "привет"), ["Привет", "ПРИВЕТ"]);
        assert_eq!(found("100 \u{212a}", "100 k"), ["100 \u{212a}"]);
    }

    #[test]
    fn a_letter_is_found_whole_or_not_at_all() {
        // In lower case it is an i with a dot of its own above it.
        assert_eq!(found("\u{130}stanbul", "i"), ["\u{130}"]);
        assert_eq!(found("\u{130}stanbul", "\u{307}"), ["\u{130}"]);
        assert_eq!(found("\u{130}\u{130}", "\u{130}"), ["\u{130}", "\u{130}"]);
        assert_eq!(found("x\u{130}y", "XI\u{307}Y"), ["x\u{130}y"]);
    }

    #[test]
    fn nothing_is_found_in_what_does_not_have_it() {
        for (text, wanted) in [
            ("", "a"),
            ("abc", ""),
            ("", ""),
            ("äöü", "abc"),
            ("a", "ab"),
        ] {
            assert_eq!(found(text, wanted), [""; 0], "{text} {wanted}");
        }
    }
}
