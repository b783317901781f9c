//! What somebody probably meant.

use crate::text::small;

/// The longest word that is compared, in characters.
const LONGEST: usize = 40;

/// What it costs to compare two words, where short ones cost 1.
pub(crate) fn cost(word: &str, candidate: &str) -> u32 {
    let cells = word.len().min(LONGEST) * candidate.len().min(LONGEST);
    small(cells / 100 + 1)
}

/// The candidate that differs from `word` by the fewest keystrokes, if it is close.
pub(crate) fn closest<'c>(
    word: &str,
    candidates: impl IntoIterator<Item = &'c str>,
) -> Option<&'c str> {
    let word: Vec<char> = word
        .chars()
        .flat_map(char::to_lowercase)
        .take(LONGEST + 1)
        .collect();
    // A third of the word may be wrong: `nmae` is `name`, but `as` is not `aws`' business.
    let allowed = (word.len() / 3).clamp(1, 3);
    if word.is_empty() {
        return None;
    }
    let mut best = None;
    for candidate in candidates {
        if candidate.len().abs_diff(word.len()) > LONGEST {
            continue;
        }
        let other: Vec<char> = candidate
            .chars()
            .flat_map(char::to_lowercase)
            .take(LONGEST + 1)
            .collect();
        if word.len() > LONGEST
            || other.len() > LONGEST
            || other.len().abs_diff(word.len()) > allowed
        {
            continue;
        }
        let distance = distance(&word, &other);
        if distance <= allowed && best.is_none_or(|(least, _)| distance < least) {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// Insertions, deletions, replacements and swaps of neighbours that turn one into the other.
fn distance(a: &[char], b: &[char]) -> usize {
    let mut before = vec![0; b.len() + 1];
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, y) in b.iter().enumerate() {
            let mut fewest = (last[j] + usize::from(x != y))
                .min(last[j + 1] + 1)
                .min(row[j] + 1);
            if i > 0 && j > 0 && a[i - 1] == *y && b[j - 1] == *x {
                fewest = fewest.min(before[j - 1] + 1);
            }
            row.push(fewest);
        }
        before = last;
        last = row;
    }
    last.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::closest;

    #[test]
    fn near_words_are_found_and_far_ones_are_not() {
        let keys = ["name", "image", "dependsOn", "spec", "env"];
        assert_eq!(closest("nmae", keys), Some("name"));
        assert_eq!(closest("dependson", keys), Some("dependsOn"));
        assert_eq!(closest("depends", keys), Some("dependsOn"));
        assert_eq!(closest("specs", keys), Some("spec"));
        assert_eq!(closest("", keys), None);
        assert_eq!(closest("retries", keys), None);
        assert_eq!(closest(&"x".repeat(500), [&*"x".repeat(500)]), None);
    }
}
