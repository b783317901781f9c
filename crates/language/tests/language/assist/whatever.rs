//! What holds for every text and every place.

use language::{Assist, read};
use proptest::prelude::*;

use super::{chosen, edited, holdings, library};
use crate::holds::assist as ask;

const WORKFLOW: &str = "\
apiVersion: v1
parameters:
  region: {description: Where, default: eu}
  'a b': &who {default: 'é😀'}
locals: {l: &l {token: !Secret 'a b'}}
triggers:
- name: hook
  source: {type: webhook, image: relaysh/stdlib-trigger-json, spec: {k: !Secret hook}}
  binding: {parameters: {region: !Data a.b}}
  when: \"${event.x == 'y'}\"
steps:
- name: one
  image: relaysh/aws-ec2-step-instances-stop
  spec:
    aws: &aws {connection: !Connection {type: aws, name: prod}, region: !Parameter region}
    text: \"😀 ${parameters.'a b'} ${connections['aws'].'prod'} ${outputs.two.x}\"
    <<: *l
    list: [!Output [two, x],
      {$type: Secret, name: s}, 'it''s ${secrets.t}']
  input:
  - |
    echo ${HOME}
- name: two
  type: approval
  dependsOn: three # why
- {name: three, image: i, env: {A: {$type: Parameter, name: 'a b'}, B: *aws}}
- name: four
  image: relaysh/core
  dependsOn:
    - one
  env:
    X: >-
      folded ${steps.one.failed}
      and ${concat(outputs.one.a, `b`)}
";

/// Some errors of YAML, by how many there are.
fn yaml_errors(text: &str) -> usize {
    language::tree::parse(text).1.len()
}

/// The lines that differ, and the one behind them.
fn around(before: &str, after: &str) -> String {
    let old: Vec<_> = before.lines().collect();
    let changed = |(at, line): &(usize, &str)| old.get(*at) != Some(line);
    let first = after
        .lines()
        .enumerate()
        .find(changed)
        .map_or(0, |(at, _)| at);
    let lines = |text: &str| {
        text.lines()
            .skip(first)
            .take(3)
            .collect::<Vec<_>>()
            .join("\n")
    };
    format!("{}\n---\n{}", lines(before), lines(after))
}

#[test]
fn every_place_of_every_beginning() {
    for (end, _) in WORKFLOW.char_indices() {
        let text = &WORKFLOW[..end];
        let length = text.encode_utf16().count();
        for back in [0, 7] {
            ask(text, length.saturating_sub(back));
        }
    }
    for at in 0..=WORKFLOW.encode_utf16().count() + 2 {
        ask(WORKFLOW, at.min(WORKFLOW.encode_utf16().count()));
    }
}

#[test]
fn whatever_is_chosen_the_text_stays_yaml() {
    let holdings = holdings();
    let mut count = 0;
    for (at, c) in WORKFLOW.char_indices() {
        // At the end of words, and where there are none.
        if !(c.is_whitespace() || ".:,]}'\"".contains(c)) {
            continue;
        }
        // With the rest of the line on a line of its own, further in.
        let line = WORKFLOW[..at].rsplit('\n').next().unwrap_or_default();
        let indent = " ".repeat(line.len() - line.trim_start_matches([' ', '-']).len() + 2);
        let split = format!("{}\n{indent}{}", &WORKFLOW[..at], &WORKFLOW[at..]);
        // Nobody comes by a line that begins with a colon.
        let split = if c == ':' { WORKFLOW.to_owned() } else { split };
        for text in [WORKFLOW.to_owned(), split] {
            let place = WORKFLOW[..at].encode_utf16().count();
            let Some(found) = Assist::of(&text).complete(place, &holdings, library(), true) else {
                continue;
            };
            let before = yaml_errors(&text);
            for item in found.items {
                count += 1;
                let after = chosen(&text, (found.from_utf16, found.to_utf16), &item);
                assert!(
                    yaml_errors(&after) <= before,
                    "{} at {place}:\n{}",
                    item.label,
                    around(&text, &after)
                );
            }
        }
    }
    assert!(count > 1_000, "{count}");
}

