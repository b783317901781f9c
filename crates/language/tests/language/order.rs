//! Which step waits for which.

use language::{StepKind, read};

use crate::{complaints, errors, sentence};

#[test]
fn explicit_and_implicit_needs_come_sorted() {
    let text = "\
steps:
- {name: list, image: i}
- {name: filter, image: i, dependsOn: list, spec: {ids: !Output {from: list, name: ids}}}
- {name: ok, type: approval, dependsOn: [filter]}
- name: stop
  image: i
  dependsOn: ok
  when: ${steps.audit.failed}
  spec:
    ids: !Output [filter, ids]
    old: {$type: Output, taskName: list, name: ids}
    new: ${outputs.'list'.ids}
- {name: audit, image: i}
";
    let document = read(text);
    assert_eq!(errors(&document), [""; 0]);
    let plan: Vec<_> = document
        .plan
        .steps
        .iter()
        .map(|one| (&*one.name, one.kind, one.needs.join(" ")))
        .collect();
    assert_eq!(
        plan,
        [
            ("list", StepKind::Container, String::new()),
            ("filter", StepKind::Container, "list".into()),
            ("ok", StepKind::Approval, "filter".into()),
            ("stop", StepKind::Container, "audit filter list ok".into()),
            ("audit", StepKind::Container, String::new()),
        ]
    );
    assert_eq!(document.steps[3].depends_on, ["ok"]);
}

#[test]
fn a_cycle_is_shown_with_its_path() {
    let text = "\
steps:
- {name: a, image: i, dependsOn: b}
- {name: b, image: i, spec: {x: !Output [c, x]}}
- {name: c, image: i, dependsOn: [d, a]}
- {name: d, image: i}
";
    assert_eq!(complaints(text), ["4:38 dependency_cycle `a`"]);
    assert_eq!(
        sentence(text, "dependency_cycle"),
        "these steps wait for each other and none can start: `a` → `b` → `c` → `a`; remove one of \
         these dependencies"
    );
}

#[test]
fn two_cycles_are_two_complaints() {
    let text = "\
steps:
- {name: a, image: i, dependsOn: b}
- {name: b, image: i, dependsOn: a}
- {name: c, image: i, dependsOn: d}
- {name: d, image: i, dependsOn: [a, c]}
";
    assert_eq!(
        complaints(text),
        ["3:34 dependency_cycle `a`", "5:38 dependency_cycle `c`"]
    );
}

#[test]
fn steps_that_do_not_exist_or_wait_for_themselves() {
    let text = "\
steps:
- {name: build, image: i, dependsOn: [build, biuld]}
- {name: test, image: i, spec: {x: !Output [nowhere, x], y: '${outputs.test.y}'}}
- {name: safe, image: i, env: {X: '${coalesce(outputs.gone.x, 1)}'}}
- {name: calm, image: i, env: {X: !Fn.coalesce [!Output [gone, y]]}}
";
    let found = complaints(text);
    assert_eq!(
        found,
        [
            "2:39 self_dependency `build`",
            "2:46 unknown_step `biuld`",
            "3:36 unknown_step `!Output [nowhere, x]`",
            "3:64 self_dependency `outputs.test`",
            "4:47 unknown_step `outputs.gone`",
            "5:49 unknown_step `!Output [gone, y]`",
        ]
    );
    let document = read(text);
    assert_eq!(
        errors(&document).len(),
        4,
        "`coalesce` copes with what is not there"
    );
    // The step itself would be wrong in another way.
    assert_eq!(document.diagnostics[1].message, "there is no step `biuld`");
}

#[test]
fn answers_are_checked_like_other_references_to_steps() {
    let text = "\
steps:
- {name: ask, type: approval}
- {name: build, image: i, when: !Fn.equals [!Answer [aks, approval], approved]}
- {name: test, image: i, when: !Fn.equals [!Answer [build, approval], approved]}
- {name: own, image: i, when: !Fn.equals [{$type: Answer, askRef: own, name: approval}, approved]}
- {name: calm, image: i, env: {X: !Fn.coalesce [!Answer [gone, approval], no]}}
- {name: late, image: i, env: {X: !Answer [ask, aproval]}}
";
    assert_eq!(
        complaints(text),
        [
            "3:45 unknown_step `!Answer [aks, approval]`",
            "4:44 out_of_place `!Answer [build, approval]`",
            "5:43 self_dependency `{$type: Answer, askRef: own, name: approval}`",
            "5:43 out_of_place `{$type: Answer, askRef: own, name: approval}`",
            "6:49 unknown_step `!Answer [gone, approval]`",
            "7:35 unknown_value `!Answer [ask, aproval]`",
        ]
    );
    let document = read(text);
    assert_eq!(errors(&document).len(), 2);
    let fixes = document.diagnostics.iter().map(|one| one.fix.as_ref());
    let fixes: Vec<_> = fixes
        .map(|fix| fix.map(|fix| fix.edits[0].text.as_str()))
        .collect();
    assert_eq!(
        fixes,
        [Some("ask"), None, None, None, None, Some("approval")]
    );
    assert_eq!(document.plan.steps[5].needs, ["ask"]);
    let circle = "\
steps:
- {name: ask, type: approval, dependsOn: b}
- {name: b, image: i, when: !Fn.equals [!Answer [ask, approval], approved]}
";
    assert!(errors(&read(circle))[0].contains("wait for each other"));
}

#[test]
fn no_step_is_taken_for_itself() {
    let text = "\
steps:
- {name: build1, image: i, dependsOn: build2}
- {name: test3, image: i, spec: {x: '${outputs.test4.y}'}}
";
    for one in read(text).diagnostics {
        assert_eq!(
            (one.code, one.fix),
            ("unknown_step", None),
            "{}",
            one.message
        );
        assert!(!one.message.contains("did you mean"), "{}", one.message);
    }
}

#[test]
fn nobody_waits_for_a_step_that_there_is_not() {
    let text = "\
steps:
- {name: build, image: i}
- {name: a, image: i, when: \"${coalesce(outputs.nope.x, true)}\"}
- {name: b, image: i, spec: {x: !Fn.coalesce [!Output [nope, x], !Output [build, x]]}}
- {name: c, image: i, env: {X: !Fn.coalesce [!Answer [gone, approval], no]}}
- {name: d, image: i, when: '${coalesce(steps.gone.succeeded, true)}'}
";
    let document = read(text);
    assert_eq!(errors(&document), [""; 0]);
    assert_eq!(document.diagnostics.len(), 4);
    let steps = document.plan.steps.iter();
    let needs: Vec<_> = steps.map(|one| one.needs.join(" ")).collect();
    assert_eq!(needs, ["", "", "build", "", ""]);
}

#[test]
fn depends_on_through_an_alias() {
    let text = "\
locals: {all: &all [a, b]}
steps:
- {name: a, image: i}
- {name: b, image: i}
- {name: c, image: i, dependsOn: *all}
";
    let document = read(text);
    assert!(document.diagnostics.is_empty());
    assert_eq!(document.plan.steps[2].needs, ["a", "b"]);
}
