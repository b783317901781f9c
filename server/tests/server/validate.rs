//! `relay workflow validate`, as people and programs use it.

use std::path::Path;
use std::process::Output;

use serde_json::{Value, json};

use crate::process::{complaint, finish, relay};

const GOOD: &str = "\
parameters: {region: {default: eu}, who: {}}
triggers:
- {name: hook, source: {type: webhook, image: i, spec: {key: !Secret hook-key}}}
steps:
- name: scan
  image: relaysh/core
  spec:
    aws: !Connection [aws, prod]
    region: !Parameter region
    any: ${outputs[parameters.who].x}
- {name: ok, type: approval, dependsOn: scan}
";

const BAD: &str = "steps:\n- {name: test, image: i, dependsOn: [scn]}\n- {name: scan, image: i}\n";

fn validate(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = relay(&["workflow", "validate"]);
    command.args(arguments).current_dir(folder);
    finish(command, "")
}

fn folder(files: &[(&str, &[u8])]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, content) in files {
        std::fs::write(folder.path().join(name), content).unwrap();
    }
    folder
}

fn lines(output: &Output) -> Vec<Value> {
    let text = String::from_utf8(output.stdout.clone()).unwrap();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[test]
fn one_line_of_json_per_file() {
    let folder = folder(&[("good.yaml", GOOD.as_bytes()), ("bad.yaml", BAD.as_bytes())]);
    let output = validate(
        folder.path(),
        &["--json", "good.yaml", "bad.yaml", "none.yaml"],
    );
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(complaint(&output), "relay: 2 of 3 workflows have errors\n");
    let lines = lines(&output);
    assert_eq!(
        lines[0],
        json!({
            "file": "good.yaml",
            "valid": true,
            "diagnostics": [{
                "severity": "info",
                "code": "dynamic_reference",
                "message": "which output this is shows only at run time: name the steps it may \
                            mean under `dependsOn`",
                "line": 10, "column": 12, "endLine": 10, "endColumn": 19,
            }],
            "requirements": {
                "connections": [
                    {"type": "aws", "name": "prod", "steps": ["scan"], "triggers": []},
                ],
                "secrets": [{"name": "hook-key", "steps": [], "triggers": ["hook"]}],
                "parameters": [
                    {"name": "region", "required": false},
                    {"name": "who", "required": true},
                ],
                "dynamic": [{"kind": "output", "steps": ["scan"], "line": 10}],
            },
            "steps": [
                {"name": "scan", "kind": "container", "needs": []},
                {"name": "ok", "kind": "approval", "needs": ["scan"]},
            ],
            "triggers": [{"name": "hook", "kind": "webhook"}],
        })
    );
    assert_eq!(lines[1]["valid"], false);
    assert_eq!(lines[1]["diagnostics"][0]["code"], "unknown_step");
    assert_eq!(
        lines[2],
        json!({
            "file": "none.yaml",
            "valid": false,
            "diagnostics": [{
                "severity": "error", "code": "unreadable", "message": "there is no such file",
                "line": 1, "column": 1, "endLine": 1, "endColumn": 1,
            }],
            "requirements": {"connections": [], "secrets": [], "parameters": [], "dynamic": []},
            "steps": [],
            "triggers": [],
        })
    );
}

#[test]
fn warnings_alone_are_no_failure() {
    let folder = folder(&[("a.yaml", b"steps: []\nstep: []\n")]);
    let output = validate(folder.path(), &["a.yaml", "--json"]);
    assert_eq!(output.status.code(), Some(0), "{}", complaint(&output));
    assert_eq!(lines(&output)[0]["diagnostics"][0]["severity"], "warning");
    assert!(output.stderr.is_empty());
}

#[test]
fn people_see_the_line_and_what_helps() {
    let folder = folder(&[("good.yaml", b"steps: []\n"), ("bad.yaml", BAD.as_bytes())]);
    let output = validate(folder.path(), &["good.yaml", "bad.yaml"]);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(
        String::from_utf8(output.stdout.clone()).unwrap(),
        "good.yaml: valid\n"
    );
    assert_eq!(
        complaint(&output),
        "\
error[unknown_step]: there is no step `scn`; did you mean `scan`?
 --> bad.yaml:2:38
  |
2 | - {name: test, image: i, dependsOn: [scn]}
  |                                      ^^^
  = fix: change it to `scan`

bad.yaml: 1 error
relay: 1 of 2 workflows has errors
"
    );
}

#[test]
fn files_that_are_no_text() {
    let large = vec![b'#'; 300_000];
    let folder = folder(&[
        ("large.yaml", &large),
        ("latin.yaml", b"name: a\nsummary: caf\xe9\n"),
        ("sixteen.yaml", b"\xff\xfea\0"),
    ]);
    let output = validate(
        folder.path(),
        &["--json", "large.yaml", "latin.yaml", "sixteen.yaml", "."],
    );
    assert_eq!(output.status.code(), Some(1));
    let found: Vec<_> = lines(&output)
        .iter()
        .map(|line| line["diagnostics"][0].clone())
        .map(|one| format!("{} {}", one["code"], one["message"]))
        .collect();
    assert!(found[0].starts_with("\"too_large\""), "{found:?}");
    assert!(
        found[1].contains("unreadable") && found[1].contains("line 2"),
        "{found:?}"
    );
    assert!(
        found[2].contains("unreadable") && found[2].contains("UTF-16"),
        "{found:?}"
    );
    assert!(
        found[3].contains("unreadable") && found[3].contains("directory"),
        "{found:?}"
    );
}

#[test]
fn without_a_file_it_is_not_understood() {
    let folder = folder(&[]);
    assert_eq!(validate(folder.path(), &["--json"]).status.code(), Some(2));
}
