//! Words inside templates: that each has its own place, whatever the notation of the text around
//! it, and that comments say nothing.

use language::{Assist, read};

use crate::{complaints, with_spec};

/// The text after the only fix that there is.
fn cured(text: &str) -> String {
    let document = read(text);
    let mut fixes = document
        .diagnostics
        .iter()
        .filter_map(|one| one.fix.as_ref());
    let (Some(fix), None) = (fixes.next(), fixes.next()) else {
        panic!("{:?}", document.diagnostics);
    };
    let edit = &fix.edits[0];
    format!("{}{}{}", &text[..edit.start], edit.text, &text[edit.end..])
}

#[test]
fn a_fix_changes_the_word_and_nothing_else() {
    for spec in [
        "x: |\n  set -e\n  ${concat(\n    'a',\n    ROOT.a)}",
        "x: |+2\n    set -e\n  ${concat(\n    'a',\n\n    ROOT.a)}\n\n",
        "x: >-\n  set\n  -e ${concat(\n\n  'a',\n  ROOT.a)}",
        "x: >\n  set\n    -e\n\n  ${concat('a',\n  ROOT.a)}",
        "x: \"${concat('a',\n\n    ROOT.a)}\"",
        "x: 'it''s ${concat(1,\n    ROOT.a)}'",
        "x: a ${concat(1,\n    ROOT.a)}",
        "x: \"\\x24{ROOT.a}\"",
        "x: \"\\u00e9${concat('\\\n    é', ROOT.a)}\"",
        "x: \"${\\U00000073ecrets.a} ${ROOT.a}\"",
    ] {
        for line_end in ["\n", "\r\n"] {
            let text = with_spec(spec).replace('\n', line_end);
            let wrong = text.replacen("ROOT", "secrts", 1);
            let right = text.replacen("ROOT", "secrets", 1);
            let said = complaints(&wrong);
            assert!(
                said.len() == 1 && said[0].ends_with(" unknown_root `secrts`"),
                "{said:?} in {wrong}"
            );
            assert_eq!(cured(&wrong), right);
        }
    }
    let text = with_spec("x: \"${param\\x74ers.a} ${para\\x6dters.b}\"");
    assert_eq!(
        complaints(&text),
        [
            "5:11 unknown_root `param\\x74ers`",
            "5:29 unknown_root `para\\x6dters`"
        ]
    );
    assert!(read(&text).diagnostics[1].fix.as_ref().is_some_and(|fix| {
        let edit = &fix.edits[0];
        &text[edit.start..edit.end] == "para\\x6dters" && edit.text == "parameters"
    }));
}

#[test]
fn no_fix_cuts_off_a_text_without_quotes() {
    for name in ["a #b", "a: b", "a\tb"] {
        let written = name.replace([' ', '\t'], "");
        let text = with_spec(&format!("x: ${{parameters['{written}']}}"));
        let text = format!("parameters: {{'{name}': {{}}}}\n{text}");
        let document = read(&text);
        let mut all = document.diagnostics.iter();
        let one = all.find(|one| one.code == "undeclared_parameter");
        let one = one.unwrap_or_else(|| panic!("{:?}", document.diagnostics));
        assert!(one.message.contains("did you mean") && one.fix.is_none());
    }
}

#[test]
fn the_line_of_a_word_is_its_own() {
    for (spec, complaint) in [
        (
            "x: \"${concat(1,\n\n    nope)}\"",
            "7:9 unknown_root `nope`",
        ),
        ("x: |\n  ${1\n     + }", "7:12 template_syntax `}`"),
        ("x: >\n  ${1\n  + }", "7:9 template_syntax `}`"),
        ("x: \"${nope(\n    1)}\"", "5:11 unknown_function `nope`"),
        ("x: |\n  a\n  ${1 +\n  b\n", "7:7 template_syntax `${1 +`"),
        ("x: \"\n    ${steps.s.nope}\"", "6:19 unknown_value `nope`"),
    ] {
        let found = complaints(&with_spec(spec));
        assert!(found.contains(&complaint.to_owned()), "{spec}: {found:?}");
    }
    let text = "parameters:\n  x: {}\nsteps:\n- name: s\n  image: i\n  when: \"${parameters.x\n    = 1}\"\n";
    assert_eq!(complaints(text), ["7:5 template_syntax `=`"]);
    assert_eq!(cured(text), text.replace("= 1", "== 1"));
}

