//! What is complained about beyond the schema: values, references and templates that cannot mean
//! what they say.

use language::{Severity, read};

use crate::{complaints, sentence, with_spec};

/// A text whose only step has this `when`.
fn with_when(when: &str) -> String {
    format!(
        "parameters: {{p: {{}}}}
steps:
- name: s
  image: i
  env: {{P: !Parameter p}}
  \
         when: {when}
"
    )
}

/// Only the complaints with this code.
fn only(code: &str, text: &str) -> Vec<String> {
    let mut found = complaints(text);
    found.retain(|one| one.contains(code));
    found
}

#[test]
fn conditions_that_are_never_a_boolean() {
    for when in [
        "true",
        "~",
        "[]",
        "[true, false]",
        "'${parameters.p}'",
        "['${parameters.p == 1}', !Fn.equals [!Parameter p, x]]",
        "!Parameter p",
        "!Fn.exists [!Output [t, x]]",
        "{$fn.equals: [a, b]}",
        "{$type: Parameter, name: p}",
        "!Fn.jsonUnmarshal [!Parameter p]",
    ] {
        assert!(
            only("when_not_boolean", &with_when(when)).is_empty(),
            "{when}"
        );
    }
    for when in [
        "5",
        "yes",
        "'true'",
        "{a: b}",
        "{}",
        "'a ${parameters.p}'",
        "!Secret x",
        "!Connection [aws, x]",
        "!Fn.concat [a]",
        "{$fn.toString: 1}",
        "{$type: Secret, name: x}",
    ] {
        for when in [when.to_owned(), format!("[true, {when}]")] {
            let text = with_when(&when);
            assert_eq!(only("when_not_boolean", &text).len(), 1, "{when}");
            assert!(read(&text).has_errors(), "{when}");
        }
    }
    assert_eq!(only("when_not_boolean", &with_when("[[true]]")).len(), 1);
}

#[test]
fn schedules_are_marked_where_they_are_wrong() {
    let text = "triggers:\n- {name: a, source: {type: schedule, schedule: 0 24 * * *}}\n";
    assert_eq!(complaints(text), ["2:50 wrong_schedule `24`"]);
    assert_eq!(
        sentence(text, "wrong_schedule"),
        "`24` is no hour (0 to 23)"
    );
    let escaped = "triggers:\n- {name: a, source: {type: schedule, schedule: \"0\\t24 * * *\"}}\n";
    assert_eq!(
        complaints(escaped),
        ["2:48 wrong_schedule `\"0\\t24 * * *\"`"]
    );
    let never = "triggers:\n- {name: a, source: {type: schedule, schedule: 0 0 31 2 *}}\n";
    assert_eq!(complaints(never), ["2:48 schedule_never `0 0 31 2 *`"]);
    assert!(!read(never).has_errors());
}

#[test]
fn an_image_matters_most_where_a_step_has_nothing_else() {
    let severity = |step: &str| {
        let text = format!("steps:\n- {{name: a, image: Wrong, {step}}}\n");
        let document = read(&text);
        assert_eq!(document.diagnostics.len(), 1, "{:?}", document.diagnostics);
        assert_eq!(document.diagnostics[0].code, "wrong_image");
        document.diagnostics[0].severity
    };
    assert_eq!(severity("spec: {}"), Severity::Error);
    for carried in [
        "input: [x]",
        "command: x",
        "inputFile: https://example.com/x",
    ] {
        assert_eq!(severity(carried), Severity::Warning, "{carried}");
    }
    let trigger = "triggers:\n- {name: a, source: {type: webhook, image: \"a b\"}}\n";
    assert_eq!(complaints(trigger), ["2:44 wrong_image `\"a b\"`"]);
    assert!(!read(trigger).has_errors());
}

#[test]
fn triggers_are_checked_as_the_schema_says() {
    let text = "\
triggers:
- name: hook
  source: {type: webhook, image: i, args: [x], command: /bin/sh, input: [a], inputFile: 'b'}
- {name: numbers, source: {type: webhook, image: i, args: [1], input: x}}
- {name: push, source: {type: push, schema: {a: {type: string}, b: string}}}
- {name: list, source: {type: push, schema: [a]}}
- {name: five, source: {type: push}, binding: {key: 5}}
- {name: map, source: {type: push}, binding: {key: {a: b}}}
- {name: tag, source: {type: push}, binding: {key: !Fn.concat [a, !Data x]}}
- {name: fn, source: {type: push}, binding: {key: {$fn.concat: [a]}}}
- {name: text, source: {type: push}, binding: {key: '${event.id}'}}
";
    assert_eq!(
        complaints(text),
        [
            "4:60 wrong_type `1`",
            "4:71 wrong_type `x`",
            "5:68 wrong_type `string`",
            "6:45 wrong_type `[a]`",
            "7:53 wrong_type `5`",
            "8:52 wrong_type `{a: b}`",
        ]
    );
}

