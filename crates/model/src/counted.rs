//! Numbers of things, for sentences.

/// So many of something: `1 value`, and `0 values` or `7 values`.
pub fn counted(number: u64, one: &str, many: &str) -> String {
    match number {
        1 => format!("1 {one}"),
        number => format!("{number} {many}"),
    }
}

#[cfg(test)]
mod tests {
    use super::counted;

    #[test]
    fn one_is_no_plural() {
        let values = |number| counted(number, "value", "values");
        assert_eq!(
            [0, 1, 2, 21].map(values),
            ["0 values", "1 value", "2 values", "21 values"]
        );
    }
}
