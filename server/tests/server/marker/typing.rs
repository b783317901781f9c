//! Types the values wherever something can be typed, rightly and wrongly, and searches every answer.
//!
//! What can be typed is not written down here a second time: it is every control of every function
//! of [`FUNCTIONS`], which a test compares with what the binary registers. What is not known to be a
//! name is taken for a value.

use std::collections::HashMap;

use model::{ConnectionType, Field, connection_types};

use super::search::found_in;
use super::values::{CANARIES, Canary};
use crate::functions::{FUNCTIONS, Function};
use crate::harness::url_encoded;
use crate::process::{Client, Reply};

/// A form, filled in.
pub(super) type Form = Vec<(String, String)>;

/// A number as an id.
pub(super) fn id(number: usize) -> String {
    format!("{number:032x}")
}

/// The number of the first secret's id; those of connections are smaller.
pub(super) const SECRETS: usize = 9001;

/// The workflow that the secrets belong to.
pub(super) const WORKFLOW: &str = "some";

/// Controls that name something or are shown to everybody who may see it. Every other control of
/// every function holds a value.
const NAMES: [&str; 18] = [
    "base_revision",
    "description",
    "email",
    "granted",
    "id",
    "limited",
    "name",
    "number",
    "revision",
    "role",
    "seen",
    "session",
    "step",
    "text",
    "type_name",
    "typed_name",
    "workflow",
    "workflows[]",
];

/// Whether what is typed there is a value.
fn holds_value(control: &str) -> bool {
    let names = ["parameters[", "changes["];
    !NAMES.contains(&control) && !names.iter().any(|prefix| control.starts_with(prefix))
}

/// Calls functions, and searches every answer.
pub(super) struct Recorder {
    pub(super) client: Client,
    /// What was asked, and which value its answer held.
    pub(super) findings: Vec<String>,
    /// How many answers were searched.
    pub(super) answers: usize,
}

impl Recorder {
    pub(super) fn of(client: Client) -> Self {
        Self {
            client,
            findings: Vec::new(),
            answers: 0,
        }
    }

    /// Searches an answer; one that the server did not find words for has failed the test.
    pub(super) fn keep(&mut self, what: &str, reply: &Reply) {
        let found = found_in(&reply.raw);
        let text = || String::from_utf8_lossy(&reply.raw).into_owned();
        assert!((200..500).contains(&reply.status), "{what}: {}", text());
        self.answers += 1;
        if !found.is_empty() {
            self.findings.push(format!("{what}: {found:?}"));
        }
    }

    /// As a form and as a call of a script.
    pub(super) fn call(&mut self, function: &str, fields: &[(String, String)]) -> u16 {
        let fields = borrowed(fields);
        let as_form = self.client.submit(function, &fields);
        self.keep(&format!("{function} as a form"), &as_form);
        let called = self.client.call(function, &fields);
        self.keep(function, &called);
        as_form.status
    }

    /// What must go well, once.
    pub(super) fn submit(&mut self, function: &str, fields: &[(String, String)]) {
        let reply = self.client.submit(function, &borrowed(fields));
        self.keep(function, &reply);
        let text = String::from_utf8_lossy(&reply.raw);
        assert_eq!(reply.status, 303, "{function}: {text}");
    }

    /// Whatever bytes, as whatever they are said to be.
    pub(super) fn post(&mut self, function: &str, media_type: &str, body: &[u8]) {
        for accept in ["application/json", "text/html"] {
            let reply = self.client.post_as(function, accept, media_type, body);
            self.keep(&format!("{function} with {media_type}"), &reply);
        }
    }

    pub(super) fn get(&mut self, path: &str) -> Reply {
        let reply = self.client.get(path);
        self.keep(path.split('?').next().unwrap_or(path), &reply);
        reply
    }
}

fn borrowed(fields: &[(String, String)]) -> Vec<(&str, &str)> {
    let fields = fields.iter();
    fields
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect()
}

