//! The house is a ladder: a crate may use only crates on rungs below its own. Cargo's own description of the
//! workspace is compared with the table of `ARCHITECTURE.md`, so that a new line in a `Cargo.toml` cannot go unnoticed.

#![expect(
    clippy::expect_used,
    reason = "a helper that cannot go on has failed its test"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

/// What each crate of ours may use of ours; tests may also use what they need to look behind the doors.
const LADDER: &[(&str, &[&str])] = &[
    ("model", &[]),
    ("vault", &[]),
    ("language", &["model"]),
    ("opener", &["vault"]),
    ("store", &["model"]),
    ("engine", &["language", "model", "opener", "store", "vault"]),
    ("service", &["language", "model", "store", "vault"]),
    ("app", &["language", "model", "service"]),
    ("frontend", &["app", "model", "vault"]),
    ("fuzz", &["language", "model"]),
    (
        "server",
        &[
            "app", "engine", "language", "model", "opener", "service", "store", "vault",
        ],
    ),
    ("xtask", &[]),
];

/// Libraries that only these crates may name.
const NAMED_ONLY_BY: &[(&str, &[&str])] = &[
    ("sqlx", &["store"]),
    ("aes-gcm", &["opener", "vault"]),
    ("hpke", &["opener", "vault"]),
    ("granit-parser", &["language"]),
    ("opener", &["engine", "server"]),
    ("axum", &["app", "server"]),
    ("argon2", &["service"]),
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Per crate, the packages its own code (not its tests) depends on, by their real names.
fn dependencies() -> BTreeMap<String, BTreeSet<String>> {
    let output = Command::new(env!("CARGO"))
        .args([
            "metadata",
            "--format-version",
            "1",
            "--no-deps",
            "--offline",
        ])
        .current_dir(root())
        .output()
        .expect("cargo runs");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let metadata: serde_json::Value =
        serde_json::from_slice(&output.stdout).expect("cargo speaks JSON");
    let packages = metadata["packages"].as_array().expect("a list of packages");
    let used = |package: &serde_json::Value| {
        let all = package["dependencies"]
            .as_array()
            .expect("a list of dependencies");
        let built = all.iter().filter(|one| one["kind"].as_str() != Some("dev"));
        built
            .map(|one| one["name"].as_str().expect("a name").to_owned())
            .collect()
    };
    packages
        .iter()
        .map(|one| (one["name"].as_str().expect("a name").to_owned(), used(one)))
        .collect()
}

#[test]
fn every_crate_uses_only_rungs_below_it() {
    let dependencies = dependencies();
    let ours: BTreeSet<&str> = dependencies.keys().map(String::as_str).collect();
    let listed: BTreeSet<&str> = LADDER.iter().map(|(name, _)| *name).collect();
    assert_eq!(
        ours, listed,
        "a crate came or went: give it its rung here and in ARCHITECTURE.md"
    );
    for (name, allowed) in LADDER {
        for used in dependencies[*name]
            .iter()
            .filter(|used| ours.contains(used.as_str()))
        {
            assert!(
                allowed.contains(&used.as_str()),
                "{name} may not use {used}"
            );
        }
    }
}

#[test]
fn what_is_locked_away_stays_locked_away() {
    for (name, used) in dependencies() {
        for (library, allowed) in NAMED_ONLY_BY {
            let may = allowed.contains(&name.as_str());
            assert!(
                may || !used.contains(*library),
                "{name} may not name {library}"
            );
        }
    }
}

#[test]
fn one_file_knows_the_yaml_library() {
    let mut folders = vec![root().join("crates/language/src")];
    let mut knowing = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if std::fs::read_to_string(&path)
                .expect("a text")
                .contains("granit_parser")
            {
                knowing.push(path);
            }
        }
    }
    assert_eq!(
        knowing.len(),
        1,
        "only one file may name the YAML library: {knowing:?}"
    );
}
