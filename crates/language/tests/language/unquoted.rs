//! The quotes that a template needs: around all of its text, and around nothing else.

use language::read;

use crate::with_spec;

/// The text after the fix of the template without quotes, if there is one.
fn quoted(text: &str) -> Option<String> {
    let document = read(text);
    let all = || document.diagnostics.iter();
    let one = all().find(|one| one.code == "unquoted_template");
    let one = one.unwrap_or_else(|| panic!("{text}: {:?}", document.diagnostics));
    let edit = &one.fix.as_ref()?.edits[0];
    Some(format!(
        "{}{}{}",
        &text[..edit.start],
        edit.text,
        &text[edit.end..]
    ))
}

#[test]
fn the_whole_text_and_nothing_else_is_quoted() {
    for (wrong, right) in [
        ("m: ${{'foo': 'bar'}} # c", "m: \"${{'foo': 'bar'}}\" # c"),
        (
            "m: ${path({'k': 1}, 'k')} # why } and : not",
            "m: \"${path({'k': 1}, 'k')}\" # why } and : not",
        ),
        (
            "m: abc ${merge(objects: [])} tail 'it''s'",
            "m: \"abc ${merge(objects: [])} tail 'it''s'\"",
        ),
        ("m: ${1 # y} z # w", "m: '${1 # y} z' # w"),
        ("m: a ${1 |> b # y}", "m: 'a ${1 |> b # y}'"),
        (
            "- ${merge(objects: [])} # }",
            "- '${merge(objects: [])}' # }",
        ),
        (
            "- - a ${merge(objects: [])} b",
            "- - 'a ${merge(objects: [])} b'",
        ),
        (
            "\"k: l\": !x ${{'a': 1}} b",
            "\"k: l\": !x \"${{'a': 1}} b\"",
        ),
        ("m:\n  a ${{'a': 1}} b", "m:\n  \"a ${{'a': 1}} b\""),
        ("m: ${{'a': 1}}\nn: b", "m: \"${{'a': 1}}\"\nn: b"),
        ("m: ${{'a': 1}}\n\n# n\n", "m: \"${{'a': 1}}\"\n\n# n\n"),
        ("m: [a ${1} b, c] # d", "m: ['a ${1} b', c] # d"),
        (
            "m: {k: a ${f('x}', 1)} , l: 1}",
            "m: {k: \"a ${f('x}', 1)}\" , l: 1}",
        ),
        ("m: [a,\n  b ${1}]", "m: [a,\n  'b ${1}']"),
        ("m: [\n  b ${1}, c]", "m: [\n  'b ${1}', c]"),
        (
            "m: {\n  k: ${1},\n  l: 2\n}",
            "m: {\n  k: '${1}',\n  l: 2\n}",
        ),
    ] {
        let cured = quoted(&with_spec(wrong));
        assert_eq!(cured.as_ref(), Some(&with_spec(right)), "{wrong}");
        let document = read(&with_spec(right));
        assert!(document.readable, "{right}: {:?}", document.diagnostics);
    }
}

#[test]
fn no_quotes_where_nobody_knows_how_far_they_reach() {
    for wrong in [
        "m: ${{'foo':\n       'bar'}}",
        "m: ${{'foo': 'bar'}}\n   tail",
        "m: a\n  ${{'foo': 'bar'}}",
        "m: ${{'foo': 'bar'}} b: c",
        "m: ${{'foo': 'bar'} # c",
        "x:\n- ${a: b}\n  c: d",
        "x:\n- ${a: b}\n    tail",
        "m: [${1}\n  b]",
        "m: [a\n      b ${1}, c]",
        "m: [a\n      ${1} b, c]",
        "m: {k: a\n      ${1} b, c: d}",
        "m: [a, # e\n      b ${1}, c]",
    ] {
        let text = with_spec(wrong);
        assert_eq!(quoted(&text), None, "{wrong}");
    }
}
