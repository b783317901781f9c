//! Finds the values, however they are spelled, in bytes and in files.

use std::collections::{BTreeSet, HashMap};
use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use aho_corasick::AhoCorasick;

use super::encodings::ENCODINGS;
use super::values::CANARIES;

/// One of the values, for tests that type only one.
pub(crate) const MARKER: &str = "Zq7XmarkerVx9KdJw2Tb";

/// Shorter than any spelling that is looked for: what is shorter could be there by chance.
const SHORTEST: usize = 10;

/// What is looked for, and what each of it is: a value by its number, spelled in some way.
struct Search {
    automaton: AhoCorasick,
    meanings: Vec<Vec<(usize, &'static str)>>,
}

static SEARCH: LazyLock<Search> = LazyLock::new(|| {
    let mut meanings: HashMap<Vec<u8>, BTreeSet<(usize, &'static str)>> = HashMap::new();
    for (number, canary) in CANARIES.iter().enumerate() {
        for (name, encode) in ENCODINGS {
            // The whole of what is awkward, and what is left of a value that was cut.
            for part in [&canary.stretch, &canary.token] {
                let spelled = encode(part.as_bytes());
                assert!(spelled.len() >= SHORTEST, "{}, {name}", canary.kind);
                meanings.entry(spelled).or_default().insert((number, name));
            }
        }
    }
    let (spelled, meanings): (Vec<_>, Vec<Vec<_>>) = meanings
        .into_iter()
        .map(|(spelled, means)| (spelled, means.into_iter().collect()))
        .unzip();
    Search {
        automaton: AhoCorasick::new(spelled).unwrap(),
        meanings,
    }
});

/// Which values stand in some bytes, by their numbers, and how they are spelled.
pub(super) fn hits(bytes: &[u8]) -> BTreeSet<(usize, &'static str)> {
    SEARCH
        .automaton
        .find_overlapping_iter(bytes)
        .flat_map(|found| SEARCH.meanings[found.pattern().as_usize()].clone())
        .collect()
}

/// The values in some bytes, each with a word on how it is spelled; the values themselves are not told.
pub(crate) fn found_in(bytes: &[u8]) -> Vec<String> {
    let hits = hits(bytes);
    let told = |(number, spelled): (usize, &str)| format!("{}, {spelled}", CANARIES[number].kind);
    hits.into_iter().map(told).collect()
}

/// The files below a folder that hold a value, with how it is spelled there.
pub(crate) fn found_below(dir: &Path) -> Vec<(String, Vec<String>)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(found_below(&path));
        } else if path.is_file() {
            // The database removes its own files when it likes.
            let Ok(bytes) = fs::read(&path) else { continue };
            let spelled = found_in(&bytes);
            if !spelled.is_empty() {
                found.push((path.display().to_string(), spelled));
            }
        }
    }
    found
}

/// A folder's search is worth something only when it finds what was put there.
pub(super) fn assert_the_search_finds(dir: &Path) {
    let planted = dir.join("planted");
    for (name, encode) in ENCODINGS {
        let mut bytes = vec![0xff; 5000];
        for canary in CANARIES.iter() {
            bytes.extend(encode(canary.stretch.as_bytes()));
            bytes.extend([0xfe; 77]);
        }
        fs::write(&planted, bytes).unwrap();
        let found = found_below(dir);
        let (_, spelled) = found
            .iter()
            .find(|(path, _)| path.ends_with("planted"))
            .unwrap();
        for canary in CANARIES.iter() {
            let wanted = format!("{}, {name}", canary.kind);
            assert!(spelled.contains(&wanted), "{wanted} is not found");
        }
    }
    fs::remove_file(planted).unwrap();
}

mod tests {
    use super::*;
    use crate::marker::values::COUNT;

    /// Text with nothing in it that is searched for.
    fn around(bytes: &[u8]) -> Vec<u8> {
        [&b"before it "[..], bytes, &b" and behind it"[..]].concat()
    }

    #[test]
    fn each_value_is_found_in_each_spelling_and_no_other_one() {
        assert!(ENCODINGS.len() >= 30 && CANARIES.len() == COUNT);
        for (number, canary) in CANARIES.iter().enumerate() {
            for (name, encode) in ENCODINGS {
                for part in [&canary.stretch, &canary.token] {
                    let found = hits(&around(&encode(part.as_bytes())));
                    assert!(found.contains(&(number, name)), "{}, {name}", canary.kind);
                    let others = found.iter().filter(|(other, _)| *other != number);
                    assert_eq!(others.count(), 0, "{}, {name}: {found:?}", canary.kind);
                }
                // As a whole, where the token stands wherever it stands.
                let found = hits(&around(&encode(canary.value.as_bytes())));
                assert!(
                    found.iter().any(|(found, _)| *found == number),
                    "{}, {name}",
                    canary.kind
                );
            }
        }
    }

    #[test]
    fn a_value_that_was_cut_is_found() {
        for canary in CANARIES.iter() {
            let at = canary.value.find(&canary.token).unwrap();
            let end = at + canary.token.len();
            for part in [&canary.value[at..], &canary.value[..end]] {
                assert!(!found_in(part.as_bytes()).is_empty(), "{}", canary.kind);
            }
        }
    }

    #[test]
    fn what_was_not_planted_is_not_found() {
        let unknown = "Wt5never-typed-anywhere <&\"'%\\> 9KdJw2Tb";
        for (name, encode) in ENCODINGS {
            let bytes = around(&encode(unknown.as_bytes()));
            assert_eq!(found_in(&bytes), [""; 0], "{name}");
        }
        let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        assert_eq!(found_below(&sources), []);
    }

    #[test]
    fn files_are_searched_in_folders_of_folders() {
        let dir = tempfile::tempdir().unwrap();
        let inside = dir.path().join("a/b");
        fs::create_dir_all(&inside).unwrap();
        assert_the_search_finds(&inside);
        assert_eq!(found_below(dir.path()), []);
        fs::write(
            inside.join("c"),
            around(&CANARIES[1].value.clone().into_bytes()),
        )
        .unwrap();
        let found = found_below(dir.path());
        assert!(
            found.len() == 1 && found[0].0.ends_with("a/b/c"),
            "{found:?}"
        );
    }
}
