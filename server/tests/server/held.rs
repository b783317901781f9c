//! A step that is held under way, and the requests a test makes of the metadata API in its place.
//!
//! The step hands its address and token to the test and waits; the test asks over HTTP, and lets it
//! end.

use std::net::SocketAddr;

use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;

use crate::house::{House, PATIENCE, Watched, step};

/// A step that is under way until the test lets it go.
pub(crate) struct Held {
    workflow: String,
    number: u64,
    pub(crate) token: String,
    pub(crate) api: SocketAddr,
    line: BufReader<TcpStream>,
}

/// On every answer of the metadata API.
pub(crate) const HEADERS: [&str; 8] = [
    "x-frame-options: deny",
    "x-content-type-options: nosniff",
    "referrer-policy: no-referrer",
    "content-security-policy: default-src 'none'; base-uri 'none'; form-action 'none'; \
     frame-ancestors 'none'",
    "cross-origin-opener-policy: same-origin",
    "cross-origin-resource-policy: same-origin",
    "permissions-policy: accelerometer=(), camera=(),",
    "cache-control: no-store",
];

/// On no answer of the metadata API: it does not speak TLS, and only over TLS the header may be sent.
pub(crate) const LASTING: &str = "strict-transport-security";

/// What came back.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Reply {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("no JSON: {self:?}"))
    }

    pub(crate) fn code(&self) -> String {
        self.json()["error"]["code"].as_str().unwrap().to_owned()
    }
}

/// Asks without any help of a library.
pub(crate) async fn ask(api: SocketAddr, request: &str, headers: &str, body: &[u8]) -> Reply {
    let mut stream = TcpStream::connect(api).await.unwrap();
    let head = format!(
        "{request} HTTP/1.1\r\nHost: {api}\r\nConnection: close\r\n{headers}Content-Length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    // Whoever refuses a body need not read it.
    let _ = stream.write_all(body).await;
    let mut raw = Vec::new();
    let read = timeout(PATIENCE, stream.read_to_end(&mut raw)).await;
    let _ = read.unwrap();
    let text = String::from_utf8_lossy(&raw).into_owned();
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    Reply {
        status: head.split(' ').nth(1).unwrap().parse().unwrap(),
        head: head.to_lowercase(),
        body: body.to_owned(),
    }
}

impl Held {
    /// The text of a workflow whose first step is held; what else the step has, and other steps.
    pub(crate) fn text(port: u16, more: &str, others: &str) -> String {
        let input = format!(
            "#!/bin/bash\nexec 3<>/dev/tcp/127.0.0.1/{port}\necho \"$METADATA_API_URL\" >&3\n\
             echo waiting\nread -r _ <&3\necho over"
        );
        format!("steps:\n{}{others}", step("held", more, &input))
    }

    /// Starts a run of it and waits until its step is under way.
    pub(crate) async fn start(house: &mut House, workflow: &str, listener: &TcpListener) -> Self {
        let number = house.start(workflow, &[]).await;
        let accepted = timeout(PATIENCE, listener.accept()).await;
        let (stream, _) = accepted
            .unwrap_or_else(|_| panic!("no step begins"))
            .unwrap();
        let mut line = BufReader::new(stream);
        let mut url = String::new();
        line.read_line(&mut url).await.unwrap();
        let (token, address) = url
            .trim()
            .strip_prefix("http://:")
            .and_then(|rest| rest.split_once('@'))
            .unwrap_or_else(|| panic!("an address as the original's clients read it: {url}"));
        assert_eq!(address, house.metadata.to_string());
        Self {
            workflow: workflow.to_owned(),
            number,
            token: token.to_owned(),
            api: house.metadata,
            line,
        }
    }

    pub(crate) async fn ask(&self, request: &str) -> Reply {
        let token = format!("Authorization: Bearer {}\r\n", self.token);
        ask(self.api, request, &token, b"").await
    }

    pub(crate) async fn put(&self, name: &str, media_type: &str, body: &[u8]) -> Reply {
        let headers = format!(
            "Authorization: Bearer {}\r\n{}",
            self.token,
            if media_type.is_empty() {
                String::new()
            } else {
                format!("Content-Type: {media_type}\r\n")
            }
        );
        ask(self.api, &format!("PUT /outputs/{name}"), &headers, body).await
    }

    /// Lets the step end; its run at the end, and the token, which nobody needs any more.
    pub(crate) async fn end(mut self, house: &mut House) -> (Watched, String) {
        self.line.get_mut().write_all(b"\n").await.unwrap();
        let watched = house.watch(&self.workflow, self.number, 0).await;
        (watched, self.token)
    }
}

/// Where a held step reports, and the port of it.
pub(crate) async fn listener() -> (TcpListener, u16) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    (listener, port)
}
