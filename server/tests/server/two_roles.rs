//! `--role web` and `--role engine` as two processes on one database: what each does, what each
//! refuses, and what is found in their memory.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::Value;
use server::public_key::PublicKeys;
use store::testing::TestDatabase;
use vault::{Owner, Place, Plaintext, PublicKey};

use crate::harness::PASSWORD;
use crate::house::{PATIENCE, step};
use crate::memory;
use crate::process::{Client, Server, complaint, finish, relay, serve};

/// Typed into a browser that seals; the server is never told.
const MARKER: &str = "Zq7XmarkerVx9KdJw2Tb of two roles";

/// Stands in a workflow's text, which the web process does see.
const SEEN: &str = "Pl4ntedYt6Rb3Nc8s";

/// Where the two processes have their files.
struct Place2 {
    dir: PathBuf,
    url: String,
}

impl Place2 {
    fn of(database: &TestDatabase) -> Self {
        let place = Self {
            dir: database.directory().join("roles"),
            url: database.url.clone(),
        };
        for role in ["web", "engine"] {
            fs::create_dir_all(place.data(role)).unwrap();
        }
        place
    }

    /// Each role has a data directory of its own.
    fn data(&self, role: &str) -> PathBuf {
        self.dir.join(role)
    }

    fn command(&self, role: &str) -> Command {
        let mut command = serve(&self.data(role));
        command.args(["--role", role, "--database-url", &self.url]);
        command
    }

    fn engine(&self) -> Server {
        Server::spawn(self.command("engine"))
    }

    fn private_key(&self) -> PathBuf {
        self.data("engine").join("vault.key")
    }

    /// What `relay keys public` prints where the private key is.
    fn public_key(&self) -> String {
        let data = self.data("engine");
        let printed = finish(
            relay(&[
                "keys",
                "public",
                "--data-dir",
                data.to_str().unwrap(),
                "--database-url",
                &self.url,
            ]),
            "",
        );
        assert!(printed.status.success(), "{}", complaint(&printed));
        String::from_utf8(printed.stdout).unwrap()
    }

    fn public_key_file(&self) -> PathBuf {
        let file = self.dir.join("vault.pub");
        fs::write(&file, self.public_key()).unwrap();
        file
    }

    fn add_ana(&self) {
        let data = self.data("web");
        let flags = [
            "user",
            "add",
            "--email",
            "ana@example.com",
            "--name",
            "Ana",
            "--role",
            "administrator",
            "--password-stdin",
            "--data-dir",
            data.to_str().unwrap(),
            "--database-url",
            &self.url,
        ];
        let added = finish(relay(&flags), PASSWORD);
        assert!(added.status.success(), "{}", complaint(&added));
    }
}

fn sign_in(server: &Server) -> Client {
    let mut ana = server.client();
    let fields = [("email", "ana@example.com"), ("password", PASSWORD)];
    assert!(ana.call("log_in", &fields).status < 400);
    ana
}

/// What an answer of a server function says.
pub(crate) fn answer(ana: &mut Client, function: &str, fields: &[(&str, &str)]) -> Value {
    let reply = ana.call(function, fields);
    let text = String::from_utf8_lossy(&reply.raw).into_owned();
    assert_eq!(reply.status, 200, "{function}: {text}");
    let (_, body) = text.split_once("\r\n\r\n").unwrap();
    serde_json::from_str(body).unwrap()
}

/// What a browser does with a context: the text for `sealed[FIELD]`.
pub(crate) fn sealed(context: &Value, is_secret: bool, field: &str, value: &str) -> String {
    let text = |name: &str| context[name].as_str().unwrap();
    let key: PublicKey = text("public_key").parse().unwrap();
    let field_revision = context["fields"][field].as_u64().unwrap();
    let owner = if is_secret {
        Owner::Secret {
            workflow_id: text("owner"),
            name: text("name"),
        }
    } else {
        Owner::Connection {
            id: text("owner"),
            type_name: text("name"),
        }
    };
    let place = Place {
        account: text("account"),
        owner,
        field,
        field_revision,
    };
    let sealed = vault::seal(Plaintext::from(value.to_owned()), &place, &key).unwrap();
    format!("{field_revision}.{}", sealed.to_text())
}

/// Starts a process that has to refuse.
fn refused(command: Command, code: i32) -> String {
    let output = finish(command, "");
    let said = complaint(&output);
    assert_eq!(output.status.code(), Some(code), "{said}");
    assert!(output.stdout.is_empty(), "it never said that it listens");
    said
}

