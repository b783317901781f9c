//! `homepage` and `source`: an address with its scheme.

/// Whether the text is an address: a scheme, a colon, and nothing after it that no address has.
pub(super) fn is_uri(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once(':') else {
        return false;
    };
    scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c))
        && !text.contains(|c: char| c.is_control() || c == '\\')
        && escapes(rest)
        && rest.strip_prefix("//").is_none_or(is_authority)
}

/// Whether a `%` always has two hexadecimal digits behind it.
fn escapes(text: &str) -> bool {
    text.split('%').skip(1).all(|behind| {
        behind
            .get(..2)
            .is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()))
    })
}

fn is_authority(text: &str) -> bool {
    let end = text.find(['/', '?', '#']).unwrap_or(text.len());
    let host = text[..end].rsplit('@').next().unwrap_or_default();
    let (name, port) = match host.rsplit_once(':') {
        Some((name, port)) if !port.contains(']') => (name, port),
        _ => (host, ""),
    };
    port.bytes().all(|byte| byte.is_ascii_digit())
        && !name.contains(|c: char| c.is_whitespace() || "<>\"{}|^`".contains(c))
        && name.starts_with('[') == name.ends_with(']')
}

#[cfg(test)]
mod tests {
    use super::is_uri;

    #[test]
    fn addresses() {
        for text in [
            "https://example.com",
            "http://x",
            "https://example.com/a b",
            "urn:x:y",
            "mailto:a@example.com",
            "ssh://git@github.com/a/b.git",
            "http://[::1]:80/",
            "https://example.com:443/%20",
        ] {
            assert!(is_uri(text), "{text}");
        }
        for text in [
            "not a url",
            "example.com",
            "git@github.com:a/b.git",
            "/a/b",
            "://x",
            "1a:b",
            "https://exa mple.com",
            "https://example.com:port/",
            "https://example.com/%zz",
            "http:\\\\x",
        ] {
            assert!(!is_uri(text), "{text}");
        }
    }
}
