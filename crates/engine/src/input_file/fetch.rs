//! Fetching a text over HTTP.

use std::fmt;
use std::time::Duration;

use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{DefaultConnector, NextTimeout};
use ureq::{Agent, Error};

use super::address;

/// The largest script.
const LARGEST: u64 = 1024 * 1024;

/// How long it may take, redirects and all.
const PATIENCE: Duration = Duration::from_secs(20);

/// How often the address may be another one.
const REDIRECTS: u32 = 5;

/// Fetches the text at this address, or says why not.
pub(super) fn fetch(url: &str, allow_private: bool) -> Result<String, String> {
    let refused = |why: String| format!("The step's inputFile could not be fetched: {why}.");
    let address = url
        .parse()
        .ok()
        .filter(|address: &Uri| {
            matches!(address.scheme_str(), Some("http" | "https")) && address.host().is_some()
        })
        .ok_or_else(|| {
            refused("it must be an address that begins with https:// or http://".to_owned())
        })?;
    let bytes = agent(allow_private)
        .get(address)
        .call()
        .and_then(|mut answer| {
            answer
                .body_mut()
                .with_config()
                .limit(LARGEST + 1)
                .read_to_vec()
        })
        .map_err(|error| refused(reason(&error)))?;
    String::from_utf8(bytes).map_err(|_| refused("what is there is no text in UTF-8".to_owned()))
}

fn agent(allow_private: bool) -> Agent {
    let config = Config::builder()
        .timeout_global(Some(PATIENCE))
        .max_redirects(REDIRECTS)
        .max_redirects_will_error(true)
        // A proxy would look names up itself, where nothing is checked.
        .proxy(None)
        .user_agent(concat!("relay/", env!("CARGO_PKG_VERSION")))
        .build();
    Agent::with_parts(
        config,
        DefaultConnector::default(),
        Checked { allow_private },
    )
}

/// Looks a name up once; the connection goes to one of the addresses that are left.
#[derive(Debug)]
struct Checked {
    allow_private: bool,
}

impl Resolver for Checked {
    fn resolve(
        &self,
        uri: &Uri,
        config: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, Error> {
        let found = DefaultResolver::default().resolve(uri, config, timeout)?;
        if self.allow_private {
            return Ok(found);
        }
        let mut public = self.empty();
        for address in found.iter().filter(|found| address::is_public(found.ip())) {
            public.push(*address);
        }
        if public.is_empty() {
            let host = uri.host().unwrap_or_default().to_owned();
            return Err(Error::Other(Box::new(Private(host))));
        }
        Ok(public)
    }
}

/// The host is not on the internet.
#[derive(Debug)]
struct Private(String);

impl fmt::Display for Private {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(host) = self;
        write!(
            f,
            "{host} is not an address on the internet, and this server fetches nothing from \
             private networks"
        )
    }
}

impl std::error::Error for Private {}

