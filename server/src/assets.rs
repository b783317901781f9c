//! Scripts, styles and pictures, embedded into the binary with their compressed forms.
//!
//! Everything below the folder of this build is named by its content, so a browser may keep it for
//! ever; the few other files are asked for again.

mod choice;

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use rust_embed::RustEmbed;
use serde::Deserialize;

use self::choice::Encoding;

/// What the build of the browser's half left behind.
#[derive(RustEmbed)]
#[folder = "../dist/site"]
struct Embedded;

/// Where the site says what its folder is called.
const DESCRIPTION: &str = "site.json";

/// The folder when there is no build of the browser's half, as in the tests of this crate.
const NO_BUILD: &str = "pkg";

const FOR_EVER: &str = "public, max-age=31536000, immutable";
const FOR_AN_HOUR: &str = "public, max-age=3600";

/// The script of the editor's worker, below the folder of this build.
const WORKER: &str = "/worker.js";

/// A worker has the policy of its own script. It may load our other scripts and reach nothing else: the page sends it
/// the WASM.
const WORKER_POLICY: &str = "default-src 'none'; script-src 'self'";

/// The files and the folder they are in; cheap to clone.
#[derive(Clone)]
pub struct Site(Arc<Inner>);

struct Inner {
    pkg: String,
    files: HashMap<String, File>,
}

/// One file in every encoding there is.
#[derive(Default)]
struct File {
    variants: Vec<Variant>,
}

struct Variant {
    encoding: Encoding,
    bytes: Bytes,
    etag: HeaderValue,
}

#[derive(Deserialize)]
struct Description {
    pkg: String,
}

/// `site.json` or a file's name makes no sense; the build is broken.
#[derive(Debug)]
pub struct BrokenSite(String);

impl std::fmt::Display for BrokenSite {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "the embedded site is broken: {}", self.0)
    }
}

impl std::error::Error for BrokenSite {}

impl Site {
    /// The site in this binary.
    pub fn embedded() -> Result<Self, BrokenSite> {
        let files = Embedded::iter().filter_map(|path| {
            let file = Embedded::get(&path)?;
            let hash = file.metadata.sha256_hash();
            let bytes = match file.data {
                Cow::Borrowed(bytes) => Bytes::from_static(bytes),
                Cow::Owned(bytes) => Bytes::from(bytes),
            };
            Some((path.into_owned(), bytes, hash))
        });
        Self::from_files(files)
    }

    /// A site of files: path without a leading slash, bytes, SHA-256 of the bytes.
    fn from_files(
        all: impl Iterator<Item = (String, Bytes, [u8; 32])>,
    ) -> Result<Self, BrokenSite> {
        let mut pkg = NO_BUILD.to_owned();
        let mut files: HashMap<String, File> = HashMap::new();
        for (path, bytes, hash) in all {
            if path == DESCRIPTION {
                let description: Description = serde_json::from_slice(&bytes)
                    .map_err(|error| BrokenSite(format!("{DESCRIPTION}: {error}")))?;
                description.pkg.trim_matches('/').clone_into(&mut pkg);
                continue;
            }
            let (name, encoding) = Encoding::of_file(&path);
            let etag = etag(&hash).map_err(|error| BrokenSite(format!("{path}: {error}")))?;
            files
                .entry(format!("/{name}"))
                .or_default()
                .variants
                .push(Variant {
                    encoding,
                    bytes,
                    etag,
                });
        }
        // Smallest first: the first one a browser takes is the best one.
        for file in files.values_mut() {
            file.variants.sort_by_key(|variant| variant.bytes.len());
        }
        Ok(Self(Arc::new(Inner { pkg, files })))
    }

    /// Folder of this build, such as `pkg/0123abcd`, without slashes at the ends.
    pub fn pkg(&self) -> &str {
        &self.0.pkg
    }

    /// Whether the browser's half was built before this binary.
    pub fn is_built(&self) -> bool {
        self.0.pkg != NO_BUILD
    }

    /// The addresses of all files, in no order.
    pub fn addresses(&self) -> impl Iterator<Item = &str> {
        self.0.files.keys().map(String::as_str)
    }

    /// The answer for a path, or `None` when there is no such file.
    fn answer(&self, path: &str, head: bool, asked: &HeaderMap) -> Option<Response> {
        let file = self.0.files.get(path)?;
        let accepted = asked
            .get(header::ACCEPT_ENCODING)
            .and_then(|value| value.to_str().ok());
        let variant = file
            .variants
            .iter()
            .find(|variant| variant.encoding.is_accepted(accepted.unwrap_or_default()))?;
        let in_folder = path[1..].strip_prefix(self.pkg());
        let named_by_content = in_folder.is_some_and(|rest| rest.starts_with('/'));
        let keep = if named_by_content && self.is_built() {
            FOR_EVER
        } else {
            FOR_AN_HOUR
        };

        let mut headers = HeaderMap::new();
        headers.insert(header::ETAG, variant.etag.clone());
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(keep));
        headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
        if in_folder == Some(WORKER) {
            headers.insert(
                header::CONTENT_SECURITY_POLICY,
                HeaderValue::from_static(WORKER_POLICY),
            );
        }
        if known(asked, &variant.etag) {
            return Some((StatusCode::NOT_MODIFIED, headers).into_response());
        }
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static(choice::media_type(path)),
        );
        headers.insert(
            header::CONTENT_LENGTH,
            HeaderValue::from(variant.bytes.len()),
        );
        if let Some(name) = variant.encoding.name() {
            headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(name));
        }
        let body = if head {
            Body::empty()
        } else {
            Body::from(variant.bytes.clone())
        };
        Some((headers, body).into_response())
    }
}

