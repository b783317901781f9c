//! The listener as a browser meets it: TLS with a certificate that may change, and who is believed.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

use crate::harness::{PASSWORD, url_encoded};
use crate::house::PATIENCE;
use crate::process::{Server, complaint, finish, serve, user_add};

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures/tls")
        .join(name)
}

/// A command that serves a directory with the pair that lies in it.
fn with_pair(data: &Path) -> Command {
    let mut command = serve(data);
    command.arg("--tls-cert").arg(data.join("cert.pem"));
    command.arg("--tls-key").arg(data.join("key.pem"));
    command
}

fn put_pair(data: &Path, name: &str) {
    fs::copy(fixture(&format!("{name}.key")), data.join("key.pem")).unwrap();
    fs::copy(fixture(&format!("{name}.pem")), data.join("cert.pem")).unwrap();
}

/// One request over TLS to a server that must show this certificate; the whole answer.
fn ask(address: &str, certificate: &str, request: &str) -> std::io::Result<String> {
    let mut roots = RootCertStore::empty();
    let certificate =
        CertificateDer::from_pem_file(fixture(&format!("{certificate}.pem"))).unwrap();
    roots.add(certificate).unwrap();
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = "localhost".try_into().unwrap();
    let connection =
        ClientConnection::new(Arc::new(config), name).map_err(std::io::Error::other)?;
    let stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    let mut stream = StreamOwned::new(connection, stream);
    stream.write_all(request.as_bytes())?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    Ok(String::from_utf8_lossy(&answer).into_owned())
}

#[test]
fn over_tls_cookies_and_headers_say_so() {
    let data = tempfile::tempdir().unwrap();
    put_pair(data.path(), "first");
    assert!(
        user_add(data.path(), "ana@example.com", "viewer", PASSWORD)
            .status
            .success()
    );
    let mut server = Server::spawn(with_pair(data.path()));
    let body = url_encoded(&[("email", "ana@example.com"), ("password", PASSWORD)]);
    let request = format!(
        "POST /fn/log_in HTTP/1.1\r\nhost: localhost\r\norigin: https://localhost\r\nconnection: close\r\n\
         content-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    let answer = ask(&server.address, "first", &request).unwrap();
    for part in [
        "set-cookie: __Host-relay=",
        "; Secure",
        "; HttpOnly",
        "strict-transport-security: max-age=31536000",
    ] {
        assert!(answer.contains(part), "{part}: {answer}");
    }
    let clear = request.replace("origin: https:", "origin: http:");
    assert!(
        ask(&server.address, "first", &clear)
            .unwrap()
            .contains("foreign_origin")
    );

    // Whoever does not speak TLS gets nothing, and others are served meanwhile.
    let mut silent = TcpStream::connect(&server.address).unwrap();
    let mut plain = TcpStream::connect(&server.address).unwrap();
    plain.set_read_timeout(Some(PATIENCE)).unwrap();
    plain
        .write_all(b"GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n")
        .unwrap();
    let mut answer = Vec::new();
    let _ = plain.read_to_end(&mut answer);
    assert!(!String::from_utf8_lossy(&answer).contains("200 OK"));
    let health = "GET /healthz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";
    assert!(
        ask(&server.address, "first", health)
            .unwrap()
            .contains("200 OK")
    );
    silent.set_read_timeout(Some(PATIENCE)).unwrap();
    let _ = silent.read_to_end(&mut Vec::new());
    assert!(server.stop().success());
}

#[test]
fn who_says_nothing_at_all_delays_no_stop() {
    let data = tempfile::tempdir().unwrap();
    put_pair(data.path(), "first");
    let mut server = Server::spawn(with_pair(data.path()));
    let silent = TcpStream::connect(&server.address).unwrap();
    let health = "GET /healthz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";
    assert!(
        ask(&server.address, "first", health)
            .unwrap()
            .contains("200 OK")
    );
    assert!(server.stop().success());
    assert!(!server.log().contains("cut off"), "{}", server.log());
    drop(silent);
}

#[test]
fn a_proxy_that_nobody_named_is_warned_of() {
    for (flags, warned) in [
        (&["--public-url", "https://relay.example"][..], true),
        (
            &[
                "--public-url",
                "https://relay.example",
                "--trusted-proxy",
                "127.0.0.1",
            ],
            false,
        ),
        (&["--public-url", "http://relay.example"], false),
        (&[], false),
    ] {
        let data = tempfile::tempdir().unwrap();
        let mut command = serve(data.path());
        command.args(flags);
        let mut server = Server::spawn(command);
        assert!(server.stop().success());
        assert_eq!(
            server.log().contains("no --trusted-proxy is named"),
            warned,
            "{flags:?}"
        );
    }
}

#[test]
fn a_renewed_certificate_is_taken_up() {
    let data = tempfile::tempdir().unwrap();
    put_pair(data.path(), "first");
    let mut server = Server::spawn(with_pair(data.path()));
    let health = "GET /healthz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";
    assert!(ask(&server.address, "second", health).is_err());
    // Halfway: the new key with the old certificate leaves everything as it is.
    fs::copy(fixture("second.key"), data.path().join("key.pem")).unwrap();
    server.log_saying("stays as it is");
    assert!(
        ask(&server.address, "first", health)
            .unwrap()
            .contains("200 OK")
    );
    put_pair(data.path(), "second");
    let begun = Instant::now();
    while ask(&server.address, "second", health).is_err() {
        assert!(begun.elapsed() < PATIENCE, "{}", server.log());
        std::thread::sleep(Duration::from_millis(50));
    }
    assert!(ask(&server.address, "first", health).is_err());
    assert!(server.stop().success());
}

#[test]
fn a_pair_that_is_none_is_refused_in_a_sentence() {
    let data = tempfile::tempdir().unwrap();
    for (certificate, key, reason) in [
        (
            "first.pem",
            "second.key",
            "is not the one of the certificate",
        ),
        ("first.key", "first.key", "holds no certificate in PEM"),
        ("first.pem", "first.pem", "holds no private key in PEM"),
        ("absent.pem", "first.key", "cannot read"),
    ] {
        let mut command = serve(data.path());
        command.arg("--tls-cert").arg(fixture(certificate));
        command.arg("--tls-key").arg(fixture(key));
        let output = finish(command, "");
        assert_eq!(output.status.code(), Some(1), "{reason}");
        assert!(
            complaint(&output).contains(reason),
            "{}",
            complaint(&output)
        );
        assert!(!data.path().join("relay.db").exists(), "nothing is written");
    }
}