#[test]
fn a_template_is_closed_behind_its_last_word() {
    for (spec, closed) in [
        ("x: |\n  ${1\ny: 2", "x: |\n  ${1}\ny: 2"),
        ("x: \"${1\n\n   \"", "x: \"${1}\n\n   \""),
        ("x: >-\n  a\n  ${1 /* b */", "x: >-\n  a\n  ${1 /* b */}"),
    ] {
        assert_eq!(cured(&with_spec(spec)), with_spec(closed));
    }
    // Behind such a comment a bracket would be a part of it.
    let text = with_spec("x: |\n  ${1 // why");
    assert!(read(&text).diagnostics[0].fix.is_none());
}

#[test]
fn comments_say_nothing() {
    for spec in [
        "x: \"${1 /* nope */}\"",
        "x: \"${/* nope.x */ 'a' /* secrets.b } */}\"",
        "x: |\n  ${1 // nope } secrets.b\n  + 2}",
        "x: \"${/* concat(nope) */ concat /* ( */ ('a', /* outputs.nope.x */ 'b')}\"",
        "x: \"${'/*'} ${'*/'}\"",
        "x: \"${1 /* it's */}\"",
    ] {
        let text = with_spec(spec);
        assert!(
            complaints(&text).is_empty(),
            "{spec}: {:?}",
            complaints(&text)
        );
        assert!(read(&text).requirements.secrets.is_empty(), "{spec}");
    }
    for (template, secret) in [
        ("${secrets.real /* secrets.com */}", "real"),
        ("${secrets /* .com */ . /* com. */ real}", "real"),
        ("${secrets[/* 'com' */ 'real' /* ] */]}", "real"),
        ("${1 /* ' */ + secrets.real /* ' */}", "real"),
        ("${'// ' + secrets.real}", "real"),
    ] {
        let document = read(&with_spec(&format!("x: \"{template}\"")));
        assert!(document.diagnostics.is_empty(), "{template}");
        let names: Vec<_> = document.requirements.secrets.iter().collect();
        assert!(
            names.len() == 1 && names[0].name == secret,
            "{template}: {names:?}"
        );
    }
    let wrong = with_spec("x: \"${/* secrts.a */ secrts.a}\"");
    assert_eq!(
        cured(&wrong),
        with_spec("x: \"${/* secrts.a */ secrets.a}\"")
    );
    // A comment without an end takes the end of the template along.
    let endless = with_spec("x: \"${secrets.a /* nope}\"");
    assert_eq!(complaints(&endless), ["5:21 template_syntax `/* nope}`"]);
}

#[test]
fn a_name_in_a_comment_stays() {
    let steps = "steps:\n- name: build\n  image: i\n- name: next\n  image: i\n  env:\n    A: ";
    for (before, after) in [
        (
            "\"${outputs./* outputs.build.x */build.v}\"",
            "\"${outputs./* outputs.build.x */make.v}\"",
        ),
        (
            "\"${1 /* steps.build.failed */ } $${outputs.build.x}\"",
            "\"${1 /* steps.build.failed */ } $${outputs.build.x}\"",
        ),
        (
            "|\n      ${1 + // outputs.build.x }\n      outputs.build.y}",
            "|\n      ${1 + // outputs.build.x }\n      outputs.make.y}",
        ),
        // Folded, the second line is a part of the comment.
        (
            "\"${outputs.build.y // outputs.build.x\n      outputs.build.z}\"",
            "\"${outputs.make.y // outputs.build.x\n      outputs.build.z}\"",
        ),
    ] {
        let text = format!("{steps}{before}\n");
        let assist = Assist::of(&text);
        let mut edits = assist.rename(15, "make").expect("it is a step");
        edits.sort_by_key(|edit| std::cmp::Reverse(edit.start));
        let mut renamed = text.clone();
        for edit in edits {
            renamed.replace_range(edit.start..edit.end, &edit.text);
        }
        let expected = steps.replacen("build", "make", 1);
        assert_eq!(renamed, format!("{expected}{after}\n"));
    }
}
