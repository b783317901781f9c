//! YAML that cannot be read, and YAML that can but should not be.

use language::read;

use crate::{complaints, secrets, sentence, with_spec};

#[test]
fn a_syntax_error_has_a_place_a_code_and_a_cure() {
    for (text, complaint) in [
        ("a: [1, 2", "1:4 unclosed_bracket `[1,`"),
        ("a: {b: 1", "1:4 unclosed_bracket `{b:`"),
        ("a: [}", "1:4 wrong_bracket `[}`"),
        ("a: ]", "1:4 wrong_bracket `]`"),
        ("a: \"x", "1:4 unclosed_quote `\"x`"),
        ("a: 'x\nb: 2\n", "1:4 unclosed_quote `'x`"),
        ("a: 'x' y", "1:8 text_after_quote `y`"),
        ("a: \"\\q\"", "1:4 wrong_escape `\"\\q\"`"),
        ("a:\n\tb: 1", "2:2 tab `b:`"),
        ("a: b: c", "1:5 unexpected_colon `:`"),
        ("steps:\n- name: a\n image: b\n", "3:2 indentation `image:`"),
        ("a: @x", "1:4 unexpected_character `@x`"),
        ("a: |x\n b\n", "1:4 block_header `|x`"),
        ("%TAG x\n---\na: 1", "1:1 directive `%TAG`"),
        ("a: 'x'#y", "1:7 comment `#y`"),
        ("a: !<x y", "1:4 wrong_tag `!<x`"),
    ] {
        let mut found = complaints(text);
        found.retain(|one| !one.contains("unknown_key"));
        assert_eq!(found, [complaint], "{text:?}");
        let document = read(text);
        assert!(!document.readable && document.has_errors(), "{text:?}");
        assert!(
            document
                .diagnostics
                .iter()
                .all(|one| one.message.starts_with(|c: char| !c.is_uppercase()))
        );
    }
}

#[test]
fn a_tag_without_its_blank_is_shown_with_one() {
    for (written, cure) in [
        (
            "!Fn.equals[!Data x, 'y']",
            "put a blank behind the tag: `!Fn.equals […]`",
        ),
        (
            "!Connection{type: aws, name: x}",
            "put a blank behind the tag: `!Connection {…}`",
        ),
        ("!Secret'x'", "put a blank behind the tag: `!Secret '…'`"),
    ] {
        assert_eq!(
            sentence(&with_spec(&format!("x: {written}")), "missing_blank"),
            cure
        );
    }
    let text = "steps:\n- {name: a, image: b, when: !Fn.equals[!Parameter x, 'y']}\n";
    assert_eq!(complaints(text), ["2:29 missing_blank `!Fn.equals[`"]);
}

#[test]
fn a_template_that_yaml_takes_for_a_key() {
    let text = with_spec("x: ${merge(objects: [])}");
    assert_eq!(complaints(&text), ["5:23 unquoted_template `:`"]);
}

