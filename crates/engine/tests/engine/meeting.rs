//! Where a step meets the test: it comes with its metadata URL, and waits for a word.

use std::net::SocketAddr;

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// The beginning of a script whose step comes to the meeting. `say` tells the test a line, `hear`
/// waits for one.
pub(crate) const COME: &str = r##""#!/bin/bash", "exec 3<>/dev/tcp/127.0.0.1/${METADATA_API_URL##*:}", "say() { echo \"$*\" >&3; }; hear() { read -r heard <&3; }", "say $RELAY_STEP $RELAY_ATTEMPT $METADATA_API_URL""##;

/// The place.
pub(crate) struct Meeting {
    listener: TcpListener,
}

/// A step that came.
pub(crate) struct Guest {
    pub(crate) step: String,
    pub(crate) attempt: String,
    /// The token of the step.
    pub(crate) token: String,
    stream: BufReader<TcpStream>,
}

impl Meeting {
    pub(crate) async fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        Self { listener }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.listener.local_addr().unwrap()
    }

    /// Waits for the next step.
    pub(crate) async fn guest(&self) -> Guest {
        let (stream, _) = self.listener.accept().await.unwrap();
        let mut stream = BufReader::new(stream);
        let mut line = String::new();
        stream.read_line(&mut line).await.unwrap();
        let parts: Vec<_> = line.split_whitespace().collect();
        let [step, attempt, url] = parts[..] else {
            panic!("{line}");
        };
        let token = url.strip_prefix("http://:").unwrap();
        let (token, address) = token.split_once('@').unwrap();
        assert_eq!(address, self.address().to_string());
        Guest {
            step: step.to_owned(),
            attempt: attempt.to_owned(),
            token: token.to_owned(),
            stream,
        }
    }
}

impl Guest {
    /// Tells the step a line.
    pub(crate) async fn tell(&mut self, line: &str) {
        let line = format!("{line}\n");
        self.stream.write_all(line.as_bytes()).await.unwrap();
    }

    /// The next line of the step; empty when it is gone.
    pub(crate) async fn hear(&mut self) -> String {
        let mut line = String::new();
        // A step that is killed leaves without a word.
        let _ = self.stream.read_line(&mut line).await;
        line.trim_end().to_owned()
    }

    /// Waits until the step is gone.
    pub(crate) async fn gone(&mut self) {
        while !self.hear().await.is_empty() {}
    }
}