store::both! {
    async fn what_a_browser_sealed_is_in_the_engines_memory_alone(database: TestDatabase) {
        let place = Place2::of(&database);
        let engine = place.engine();
        place.add_ana();
        let mut command = place.command("web");
        command.arg("--public-key-file").arg(place.public_key_file());
        command.arg("--require-browser-sealing");
        let mut web = Server::spawn(command);
        let mut ana = sign_in(&web);

        // A step that has the value in its environment, until somebody stops it.
        let input = format!("# {SEEN}\necho begun ${{#TOKEN}}\nsleep 1000");
        let text = format!("steps:\n{}", step("reads", "env: {TOKEN: !Secret token}", &input));
        answer(&mut ana, "create_workflow", &[("name", "w")]);
        let fields = [("workflow", "w"), ("base_revision", "0"), ("text", text.as_str())];
        answer(&mut ana, "save_workflow", &fields);

        let id = answer(&mut ana, "new_secret", &[]);
        let id = id.as_str().unwrap();
        let of = [("workflow", "w"), ("id", id), ("name", "token")];
        let context = answer(&mut ana, "secret_seal_context", &of);
        let text = sealed(&context, true, "value", MARKER);
        answer(&mut ana, "add_sealed_secret", &[&of[..], &[("sealed[value]", &text)]].concat());
        // And a connection, whose values nothing reads.
        let id = answer(&mut ana, "new_connection", &[]);
        let id = id.as_str().unwrap();
        let of = [("id", id), ("type_name", "aws"), ("name", "main")];
        let context = answer(&mut ana, "connection_seal_context", &of);
        let [key, secret] = ["accessKeyID", "secretAccessKey"].map(|field| {
            (format!("sealed[{field}]"), sealed(&context, false, field, MARKER))
        });
        let both = [(key.0.as_str(), key.1.as_str()), (secret.0.as_str(), secret.1.as_str())];
        answer(&mut ana, "add_sealed_connection", &[&of[..], &both].concat());

        // Started at one process, run by the other, and watched at the first.
        assert_eq!(ana.submit("start_run", &[("workflow", "w")]).status, 303);
        let mut events = crate::serving_steps::follow(&web, &ana, "/workflows/w/runs/1/events?step=0");
        let begun = format!("begun {}", MARKER.len());
        crate::serving_steps::read_until(&mut events, &begun);
        for page in ["/workflows/w/runs/1", "/connections", "/workflows/w/settings"] {
            assert_eq!(ana.get(page).status, 200, "{page}");
        }

        let private = fs::read_to_string(place.private_key()).unwrap();
        let private = private.trim().rsplit(':').next().unwrap().to_owned();
        let public: PublicKey = context["public_key"].as_str().unwrap().parse().unwrap();
        let wanted = [
            ("the marker", MARKER.as_bytes().to_vec()),
            ("the private key", memory::key_bytes(&private)),
            ("the private key's text", private.into_bytes()),
            ("the public key", public.as_bytes().to_vec()),
            ("the workflow's text", SEEN.as_bytes().to_vec()),
        ];
        if memory::may_look() {
            let of_web = memory::found(web.id(), &wanted);
            let of_engine = memory::found(engine.id(), &wanted);
            // The search finds what is there: in each process what it needs.
            assert!(of_engine.contains(&"the marker") && of_engine.contains(&"the private key"), "{of_engine:?}");
            assert_eq!(of_web, ["the public key", "the workflow's text"]);
        } else {
            memory::left_out("searching the memory of servers");
        }

        assert_eq!(ana.submit("stop_run", &[("workflow", "w"), ("number", "1")]).status, 303);
        crate::serving_steps::read_until(&mut events, "\"state\":\"cancelled\"");
        drop(events);
        let status = web.stop();
        assert!(status.success(), "{}", web.log());
        if memory::may_look() {
            assert_eq!(memory::found(engine.id(), &wanted[1..2]), ["the private key"]);
        }
    }

    async fn each_role_has_its_doors(database: TestDatabase) {
        let place = Place2::of(&database);
        let engine = place.engine();
        assert_eq!(engine.line_now(), None, "no setup code where nobody can use it");
        let mut somebody = engine.client();
        assert_eq!(somebody.get("/healthz").status, 200);
        for page in ["/", "/login", "/welcome", "/workflows", "/docs", "/favicon.svg", "/api/v1/openapi.json"] {
            assert_eq!(somebody.get(page).status, 404, "{page}");
        }
        assert_eq!(somebody.call("log_in", &[("email", "a"), ("password", "b")]).status, 404);

        // Its key file lies there, and it must not look at it: any other role would refuse this one.
        let stray = place.data("web").join("vault.key");
        fs::write(&stray, "no key at all").unwrap();
        fs::set_permissions(&stray, fs::Permissions::from_mode(0o644)).unwrap();
        let web = Server::spawn(place.command("web"));
        assert!(web.setup_code().len() > 10);
        assert_eq!(web.client().get("/healthz").status, 200);
        assert_eq!(web.client().get("/welcome").status, 200);
        let log = web.log_saying("the public key is taken from the database");
        assert!(!log.contains("metadata"), "{log}");
        let listens = listening(web.id());
        assert_eq!(listens, 1, "pages, and nothing for steps");
        assert_eq!(listening(engine.id()), 2);
    }

    async fn a_web_server_needs_a_public_key_it_can_believe(database: TestDatabase) {
        let place = Place2::of(&database);
        let said = refused(place.command("web"), 1);
        assert!(said.contains("has no key yet"), "{said}");

        let status = place.engine().stop();
        assert!(status.success());
        let with = |file: &Path| {
            let mut command = place.command("web");
            command.arg("--public-key-file").arg(file);
            command
        };
        let right = place.public_key_file();
        Server::spawn(with(&right));
        // Somebody's own key in the database; the file tells of it.
        let keys = PublicKeys::parse(&fs::read_to_string(&right).unwrap()).unwrap();
        assert!(keys.verifying.is_some());
        let theirs = PublicKey::from([9; 32]);
        let hex = theirs.as_bytes().iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}"));
        let bytes = if database.is_sqlite() { format!("x'{hex}'") } else { format!("'\\x{hex}'") };
        let swap = format!("update vault_keys set public_key = {bytes}, key_id = '{}'", theirs.id());
        assert_eq!(database.execute(&swap).await.unwrap(), 1);
        let said = refused(with(&right), 1);
        assert!(said.contains("sealed to another key"), "{said}");

        let no_key = place.dir.join("no-key");
        fs::write(&no_key, "nothing").unwrap();
        assert!(refused(with(&no_key), 1).contains("not a public key file"));
        assert!(refused(with(&place.dir.join("absent")), 1).contains("cannot read the public key"));
    }

    async fn a_web_server_that_cannot_prove_a_signature_says_what_it_lacks(database: TestDatabase) {
        let place = Place2::of(&database);
        let engine = place.engine();
        place.add_ana();
        let whole = place.public_key();
        let file = place.dir.join("first-line");
        for (told, expected) in [
            (whole.lines().next().unwrap(), "takes the database's word for it"),
            (whole.as_str(), "an engine signed the last checkpoint"),
        ] {
            fs::write(&file, told).unwrap();
            let mut command = place.command("web");
            command.arg("--public-key-file").arg(&file);
            let web = Server::spawn(command);
            let mut ana = sign_in(&web);
            let begun = Instant::now();
            loop {
                let page = String::from_utf8_lossy(&ana.get("/ledger").raw).into_owned();
                if page.contains(expected) {
                    break;
                }
                assert!(begun.elapsed() < PATIENCE, "{page}");
                std::thread::sleep(Duration::from_millis(50));
            }
        }
        drop(engine);
    }
}