pub(super) fn pairs(fields: &[(&str, &str)]) -> Form {
    fields
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}

/// Gives out the values one after the other, again and again.
struct Supply {
    next: [usize; 2],
}

impl Supply {
    /// The next one that a field takes.
    fn next(&mut self, field: &Field) -> &'static Canary {
        let next = &mut self.next[usize::from(field.multiline)];
        let fits = |canary: &&Canary| {
            canary.is_storable() && (canary.is_multiline() == field.multiline || field.multiline)
        };
        // Fields of several lines are few, and get those that fit nowhere else first.
        let mut fitting: Vec<_> = CANARIES.iter().filter(fits).collect();
        fitting.sort_by_key(|canary| !canary.is_multiline());
        let canary = fitting[*next % fitting.len()];
        *next += 1;
        canary
    }
}

/// What was typed last into each field: connection and field, value as it is sealed.
pub(super) type Typed = HashMap<(String, String), String>;

/// The form of a connection, filled in.
fn filled(kind: &ConnectionType, id: &str, supply: &mut Supply, typed: &mut Typed) -> Form {
    let mut fields = Vec::new();
    for field in kind.fields {
        let value = &supply.next(field).value;
        let sealed = model::value::as_sealed(value, field.multiline);
        typed.insert((id.to_owned(), field.name.to_owned()), sealed);
        fields.push((format!("values[{}]", field.name), value.clone()));
    }
    fields
}

/// Adds a connection of every type and overwrites it; adds every value as a secret and overwrites it
/// with the next one. Answers what has to be in the vault now.
pub(super) fn type_rightly(recorder: &mut Recorder) -> Typed {
    let mut supply = Supply { next: [0, 0] };
    let mut typed = Typed::new();
    for (number, kind) in connection_types().iter().enumerate() {
        let id = id(number + 1);
        let name = format!("my {}", kind.name);
        let mut add = pairs(&[("id", &id), ("type_name", kind.name), ("name", &name)]);
        add.extend(filled(kind, &id, &mut supply, &mut typed));
        recorder.submit("add_connection", &add);

        let mut overwrite = pairs(&[("id", &id), ("revision", "1")]);
        let replace = |field: &Field| (format!("changes[{}]", field.name), "replace".to_owned());
        overwrite.extend(kind.fields.iter().map(replace));
        overwrite.extend(filled(kind, &id, &mut supply, &mut typed));
        recorder.submit("overwrite_connection", &overwrite);
        // Based on something older, so it is refused with everything in it.
        recorder.call("overwrite_connection", &overwrite);
    }
    let create = [("name", WORKFLOW), ("description", "")];
    recorder.submit("create_workflow", &pairs(&create));
    let storable: Vec<_> = CANARIES.iter().filter(|one| one.is_storable()).collect();
    for (number, canary) in storable.iter().enumerate() {
        let (id, name) = (id(SECRETS + number), format!("c{number}"));
        let secret = |value: &Canary, revision: &str| {
            pairs(&[
                ("workflow", WORKFLOW),
                ("id", &id),
                ("name", &name),
                ("revision", revision),
                ("value", &value.value),
            ])
        };
        recorder.submit("add_secret", &secret(canary, "0"));
        // Once more, which is refused.
        recorder.call("add_secret", &secret(canary, "0"));
        let second = storable[(number + 1) % storable.len()];
        recorder.submit("overwrite_secret", &secret(second, "1"));
        let sealed = model::value::as_sealed(&second.value, true);
        typed.insert((id, name), sealed);
    }
    typed
}

