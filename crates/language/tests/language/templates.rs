//! What is said about expressions and calls before anything runs, in all three dialects.

use language::{Severity, read};

use crate::{complaints, sentence, with_spec};

/// The text after the fix of its only complaint.
fn fixed(text: &str) -> String {
    let document = read(text);
    assert_eq!(document.diagnostics.len(), 1, "{:?}", document.diagnostics);
    let fix = document.diagnostics[0].fix.clone();
    let fix = fix.unwrap_or_else(|| panic!("no fix in {text:?}"));
    let edit = &fix.edits[0];
    format!("{}{}{}", &text[..edit.start], edit.text, &text[edit.end..])
}

/// What is written in place of `spec` after the fix.
fn cured(spec: &str) -> String {
    let whole = fixed(&with_spec(spec));
    assert!(read(&whole).diagnostics.is_empty(), "{whole}");
    let (_, spec) = whole.split_once("spec:\n").unwrap_or_default();
    spec.trim().to_owned()
}

#[test]
fn expressions_that_are_none() {
    let text = with_spec(
        "a: ${1 +}
b: x ${[1} y ${2 2} ${now()}
c: \"${1 ? 2 : 3}\"
d: \"\\t${)}\"
e: ${'\\q'}
f: |
  one ${0x10}
  two ${\"
g: ${1 == 1}",
    );
    assert_eq!(
        complaints(&text),
        [
            "5:13 template_syntax `}`",
            "6:14 template_syntax `}`",
            "6:22 template_syntax `2`",
            "7:13 template_syntax `?`",
            "8:13 template_syntax `)`",
            "9:10 template_syntax `'\\q'`",
            "11:13 template_syntax `0x10`",
            "12:13 template_syntax `\"`",
        ]
    );
    assert!(
        read(&text)
            .diagnostics
            .iter()
            .all(|one| one.severity == Severity::Error)
    );
    assert_eq!(
        read(&text).diagnostics[0].message,
        "the template cannot be read at `}`: this cannot stand here"
    );
}

#[test]
fn fixes_of_expressions() {
    for (before, after) in [
        ("a: ${1 = 2}", "a: ${1 == 2}"),
        ("a: ${true and false}", "a: ${true && false}"),
        ("a: \"${true or false}\"", "a: \"${true || false}\""),
        ("a: x ${toString(1)", "a: x ${toString(1)}"),
        ("a: ${now() |> [$]", "a: ${now() |> [$]}"),
        ("a: ${tostring(1)}", "a: ${toString(1)}"),
        ("a: !Fn.Concat [b]", "a: !Fn.concat [b]"),
        ("a: {$fn.merg: []}", "a: {$fn.merge: []}"),
    ] {
        assert_eq!(cured(before), after);
    }
    assert_eq!(
        cured("a: !Fn.merge {objects: [], mdoe: deep}"),
        "a: !Fn.merge {objects: [], mode: deep}"
    );
    assert_eq!(
        cured("a: '${merge(objects: [], mdoe: 1)}'"),
        "a: '${merge(objects: [], mode: 1)}'"
    );
}

#[test]
fn what_is_meant_for_a_shell_is_told() {
    for inside in ["HOME:-x", "#list", "file%%.txt", "X:?no", "list[@]"] {
        let text = with_spec(&format!("a: 'echo ${{{inside}}}'"));
        let said = read(&text).diagnostics;
        assert_eq!(said.len(), 1, "{inside}: {said:?}");
        assert!(
            said[0].message.contains("under `input`"),
            "{inside}: {}",
            said[0].message
        );
    }
}

#[test]
fn functions_that_do_not_exist() {
    let text = with_spec(
        "a: !Fn.lower [x]
b: {$fn.lower: [x]}
c: ${lower('x') + concat(upper('y'))}
d: \"\\t${lower('x')}\"
e: !Fn.coalesce [!Fn.lower x]
f: ${exists(lower('x'))}
g: {$fn.lower: x, other: y}",
    );
    assert_eq!(
        complaints(&text),
        [
            "5:12 unknown_function `lower`",
            "6:13 unknown_function `lower`",
            "7:10 unknown_function `lower`",
            "7:30 unknown_function `upper`",
            "8:13 unknown_function `lower`",
            "9:26 unknown_function `lower`",
            "10:17 unknown_function `lower`",
        ]
    );
    let graver: Vec<_> = read(&text)
        .diagnostics
        .iter()
        .map(|one| one.severity == Severity::Error)
        .collect();
    assert_eq!(graver, [true, true, true, true, true, false, false]);
}

#[test]
fn arguments_by_number_and_by_name() {
    for (call, said) in [
        (
            "!Fn.append [[]]",
            "`append` takes a list and what is put behind it, but one is given",
        ),
        ("!Fn.now", "`now` takes no arguments, but one is given"),
        (
            "!Fn.equals {a: b}",
            "`equals` takes its arguments one by one, without names",
        ),
        (
            "!Fn.equals x",
            "`equals` takes two arguments, but one is given",
        ),
        (
            "{$fn.toString: [1, 2]}",
            "`toString` takes one argument, but 2 are given",
        ),
        (
            "{$fn.path: {object: {}}}",
            "`path` needs the argument `query`",
        ),
        (
            "'${path({}, ''a'', 1, 2)}'",
            "`path` takes two or three arguments, but 4 are given",
        ),
        (
            "'${exists()}'",
            "`exists` takes one argument, but none is given",
        ),
        (
            "'${merge(mode: ''deep'')}'",
            "`merge` needs the argument `objects`",
        ),
        (
            "'${concat(a: 1)}'",
            "`concat` takes its arguments one by one, without names",
        ),
        (
            "'${convertMarkdown(''html'')}'",
            "`convertMarkdown` takes two arguments, but one is given",
        ),
    ] {
        let text = with_spec(&format!("x: {call}"));
        assert_eq!(sentence(&text, "wrong_arguments"), said, "{call}");
        assert_eq!(
            read(&text).diagnostics.len(),
            1,
            "{:?}",
            read(&text).diagnostics
        );
    }
    // What a step may never ask for is only a warning; its environment is made before it starts.
    let severity = |key: &str| {
        let text = format!("steps:\n- {{name: s, image: i, {key}: {{x: !Fn.now x}}}}\n");
        read(&text).diagnostics[0].severity
    };
    assert_eq!(
        (severity("spec"), severity("env")),
        (Severity::Warning, Severity::Error)
    );
    let text = with_spec("x: !Fn.path {object: {}, query: a, defualt: b, more: c}");
    assert_eq!(
        complaints(&text),
        [
            "5:40 unknown_argument `defualt`",
            "5:52 unknown_argument `more`"
        ]
    );
    assert!(!read(&text).has_errors());
}

#[test]
fn arguments_that_only_a_run_knows() {
    let text = "\
parameters: {p: {}}
steps:
- name: s
  image: i
  spec:
    a: !Fn.append {$type: Parameter, name: p}
    b: !Fn.equals ${parameters.p}
    c: {$fn.equals: !Parameter p}
    d: {$fn.equals: {$fn.jsonUnmarshal: '[1, 2]'}}
    e: !Fn.now []
    f: '${now()}'
    g: !Fn.coalesce []
    h: !Fn.toString {$encoding: base64, data: aGk=}
";
    assert_eq!(complaints(text), [""; 0]);
    // A map that says what is computed in its place is no list of names.
    assert_eq!(read(text).requirements.parameters[0].steps, ["s"]);
}

#[test]
fn a_reference_in_a_call_counts() {
    let text = with_spec("x: !Fn.toString {$type: Secret, name: token}");
    assert_eq!(read(&text).requirements.secrets[0].name, "token");
}

#[test]
fn questions_about_events() {
    let text = "\
triggers:
- name: hook
  source: {type: push}
  when: ${event.x = 1}
  binding:
    key: !Data a.b[0].'c d'
    parameters:
      a: !Data 'a..b'
      b: {$type: Data, query: 'a b'}
      c: !Data [now()]
      d: ${nothing()}
parameters: {a: {}, b: {}, c: {}, d: {}}
";
    let found: Vec<_> = complaints(text)
        .into_iter()
        .filter(|one| !one.contains("unused_parameter"))
        .collect();
    assert_eq!(
        found,
        [
            "4:19 template_syntax `=`",
            "8:19 template_syntax `.`",
            "9:34 template_syntax `b`",
            "10:17 unknown_function `now`",
            "11:12 unknown_function `nothing`",
        ]
    );
    // Without the trigger the workflow still runs.
    assert!(!read(text).has_errors());
}

#[test]
fn two_dollars_are_text() {
    let text = with_spec("x: echo $${HOME:-x} $${secrets.y} $$${now()}");
    assert_eq!(complaints(&text), [""; 0]);
    assert!(read(&text).requirements.secrets.is_empty());
}

#[test]
fn conditions_that_an_expression_can_never_meet() {
    let complaint = |when: &str| {
        let text = format!(
            "parameters: {{p: {{}}}}\nsteps:\n- {{name: s, image: i, env: {{P: !Parameter p}}, when: \"{when}\"}}\n"
        );
        let document = read(&text);
        let codes: Vec<_> = document.diagnostics.iter().map(|one| one.code).collect();
        assert!(
            codes.iter().all(|code| *code == "when_not_boolean"),
            "{when}: {codes:?}"
        );
        !codes.is_empty()
    };
    for when in [
        "${5}",
        "${'true'}",
        "${null}",
        "${[true]}",
        "${'a' + 'b'}",
        "${-parameters.p}",
        "${concat('a', 'b')}",
        "${secrets.x}",
        "${connections.aws.x}",
        "${parameters.p |> 1 + 2}",
    ] {
        assert!(complaint(when), "{when}");
    }
    for when in [
        "${true}",
        "${!parameters.p}",
        "${parameters.p}",
        "${$.parameters.p}",
        "${1 < 2}",
        "${'a' =~ 'b'}",
        "${true && parameters.p == 'x'}",
        "${exists(parameters.p)}",
        "${coalesce(parameters.p, true)}",
        "${parameters |> p}",
        "${(parameters.p)}",
    ] {
        assert!(!complaint(when), "{when}");
    }
}

#[test]
fn yes_is_a_text_here() {
    for (before, after) in [("yes", "when: true"), ("[true, no]", "when: [true, false]")] {
        let text = format!("steps:\n- name: s\n  image: i\n  when: {before}\n");
        let whole = fixed(&text);
        assert!(whole.contains(after), "{whole}");
        assert!(read(&whole).diagnostics.is_empty(), "{whole}");
    }
}

#[test]
fn how_a_step_ended() {
    let text = "steps:\n- {name: a, image: i}\n- {name: b, image: i, when: \"${steps.a.suceeded || steps['a'].failed}\"}\n";
    assert_eq!(complaints(text), ["3:40 unknown_value `suceeded`"]);
    assert!(fixed(text).contains("${steps.a.succeeded || "));
    let none = text.replace("suceeded", "done");
    assert_eq!(
        sentence(&none, "unknown_value"),
        "no step has `done`; it has `succeeded`, `failed` or `skipped`"
    );
}

#[test]
fn a_letter_that_is_wrong_in_the_oldest_dialect() {
    assert_eq!(
        cured("a: {$type: Secrte, name: x}"),
        "a: {$type: Secret, name: x}"
    );
    assert_eq!(
        complaints(&with_spec("a: {$type: Service, name: x}")),
        [""; 0]
    );
}

#[test]
fn a_parameter_is_indispensable_where_nothing_copes_with_its_absence() {
    let text = "\
steps:
- name: s
  image: i
  env:
    A: ${coalesce(parameters.guarded, 'eu')}
    B: !Fn.coalesce [!Parameter guarded, us]
    C: ${exists(parameters.both)} ${parameters.both}
    D: ${parameters.plain}
triggers:
- {name: t, source: {type: push}, binding: {key: '${parameters.trigger}'}}
";
    let document = read(text);
    let found = document.requirements.parameters.iter();
    let found: Vec<_> = found
        .map(|one| (one.name.as_str(), one.indispensable, one.required))
        .collect();
    assert_eq!(
        found,
        [
            ("guarded", false, true),
            ("both", true, true),
            ("plain", true, true),
            ("trigger", false, true)
        ]
    );
}

#[test]
fn schedules_bring_no_data() {
    let text = "\
parameters: {a: {}, b: {}}
triggers:
- name: t
  source: {type: schedule, schedule: '@daily'}
  binding: {parameters: {a: !Data x, b: '${event.y}'}}
";
    let found: Vec<_> = complaints(text)
        .into_iter()
        .filter(|one| one.contains("out_of_place"))
        .collect();
    assert_eq!(
        found,
        ["5:29 out_of_place `!Data x`", "5:44 out_of_place `event`"]
    );
    assert!(!read(text).has_errors());
}

#[test]
fn what_nests_too_deep_is_told_without_a_word() {
    let text = with_spec(&format!("x: ${{{}1{}}}", "(".repeat(120), ")".repeat(120)));
    let said = sentence(&text, "template_syntax");
    assert!(!said.contains("``"), "{said}");
    assert!(said.contains("stand inside each other"), "{said}");
}
