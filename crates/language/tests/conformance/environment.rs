//! The environment of a case. It stands for the mock of the original, which also lists secrets
//! and connections.

use language::{Environment, Lookup, StatusProperty};
use serde_json::Value as Json;

use crate::values::value;

pub(crate) struct Given<'c>(pub(crate) &'c Json);

fn lookup(found: Option<&Json>) -> Lookup {
    found.map_or(Lookup::Absent, |found| Lookup::Found(value(found)))
}

fn names(map: &Json) -> Vec<String> {
    let names = map.as_object().into_iter().flat_map(|map| map.keys());
    names.cloned().collect()
}

fn pairs(map: &Json) -> Vec<(String, String)> {
    let of = |first: String| {
        names(&map[&first])
            .into_iter()
            .map(move |name| (first.clone(), name))
    };
    names(map).into_iter().flat_map(of).collect()
}

impl Environment for Given<'_> {
    fn parameter(&self, name: &str) -> Lookup {
        lookup(self.0["parameters"].get(name))
    }

    fn output(&self, step: &str, name: &str) -> Lookup {
        lookup(self.0["outputs"][step].get(name))
    }

    fn secret(&self, name: &str) -> Lookup {
        lookup(self.0["secrets"].get(name))
    }

    fn connection(&self, type_name: &str, name: &str) -> Lookup {
        lookup(self.0["connections"][type_name].get(name))
    }

    fn answer(&self, ask_ref: &str, name: &str) -> Lookup {
        let mut all = self.0["answers"].as_array().into_iter().flatten();
        let found = all.find(|one| one["askRef"] == ask_ref && one["name"] == name);
        lookup(found.map(|found| &found["value"]))
    }

    fn status(&self, step: &str, property: StatusProperty) -> Lookup {
        let mut all = self.0["statuses"].as_array().into_iter().flatten();
        let property = property.as_str();
        let found = all.find(|one| one["action"] == step && one["property"] == property);
        lookup(found.map(|found| &found["value"]))
    }

    fn data(&self, name: Option<&str>) -> Option<Lookup> {
        let found = self.0["data"].get(name.unwrap_or("(default)"))?;
        Some(lookup(Some(found)))
    }

    fn data_names(&self) -> Vec<String> {
        let mut all = names(&self.0["data"]);
        all.retain(|name| name != "(default)");
        all
    }

    fn parameters(&self) -> Vec<String> {
        names(&self.0["parameters"])
    }

    fn outputs(&self) -> Vec<(String, String)> {
        pairs(&self.0["outputs"])
    }

    fn secrets(&self) -> Option<Vec<String>> {
        Some(names(&self.0["secrets"]))
    }

    fn connections(&self) -> Option<Vec<(String, String)>> {
        Some(pairs(&self.0["connections"]))
    }
}