#[test]
fn what_was_read_before_the_error_stays() {
    let text = "\
steps:
- {name: a, image: b, spec: {x: !Secret one, y: !Connection [aws, two]}}
- name: c
  image: d
  spec: {z: !Secret three
";
    let document = read(text);
    assert!(!document.readable);
    assert_eq!(
        document.diagnostics.len(),
        1,
        "what is cut off is not complained about"
    );
    assert_eq!(secrets(&document), ["one", "three"]);
    assert_eq!(document.requirements.connections[0].steps, ["a"]);
}

#[test]
fn keys_that_occur_twice_name_both_places() {
    let text = "steps: []\nname: a\n\n'name': b\n";
    assert_eq!(complaints(text), ["4:1 duplicate_key `'name'`"]);
    assert_eq!(
        sentence(text, "duplicate_key"),
        "the key `name` is already on line 2; remove or rename one of them"
    );
    assert_eq!(
        complaints("steps: []\n<<: {}\n<<: {}\n"),
        ["3:1 duplicate_key `<<`"]
    );
}

#[test]
fn aliases_and_merge_keys_that_make_no_sense() {
    let text = with_spec("a: *nobody\nb: &self [*self]\nc: {<<: text}\nd: {<<: [{}, x]}\n[e]: f");
    assert_eq!(
        complaints(&text),
        [
            "5:8 unknown_anchor `*nobody`",
            "6:15 recursive_alias `*self`",
            "7:13 merge_not_a_map `text`",
            "8:13 merge_not_a_map `[{}, x]`",
            "9:5 key_not_scalar `[e]`",
        ]
    );
    assert!(read(&text).readable);
    assert_eq!(
        sentence("a: &anchor 1\nb: *ancor", "unknown_anchor"),
        "no anchor `&ancor` stands before this alias; did you mean `anchor`?"
    );
}

#[test]
fn tags_of_yaml_that_do_not_fit_their_text() {
    for (written, marked) in [
        ("!!bool yes", "!!bool yes"),
        ("!!bool 'on'", "!!bool 'on'"),
        ("!!bool 1", "!!bool 1"),
        ("!!bool", "!!bool"),
        ("!!int x", "!!int x"),
        ("!!int 5.5", "!!int 5.5"),
        ("!!int \"${parameters.n}\"", "!!int \"${parameters.n}\""),
        ("!!float one", "!!float one"),
        ("!!null x", "!!null x"),
        ("!!timestamp today", "!!timestamp today"),
        ("!<tag:yaml.org,2002:int> x", "!<tag:yaml.org,2002:int> x"),
    ] {
        let text = with_spec(&format!("x: {written}"));
        let mut found = complaints(&text);
        found.retain(|one| !one.contains("undeclared"));
        assert_eq!(found, [format!("5:8 tag_shape `{marked}`")], "{written}");
        assert!(read(&text).has_errors(), "{written}");
    }
    for written in [
        "!!bool true",
        "!!bool 'False'",
        "!!int '5'",
        "!!int -0x1F",
        "!!int 1_000",
        "!!float 5",
        "!!float -1_000.5e3",
        "!!float .inf # in `locals` alone",
        "!!null",
        "!!null ''",
        "!!null ~",
        "!!timestamp '2020-01-02'",
        "!!str yes",
        "!!seq [1]",
        "!!binary aGk=",
    ] {
        let text = format!("locals:\n  x: {written}\n");
        let mut found = complaints(&text);
        found.retain(|one| !one.contains("missing_key"));
        assert_eq!(found, [""; 0], "{written}");
    }
    let when = "steps:\n- {name: a, image: b, when: !!bool yes}\n";
    assert_eq!(complaints(when), ["2:29 tag_shape `!!bool yes`"]);
    assert_eq!(
        sentence(when, "tag_shape"),
        "`!!bool` stands in front of `true` or `false`; correct what follows it, or remove the tag"
    );
    let document = read(when);
    let fix = document.diagnostics[0].fix.as_ref();
    let edit = fix.map(|fix| (fix.edits[0].start, &*fix.edits[0].text));
    assert_eq!(edit, Some((when.find("yes").unwrap_or_default(), "true")));
}

#[test]
fn a_tag_on_a_key_has_no_effect() {
    let text = with_spec("!Secret z: 1\n!!str 5: a\n! b: c\nd: &d !Secret e\n*d : f");
    assert_eq!(
        complaints(&text),
        ["5:5 not_evaluated `!Secret`", "9:5 not_evaluated `*d`"]
    );
    let document = read(&text);
    assert!(!document.has_errors());
    assert_eq!(secrets(&document), ["e"]);
    let edit = &document.diagnostics[0].fix.as_ref().unwrap().edits[0];
    assert_eq!(&text[edit.start..edit.end], "!Secret ");
    assert!(document.diagnostics[1].fix.is_none());
    let anchored = with_spec("!Secret &a z: *a");
    let document = read(&anchored);
    let edit = &document.diagnostics[0].fix.as_ref().unwrap().edits[0];
    assert_eq!(&anchored[edit.start..edit.end], "!Secret ");
}

#[test]
fn a_merge_that_would_lose_a_tag() {
    let text = "\
locals:
  c: &c !Connection {type: aws, name: my-aws-account}
  s: &s !Secret x
  f: &f !Fn.merge [{a: b}]
  m: &m !!map {a: b}
  t: &t {$type: Connection, type: aws, name: other}
steps:
- name: a
  image: b
  spec:
    a: {<<: *c}
    b: {<<: *s}
    c: {<<: [*m, *c]}
    d: {<<: *f, e: f}
    e: {<<: !Connection {type: aws, name: x}, region: us}
    f: {<<: [*m, *t]}
    g: {<<: *m}
";
    let mut found = complaints(text);
    found.retain(|one| !one.contains("unused"));
    assert_eq!(
        found,
        [
            "11:13 merge_not_a_map `*c`",
            "12:13 merge_not_a_map `*s`",
            "13:18 merge_not_a_map `*c`",
            "14:13 merge_not_a_map `*f`",
            "15:13 merge_not_a_map `!Connection {type: aws, name: x}`",
        ]
    );
    let document = read(text);
    assert!(document.has_errors());
    assert_eq!(
        document.diagnostics[1].message,
        "merging this would lose its tag `!Connection`; give it a key of its own instead of `<<`"
    );
    assert_eq!(crate::connections(&document), ["aws/other"]);
}

#[test]
fn only_the_first_document_counts() {
    let text = "steps: []\n---\nsteps: [{name: a, image: b, spec: {x: !Secret y}}]\n";
    assert_eq!(complaints(text), ["2:1 multiple_documents `---`"]);
    let document = read(text);
    assert!(document.readable && !document.has_errors() && secrets(&document).is_empty());
}

#[test]
fn characters_that_nobody_sees() {
    assert_eq!(complaints("steps: []\0"), ["1:10 nul `\0`"]);
    assert!(!read("steps: []\0").readable);
    let sixteen: String = "steps: []".chars().flat_map(|c| [c, '\0']).collect();
    assert_eq!(complaints(&sixteen), ["1:1 utf16 `s`"]);
    assert_eq!(
        complaints("name: a\u{202e}b"),
        ["1:8 direction_control `\u{202e}`"]
    );
    assert!(!read("name: a\u{202e}b").has_errors());
    assert_eq!(
        complaints("name: 'a\u{7}b'"),
        ["1:9 control_character `\u{7}`"]
    );
    assert!(!read("name: 'a\u{7}b'").readable);
    assert_eq!(complaints("\u{feff}steps: []\r\n"), [""; 0]);
}

#[test]
fn comments_are_no_trouble_however_many() {
    let text = format!(
        "steps:\n{}- name: a\n{}  image: b\n",
        "# x\n".repeat(300),
        "  #\n".repeat(300)
    );
    assert_eq!(complaints(&text), [""; 0]);
}

#[test]
fn a_quote_without_an_end_is_where_it_begins() {
    for (text, complaint) in [
        ("a: 'unclosed\n    b: x\n", "1:4 unclosed_quote `'unclosed`"),
        ("a: 'unclosed\nb: x\n", "1:4 unclosed_quote `'unclosed`"),
        (
            "a:\n- b: it's\n- \"un closed\n\nc: x\n",
            "3:3 unclosed_quote `\"un`",
        ),
    ] {
        let found = crate::complaints(text);
        assert!(found.contains(&complaint.to_owned()), "{text}: {found:?}");
    }
}
