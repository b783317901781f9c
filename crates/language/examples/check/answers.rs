//! Texts of all kinds and what is said of each, for a comparison with what is said of them elsewhere.

use std::fs;
use std::io::{BufWriter, Write as _, stdout};
use std::path::Path;

use serde_json::{Value, json};

use crate::{text, work};

const DIAGNOSTICS: &str = include_str!("../../../../docs/11-diagnostics.md");
const SEEDS: &str = include_str!("../../fuzz/seeds/parser.txt");

/// Texts that are made up of pieces of others.
const MADE_UP: u64 = 1_500;

/// Prints a line for each text: the text and the answer, as JSON.
pub(crate) fn print() {
    let mut texts = conformance();
    let known: Vec<String> = examples().chain(seeds()).map(str::to_owned).collect();
    texts.extend(made_up(&known));
    texts.extend(known);
    texts.extend(text::hostile().into_iter().map(|(_, text)| text));
    texts.push(text::workflow());
    let mut out = BufWriter::new(stdout().lock());
    for text in texts {
        let line = json!([text, work::answer(&text)]);
        if writeln!(out, "{line}").is_err() {
            return;
        }
    }
}

/// The examples of the chapter on diagnostics.
fn examples() -> impl Iterator<Item = &'static str> {
    let behind = DIAGNOSTICS.split("```yaml\n").skip(1);
    behind.filter_map(|part| part.split("```").next())
}

fn seeds() -> impl Iterator<Item = &'static str> {
    SEEDS.split("\n%%\n")
}

/// Every text in a conformance case, and every case as the spec of a step: JSON is YAML too.
fn conformance() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/conformance/cases");
    let mut files: Vec<_> = fs::read_dir(folder)
        .into_iter()
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.path()))
        .collect();
    files.sort();
    let mut texts = Vec::new();
    for file in files {
        let cases = fs::read_to_string(file).unwrap_or_default();
        let cases: Value = serde_json::from_str(&cases).unwrap_or_default();
        let mut waiting = vec![&cases];
        while let Some(value) = waiting.pop() {
            match value {
                Value::String(text) => texts.push(text.clone()),
                Value::Array(items) => waiting.extend(items),
                Value::Object(entries) => {
                    waiting.extend(entries.values());
                    texts.push(format!("steps: [{{name: s, image: i, spec: {value}}}]\n"));
                }
                _ => {}
            }
        }
    }
    texts
}

/// Lines of several texts one below the other, and texts with pieces of others in them.
fn made_up(known: &[String]) -> Vec<String> {
    let mut chance = Chance(0x9e37_79b9_7f4a_7c15);
    let lines: Vec<&str> = known.iter().flat_map(|text| text.lines()).collect();
    let mut texts = Vec::new();
    for turn in 0..MADE_UP {
        if turn % 2 == 0 {
            let picked = (0..chance.below(30)).map(|_| lines[chance.below(lines.len())]);
            texts.push(picked.flat_map(|line| [line, "\n"]).collect());
            continue;
        }
        let mut text = known[chance.below(known.len())].clone();
        for _ in 0..=chance.below(4) {
            let line = lines[chance.below(lines.len())];
            let piece = &line[line.floor_char_boundary(chance.below(line.len() + 1))..];
            let at = text.floor_char_boundary(chance.below(text.len() + 1));
            let end = text.floor_char_boundary((at + chance.below(6)).min(text.len()));
            text.replace_range(at..end.max(at), piece);
        }
        texts.push(text);
    }
    texts
}

/// The same numbers every time, and no pattern that anybody would see.
struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        let limit = u64::try_from(limit.max(1)).unwrap_or(1);
        usize::try_from(self.0 % limit).unwrap_or_default()
    }
}