fn reason(error: &Error) -> String {
    match error {
        Error::StatusCode(status) => format!("the server answered {status}"),
        Error::BodyExceedsLimit(_) => "it is larger than 1 MiB".to_owned(),
        Error::Timeout(_) => "it took longer than 20 seconds".to_owned(),
        Error::HostNotFound => "there is no server of that name".to_owned(),
        Error::TooManyRedirects => {
            format!("it leads from one address to another more than {REDIRECTS} times")
        }
        Error::BadUri(_) | Error::Http(_) | Error::Protocol(_) => {
            "the server's answer is no HTTP, or leads to an address that is not one of http or \
             https"
                .to_owned()
        }
        Error::Tls(_) | Error::Rustls(_) => {
            "the server could not prove that it is the one that was asked".to_owned()
        }
        Error::Other(private) => private.to_string(),
        // These are words of the system, about the connection, and hold nothing of the address.
        Error::Io(error) if error.kind() == std::io::ErrorKind::Other => {
            "the connection was not possible or broke off".to_owned()
        }
        Error::Io(error) => format!("the connection was not possible or broke off ({error})"),
        _ => {
            tracing::info!(?error, "an inputFile could not be fetched");
            "the server answered something that cannot be understood".to_owned()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Read, Write};
    use std::net::TcpListener;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::thread;

    /// A server that answers every request by its path, and counts them.
    fn server(answer: impl Fn(&str) -> Vec<u8> + Send + 'static) -> (String, Arc<AtomicUsize>) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let count = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&count);
        thread::spawn(move || {
            for stream in listener.incoming() {
                let Ok(mut stream) = stream else { return };
                let mut request = Vec::new();
                let mut buffer = [0; 1024];
                while !request.windows(4).any(|end| end == b"\r\n\r\n") {
                    let length = stream.read(&mut buffer).unwrap_or(0);
                    if length == 0 {
                        break;
                    }
                    request.extend_from_slice(&buffer[..length]);
                }
                counted.fetch_add(1, Ordering::SeqCst);
                let request = String::from_utf8_lossy(&request).into_owned();
                let path = request.split(' ').nth(1).unwrap_or_default();
                let _ = stream.write_all(&answer(path));
            }
        });
        (address, count)
    }

    fn text(content: &[u8]) -> Vec<u8> {
        let mut answer = format!(
            "HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
            content.len()
        )
        .into_bytes();
        answer.extend_from_slice(content);
        answer
    }

    fn elsewhere(target: &str) -> Vec<u8> {
        format!(
            "HTTP/1.1 302 Found\r\nLocation: {target}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        )
        .into_bytes()
    }

    #[test]
    fn a_script_is_fetched_also_by_a_detour() {
        let (address, _) = server(|path| match path {
            "/detour" => elsewhere("/script"),
            _ => text(b"echo hello\n"),
        });
        for path in ["script", "detour"] {
            assert_eq!(
                fetch(&format!("http://{address}/{path}"), true).as_deref(),
                Ok("echo hello\n")
            );
        }
    }

    #[test]
    fn private_addresses_are_refused_before_anything_is_sent() {
        let (address, count) = server(|_| text(b"secret"));
        let port = address.rsplit(':').next().unwrap().to_owned();
        for host in [
            "127.0.0.1",
            "localhost",
            "[::1]",
            "[::ffff:127.0.0.1]",
            "2130706433",
            "0x7f.1",
            "127.1",
            "0.0.0.0",
            "169.254.169.254",
        ] {
            let refused = fetch(&format!("http://{host}:{port}/"), false).unwrap_err();
            assert!(
                refused.contains("not an address on the internet")
                    || refused.contains("no server of that name")
                    || refused.contains("not possible"),
                "{host}: {refused}"
            );
        }
        assert_eq!(count.load(Ordering::SeqCst), 0);
        // The same request is answered where it is allowed.
        let allowed = fetch(&format!("http://127.0.0.1:{port}/"), true);
        assert_eq!(allowed.as_deref(), Ok("secret"));
        assert_eq!(count.load(Ordering::SeqCst), 1);
    }

    #[test]
    fn every_fault_has_a_sentence() {
        let (address, _) = server(|path| match path {
            "/missing" => b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n".to_vec(),
            "/large" => text(&vec![b'x'; 1024 * 1024 + 1]),
            "/binary" => text(&[0xff, 0xfe]),
            "/circle" => elsewhere("/circle"),
            "/file" => elsewhere("file:///etc/passwd"),
            _ => b"nonsense\r\n\r\n".to_vec(),
        });
        for (path, words) in [
            ("missing", "answered 404"),
            ("large", "larger than 1 MiB"),
            ("binary", "no text in UTF-8"),
            ("circle", "more than 5 times"),
            ("file", "not one of http"),
            ("nonsense", "is no HTTP"),
        ] {
            let sentence = fetch(&format!("http://{address}/{path}"), true).unwrap_err();
            assert!(sentence.contains(words), "{path}: {sentence}");
        }
        for (url, words) in [
            ("file:///etc/passwd", "begins with https://"),
            ("just words", "begins with https://"),
            ("ftp://example.com/x", "begins with https://"),
            ("/relative", "begins with https://"),
        ] {
            let sentence = fetch(url, true).unwrap_err();
            assert!(sentence.contains(words), "{url}: {sentence}");
        }
    }

    #[test]
    fn the_largest_script_is_taken() {
        let (address, _) = server(|_| text(&vec![b'x'; 1024 * 1024]));
        let fetched = fetch(&format!("http://{address}/"), true).unwrap();
        assert_eq!(fetched.len(), 1024 * 1024);
    }

    #[test]
    fn a_password_in_the_address_is_not_repeated() {
        let sentence = fetch("http://user:hunter22@127.0.0.1:9/", false).unwrap_err();
        assert!(!sentence.contains("hunter22"), "{sentence}");
    }
}
