//! An environment full of data that looks like something to evaluate.

use std::cell::Cell;
use std::sync::LazyLock;
use std::time::{Duration, SystemTime};

use language::{Environment, Lookup, StatusProperty, Value};
use serde_json::{Value as Json, json};

/// A name that is in the data and that nothing may ever ask for.
pub(crate) const PLANTED: &str = "planted-where-only-data-is";

static VALUES: LazyLock<Json> = LazyLock::new(values);

pub(crate) struct Planted {
    /// Something to be found under the name `given` at every root.
    given: Option<Value>,
    asked_for_planted: Cell<bool>,
}

impl Planted {
    pub(crate) fn new() -> Self {
        Self {
            given: None,
            asked_for_planted: Cell::default(),
        }
    }

    pub(crate) fn with(given: Value) -> Self {
        Self {
            given: Some(given),
            ..Self::new()
        }
    }

    /// Whether somebody took data for something to evaluate.
    pub(crate) fn was_fooled(&self) -> bool {
        self.asked_for_planted.get()
    }

    fn look(&self, path: &[&str]) -> Lookup {
        if path.contains(&PLANTED) {
            self.asked_for_planted.set(true);
        }
        if let (Some(given), Some(&"given")) = (&self.given, path.last()) {
            return Lookup::Found(given.clone());
        }
        let found = path
            .iter()
            .try_fold(&*VALUES, |values, name| values.get(name));
        match found {
            Some(Json::String(word)) if word == "not fetched yet" => Lookup::Wanted,
            Some(found) => Lookup::Found(Value::from_json(found)),
            None => Lookup::Absent,
        }
    }
}

impl Environment for Planted {
    fn parameter(&self, name: &str) -> Lookup {
        self.look(&["parameters", name])
    }

    fn output(&self, step: &str, name: &str) -> Lookup {
        self.look(&["outputs", step, name])
    }

    fn secret(&self, name: &str) -> Lookup {
        self.look(&["secrets", name])
    }

    fn connection(&self, type_name: &str, name: &str) -> Lookup {
        self.look(&["connections", type_name, name])
    }

    fn answer(&self, ask_ref: &str, name: &str) -> Lookup {
        self.look(&["answers", ask_ref, name])
    }

    fn status(&self, step: &str, property: StatusProperty) -> Lookup {
        self.look(&["steps", step, property.as_str()])
    }

    fn data(&self, name: Option<&str>) -> Option<Lookup> {
        matches!(name, None | Some("hook")).then(|| self.look(&["event"]))
    }

    fn data_names(&self) -> Vec<String> {
        vec!["hook".to_owned()]
    }

    fn parameters(&self) -> Vec<String> {
        let all = VALUES["parameters"].as_object();
        all.into_iter()
            .flat_map(|all| all.keys().cloned())
            .collect()
    }

    fn outputs(&self) -> Vec<(String, String)> {
        vec![
            ("build".to_owned(), "id".to_owned()),
            ("build".to_owned(), "trap".to_owned()),
        ]
    }

    fn now(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000)
    }
}

fn values() -> Json {
    let text = format!("${{secrets.{PLANTED}}}");
    let traps = json!([
        text,
        format!("a ${{secrets['{PLANTED}']}} b ${{$}}"),
        format!("{{.secrets.{PLANTED}}}"),
        {"$type": "Secret", "name": text},
        {"$fn.concat": ["a", text]},
        {"$encoding": "base64", "data": text},
    ]);
    json!({
        "parameters": {
            "region": "eu", "count": 12_345_678_901_i64, "half": 0.5, "yes": true, "nothing": null,
            "names": ["a", "b", "é😀"], "trap": text, "traps": traps, "later": "not fetched yet",
        },
        "secrets": {"token": text, "bytes": "\u{0}\u{1}"},
        "connections": {"aws": {"prod": {"accessKeyID": "AK", "trap": text, "traps": traps}}},
        "outputs": {"build": {"id": 7, "trap": text}},
        "answers": {"ask": {"ok": "yes", "trap": text}},
        "steps": {"build": {"succeeded": true, "failed": false}},
        "event": {"a": {"b": [1, 2, text]}, "traps": traps},
    })
}
