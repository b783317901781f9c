//! Types the marker into everything there is, rightly and wrongly, and keeps every answer.

use model::{ConnectionType, Field, connection_types};

use super::search::MARKER;
use crate::harness::url_encoded;
use crate::process::Client;

/// A form, filled in.
pub(super) type Form = Vec<(String, String)>;

/// What is typed into a field: different for every field, and of several lines where it may be.
pub(super) fn value(kind: &ConnectionType, field: &Field, round: &str) -> String {
    let one = format!("{MARKER} $\"'<&> {}.{} {round}", kind.name, field.name);
    if field.multiline {
        format!("-----BEGIN-----\n{one}\n-----END-----\n")
    } else {
        one
    }
}

/// A number as an id.
pub(super) fn id(number: usize) -> String {
    format!("{number:032x}")
}

/// Calls functions and keeps every answer.
pub(super) struct Recorder {
    pub(super) client: Client,
    /// What was asked, the status and everything that was sent back.
    pub(super) answers: Vec<(String, u16, Vec<u8>)>,
}

impl Recorder {
    pub(super) fn call(&mut self, function: &str, fields: &[(String, String)]) -> u16 {
        let fields: Vec<_> = fields
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        let as_form = self.client.submit(function, &fields);
        self.answers
            .push((format!("{function} as a form"), as_form.status, as_form.raw));
        let called = self.client.call(function, &fields);
        self.answers
            .push((function.to_owned(), called.status, called.raw));
        as_form.status
    }

    pub(super) fn post(&mut self, function: &str, body: &[u8]) {
        for accept in ["application/json", "text/html"] {
            let answer = self.client.post(function, accept, body);
            assert!(
                (400..500).contains(&answer.status),
                "{function}: {}",
                answer.status
            );
            self.answers
                .push((format!("{function} malformed"), answer.status, answer.raw));
        }
    }

    pub(super) fn get(&mut self, path: &str) {
        let answer = self.client.get(path);
        self.answers
            .push((path.to_owned(), answer.status, answer.raw));
    }
}

pub(super) fn pairs(fields: &[(&str, &str)]) -> Form {
    fields
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}

/// The form of a new connection, filled in.
pub(super) fn filled(kind: &ConnectionType, id: &str, name: &str, round: &str) -> Form {
    let mut fields = pairs(&[("id", id), ("type_name", kind.name), ("name", name)]);
    for field in kind.fields {
        fields.push((format!("values[{}]", field.name), value(kind, field, round)));
    }
    fields
}

/// Types the marker into everything there is, rightly and wrongly.
pub(super) fn type_everywhere(recorder: &mut Recorder) {
    for (number, kind) in connection_types().iter().enumerate() {
        let id = id(number + 1);
        let name = format!("my {}", kind.name);
        let add = filled(kind, &id, &name, "first");
        assert_eq!(recorder.call("add_connection", &add), 303, "{}", kind.name);

        let mut overwrite = pairs(&[("id", &id), ("revision", "1")]);
        for field in kind.fields {
            overwrite.push((format!("changes[{}]", field.name), "replace".into()));
            overwrite.push((
                format!("values[{}]", field.name),
                value(kind, field, "second"),
            ));
        }
        // The second call of the two is based on something older, and is refused.
        assert_eq!(
            recorder.call("overwrite_connection", &overwrite),
            303,
            "{}",
            kind.name
        );
    }
    recorder.call(
        "create_workflow",
        &pairs(&[("name", "some"), ("description", "")]),
    );
    let secret = |id: &str, name: &str, value: &str| {
        pairs(&[
            ("workflow", "some"),
            ("id", id),
            ("name", name),
            ("value", value),
        ])
    };
    let typed = format!("{MARKER} of a secret\nin two lines");
    assert_eq!(
        recorder.call("add_secret", &secret(&id(9001), "token", &typed)),
        303
    );
    let mut overwrite = secret(&id(9001), "token", &format!("{MARKER} second"));
    overwrite.push(("revision".into(), "1".into()));
    assert_eq!(recorder.call("overwrite_secret", &overwrite), 303);

    type_wrongly(recorder);
}

/// Everything that is refused, with the marker in it.
pub(super) fn type_wrongly(recorder: &mut Recorder) {
    let aws = &connection_types()[0];
    let fresh = id(9100);
    let mut with = |change: &dyn Fn(&mut Form)| {
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
    let no_secret = [
        ("workflow", "none"),
        ("id", &fresh),
        ("name", "token"),
        ("value", MARKER),
    ];
    recorder.call("add_secret", &pairs(&no_secret));
    let no_change = [
        ("id", fresh.as_str()),
        ("revision", "1"),
        ("changes[accessKeyID]", MARKER),
    ];
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
        for function in [
            "add_connection",
            "overwrite_connection",
            "add_secret",
            "log_in",
        ] {
            recorder.post(function, body.as_bytes());
        }
    }
    let wrong = url_encoded(&[("email", "ana@example.com"), ("password", MARKER)]);
    recorder.post("log_in", wrong.as_bytes());
}
