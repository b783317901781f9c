//! `--public-url`: the address people type, when a proxy or a name stands before the server.

use std::str::FromStr;

use axum::http::Uri;
use axum::http::uri::Authority;

/// Scheme, host and port, in the spelling browsers use for an origin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicUrl {
    https: bool,
    host: String,
    origin: String,
}

impl PublicUrl {
    /// Whether people reach the server over TLS.
    pub fn is_https(&self) -> bool {
        self.https
    }

    /// The host in lower case, without the port.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Whether that is its host and its port, as a request names them.
    pub fn is_named_by(&self, authority: &str) -> bool {
        let Ok(authority) = authority.parse::<Authority>() else {
            return false;
        };
        let usual = if self.https { 443 } else { 80 };
        let port = |authority: &Authority| authority.port_u16().unwrap_or(usual);
        let own = self.origin.split_once("://");
        let own = own.and_then(|(_, own)| own.parse::<Authority>().ok());
        own.is_some_and(|own| {
            own.host().eq_ignore_ascii_case(authority.host()) && port(&own) == port(&authority)
        })
    }

    /// Scheme, host and port as a browser's `Origin` header has them.
    pub fn origin(&self) -> &str {
        &self.origin
    }
}

/// Why a text is no public URL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotAPublicUrl;

impl std::fmt::Display for NotAPublicUrl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(
            "a public URL is http:// or https:// with a host, a port if need be, and no path",
        )
    }
}

impl std::error::Error for NotAPublicUrl {}

impl FromStr for PublicUrl {
    type Err = NotAPublicUrl;

    fn from_str(text: &str) -> Result<Self, NotAPublicUrl> {
        let uri: Uri = text.parse().map_err(|_| NotAPublicUrl)?;
        let https = match uri.scheme_str() {
            Some("https") => true,
            Some("http") => false,
            _ => return Err(NotAPublicUrl),
        };
        let authority = uri.authority().ok_or(NotAPublicUrl)?;
        let host = authority.host().to_ascii_lowercase();
        let bare = uri.path() == "/" && uri.query().is_none() && !authority.as_str().contains('@');
        if host.is_empty() || !bare || text.contains('#') {
            return Err(NotAPublicUrl);
        }
        let scheme = if https { "https" } else { "http" };
        let usual = if https { 443 } else { 80 };
        let origin = match authority.port_u16().filter(|port| *port != usual) {
            Some(port) => format!("{scheme}://{host}:{port}"),
            None => format!("{scheme}://{host}"),
        };
        Ok(Self {
            https,
            host,
            origin,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_spelled_as_browsers_spell_it() {
        for (text, origin) in [
            ("https://Relay.Example", "https://relay.example"),
            ("https://relay.example:443/", "https://relay.example"),
            ("http://relay.example:8080", "http://relay.example:8080"),
            ("http://[::1]:80", "http://[::1]"),
        ] {
            assert_eq!(
                text.parse::<PublicUrl>().unwrap().origin(),
                origin,
                "{text}"
            );
        }
    }

    #[test]
    fn what_is_no_address_of_a_server_is_refused() {
        for text in [
            "",
            "relay.example",
            "ftp://relay.example",
            "https://",
            "https://a/b",
            "https://a/?q",
            "https://user:pass@a",
            "/x",
        ] {
            assert_eq!(text.parse::<PublicUrl>(), Err(NotAPublicUrl), "{text}");
        }
    }
}