/// How many sockets a process listens on.
fn listening(process: u32) -> usize {
    let own: Vec<_> = fs::read_dir(format!("/proc/{process}/fd"))
        .map(|all| {
            all.filter_map(|one| fs::read_link(one.ok()?.path()).ok())
                .collect()
        })
        .unwrap_or_default();
    let table = fs::read_to_string(format!("/proc/{process}/net/tcp")).unwrap();
    let listens = |line: &&str| line.split_whitespace().nth(3) == Some("0A");
    let inodes = table
        .lines()
        .filter(listens)
        .filter_map(|line| line.split_whitespace().nth(9));
    inodes
        .filter(|inode| own.contains(&PathBuf::from(format!("socket:[{inode}]"))))
        .count()
}

#[test]
fn a_private_key_is_not_given_to_a_web_server() {
    let data = tempfile::tempdir().unwrap();
    let web = || {
        let mut command = serve(data.path());
        command.args(["--role", "web"]);
        command
    };
    let mut given = web();
    given.env("RELAY_VAULT_KEY", "x");
    let said = refused(given, 2);
    assert!(
        said.contains("RELAY_VAULT_KEY") && said.contains("--role web"),
        "{said}"
    );
    let mut given = web();
    given.args(["--key-file", "/nonexistent"]);
    assert!(refused(given, 2).contains("--key-file"));
    let mut other = serve(data.path());
    other.args(["--role", "engine", "--public-key-file", "/nonexistent"]);
    assert!(refused(other, 2).contains("--public-key-file"));
    assert_eq!(
        fs::read_dir(data.path()).unwrap().count(),
        0,
        "nothing was written"
    );
}
