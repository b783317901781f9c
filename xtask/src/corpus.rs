//! `CORPUS=DIR make corpus`: workflow files that somebody published, through the command line as people use it, each
//! compared with what the folder's `manifest.json` says about it.

use crate::failure::{Failure, Result, While};
use crate::{files, server};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

/// One file as it is known, and as it was found.
struct Compared<'c> {
    file: &'c str,
    known: &'c Value,
    found: &'c Value,
}

/// How many files passed, of how many.
#[derive(Default)]
struct Count {
    passed: usize,
    all: usize,
}

impl Count {
    fn add(&mut self, miss: Option<String>) {
        self.all += 1;
        match miss {
            None => self.passed += 1,
            Some(miss) => println!("miss: {miss}"),
        }
    }

    fn is_complete(&self) -> bool {
        self.passed == self.all
    }
}

/// Prints a line for every miss, then the totals; a miss is a failure.
pub(crate) fn run() -> Result<()> {
    let folder = std::env::var_os("CORPUS")
        .map(PathBuf::from)
        .ok_or_else(|| Failure::new("say where the corpus is: CORPUS=DIR make corpus"))?;
    let manifest = files::read(&folder.join("manifest.json"))?;
    let manifest: Vec<Value> =
        serde_json::from_slice(&manifest).doing(|| "reading manifest.json")?;
    let names: Vec<String> = manifest.iter().map(|one| place(&folder, one)).collect();
    if names.is_empty() {
        return Err(Failure::new("manifest.json names no files"));
    }
    let output = Command::new(server::build_dev()?)
        .args(["workflow", "validate", "--json"])
        .args(&names)
        .current_dir(&folder)
        .output()
        .doing(|| "starting relay")?;
    let lines = String::from_utf8_lossy(&output.stdout)
        .lines()
        .map(serde_json::from_str)
        .collect::<std::result::Result<Vec<Value>, _>>()
        .doing(|| "reading what relay says")?;
    if lines.len() != names.len() {
        return Err(Failure::new(format!(
            "relay answered {} files of {}: {}",
            lines.len(),
            names.len(),
            String::from_utf8_lossy(&output.stderr)
        )));
    }
    let all = manifest.iter().zip(&lines).zip(&names);
    compare(all.map(|((known, found), file)| Compared { file, known, found }))
}

/// Where a file lies: under its name, or in the folder of where it came from under the name it had there.
fn place(folder: &Path, one: &Value) -> String {
    let name = text(&one["file"]);
    let origin = &one["origin"];
    let repository = text(&origin["repo"]).rsplit(':').next().unwrap_or_default();
    let kept = format!(
        "{}/{}/{}",
        name.split('/').next().unwrap_or_default(),
        repository.replace('/', "+"),
        text(&origin["path"])
    );
    if !folder.join(name).is_file() && folder.join(&kept).is_file() {
        return kept;
    }
    name.to_owned()
}

fn compare<'c>(all: impl Iterator<Item = Compared<'c>>) -> Result<()> {
    let mut judged: BTreeMap<&str, Count> = BTreeMap::new();
    let (mut connections, mut secrets) = (Count::default(), Count::default());
    for one in all {
        let folder = one.file.split('/').next().unwrap_or_default();
        let judged = judged.entry(folder).or_default();
        if one.known["expected"] != "accept" {
            judged.add(one.is_accepted());
            continue;
        }
        judged.add(one.has_errors());
        connections.add(one.differs("connections", |known| {
            format!("{} / {}", text(&known["type"]), text(&known["name"]))
        }));
        secrets.add(one.differs("secrets", |known| {
            text(known.get("name").unwrap_or(known)).to_owned()
        }));
    }
    let mut counts: Vec<(String, Count)> = judged
        .into_iter()
        .map(|(folder, count)| (format!("{folder} judged as expected"), count))
        .collect();
    counts.push(("with exactly the known connections".to_owned(), connections));
    counts.push(("with exactly the known secrets".to_owned(), secrets));
    for (what, count) in &counts {
        println!("{what}: {} of {}", count.passed, count.all);
    }
    if counts.iter().all(|(_, count)| count.is_complete()) {
        Ok(())
    } else {
        Err(Failure::new("not everything is as the manifest says"))
    }
}

impl Compared<'_> {
    fn has_errors(&self) -> Option<String> {
        let problems = self.found["diagnostics"].as_array()?;
        let first = problems.iter().find(|one| one["severity"] == "error")?;
        Some(format!(
            "{}:{}: {}: {}",
            self.file,
            first["line"],
            text(&first["code"]),
            text(&first["message"])
        ))
    }

    /// That a file which has to be refused is not, or was not even read.
    fn is_accepted(&self) -> Option<String> {
        let unreadable = self.found["diagnostics"][0]["code"] == "unreadable";
        (self.found["valid"] != false || unreadable)
            .then(|| format!("{}: it was not refused for what is wrong in it", self.file))
    }

    /// How what is needed differs from what is known to be needed.
    fn differs(&self, kind: &str, name: impl Fn(&Value) -> String) -> Option<String> {
        let names = |list: &Value| -> BTreeSet<String> {
            list.as_array().into_iter().flatten().map(&name).collect()
        };
        let known = names(&self.known[kind]);
        let found = names(&self.found["requirements"][kind]);
        (known != found).then(|| {
            format!(
                "{}: {kind}: not found {:?}, found beside {:?}",
                self.file,
                known.difference(&found).collect::<Vec<_>>(),
                found.difference(&known).collect::<Vec<_>>()
            )
        })
    }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}
