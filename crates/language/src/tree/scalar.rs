//! What a plain scalar means: the rules of YAML 1.2 as the workflows' first reader applied them.

use super::Style;

/// The type of a scalar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScalarType {
    /// Nothing.
    Null,
    /// `true` or `false`; `yes` and `on` are text.
    Boolean,
    /// A whole number.
    Integer,
    /// Another number.
    Float,
    /// A date, with or without a time.
    Time,
    /// Base64 under `!!binary`.
    Binary,
    /// Everything else.
    Text,
}

impl ScalarType {
    /// The word for people.
    pub fn words(self) -> &'static str {
        match self {
            Self::Null => "nothing",
            Self::Boolean => "a boolean",
            Self::Integer | Self::Float => "a number",
            Self::Time => "a date",
            Self::Binary => "binary data",
            Self::Text => "text",
        }
    }
}

/// What `!!` is short for.
const CORE: &str = "tag:yaml.org,2002:";

pub(super) fn scalar_type(text: &str, style: Style, tag: Option<&str>) -> ScalarType {
    match tag.and_then(|tag| tag.strip_prefix(CORE)) {
        Some("str") => return ScalarType::Text,
        Some("null") => return ScalarType::Null,
        Some("bool") => return ScalarType::Boolean,
        Some("int") => return ScalarType::Integer,
        Some("float") => return ScalarType::Float,
        Some("timestamp") => return ScalarType::Time,
        Some("binary") => return ScalarType::Binary,
        _ => {}
    }
    if style != Style::Plain || tag == Some("!") {
        return ScalarType::Text;
    }
    match text {
        "" | "~" | "null" | "Null" | "NULL" => ScalarType::Null,
        "true" | "True" | "TRUE" | "false" | "False" | "FALSE" => ScalarType::Boolean,
        ".nan" | ".NaN" | ".NAN" => ScalarType::Float,
        _ if matches!(
            text.trim_start_matches(['+', '-']),
            ".inf" | ".Inf" | ".INF"
        ) =>
        {
            ScalarType::Float
        }
        _ if is_time(text) => ScalarType::Time,
        _ if is_integer(text) => ScalarType::Integer,
        _ if is_float(text) => ScalarType::Float,
        _ => ScalarType::Text,
    }
}

/// What one of YAML's own tags stands in front of, when this text is none of it. Quotes make no
/// difference there. What is binary may be computed, so only a run can tell.
pub(super) fn misfit<'t>(text: &str, tag: &'t str) -> Option<(&'t str, &'static str)> {
    use ScalarType as T;
    let word = tag.strip_prefix(CORE)?;
    let plain = |text: &str| scalar_type(text, Style::Plain, None);
    let (fits, example) = match word {
        "null" => (plain(text) == T::Null, "`null` or nothing"),
        "bool" => (plain(text) == T::Boolean, "`true` or `false`"),
        "int" => (plain(text) == T::Integer, "a whole number such as `5`"),
        "float" => {
            let found = plain(&text.replace('_', ""));
            (
                matches!(found, T::Integer | T::Float),
                "a number such as `1.5`",
            )
        }
        "timestamp" => (plain(text) == T::Time, "a date such as `2026-01-31`"),
        _ => return None,
    };
    (!fits).then_some((word, example))
}

fn unsigned(text: &str) -> &str {
    text.strip_prefix(['+', '-']).unwrap_or(text)
}

fn is_integer(text: &str) -> bool {
    let digits = unsigned(text);
    let (digits, radix) = match digits.get(..2) {
        Some("0x") => (&digits[2..], 16),
        Some("0o") => (&digits[2..], 8),
        Some("0b") => (&digits[2..], 2),
        _ => (digits, 10),
    };
    digits.starts_with(|c: char| c.is_digit(radix))
        && digits.chars().all(|c| c == '_' || c.is_digit(radix))
}

fn is_float(text: &str) -> bool {
    let text = unsigned(text);
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(unsigned(exponent))),
        None => (text, None),
    };
    let digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    let (whole, part) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    digits(whole)
        && digits(part)
        && !(whole.is_empty() && part.is_empty())
        && exponent.is_none_or(|exponent| !exponent.is_empty() && digits(exponent))
}

/// `2026-11-21`, alone or followed by a time. Whether there is such a day is not checked.
fn is_time(text: &str) -> bool {
    let (day, time) = match text.split_once(['T', 't', ' ']) {
        Some((day, time)) => (day, Some(time)),
        None => (text, None),
    };
    let mut parts = day.split('-');
    let number = |part: Option<&str>, lengths: std::ops::RangeInclusive<usize>| {
        part.is_some_and(|p| lengths.contains(&p.len()) && p.bytes().all(|b| b.is_ascii_digit()))
    };
    number(parts.next(), 4..=4)
        && number(parts.next(), 1..=2)
        && number(parts.next(), 1..=2)
        && parts.next().is_none()
        && time.is_none_or(|time| {
            time.contains(':')
                && time.trim_start().starts_with(|c: char| c.is_ascii_digit())
                && time
                    .bytes()
                    .all(|b| b.is_ascii_digit() || b":.+-Z ".contains(&b))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_words() {
        for (text, expected) in [
            ("", ScalarType::Null),
            ("~", ScalarType::Null),
            ("null", ScalarType::Null),
            ("true", ScalarType::Boolean),
            ("yes", ScalarType::Text),
            ("-12", ScalarType::Integer),
            ("1_000", ScalarType::Integer),
            ("0x1F", ScalarType::Integer),
            ("0xZ", ScalarType::Text),
            ("1.5e-3", ScalarType::Float),
            (".5", ScalarType::Float),
            (".", ScalarType::Text),
            ("1e", ScalarType::Text),
            ("-.inf", ScalarType::Float),
            ("1.2.3", ScalarType::Text),
            ("2020-01-02", ScalarType::Time),
            ("2020-01-02T03:04:05Z", ScalarType::Time),
            ("2020-01-02-x", ScalarType::Text),
            ("12:30:45", ScalarType::Text),
            ("us-east-1", ScalarType::Text),
        ] {
            assert_eq!(scalar_type(text, Style::Plain, None), expected, "{text}");
            assert_eq!(
                scalar_type(text, Style::Quoted, None),
                ScalarType::Text,
                "{text}"
            );
            assert_eq!(
                scalar_type(text, Style::Plain, Some("tag:yaml.org,2002:str")),
                ScalarType::Text
            );
        }
        assert_eq!(
            scalar_type("5", Style::Quoted, Some("tag:yaml.org,2002:int")),
            ScalarType::Integer
        );
    }
}
