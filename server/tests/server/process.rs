//! The real binary, and a plain HTTP client to talk to it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use crate::harness::url_encoded;
use crate::house::PATIENCE;

/// A command of the binary, with nothing of this process's environment that could reach it.
pub(crate) fn relay(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_relay"));
    command
        .args(arguments)
        .env_clear()
        .env("HOME", "/nonexistent")
        .env("PATH", "/usr/bin:/bin")
        .stdin(Stdio::null());
    command
}

/// Runs a command to its end with `input` on its standard input. One that does not end has failed
/// its test, and is stopped.
pub(crate) fn finish(mut command: Command, input: &str) -> Output {
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    // A command that refuses its flags does not wait for its input.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    let begun = Instant::now();
    while child.try_wait().unwrap().is_none() {
        if begun.elapsed() > PATIENCE {
            child.kill().unwrap();
            panic!("the command did not end");
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    child.wait_with_output().unwrap()
}

/// `relay user add` into a data directory.
pub(crate) fn user_add(data_dir: &Path, email: &str, role: &str, password: &str) -> Output {
    let data_dir = data_dir.to_str().unwrap();
    let command = relay(&[
        "user",
        "add",
        "--email",
        email,
        "--name",
        "Somebody",
        "--role",
        role,
        "--password-stdin",
        "--data-dir",
        data_dir,
    ]);
    finish(command, password)
}

/// What a command said on stderr.
pub(crate) fn complaint(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// A running server.
pub(crate) struct Server {
    child: Child,
    lines: Receiver<String>,
    log: Arc<Mutex<Vec<u8>>>,
    /// Takes in what the server logs, until it has closed its stderr.
    logging: JoinHandle<()>,
    pub(crate) address: String,
}

impl Server {
    /// On SQLite in a data directory.
    pub(crate) fn start(data_dir: &Path) -> Self {
        Self::spawn(serve(data_dir))
    }

    /// From a command of [`serve`] that a test has changed.
    pub(crate) fn spawn(mut command: Command) -> Self {
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let log = Arc::new(Mutex::new(Vec::new()));
        let (stdout, mut stderr) = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
        let (told, lines) = channel();
        thread::spawn(move || {
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                if told.send(line).is_err() {
                    break;
                }
            }
        });
        let kept = Arc::clone(&log);
        let logging = thread::spawn(move || {
            let mut chunk = [0; 8192];
            while let Ok(read @ 1..) = stderr.read(&mut chunk) {
                kept.lock().unwrap().extend_from_slice(&chunk[..read]);
            }
        });
        let mut server = Self {
            child,
            lines,
            log,
            logging,
            address: String::new(),
        };
        let ready = server
            .next_line()
            .unwrap_or_else(|| panic!("no server: {}", server.log()));
        let at = ready.strip_prefix("listening on ");
        let address = at.and_then(|at| at.split_once("://")).unwrap().1;
        server.address.push_str(address);
        server
    }

    /// The next line on stdout; `None` when there is none within a moment.
    pub(crate) fn next_line(&self) -> Option<String> {
        self.lines.recv_timeout(PATIENCE).ok()
    }

    /// The line on stdout that is there already, or arrives at once.
    pub(crate) fn line_now(&self) -> Option<String> {
        self.lines.recv_timeout(Duration::from_millis(500)).ok()
    }

    /// What the server has logged, as far as it has arrived here; all of it when the server was [stopped](Self::stop).
    pub(crate) fn log(&self) -> String {
        String::from_utf8_lossy(&self.log.lock().unwrap()).into_owned()
    }

    /// What the server has logged, once that says this: a line on stdout may arrive before one that was logged earlier.
    pub(crate) fn log_saying(&self, words: &str) -> String {
        let begun = Instant::now();
        loop {
            let log = self.log();
            if log.contains(words) {
                return log;
            }
            assert!(begun.elapsed() < PATIENCE, "it never logs {words}: {log}");
            thread::sleep(Duration::from_millis(5));
        }
    }

    /// What the server has logged, byte by byte.
    pub(crate) fn logged(&self) -> Vec<u8> {
        self.log.lock().unwrap().clone()
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// The setup code it printed.
    pub(crate) fn setup_code(&self) -> String {
        self.next_line()
            .unwrap()
            .strip_prefix("setup code: ")
            .unwrap()
            .to_owned()
    }

    /// Ends it as a power cut would.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Asks it to stop, and says how it ended. All that it has logged is [there](Self::log) then.
    pub(crate) fn stop(&mut self) -> ExitStatus {
        let begun = Instant::now();
        let id = Pid::from_raw(self.child.id().try_into().unwrap()).unwrap();
        kill_process(id, Signal::TERM).unwrap();
        while begun.elapsed() < PATIENCE {
            let ended = self.child.try_wait().unwrap();
            if let Some(status) = ended.filter(|_| self.logging.is_finished()) {
                return status;
            }
            thread::sleep(Duration::from_millis(20));
        }
        panic!("the server does not stop: {}", self.log());
    }

    /// Whether the server lets this person in.
    pub(crate) fn lets_in(&self, email: &str, password: &str) -> bool {
        let mut client = self.client();
        let reply = client.call("log_in", &[("email", email), ("password", password)]);
        (200..400).contains(&reply.status) && client.cookie.is_some()
    }

    pub(crate) fn client(&self) -> Client {
        Client {
            address: self.address.clone(),
            cookie: None,
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may be gone already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The command that serves a data directory on a free port.
pub(crate) fn serve(data_dir: &Path) -> Command {
    relay(&[
        "serve",
        "--listen",
        "127.0.0.1:0",
        "--metadata-listen",
        "127.0.0.1:0",
        "--data-dir",
        data_dir.to_str().unwrap(),
    ])
}

/// A program that talks HTTP 1.0, so that answers come in one piece, and keeps the cookie.
#[derive(Clone)]
pub(crate) struct Client {
    pub(crate) address: String,
    pub(crate) cookie: Option<String>,
}

/// What came back over the wire.
pub(crate) struct Reply {
    pub(crate) status: u16,
    /// Everything, as it was sent.
    pub(crate) raw: Vec<u8>,
}

impl Client {
    pub(crate) fn get(&mut self, path: &str) -> Reply {
        self.send(
            &format!("GET {path} HTTP/1.0\r\naccept: text/html\r\n"),
            b"",
        )
    }

    /// Calls a server function as our own script does.
    pub(crate) fn call(&mut self, function: &str, fields: &[(&str, &str)]) -> Reply {
        self.post(function, "application/json", url_encoded(fields).as_bytes())
    }

    /// Posts a form as our own page does without JavaScript.
    pub(crate) fn submit(&mut self, function: &str, fields: &[(&str, &str)]) -> Reply {
        self.post(function, "text/html", url_encoded(fields).as_bytes())
    }

    /// Posts whatever bytes to a server function.
    pub(crate) fn post(&mut self, function: &str, accept: &str, body: &[u8]) -> Reply {
        self.post_as(function, accept, FORM, body)
    }

    /// Posts whatever bytes to a server function, as whatever they are said to be.
    pub(crate) fn post_as(
        &mut self,
        function: &str,
        accept: &str,
        media_type: &str,
        body: &[u8],
    ) -> Reply {
        let head = post_head(function, accept, media_type, body.len());
        self.send(&head, body)
    }

    /// Sends a request that ends without its last, empty line.
    pub(crate) fn send(&mut self, head: &str, body: &[u8]) -> Reply {
        self.try_send(head, body).unwrap()
    }

    /// Calls a server function of a server that may be killed meanwhile: `None` without a whole
    /// answer.
    pub(crate) fn try_call(&mut self, function: &str, fields: &[(&str, &str)]) -> Option<Reply> {
        let body = url_encoded(fields);
        let head = post_head(function, "application/json", FORM, body.len());
        let reply = self.try_send(&head, body.as_bytes()).ok()?;
        (reply.status > 0).then_some(reply)
    }

    fn try_send(&mut self, head: &str, body: &[u8]) -> std::io::Result<Reply> {
        let mut stream = TcpStream::connect(&self.address)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        let cookie = self
            .cookie
            .as_ref()
            .map(|pair| format!("cookie: {pair}\r\n"));
        let head = format!(
            "{head}host: {}\r\nconnection: close\r\n{}\r\n",
            self.address,
            cookie.unwrap_or_default()
        );
        stream.write_all(head.as_bytes())?;
        // A server that refuses a body need not read it.
        let _ = stream.write_all(body);
        let mut raw = Vec::new();
        stream.read_to_end(&mut raw)?;
        let text = String::from_utf8_lossy(&raw);
        let status = text
            .split(' ')
            .nth(1)
            .and_then(|word| word.parse().ok())
            .unwrap_or_default();
        for line in text.lines().take_while(|line| !line.is_empty()) {
            if let Some(set) = line.strip_prefix("set-cookie: ") {
                let pair = set.split(';').next().unwrap();
                if pair.contains("-device=") {
                    continue;
                }
                self.cookie = (!pair.ends_with('=')).then(|| pair.to_owned());
            }
        }
        drop(text);
        Ok(Reply { status, raw })
    }
}

/// What a browser calls a form.
const FORM: &str = "application/x-www-form-urlencoded";

fn post_head(function: &str, accept: &str, media_type: &str, length: usize) -> String {
    format!(
        "POST /fn/{function} HTTP/1.0\r\naccept: {accept}\r\nsec-fetch-site: same-origin\r\n\
         content-type: {media_type}\r\ncontent-length: {length}\r\n"
    )
}
