//! A value typed into any field is found nowhere but in the vault: in no file, no log line at trace
//! level, no answer. The search proves itself on planted files first, and the last test opens the
//! stored records to prove that there was something to find.

use std::fs;
use std::path::Path;

use model::{AccountId, ConnectionType, Field, connection_types};
use opener::KeyRing;
use store::{SealedBytes, Store, connections, secrets, workflows};
use vault::{Owner, Place, SealedValue};

use crate::process::{Client, Server, serve};

/// What is searched for, in every spelling of [`spellings`].
const MARKER: &str = "Zq7XmarkerVx9KdJw2Tb";

/// A password with the marker in it: passwords are no less secret than values.
const PASSWORD: &str = "a Zq7XmarkerVx9KdJw2Tb battery";

/// Other spellings under which a leak could hide.
fn spellings() -> Vec<(&'static str, Vec<u8>)> {
    let bytes = MARKER.as_bytes();
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let decimal: Vec<_> = bytes.iter().map(u8::to_string).collect();
    let mut all = vec![
        ("plain", bytes.to_vec()),
        ("backwards", bytes.iter().rev().copied().collect()),
        ("upper case", MARKER.to_uppercase().into_bytes()),
        ("lower case", MARKER.to_lowercase().into_bytes()),
        ("hex", hex.clone().into_bytes()),
        ("upper hex", hex.to_uppercase().into_bytes()),
        ("a list of bytes", decimal.join(", ").into_bytes()),
        ("a compact list of bytes", decimal.join(",").into_bytes()),
        ("UTF-16", bytes.iter().flat_map(|byte| [*byte, 0]).collect()),
        ("UTF-16, big end first", bytes.iter().flat_map(|byte| [0, *byte]).collect()),
    ];
    for shift in 0..3 {
        all.push(("base64", base64_core(bytes, shift)));
    }
    all
}

/// The part of base64 that depends on `bytes` alone when `shift` bytes stand before them.
fn base64_core(bytes: &[u8], shift: usize) -> Vec<u8> {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut bits: Vec<u8> = vec![0; shift * 8];
    bits.extend(bytes.iter().flat_map(|byte| (0..8).rev().map(move |at| byte >> at & 1)));
    let whole = bits.len() / 6;
    let sextets = bits.chunks(6).take(whole);
    let letters = sextets.map(|six| {
        ALPHABET[usize::from(six.iter().fold(0, |number, bit| number << 1 | bit))]
    });
    letters.skip((shift * 8).div_ceil(6)).collect()
}

/// The spellings of the marker in some bytes.
fn found_in(bytes: &[u8]) -> Vec<&'static str> {
    let holds = |wanted: &[u8]| bytes.windows(wanted.len()).any(|window| window == wanted);
    spellings().into_iter().filter(|(_, wanted)| holds(wanted)).map(|(name, _)| name).collect()
}

/// The files below a folder that hold the marker, with how it is spelled there.
fn found_below(dir: &Path) -> Vec<(String, Vec<&'static str>)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(found_below(&path));
            continue;
        }
        let spelled = found_in(&fs::read(&path).unwrap());
        if !spelled.is_empty() {
            found.push((path.display().to_string(), spelled));
        }
    }
    found
}

/// A folder's search is worth something only when it finds what was put there.
fn assert_the_search_finds(dir: &Path) {
    let planted = dir.join("planted");
    for (name, spelled) in spellings() {
        let mut bytes = vec![0xff; 5000];
        bytes.extend(&spelled);
        bytes.extend([0xfe; 77]);
        fs::write(&planted, bytes).unwrap();
        let found = found_below(dir);
        assert!(found.iter().any(|(path, how)| path.ends_with("planted") && how.contains(&name)));
    }
    fs::remove_file(planted).unwrap();
}

/// What is typed into a field: different for every field, and of several lines where it may be.
fn value(kind: &ConnectionType, field: &Field, round: &str) -> String {
    let one = format!("{MARKER} $\"'<&> {}.{} {round}", kind.name, field.name);
    if field.multiline { format!("-----BEGIN-----\n{one}\n-----END-----\n") } else { one }
}

/// A number as an id.
fn id(number: usize) -> String {
    format!("{number:032x}")
}

/// Calls functions and keeps every answer.
struct Recorder {
    client: Client,
    answers: Vec<(String, u16, Vec<u8>)>,
}

impl Recorder {
    fn call(&mut self, function: &str, fields: &[(String, String)]) -> u16 {
        let fields: Vec<_> =
            fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let as_form = self.client.submit(function, &fields);
        self.answers.push((format!("{function} as a form"), as_form.status, as_form.raw));
        let called = self.client.call(function, &fields);
        self.answers.push((function.to_owned(), called.status, called.raw));
        as_form.status
    }