/// Calls every function with every value in every control that takes one, and with all of them in
/// controls that it does not have; then with what is no form at all.
pub(super) fn type_everywhere(recorder: &mut Recorder) {
    let mut taking = 0;
    for function in FUNCTIONS.iter().filter(|one| one.name != "log_out") {
        let takes_values = function.fields.iter().any(|(name, _)| holds_value(name));
        if takes_values {
            taking += 1;
            for (number, canary) in CANARIES.iter().enumerate() {
                let fields = with_value(function, &canary.value);
                let reply = if number % 2 == 0 {
                    recorder.client.submit(function.name, &borrowed(&fields))
                } else {
                    recorder.client.call(function.name, &borrowed(&fields))
                };
                recorder.keep(function.name, &reply);
            }
            malformed(recorder, function);
        }
        // Typed into a form that has no such control, and as one's own password.
        let mut fields = pairs(function.fields);
        for (number, canary) in CANARIES.iter().enumerate() {
            fields.push((format!("values[f{number}]"), canary.short().to_owned()));
            fields.push((format!("x{number}"), canary.short().to_owned()));
        }
        recorder.call(function.name, &fields);
        fields.push(("your_password".to_owned(), CANARIES[taking].value.clone()));
        recorder.call(function.name, &fields);
    }
    assert!(taking >= 11, "{taking} functions take values");
}

fn with_value(function: &Function, value: &str) -> Form {
    let field = |(name, usual): &(&str, &str)| {
        let text = if holds_value(name) { value } else { usual };
        ((*name).to_owned(), text.to_owned())
    };
    function.fields.iter().map(field).collect()
}

/// All values at once in what is no form, or not the one that is expected.
fn malformed(recorder: &mut Recorder, function: &Function) {
    const FORM: &str = "application/x-www-form-urlencoded";
    let raw: Vec<_> = CANARIES.iter().map(Canary::short).collect();
    let raw = raw.join(" \u{b7} ");
    let encoded = url_encoded(&[("", &raw)]);
    let values = url_encoded(function.fields);
    let name = function.fields.iter().find(|(name, _)| holds_value(name));
    let name = name.unwrap().0;
    for body in [
        // Not encoded, half encoded, not text.
        format!("value={raw}&{values}"),
        format!("{values}&value=%zz{encoded}"),
        format!("{values}&value=%ff%fe{encoded}"),
        // Twice, missing, of another shape.
        format!("{values}&{name}{encoded}"),
        format!("value{encoded}"),
        format!("values{encoded}&sealed{encoded}&{values}"),
        format!("values[a][b]{encoded}&password[a]{encoded}&{values}"),
        format!("[{encoded}&{values}"),
        raw.clone(),
    ] {
        recorder.post(function.name, FORM, body.as_bytes());
    }
    let json =
        serde_json::json!({ "values": { "accessKeyID": raw }, "value": raw, "password": [raw] });
    let json = json.to_string();
    for media_type in [
        "application/json",
        "text/plain",
        "multipart/form-data; boundary=x",
        "application/octet-stream",
        FORM,
    ] {
        recorder.post(function.name, media_type, json.as_bytes());
    }
    let part =
        format!("--x\r\ncontent-disposition: form-data; name=value\r\n\r\n{raw}\r\n--x--\r\n");
    recorder.post(
        function.name,
        "multipart/form-data; boundary=x",
        part.as_bytes(),
    );
    recorder.post(function.name, FORM, &raw.as_bytes()[..raw.len() - 1]);
}

/// Longer than a value may be, and longer than anything may be.
pub(super) fn type_too_much(recorder: &mut Recorder) {
    let long = CANARIES.iter().find(|canary| canary.is_long()).unwrap();
    let aws = [("id", &*id(9900)), ("type_name", "aws"), ("name", "long")];
    for times in [2, 65] {
        let mut fields = pairs(&aws);
        for field in ["accessKeyID", "secretAccessKey"] {
            fields.push((format!("values[{field}]"), long.value.repeat(times)));
        }
        recorder.call("add_connection", &fields);
    }
    // Every value in a form that is shown again, because something else is missing.
    for canary in CANARIES.iter() {
        let mut fields = pairs(&aws);
        fields.pop();
        fields.push(("values[accessKeyID]".to_owned(), canary.value.clone()));
        fields.push(("values[secretAccessKey]".to_owned(), canary.value.clone()));
        recorder.call("add_connection", &fields);
    }
}
