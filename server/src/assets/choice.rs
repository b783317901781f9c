//! Which form of a file a browser gets, and what it is told that it is.

/// How the bytes of a file are compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Encoding {
    Identity,
    Gzip,
    Brotli,
}

impl Encoding {
    /// The address of an embedded file, and its encoding: `relay.js.br` is `relay.js` in brotli.
    pub(super) fn of_file(path: &str) -> (&str, Self) {
        if let Some(name) = path.strip_suffix(".br") {
            (name, Self::Brotli)
        } else if let Some(name) = path.strip_suffix(".gz") {
            (name, Self::Gzip)
        } else {
            (path, Self::Identity)
        }
    }

    /// The word of `Content-Encoding`.
    pub(super) fn name(self) -> Option<&'static str> {
        match self {
            Self::Identity => None,
            Self::Gzip => Some("gzip"),
            Self::Brotli => Some("br"),
        }
    }

    /// Whether a browser that sent this `Accept-Encoding` takes it. Everybody takes the file as it
    /// is; only words that are named count for the others, not `*`.
    pub(super) fn is_accepted(self, accepted: &str) -> bool {
        let Some(wanted) = self.name() else {
            return true;
        };
        accepted.split(',').any(|offer| {
            let mut parts = offer.split(';').map(str::trim);
            let named = parts
                .next()
                .is_some_and(|name| name.eq_ignore_ascii_case(wanted));
            let refused = parts.any(|parameter| {
                parameter
                    .strip_prefix("q=")
                    .and_then(|weight| weight.parse::<f32>().ok())
                    .is_some_and(|weight| weight <= 0.0)
            });
            named && !refused
        })
    }
}

/// The media type by the end of the name. Nothing is guessed: with `nosniff` an unknown file is a
/// download.
pub(super) fn media_type(path: &str) -> &'static str {
    match path.rsplit_once('.').map(|(_, end)| end) {
        Some("js" | "mjs") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("wasm") => "application/wasm",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("ico") => "image/x-icon",
        Some("json" | "map") => "application/json",
        Some("txt") => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}
