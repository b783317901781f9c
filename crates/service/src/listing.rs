//! Several names in one sentence.

/// How many names a sentence lists.
const NAMED: usize = 5;

/// `a, b and c`, and a number for those beyond the first few.
pub(crate) fn names(all: &[&str]) -> String {
    let named = all.len().min(NAMED);
    let more = match all.len() - named {
        0 => None,
        more => Some(format!("{more} more")),
    };
    let mut words: Vec<&str> = all[..named].to_vec();
    words.extend(more.as_deref());
    match words.split_last() {
        Some((last, [])) => (*last).to_owned(),
        Some((last, before)) => format!("{} and {last}", before.join(", ")),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::names;

    #[test]
    fn long_lists_end_in_a_number() {
        assert_eq!(names(&["a"]), "a");
        assert_eq!(names(&["a", "b", "c"]), "a, b and c");
        assert_eq!(
            names(&["a", "b", "c", "d", "e", "f", "g"]),
            "a, b, c, d, e and 2 more"
        );
    }
}
