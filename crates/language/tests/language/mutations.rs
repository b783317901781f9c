//! Workflows of each dialect, changed at random the way people and programs change them: nothing
//! panics, and every place and every cure lies inside the text, between characters.

use language::{Fix, read};
use proptest::prelude::*;

use crate::holds::text as check;

const MAPS: &str = "\
version: v1
description: \"Grüße 😀\"
parameters:
  branch: {default: main}
steps:
- name: clone
  image: projectnebula/git
  spec:
    git:
      branch: {$type: Parameter, name: branch}
      connection: {$type: Connection, type: ssh, name: my-key}
    token: {$fn.concat: [x, {$type: Secret, name: api-token}]}
    blob: {$encoding: base64, data: aGk=}
- name: apply
  image: projectnebula/kubectl
  dependsOn: [clone]
  spec:
    sha: {$type: Output, taskName: clone, name: sha}
    all: {$fn.merge: {objects: [{a: 1}, {b: 2}], mode: deep}}
";

const TAGS: &str = "\
apiVersion: v1
parameters: {region: {default: eu-é}}
triggers:
- name: nightly
  source: {type: schedule, schedule: 'TZ=Europe/Berlin 0 6 * * 1-5'}
- name: hook
  source: {type: webhook, image: relaysh/x}
  binding: {key: !Data id, parameters: {region: !Data 'a.b[0]'}}
  when: !Fn.equals [!Data kind, 'opened']
steps:
- name: list
  image: relaysh/aws-ec2-step-instances-describe
  spec:
    aws: &aws
      connection: !Connection { type: aws, name: my-aws-account }
      region: !Parameter region
- name: ask
  type: approval
  dependsOn: list
- name: stop
  image: relaysh/aws-ec2-step-instances-stop
  dependsOn: ask
  spec: {aws: *aws, ids: !Output [list, ids], n: !Fn.path {object: {}, query: a.b, default: 1}}
  when: [!Fn.notEquals [!Output {from: list, name: count}, 0]]
";

const TEMPLATES: &str = "\
apiVersion: v1
parameters: {who: {default: '😀'}, env: {}}
steps:
- name: build
  image: relaysh/core
  spec:
    aws: ${connections.aws.'my-aws-account'}
    text: \"é ${parameters.who + ' at ' + now()} $${x}\"
    long: |
      one ${jsonUnmarshal('{\"a\":1}') |> a}
      two ${coalesce(outputs.nobody.x, secrets['api token'])}
    list: '${append([1, 2], -3 ** 2)}'
  when: ${parameters.env == 'prod' && !exists(parameters.nobody)}
- name: after
  image: relaysh/core
  env: {A: '${merge(objects: [{''a'': 1}], mode: ''deep'')}', B: '${outputs.build[''x y''].0}'}
  when: ${steps.build.failed || steps.build.skipped}
";

/// Pieces that mean something, to be put in anywhere.
const PIECES: [&str; 40] = [
    "${",
    "}",
    "$${",
    "${}",
    "${1",
    "|>",
    "==",
    "=",
    "!",
    "!Fn.",
    "!Fn.concat ",
    "!Secret ",
    "!Data ",
    "$fn.now",
    "$type: ",
    "now()",
    "path(",
    "merge(mode: 1)",
    "nope(1)",
    "secrets",
    "steps.a.b",
    "'",
    "\"",
    "`",
    "\\",
    "[",
    "]",
    "{",
    ": ",
    " #",
    "\n",
    "\r\n",
    "- ",
    "*aws",
    "&aws ",
    "<<: *aws",
    "é",
    "😀",
    "@every 1",
    "TZ=x ",
];

fn all() -> impl Strategy<Value = &'static str> {
    prop_oneof![Just(MAPS), Just(TAGS), Just(TEMPLATES)]
}

/// The text after a cure, whose places are inside it and do not overlap.
fn cured(text: &str, fix: &Fix) -> String {
    let mut edits = fix.edits.clone();
    edits.sort_by_key(|edit| (edit.start, edit.end));
    let units = |end: usize| text[..end].encode_utf16().count();
    let mut after = String::new();
    let mut at = 0;
    for edit in &edits {
        assert!(
            at <= edit.start && edit.start <= edit.end,
            "{edit:?} in {text:?}"
        );
        assert!(
            text.get(edit.start..edit.end).is_some(),
            "{edit:?} in {text:?}"
        );
        assert_eq!(
            (edit.start_utf16, edit.end_utf16),
            (units(edit.start), units(edit.end))
        );
        after += &text[at..edit.start];
        after += &edit.text;
        at = edit.end;
    }
    after + &text[at..]
}

fn check_with_cures(text: &str) {
    check(text);
    for one in read(text).diagnostics {
        if let Some(fix) = &one.fix {
            let after = cured(text, fix);
            assert_ne!(after, text, "{}: a cure that changes nothing", one.code);
            check(&after);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn pieces_put_in_anywhere(
        text in all(),
        changes in prop::collection::vec((0_usize..2_000, 0_usize..8, 0..PIECES.len()), 1..4),
    ) {
        let mut text = text.to_owned();
        for (at, length, piece) in changes {
            let start = text.floor_char_boundary(at % text.len());
            let end = text.floor_char_boundary((start + length).min(text.len())).max(start);
            text.replace_range(start..end, PIECES[piece]);
        }
        check_with_cures(&text);
    }

    #[test]
    fn texts_cut_in_the_middle_of_writing(text in all(), at in 0_usize..2_000) {
        check_with_cures(&text[..text.floor_char_boundary(at % text.len())]);
    }

    #[test]
    fn two_dialects_in_one_text(one in all(), other in all(), at in 0_usize..60, from in 0_usize..60) {
        let head = one.lines().take(at);
        let tail = other.lines().skip(from);
        let text: String = head.chain(tail).flat_map(|line| [line, "\n"]).collect();
        check_with_cures(&text);
    }

    #[test]
    fn expressions_of_words(
        words in prop::collection::vec(
            prop_oneof![
                Just("parameters.a"), Just("secrets"), Just("steps.s.failed"), Just("now()"),
                Just("path("), Just("merge(objects: "), Just("coalesce("), Just(")"), Just("["),
                Just("]"), Just("{"), Just("}"), Just("'é'"), Just("'"), Just("1"), Just("0x"),
                Just("+"), Just("|>"), Just(","), Just(":"), Just("${"), Just("."), Just("and"),
                Just("="), Just("!"), Just("/*"), Just("//"), Just("\\"),
            ],
            0..12,
        ),
        style in 0..4,
    ) {
        let inside = words.join(" ");
        let value = match style {
            0 => format!("'${{{}}}'", inside.replace('\'', "''")),
            1 => format!("\"\\t${{{}}}\"", inside.replace('\\', "\\\\").replace('"', "\\\"")),
            2 => format!("|\n      first\n      ${{{inside}}} ${{{inside}"),
            _ => format!("${{{inside}}}"),
        };
        check_with_cures(&format!("steps:\n- name: s\n  image: i\n  env:\n    x: {value}\n"));
    }
}

#[test]
fn the_workflows_themselves_are_fine() {
    for text in [MAPS, TAGS, TEMPLATES] {
        let document = read(text);
        assert!(
            document.readable && !document.has_errors(),
            "{:?}",
            document.diagnostics
        );
    }
}