fn etag(hash: &[u8; 32]) -> Result<HeaderValue, header::InvalidHeaderValue> {
    let mut text = String::from("\"");
    for byte in &hash[..16] {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text.push('"');
    HeaderValue::from_str(&text)
}

/// Whether the browser has exactly this already.
fn known(asked: &HeaderMap, etag: &HeaderValue) -> bool {
    let Some(Ok(list)) = asked.get(header::IF_NONE_MATCH).map(HeaderValue::to_str) else {
        return false;
    };
    let weakly = |one: &str| one.trim().trim_start_matches("W/").as_bytes() == etag.as_bytes();
    list.split(',').any(weakly)
}

/// Answers for the files there are and passes everything else on.
pub async fn serve(State(site): State<Site>, request: Request, next: Next) -> Response {
    let head = *request.method() == Method::HEAD;
    if head || *request.method() == Method::GET {
        let found = site.answer(request.uri().path(), head, request.headers());
        if let Some(response) = found {
            return response;
        }
    }
    next.run(request).await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn site() -> Site {
        let file = |path: &str, bytes: &'static [u8], mark: u8| {
            (path.to_owned(), Bytes::from_static(bytes), [mark; 32])
        };
        Site::from_files(
            [
                file("site.json", br#"{"pkg":"pkg/abc"}"#, 0),
                file("favicon.svg", b"<svg/>", 1),
                file("pkg/abc/relay.js", b"a long script", 2),
                file("pkg/abc/relay.js.br", b"br", 3),
                file("pkg/abc/relay.js.gz", b"gzip", 4),
                file("pkg/abc/worker.js", b"a worker", 5),
                file("worker.js", b"not ours", 6),
            ]
            .into_iter(),
        )
        .unwrap()
    }

    fn asked(name: header::HeaderName, value: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(name, HeaderValue::from_static(value))])
    }

    #[test]
    fn the_smallest_form_that_is_accepted() {
        let site = site();
        assert_eq!(site.pkg(), "pkg/abc");
        for (accepted, encoding, etag) in [
            ("gzip, deflate, br, zstd", Some("br"), "03"),
            ("gzip", Some("gzip"), "04"),
            ("br;q=0, gzip;q=0.5", Some("gzip"), "04"),
            ("identity", None, "02"),
            ("", None, "02"),
        ] {
            let headers = asked(header::ACCEPT_ENCODING, accepted);
            let response = site.answer("/pkg/abc/relay.js", false, &headers).unwrap();
            let got = response
                .headers()
                .get(header::CONTENT_ENCODING)
                .map(|v| v.to_str().unwrap());
            assert_eq!(got, encoding, "{accepted}");
            assert_eq!(
                response.headers()[header::ETAG],
                format!("\"{}\"", etag.repeat(16))
            );
            assert_eq!(response.headers()[header::CACHE_CONTROL], FOR_EVER);
            assert_eq!(
                response.headers()[header::CONTENT_TYPE],
                "text/javascript; charset=utf-8"
            );
        }
    }

    #[test]
    fn what_the_browser_has_is_not_sent_again() {
        let headers = asked(
            header::IF_NONE_MATCH,
            "\"x\", W/\"01010101010101010101010101010101\"",
        );
        let response = site().answer("/favicon.svg", false, &headers).unwrap();
        assert_eq!(response.status(), StatusCode::NOT_MODIFIED);
        assert_eq!(response.headers()[header::CACHE_CONTROL], FOR_AN_HOUR);
    }

    #[test]
    fn the_worker_alone_may_load_scripts_and_nothing_else() {
        let policy = |path: &str| {
            let answer = site().answer(path, false, &HeaderMap::new()).unwrap();
            answer
                .headers()
                .get(header::CONTENT_SECURITY_POLICY)
                .map(|policy| policy.to_str().unwrap().to_owned())
        };
        assert_eq!(
            policy("/pkg/abc/worker.js").as_deref(),
            Some("default-src 'none'; script-src 'self'")
        );
        assert_eq!(policy("/pkg/abc/relay.js"), None);
        assert_eq!(policy("/worker.js"), None);
    }

    #[test]
    fn every_address_is_answered_and_nothing_else_is_there() {
        let all = site();
        let addresses: Vec<_> = all.addresses().collect();
        assert_eq!(addresses.len(), 4, "{addresses:?}");
        for path in addresses {
            assert!(
                all.answer(path, false, &HeaderMap::new()).is_some(),
                "{path}"
            );
        }
        for path in [
            "/site.json",
            "/pkg/abc/relay.js.br",
            "/pkg/abc/",
            "/",
            "/pkg/abc/../x",
            "//",
        ] {
            assert!(
                site().answer(path, false, &HeaderMap::new()).is_none(),
                "{path}"
            );
        }
    }
}
