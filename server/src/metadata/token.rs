//! The token of a request. The original's clients know two ways to send it.

use axum::http::{HeaderMap, header};
use base64ct::{Base64, Encoding};
use zeroize::Zeroizing;

/// The token of `Bearer TOKEN`, or of `Basic` with it as the password of nobody or of `token`.
pub(super) fn of(headers: &HeaderMap) -> Option<Zeroizing<String>> {
    let mut given = headers.get_all(header::AUTHORIZATION).iter();
    let (Some(only), None) = (given.next(), given.next()) else {
        return None;
    };
    let (scheme, credentials) = only.to_str().ok()?.split_once(' ')?;
    if scheme.eq_ignore_ascii_case("bearer") {
        return Some(Zeroizing::new(credentials.to_owned()));
    }
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let pair = Zeroizing::new(Base64::decode_vec(credentials).ok()?);
    let (user, token) = std::str::from_utf8(&pair).ok()?.split_once(':')?;
    matches!(user, "" | "token").then(|| Zeroizing::new(token.to_owned()))
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn token(lines: &[&str]) -> Option<String> {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(header::AUTHORIZATION, HeaderValue::from_str(line).unwrap());
        }
        of(&headers).map(|token| token.to_string())
    }

    fn basic(pair: &str) -> String {
        format!("Basic {}", Base64::encode_string(pair.as_bytes()))
    }

    #[test]
    fn both_ways_are_understood() {
        for line in [
            "Bearer t0k",
            "bearer t0k",
            "BEARER t0k",
            &basic(":t0k"),
            &basic("token:t0k"),
            &basic(":t0k").replace("Basic", "bAsIc"),
        ] {
            assert_eq!(token(&[line]).as_deref(), Some("t0k"), "{line}");
        }
        assert_eq!(token(&[&basic(":a:b")]).as_deref(), Some("a:b"));
    }

    #[test]
    fn everything_else_is_no_token() {
        for line in [
            "t0k",
            "Token t0k",
            "Bearer",
            "Basic",
            "Basic ???",
            &basic("someone:t0k"),
            &basic("t0k"),
        ] {
            assert_eq!(token(&[line]), None, "{line}");
        }
        assert_eq!(token(&[]), None);
        assert_eq!(token(&["Bearer t0k", "Bearer t0k"]), None);
    }
}