#[test]
fn references_stand_where_there_is_something_to_refer_to() {
    let text = "\
triggers:
- name: hook
  source: {type: webhook, image: i, spec: {x: !Output [s, y], z: '${steps.s.failed}'}}
  when: ${event.x == 1}
steps:
- name: s
  image: i
  spec: {a: !Data x, b: '${event.y}', c: {$type: Data, query: z}, d: '${coalesce(event.x, 1)}'}
";
    assert_eq!(
        complaints(text),
        [
            "3:47 out_of_place `!Output [s, y]`",
            "3:69 out_of_place `steps.s`",
            "8:13 out_of_place `!Data x`",
            "8:28 out_of_place `event`",
            "8:42 out_of_place `{$type: Data, query: z}`",
            "8:82 out_of_place `event`",
        ]
    );
    let document = read(text);
    let errors = document
        .diagnostics
        .iter()
        .filter(|one| one.severity == Severity::Error);
    assert_eq!(errors.count(), 3);
}

#[test]
fn everything_at_once_is_refused() {
    let text = with_spec(
        "a: ${$}\nb: ${secrets}\nc: x ${toString(connections)}\nd: ${exists(secrets)}\n\
         e: ${parameters}\nf: ${connections.aws}",
    );
    assert_eq!(
        complaints(&text),
        [
            "5:10 whole_root `$`",
            "6:10 whole_root `secrets`",
            "7:21 whole_root `connections`",
            "8:17 whole_root `secrets`",
            "10:10 dynamic_reference `connections.aws`",
        ]
    );
    let graver: Vec<_> = read(&text)
        .diagnostics
        .iter()
        .map(|one| one.severity == Severity::Error)
        .collect();
    assert_eq!(graver, [true, true, true, false, false]);
}

#[test]
fn roots_that_do_not_exist() {
    let text =
        with_spec("a: ${parameter.x}\nb: echo ${HOME} ${exists(nobody.x)}\nc: '${now() |> y.z}'");
    assert_eq!(
        complaints(&text),
        [
            "5:10 unknown_root `parameter`",
            "6:15 unknown_root `HOME`",
            "6:30 unknown_root `nobody`",
        ]
    );
    assert_eq!(
        read(&text).diagnostics[0].message,
        "there is no `parameter` to begin an expression with; did you mean `parameters`?"
    );
    assert_eq!(read(&text).diagnostics[2].severity, Severity::Warning);
}

#[test]
fn templates_that_yaml_took_for_something_else() {
    for (spec, complaint, whole) in [
        (
            "x: ${f(a: 1)}",
            "5:13 unquoted_template `:`",
            "'${f(a: 1)}'",
        ),
        (
            "x: a ${parameters.p |> b # c}",
            "5:10 unquoted_template `${parameters.p |> b # c}`",
            "'a ${parameters.p |> b # c}'",
        ),
        (
            "x:\n- ${f('a': b)}",
            "6:7 unquoted_template `${f('a': b)}`",
            "\"${f('a': b)}\"",
        ),
        (
            "x: [${a.b}, c]",
            "5:10 unquoted_template `{a.b},`",
            "['${a.b}', c]",
        ),
        (
            "x: {y: ${a.b}}",
            "5:13 unquoted_template `{a.b}}`",
            "{y: '${a.b}'}",
        ),
    ] {
        let text = with_spec(spec);
        let found = only("unquoted_template", &text);
        assert_eq!(found, [complaint], "{spec}: {:?}", complaints(&text));
        let document = read(&text);
        let one = document
            .diagnostics
            .iter()
            .find(|one| one.code == "unquoted_template");
        let fix = one
            .and_then(|one| one.fix.clone())
            .unwrap_or_else(|| panic!("{spec}"));
        let edit = &fix.edits[0];
        let after = format!("{}{}{}", &text[..edit.start], edit.text, &text[edit.end..]);
        assert!(after.contains(whole), "{after}");
        assert!(read(&after).readable, "{after}");
        assert!(only("unquoted_template", &after).is_empty(), "{after}");
    }
    // A comment is a comment, and a quoted template is whole.
    for spec in [
        "x: y # ${a}",
        "x: '${parameters.p} # y'",
        "x: ${parameters.p} # }",
    ] {
        assert!(
            only("unquoted_template", &with_spec(spec)).is_empty(),
            "{spec}"
        );
    }
}