#[test]
fn a_rename_and_back_again_changes_nothing() {
    let length = WORKFLOW.encode_utf16().count();
    let codes = |text: &str| -> Vec<_> {
        let document = read(text);
        document
            .diagnostics
            .iter()
            .map(|one| (one.code, one.place.line))
            .collect()
    };
    let mut renamed = 0;
    let assist = Assist::of(WORKFLOW);
    for at in 0..length {
        let Some(target) = assist.rename_target(at) else {
            continue;
        };
        for new in [
            "fresh",
            "a: b, c",
            "it's {new} #1",
            "5",
            "\"quoted\"",
            "!tag",
            "back\\slash",
            "true",
        ] {
            let Ok(edits) = assist.rename(at, new) else {
                continue;
            };
            renamed += 1;
            let text = edited(WORKFLOW, &edits);
            assert_eq!(codes(&text), codes(WORKFLOW), "{new}\n{text}");
            let first = edits
                .iter()
                .find(|edit| !edit.text.is_empty() && edit.start_utf16 < edit.end_utf16);
            let at = first.map_or(0, |edit| {
                let before = edits
                    .iter()
                    .filter(|other| other.start_utf16 < edit.start_utf16);
                let shift: isize = before
                    .map(|other| {
                        let old = other.end_utf16 - other.start_utf16;
                        other.text.encode_utf16().count().cast_signed() - old.cast_signed()
                    })
                    .sum();
                edit.start_utf16
                    .checked_add_signed(shift)
                    .expect("it is in the text")
                    + 1
            });
            let again = Assist::of(&text);
            let found = again.rename_target(at);
            assert_eq!(
                found.map(|target| target.name).as_deref(),
                Some(new),
                "{text}"
            );
            let back = again
                .rename(at, &target.name)
                .expect("the old name is free");
            assert_eq!(
                read(&edited(&text, &back)).plan,
                read(WORKFLOW).plan,
                "{new}"
            );
        }
    }
    assert!(renamed > 200, "{renamed}");
}

#[test]
fn texts_made_to_be_slow_are_answered() {
    let value = |value: &str| format!("steps:\n- name: s\n  image: i\n  spec:\n    x: {value}\n");
    let steps = |step: fn(usize) -> String| format!("steps:\n{}", crate::numbered(800, step));
    for text in [
        "[".repeat(40_000),
        "{a: ".repeat(10_000),
        "- ".repeat(20_000),
        "'a\n \"".repeat(8_000),
        "  'x\n    y\n z\n".repeat(3_000),
        " \n".repeat(20_000),
        "!a ".repeat(13_000),
        value(&"${a.b".repeat(8_000)),
        value(&"${a['".repeat(8_000)),
        value(&".a".repeat(20_000)),
        value(&"${a[".repeat(8_000)),
        steps(|n| {
            format!(
                "- {{name: s{n}, image: i, dependsOn: s{}}}\n",
                (n + 1) % 800
            )
        }),
        steps(|n| {
            format!(
                "- {{name: s{n}, image: i, env: {{a: !Output [s{}, o{n}]}}}}\n",
                n / 2
            )
        }),
        steps(|_| "- {name: s, image: relaysh/core}\n".to_owned()),
    ] {
        let length = text.encode_utf16().count();
        for at in [0, 30, length / 2, length - 2, length] {
            ask(&text, at);
        }
    }
}

proptest! {
    #[test]
    fn never_panics(text in "[a-z:\\-{}\\[\\]!&*'\"$ .,|>#\n\r\té😀]{0,60}", at in 0..70_usize) {
        let at = at.min(text.encode_utf16().count());
        ask(&text, at);
    }

    #[test]
    fn never_panics_in_a_workflow(
        cut in 0..WORKFLOW.len(),
        noise in "[a-z:\\-{}\\[\\]!'\"$ .,|\n]{0,6}",
        at in 0..WORKFLOW.len(),
    ) {
        let cut = WORKFLOW.floor_char_boundary(cut);
        let text = format!("{}{noise}{}", &WORKFLOW[..cut], &WORKFLOW[cut..]);
        ask(&text, at.min(text.encode_utf16().count()));
        ask(&text, WORKFLOW[..cut].encode_utf16().count() + noise.len());
    }
}
