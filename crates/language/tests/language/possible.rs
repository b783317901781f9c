//! Names that no connection and no secret can have.

use language::{Diagnostic, Severity, read};

use crate::with_spec;

/// The complaints about names, and the text after the fix of the first.
fn impossible(text: &str) -> (Vec<Diagnostic>, Option<String>) {
    let mut found = read(text).diagnostics;
    found.retain(|one| one.code == "impossible_name");
    let fixed = found.first().and_then(|one| one.fix.as_ref()).map(|fix| {
        let edit = &fix.edits[0];
        format!("{}{}{}", &text[..edit.start], edit.text, &text[edit.end..])
    });
    (found, fixed)
}

#[test]
fn a_name_that_nothing_can_have_is_an_error_with_its_cure() {
    for (written, cured) in [
        ("!Secret 'token '", "!Secret token"),
        ("!Secret \"\\ttoken\"", "!Secret token"),
        ("!Secret caf\u{65}\u{301}", "!Secret 'caf\u{e9}'"),
        ("!Secret \u{1112}\u{1161}\u{11ab}", "!Secret '\u{d55c}'"),
        // The sign of Ångström is kept as the letter.
        ("!Secret \u{212b}", "!Secret '\u{c5}'"),
        ("!Secret to\u{200b}ken", "!Secret token"),
        ("!Connection [aws, ' prod']", "!Connection [aws, prod]"),
        (
            "!Connection {type: aws, name: 'prod '}",
            "!Connection {type: aws, name: prod}",
        ),
        (
            "{$type: Connection, type: aws, name: ' prod'}",
            "{$type: Connection, type: aws, name: prod}",
        ),
        ("${secrets['token ']}", "${secrets['token']}"),
        (
            "${connections.aws.'e\u{301}'}",
            "${connections.aws.'\u{e9}'}",
        ),
    ] {
        let text = with_spec(&format!("x: {written}"));
        let (found, fixed) = impossible(&text);
        assert_eq!(found.len(), 1, "{written}: {found:?}");
        assert_eq!(found[0].severity, Severity::Error, "{written}");
        assert_eq!(
            fixed.as_deref(),
            Some(&*with_spec(&format!("x: {cured}"))),
            "{written}"
        );
        assert!(
            impossible(&with_spec(&format!("x: {cured}"))).0.is_empty(),
            "{cured}"
        );
    }
    for written in [
        format!("!Secret {}", "x".repeat(201)),
        format!("!Secret {}", "\u{e9}".repeat(100_000)),
        "!Secret '  '".to_owned(),
    ] {
        let (found, fixed) = impossible(&with_spec(&format!("x: {written}")));
        assert_eq!((found.len(), fixed), (1, None), "{written}");
    }
}

#[test]
fn names_that_can_be_had_are_left_alone() {
    let longest = "\u{e9}".repeat(200);
    for name in [
        "my-aws-account",
        "Step 8 - 100%",
        "cluster/project",
        "caf\u{e9}",
        "\u{65e5}\u{672c}",
        &longest,
        // These stay apart in the composed form too.
        "\u{915}\u{93c}",
        "x\u{302}",
    ] {
        for spec in [
            format!("x: !Secret '{name}'"),
            format!("x: !Connection [aws, '{name}']"),
        ] {
            let (found, _) = impossible(&with_spec(&spec));
            assert!(found.is_empty(), "{name}: {found:?}");
        }
    }
}

#[test]
fn each_place_is_marked_and_a_trigger_only_warns() {
    let text = "\
steps:
- {name: a, image: i, env: {X: !Secret 'x ', Y: !Secret 'x '}}
triggers:
- {name: t, source: {type: push}, binding: {key: !Secret 'x '}}
";
    let severities: Vec<_> = impossible(text).0.iter().map(|one| one.severity).collect();
    assert_eq!(
        severities,
        [Severity::Error, Severity::Error, Severity::Warning]
    );
}