#[test]
fn what_nothing_uses() {
    let text = "\
parameters: {a: {}, b: {}, c: {}, d: {}}
locals:
  used: &used {x: !Secret one}
  part: {y: &part !Secret two, z: !Secret three}
  text: 'as ${secrets.four}'
triggers:
- {name: t, source: {type: push}, binding: {parameters: {b: !Data x, c: '${parameters.d}'}}}
steps:
- {name: s, image: i, spec: {x: *used, y: *part}, env: {A: !Parameter a}}
";
    assert_eq!(
        complaints(text),
        [
            "1:21 unused_parameter `b`",
            "1:28 unused_parameter `c`",
            "4:35 unused_secret `!Secret three`",
            "5:15 unused_secret `secrets.four`",
        ]
    );
    let computed = "parameters: {a: {}, b: {}}\nsteps:\n- {name: s, image: i, env: {A: '${parameters[parameters.a]}'}}\n";
    assert_eq!(
        complaints(computed),
        ["3:35 dynamic_reference `parameters`"]
    );
    assert_eq!(read(computed).diagnostics[0].severity, Severity::Info);
}

#[test]
fn values_that_are_taken_as_they_stand() {
    let text = "\
parameters:
  a: {default: !Secret x}
  b: {default: [{c: '${parameters.a}'}]}
  c: {default: {$type: Secret, name: y}}
steps:
- name: s
  image: i
  dependsOn: !Parameter a
  input: ['echo ${HOME}', 'echo ${parameters.b}']
  spec: {a: !Parameter a, b: !Parameter b, c: !Parameter c}
";
    let found = only("not_evaluated", text);
    assert_eq!(
        found,
        [
            "2:16 not_evaluated `!Secret`",
            "3:21 not_evaluated `'${parameters.a}'`",
            "4:16 not_evaluated `{$type: Secret, name: y}`",
            "8:14 not_evaluated `!Parameter`",
            "9:27 not_evaluated `'echo ${parameters.b}'`",
        ]
    );
}

#[test]
fn keys_and_numbers_that_json_does_not_have() {
    assert_eq!(
        complaints(&with_spec(
            "a: {1: x}\ntrue: y\nb: [.inf, -.Inf, .nan, '.inf', .info]"
        )),
        [
            "5:9 key_not_text `1`",
            "6:5 key_not_text `true`",
            "7:9 number_not_finite `.inf`",
            "7:15 number_not_finite `-.Inf`",
            "7:22 number_not_finite `.nan`",
        ]
    );
}

#[test]
fn a_parameter_can_be_declared_by_its_fix() {
    for (before, after) in [
        (
            "steps:\n- {name: s, image: i, env: {A: !Parameter who}}\n",
            "parameters:\n  who: {}\nsteps:\n- {name: s, image: i, env: {A: !Parameter who}}\n",
        ),
        (
            "parameters:\n    region: {}\nsteps:\n- {name: s, image: i, env: {A: '${parameters[\"a b\"]}', \
             B: !Parameter region}}\n",
            "parameters:\n    'a b': {}\n    region: {}\nsteps:\n- {name: s, image: i, env: {A: \
             '${parameters[\"a b\"]}', B: !Parameter region}}\n",
        ),
    ] {
        let document = read(before);
        assert_eq!(document.diagnostics.len(), 1, "{:?}", document.diagnostics);
        let fix = document.diagnostics[0]
            .fix
            .clone()
            .unwrap_or_else(|| panic!("{before}"));
        let edit = &fix.edits[0];
        let made = format!(
            "{}{}{}",
            &before[..edit.start],
            edit.text,
            &before[edit.end..]
        );
        assert_eq!(made, after);
        assert!(read(&made).diagnostics.is_empty());
    }
}

#[test]
fn the_old_key_of_an_output_belongs_to_the_old_form() {
    let text = "steps:\n- {name: a, image: i}\n- {name: b, image: i, env: {X: !Output {taskName: a, name: x}}}\n";
    let document = read(text);
    assert_eq!(
        complaints(text),
        ["3:32 tag_shape `!Output {taskName: a, name: x}`"]
    );
    let fix = document.diagnostics[0].fix.clone().map(|fix| fix.edits);
    let edit = &fix.unwrap_or_default()[0];
    assert_eq!(
        (&text[edit.start..edit.end], &*edit.text),
        ("taskName", "from")
    );
    let old = text.replace("!Output {taskName", "{$type: Output, taskName");
    assert!(read(&old).diagnostics.is_empty());
}
