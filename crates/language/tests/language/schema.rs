//! What a workflow may look like, and what is said when it does not.

use language::read;

use crate::{complaints, sentence};

#[test]
fn a_whole_workflow() {
    let text = "\
apiVersion: v1
kind: Workflow
name: stop-idle
summary: Stops what nobody uses
description: Longer
homepage: https://example.com
source: https://example.com/source
tags: [cost]
version: v1
parameters:
  region: {description: Where, default: eu-west-1, type: text}
  none: {default: ~}
  needed: {}
triggers:
- {name: nightly, source: {type: schedule, schedule: 0 3 * * *}, binding: {parameters: {needed: x}}}
- {name: from-ci, source: {type: push, schema: {sha: {type: string}}}}
steps:
- name: scan
  description: Looks
  image: relaysh/core
  input: [echo one, '']
  command: /bin/sh
  args: [-c]
- {name: ask, type: approval, description: Sure?}
- {name: fetch, type: container, image: i, inputFile: https://example.com/x.sh, spec: ~, when: ~}
- name: use
  image: i
  env: {A: !Parameter region, B: '${parameters.none}', C: {$type: Parameter, name: needed}}
";
    let document = read(text);
    assert!(
        document.diagnostics.is_empty(),
        "{:?}",
        document.diagnostics
    );
    assert_eq!(document.name.as_deref(), Some("stop-idle"));
    assert_eq!(document.summary.as_deref(), Some("Stops what nobody uses"));
    let parameters: Vec<_> = document
        .parameters
        .iter()
        .map(|one| (&*one.name, one.default.as_deref()))
        .collect();
    let defaults = [
        ("region", Some("\"eu-west-1\"")),
        ("none", Some("null")),
        ("needed", None),
    ];
    assert_eq!(parameters, defaults);
    let required: Vec<_> = document
        .requirements
        .parameters
        .iter()
        .map(|one| one.required)
        .collect();
    assert_eq!(required, [false, false, true]);
    assert_eq!(document.triggers[0].schedule.as_deref(), Some("0 3 * * *"));
    assert_eq!(document.plan.triggers[1].kind, "push");
    assert_eq!(document.steps[0].input, ["echo one", ""]);
    assert_eq!(document.steps[0].args, ["-c"]);
    assert_eq!(
        document.steps[2].input_file.as_deref(),
        Some("https://example.com/x.sh")
    );
    assert_eq!(
        (document.steps[1].place.line, document.steps[1].place.column),
        (24, 10)
    );
}

#[test]
fn almost_nothing_is_a_workflow_too() {
    for text in [
        "apiVersion: v1\n",
        "steps: []",
        "---\nkind: Workflow\n...\n",
        "{}",
    ] {
        assert_eq!(complaints(text), [""; 0], "{text}");
        assert!(read(text).readable);
    }
    let empty = read("# only a comment\n");
    assert!(empty.readable && empty.has_errors());
    assert_eq!(empty.diagnostics[0].code, "empty");
}

#[test]
fn steps_that_cannot_run() {
    let text = "\
steps:
- image: x
- name: ''
  image: 5
  input: a
  args: [1]
  command: [a]
  spec: []
  env: x
- just text
- {name: odd, type: aproval}
- {name: ask, type: approval, spec: {a: !Secret x}}
- {name: ask, image: y, dependsOn: {a: b}}
- {name: bare}
";
    assert_eq!(
        complaints(text),
        [
            "2:3 missing_key `image: x`",
            "3:9 empty_value `''`",
            "4:10 wrong_type `5`",
            "5:10 wrong_type `a`",
            "6:10 wrong_type `1`",
            "7:12 wrong_type `[a]`",
            "8:9 wrong_type `[]`",
            "9:8 wrong_type `x`",
            "10:3 wrong_type `just text`",
            "11:21 unknown_value `aproval`",
            "12:37 unused_key `{a: !Secret x}`",
            "13:10 duplicate_step `ask`",
            "13:36 wrong_type `{a: b}`",
            "14:3 missing_key `{name: bare}`",
        ]
    );
    assert_eq!(
        sentence("steps: [{name: a}]", "missing_key"),
        "a step needs the key `image`"
    );
    assert_eq!(
        sentence("steps: [{name: a, image: 5}]", "wrong_type"),
        "`image` is a text, but this is a number; put it in quotes"
    );
    let text = "steps:\n- {name: a, image: b, args: [5, true, ~, [x]], input: [1_000]}\n";
    let fixes = read(text).diagnostics.into_iter().map(|one| one.fix);
    let fixes: Vec<_> = fixes
        .map(|fix| fix.map(|fix| fix.edits[0].text.clone()))
        .collect();
    let quoted = |text: &str| Some(text.to_owned());
    assert_eq!(
        fixes,
        [
            quoted("'5'"),
            quoted("'true'"),
            None,
            None,
            quoted("'1_000'")
        ]
    );
    assert_eq!(
        sentence(
            "steps:\n- {name: a, image: b}\n\n- {name: a, image: c}\n",
            "duplicate_step"
        ),
        "a step `a` is already on line 2; give one of them another name"
    );
    assert!(
        read(text).requirements.secrets.is_empty(),
        "an approval reads no spec"
    );
}

#[test]
fn top_keys_of_a_wrong_type() {
    for (text, complaint) in [
        ("steps: lalala", "1:8 wrong_type `lalala`"),
        ("steps:", "1:1 wrong_type `steps`"),
        ("steps: {a: b}", "1:8 wrong_type `{a: b}`"),
        ("triggers: {a: b}", "1:11 wrong_type `{a: b}`"),
        ("parameters: [a]", "1:13 wrong_type `[a]`"),
        ("apiVersion: v2", "1:13 unknown_value `v2`"),
        ("kind: workflow", "1:7 unknown_value `workflow`"),
        ("hello", "1:1 wrong_type `hello`"),
        ("- a", "1:1 wrong_type `- a`"),
    ] {
        assert_eq!(complaints(text), [complaint], "{text}");
        assert!(read(text).has_errors(), "{text}");
    }
    for (text, complaint) in [
        ("name: ''", "1:7 empty_value `''`"),
        ("summary: 5", "1:10 wrong_type `5`"),
        ("description: [a]", "1:14 wrong_type `[a]`"),
        ("homepage: example.com", "1:11 wrong_uri `example.com`"),
        (
            "source: git@example.com:a/b.git",
            "1:9 wrong_uri `git@example.com:a/b.git`",
        ),
        ("tags: cost", "1:7 wrong_type `cost`"),
        ("tags: [1]", "1:8 wrong_type `1`"),
        ("tags: ['']", "1:8 empty_value `''`"),
        ("locals: x", "1:9 wrong_type `x`"),
        ("locals: {1: a}", "1:10 key_not_text `1`"),
    ] {
        assert_eq!(complaints(text), [complaint], "{text}");
        assert!(!read(text).has_errors(), "no run fails because of {text}");
    }
    assert_eq!(
        complaints("parameters: {a: b, c: }"),
        [
            "1:14 unused_parameter `a`",
            "1:17 wrong_type `b`",
            "1:20 wrong_type `c`",
            "1:20 unused_parameter `c`"
        ]
    );
    assert!(!read("hello").readable, "that is no workflow at all");
}

#[test]
fn triggers_that_cannot_fire() {
    let text = "\
triggers:
- name: a
- {name: b, source: ~}
- {name: c, source: {type: schedul, schedule: x}}
- {name: d, source: {type: schedule}}
- {name: e, source: {type: webhook, imag: x}}
- {name: f, source: {type: push}, binding: []}
- {name: f, source: {type: push}, binding: {parameters: {nobody: !Data y}}}
- {source: {}}
";
    assert_eq!(
        complaints(text),
        [
            "2:3 missing_key `name: a`",
            "3:21 wrong_type `~`",
            "4:28 unknown_value `schedul`",
            "5:21 missing_key `{type: schedule}`",
            "6:21 missing_key `{type: webhook, imag: x}`",
            "6:37 unknown_key `imag`",
            "7:44 wrong_type `[]`",
            "8:10 duplicate_trigger `f`",
            "8:58 undeclared_parameter `nobody`",
            "9:3 missing_key `{source: {}}`",
            "9:12 missing_key `{}`",
        ]
    );
}

#[test]
fn slips_are_warnings_with_a_guess() {
    let text = "\
step: []
parameters: {region: {defualt: x}}
steps:
- {name: a, image: b, dependson: c, timeout: 5, spec: {x: !Parameter regoin}}
";
    let document = read(text);
    assert!(!document.has_errors());
    let messages: Vec<_> = document
        .diagnostics
        .iter()
        .map(|one| one.message.as_str())
        .collect();
    assert_eq!(
        messages,
        [
            "a workflow has no key `step`; did you mean `steps`?",
            "no step and no trigger uses the parameter `region`; use it or remove it",
            "a parameter has no key `defualt`; did you mean `default`?",
            "a step has no key `dependson`; did you mean `dependsOn`?",
            "a step has no key `timeout`",
            "the parameter `regoin` is not declared under `parameters`; did you mean `region`?",
        ]
    );
}
