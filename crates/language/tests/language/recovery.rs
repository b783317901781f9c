//! Reading on behind a syntax error: more than the first is found, and nothing is said that only
//! the error brought about.

use language::limits::{MAX_TEXT, MAX_TROUBLES};
use language::read;

use crate::{complaints, connections, numbered, secrets};

#[test]
fn every_step_can_have_an_error_of_its_own() {
    let text = "\
parameters: {region: {default: eu}}
steps:
- name: one
  image: 'i
- name: two
  image: i
  spec: {x: [1, 2}
- name: three
  image: i
  dependsOn: nowhere
  spec: {x: !Connection [aws, prod], y: !Parameter region, z: !Fetch z}
- name: four
   image: i
- {name: five, image: i, spec: {x: !Secret s}}
triggers:
- name: hook
  source: {type: push
- {name: night, source: {type: schedule, schedule: no}}
";
    let found = complaints(text);
    assert_eq!(
        found,
        [
            "4:10 unclosed_quote `'i`",
            "7:13 wrong_bracket `[1,`",
            "11:63 unknown_tag `!Fetch`",
            "13:9 unexpected_colon `:`",
            "17:11 unclosed_bracket `{type:`",
            "18:52 wrong_schedule `no`",
        ],
        "{found:#?}"
    );
    let document = read(text);
    assert!(!document.readable);
    assert_eq!(connections(&document), ["aws/prod"]);
    assert_eq!(secrets(&document), ["s"]);
    let names: Vec<_> = document.steps.iter().map(|one| &*one.name).collect();
    assert_eq!(names, ["one", "two", "three", "four image", "five"]);
}

#[test]
fn the_next_top_key_is_a_beginning_too() {
    let text = "\
name: \"open
steps:
- {name: a, image: Wrong}
summary: x: y
parameters:
  p: {default: [}
triggers: no
";
    assert_eq!(
        complaints(text),
        [
            "1:7 unclosed_quote `\"open`",
            "3:20 wrong_image `Wrong`",
            "4:11 unexpected_colon `:`",
            "6:16 wrong_bracket `[}`",
            "7:11 wrong_type `no`",
        ]
    );
}

#[test]
fn nothing_is_said_about_what_was_cut_out() {
    for text in [
        // The image is in what could not be read, and so are the names others refer to.
        "steps:\n- name: a\n  spec: {x: 'y\n- {name: b, image: i, dependsOn: [a, lost]}\n",
        "parameters: {p: 'q}\nsteps:\n- {name: b, image: i, env: {X: !Parameter p}}\n",
        "locals: {a: &a x, b: &b [}\nsteps:\n- {name: b, image: i, env: {X: *b, Y: *a}}\n",
        "steps:\n  - name: a\n    image: i\n - name: b\n   image: i\n",
        "steps:\n- &x\n  name: a\n  image: b: c\n- name: b\n  image: i\n",
    ] {
        let found = complaints(text);
        assert_eq!(found.len(), 1, "{text}\n{found:#?}");
        assert!(!read(text).readable);
    }
}

#[test]
fn anchors_of_an_earlier_piece_are_known_later() {
    let text = "\
steps:
- {name: a, image: i, spec: &spec {x: !Secret s}}
- {name: b, image: i, spec: [}
- {name: c, image: i, spec: *spec}
";
    let document = read(text);
    assert_eq!(complaints(text), ["3:29 wrong_bracket `[}`"]);
    assert_eq!(document.requirements.secrets[0].steps, ["a", "c"]);
}

#[test]
fn a_script_that_lost_its_indentation_is_no_workflow() {
    let script = numbered(30, |n| format!("key{n}: [value\n- item{n}: x\n"));
    let text = format!("steps:\n- name: a\n  image: i\n  input:\n  - |\n{script}");
    assert!(complaints(&text).len() <= 2, "{:#?}", complaints(&text));
}

#[test]
fn a_second_document_is_not_read_after_an_error_either() {
    let text = "name: 'a\n---\nsteps: [{name: a, image: b, spec: {x: !Secret y}}]\n";
    assert!(secrets(&read(text)).is_empty());
}

#[test]
fn errors_are_counted_and_what_they_cost_too() {
    let broken = numbered(2_000, |n| format!("- {{name: s{n}, image: i, spec: [}}\n"));
    let text = format!("steps:\n{broken}");
    assert_eq!(complaints(&text).len(), MAX_TROUBLES);

    // Each of these reads to the end of the text; for so many there is no time.
    let endless = numbered(5_000, |n| format!("- name: s{n}\n  image: {{\"{n}\n"));
    let text = format!("steps:\n{endless}");
    assert!(text.len() < MAX_TEXT);
    assert!(complaints(&text).len() <= MAX_TROUBLES);
}

#[test]
fn a_blank_is_offered_where_there_is_none() {
    for (text, offered) in [("a: 'b'# c\n", true), ("a: b # c\n  d\n", false)] {
        let document = read(text);
        let mut all = document.diagnostics.iter();
        let one = all.find(|one| one.code == "comment");
        let one = one.unwrap_or_else(|| panic!("{text}: {:?}", document.diagnostics));
        assert_eq!(one.fix.is_some(), offered, "{text}");
    }
}