    fn post(&mut self, function: &str, body: &[u8]) {
        for accept in ["application/json", "text/html"] {
            let answer = self.client.post(function, accept, body);
            assert!((400..500).contains(&answer.status), "{function}: {}", answer.status);
            self.answers.push((format!("{function} malformed"), answer.status, answer.raw));
        }
    }

    fn get(&mut self, path: &str) {
        let answer = self.client.get(path);
        self.answers.push((path.to_owned(), answer.status, answer.raw));
    }
}

fn pairs(fields: &[(&str, &str)]) -> Vec<(String, String)> {
    fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

/// The form of a new connection, filled in.
fn filled(kind: &ConnectionType, id: &str, name: &str, round: &str) -> Vec<(String, String)> {
    let mut fields = pairs(&[("id", id), ("type_name", kind.name), ("name", name)]);
    for field in kind.fields {
        fields.push((format!("values[{}]", field.name), value(kind, field, round)));
    }
    fields
}

/// Types the marker into everything there is, rightly and wrongly.
fn type_everywhere(recorder: &mut Recorder) {
    for (number, kind) in connection_types().iter().enumerate() {
        let id = id(number + 1);
        let name = format!("my {}", kind.name);
        let add = filled(kind, &id, &name, "first");
        assert_eq!(recorder.call("add_connection", &add), 303, "{}", kind.name);

        let mut overwrite = pairs(&[("id", &id), ("revision", "1")]);
        for field in kind.fields {
            overwrite.push((format!("changes[{}]", field.name), "replace".into()));
            overwrite.push((format!("values[{}]", field.name), value(kind, field, "second")));
        }
        // The second call of the two is based on something older, and is refused.
        assert_eq!(recorder.call("overwrite_connection", &overwrite), 303, "{}", kind.name);
    }
    recorder.call("create_workflow", &pairs(&[("name", "some"), ("description", "")]));
    let secret = |id: &str, name: &str, value: &str| {
        pairs(&[("workflow", "some"), ("id", id), ("name", name), ("value", value)])
    };
    let typed = format!("{MARKER} of a secret\nin two lines");
    assert_eq!(recorder.call("add_secret", &secret(&id(9001), "token", &typed)), 303);
    let mut overwrite = secret(&id(9001), "token", &format!("{MARKER} second"));
    overwrite.push(("revision".into(), "1".into()));
    assert_eq!(recorder.call("overwrite_secret", &overwrite), 303);

    type_wrongly(recorder);
}

/// Everything that is refused, with the marker in it.
fn type_wrongly(recorder: &mut Recorder) {
    let aws = &connection_types()[0];
    let fresh = id(9100);
    let mut with = |change: &dyn Fn(&mut Vec<(String, String)>)| {
        let mut fields = filled(aws, &fresh, "another", "wrong");
        change(&mut fields);
        let status = recorder.call("add_connection", &fields);
        assert!((400..500).contains(&status), "{status}");
    };
    with(&|fields| fields[0].1 = "no id".into());
    with(&|fields| fields[1].1 = "no type".into());
    with(&|fields| fields[2].1 = String::new());
    with(&|fields| fields[2].1 = "a\u{202e}b".into());
    with(&|fields| fields[3].1 = format!("{MARKER}\nin two lines"));
    with(&|fields| fields[3].1 = format!("{MARKER}\0"));
    with(&|fields| fields[3].1 = MARKER.repeat(4000));
    with(&|fields| fields[4].1 = String::new());
    with(&|fields| fields.push(("values[noSuchField]".into(), MARKER.into())));
    let no_secret = [("workflow", "none"), ("id", &fresh), ("name", "token"), ("value", MARKER)];
    recorder.call("add_secret", &pairs(&no_secret));
    let no_change = [("id", fresh.as_str()), ("revision", "1"), ("changes[accessKeyID]", MARKER)];
    recorder.call("overwrite_connection", &pairs(&no_change));

    for body in [
        format!("values[accessKeyID]={MARKER}"),
        format!("id={MARKER}&values[accessKeyID]=%zz{MARKER}"),
        format!("id=%ff%fe{MARKER}&name=x&values[accessKeyID]=%ff{MARKER}"),
        format!("id=1&id={MARKER}&type_name=aws&name=x&values[accessKeyID]={MARKER}"),
        format!("values={MARKER}&id=x&name=y&type_name=aws"),
        format!("values[a][b]={MARKER}&id=x&name=y&type_name=aws"),
        format!("{{\"values\":{{\"accessKeyID\":\"{MARKER}\"}}}}"),
        MARKER.to_owned(),
    ] {
        for function in ["add_connection", "overwrite_connection", "add_secret", "log_in"] {
            recorder.post(function, body.as_bytes());
        }
    }
    let wrong = crate::harness::url_encoded(&[("email", "ana@example.com"), ("password", MARKER)]);
    recorder.post("log_in", wrong.as_bytes());
}

/// A server in a folder, used by somebody who types the marker everywhere.
fn used_server(data: &Path) -> (Server, Recorder) {
    let mut command = serve(data);
    command.env("RUST_LOG", "trace");
    let server = Server::spawn(command);
    let code = server.setup_code();
    let mut recorder = Recorder { client: server.client(), answers: Vec::new() };
    let first =
        [("code", code.as_str()), ("name", "Ana"), ("email", "ana@example.com"), ("password", PASSWORD)];
    let created = recorder.client.submit("create_administrator", &first);
    assert_eq!(created.status, 303);
    recorder.answers.push(("create_administrator".into(), 303, created.raw));
    type_everywhere(&mut recorder);
    (server, recorder)
}

#[test]
fn what_was_typed_is_found_nowhere() {
    let data = tempfile::tempdir().unwrap();
    let (mut server, mut recorder) = used_server(data.path());
    let aws = id(1);
    for path in [
        "/login", "/workflows", "/workflows/some", "/workflows/some/settings", "/connections",
        "/connections/new", "/connections/new?type=aws", "/profile", "/access-control",
    ] {
        recorder.get(path);
    }
    for page in ["overwrite", "delete"] {
        recorder.get(&format!("/connections/{aws}/{page}"));
    }
    recorder.call("connection_fields", &pairs(&[("id", &aws)]));
    recorder.call("workflow_holdings", &pairs(&[("workflow", "some")]));

    assert_the_search_finds(data.path());
    assert_eq!(found_below(data.path()), [], "while the server runs");
    for (what, status, answer) in &recorder.answers {
        assert_ne!(*status / 100, 5, "{what}: {}", String::from_utf8_lossy(answer));
        assert_eq!(found_in(answer), [""; 0], "{what}: {}", String::from_utf8_lossy(answer));
    }
    server.stop();
    assert_eq!(found_below(data.path()), [], "after the server ended");
    let log = server.log();
    assert!(log.contains("TRACE") && log.contains("/fn/{*name}"), "the log is the whole one");
    assert_eq!(found_in(log.as_bytes()), [""; 0]);
}

/// What the store keeps, as the vault knows it.
fn sealed(stored: SealedBytes) -> SealedValue {
    SealedValue {
        key_id: stored.key_id.parse().unwrap(),
        sealed_data_key: stored.sealed_data_key,
        nonce: stored.nonce.try_into().unwrap(),
        ciphertext: stored.ciphertext,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_typed_is_in_the_vault() {
    let data = tempfile::tempdir().unwrap();
    let (mut server, _) = tokio::task::block_in_place(|| used_server(data.path()));
    server.stop();
    let ring = KeyRing::from_file(&data.path().join("vault.key")).unwrap();
    let store = Store::open(&store::sqlite_url(&data.path().join("relay.db"))).await.unwrap();
    let account: AccountId = store::accounts::first(&store).await.unwrap().unwrap();

    let mut opened = 0;
    for row in connections::list(&store, &account).await.unwrap() {
        let kind = model::connection_type(row.type_name.as_str()).unwrap();
        for field in kind.fields {
            let stored = connections::sealed(&store, &account, &row.id, field.name).await.unwrap();
            let (field_revision, bytes) = stored.unwrap();
            let owner =
                Owner::Connection { id: row.id.as_str(), type_name: row.type_name.as_str() };
            let place =
                Place { account: account.as_str(), owner, field: field.name, field_revision };
            let value_in_it = ring.open(&sealed(bytes), &place).unwrap();
            let typed = value(kind, field, "second");
            assert_eq!(value_in_it.expose(), typed.as_bytes(), "{}.{}", kind.name, field.name);
            opened += 1;
        }
    }
    let fields: usize = connection_types().iter().map(|kind| kind.fields.len()).sum();
    assert_eq!(opened, fields);

    let name = "some".parse().unwrap();
    let workflow = workflows::by_name(&store, &account, &name).await.unwrap().unwrap();
    let secret = secrets::list(&store, &workflow.id).await.unwrap().remove(0);
    let (field_revision, bytes) = secrets::sealed(&store, &secret.id).await.unwrap().unwrap();
    let owner = Owner::Secret { workflow_id: workflow.id.as_str(), name: secret.name.as_str() };
    let place = Place { account: account.as_str(), owner, field: "value", field_revision };
    let value_in_it = ring.open(&sealed(bytes), &place).unwrap();
    assert_eq!(value_in_it.expose(), format!("{MARKER} second").as_bytes());
}
