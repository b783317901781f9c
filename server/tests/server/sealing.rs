//! Values that arrive in plain where only sealed ones are taken: refused before anything reads them.

use crate::harness::PASSWORD;
use crate::process::{Client, Server, finish, serve, user_add};

const VALUE: &str = "Zq7XmarkerVx9KdJw2Tb";

fn sign_in(server: &Server) -> Client {
    let mut ana = server.client();
    let fields = [("email", "ana@example.com"), ("password", PASSWORD)];
    assert!(ana.call("log_in", &fields).status < 400);
    ana
}

#[test]
fn a_value_in_plain_is_refused_before_it_is_parsed() {
    let data = tempfile::tempdir().unwrap();
    let added = user_add(data.path(), "ana@example.com", "administrator", PASSWORD);
    assert!(added.status.success());
    let mut command = serve(data.path());
    command
        .env("RUST_LOG", "trace")
        .env("RELAY_REQUIRE_BROWSER_SEALING", "true");
    let mut server = Server::spawn(command);
    let mut ana = sign_in(&server);
    let bodies = [
        format!("id=1&type_name=aws&name=x&values[accessKeyID]={VALUE}"),
        // What no parser would take is answered alike: nobody has looked.
        format!("values[accessKeyID]=%zz{VALUE}"),
        format!("values[accessKeyID]=%ff{VALUE}"),
        format!("{{\"values\": \"{VALUE}\"}}"),
        String::new(),
    ];
    for function in [
        "add_connection",
        "overwrite_connection",
        "add_secret",
        "overwrite_secret",
    ] {
        for body in &bodies {
            for (accept, wanted) in [
                ("application/json", "\"code\":\"unsealed_value\""),
                (
                    "text/html",
                    "takes values only when the browser has sealed them",
                ),
            ] {
                let reply = ana.post(function, accept, body.as_bytes());
                let said = String::from_utf8_lossy(&reply.raw).into_owned();
                assert_eq!(reply.status, 422, "{function} {body}: {said}");
                assert!(said.contains(wanted), "{function} {body}: {said}");
                assert!(!said.contains(VALUE), "{function}: {said}");
            }
        }
    }
    // Everything else is as ever.
    assert_eq!(ana.call("create_workflow", &[("name", "w")]).status, 200);
    let page = ana.get("/connections/new?type=aws");
    let page = String::from_utf8_lossy(&page.raw).into_owned();
    assert!(
        page.contains("<noscript>") && page.contains("disabled"),
        "{page}"
    );
    server.stop();
    assert!(!server.log().contains(VALUE));
}

#[test]
fn the_public_key_is_printed_where_the_private_one_is() {
    let data = tempfile::tempdir().unwrap();
    let keys = || {
        let mut command = crate::process::relay(&["keys", "public", "--data-dir"]);
        command.arg(data.path());
        finish(command, "")
    };
    assert_eq!(keys().status.code(), Some(1), "there is none yet");
    assert!(Server::start(data.path()).stop().success());
    let printed = String::from_utf8(keys().stdout).unwrap();
    let lines: Vec<_> = printed.lines().collect();
    assert_eq!(lines.len(), 2, "{printed}");
    assert!(lines[0].starts_with("relay-public-key-v1:"), "{printed}");
    assert!(lines[1].starts_with("relay-verifying-key-v1:"), "{printed}");
    let private = std::fs::read_to_string(data.path().join("vault.key")).unwrap();
    let private = private.trim().rsplit(':').next().unwrap();
    assert!(!printed.contains(private));
}
