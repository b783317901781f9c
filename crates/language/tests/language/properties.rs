//! What holds for every text there is.

use language::{Value, read};
use proptest::prelude::*;

use crate::holds::{data, query, template, text as check};

const WORKFLOW: &str = "\
apiVersion: v1
parameters:
  region: {description: Where, default: eu}
  who: &who {default: 'é😀'}
locals: {l: &l {token: !Secret 'a b'}}
triggers:
- name: hook
  source: {type: webhook, image: relaysh/x, spec: {k: !Secret hook}}
  binding: {parameters: {region: !Data a.b}}
steps:
- name: one
  image: relaysh/core
  spec:
    aws: &aws {connection: !Connection {type: aws, name: prod}, region: !Parameter region}
    text: \"😀 ${parameters.who} ${connections['aws'].'prod'} ${outputs.two.x}\"
    <<: *l
  input:
  - |
    echo ${HOME}
- name: two
  type: approval
  dependsOn: [one, three]
  when: [!Fn.equals [!Output [one, ids], 'x']]
- {name: three, image: i, env: {A: {$type: Secret, name: s}, B: *aws}}
";

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text(text in any::<String>()) {
        check(&text);
    }

    #[test]
    fn texts_of_the_characters_that_matter(
        text in "[a-c:\\-\\[\\]{}!&*'\"|>#%@`$.,?~ \t\r\n😀\u{202e}]{0,80}"
    ) {
        check(&text);
    }

    #[test]
    fn templates(
        inside in "(secrets|connections|outputs|é|\\|>|[a-c.'\"`\\[\\](){}$|,:0-9 \\\\-]){0,20}"
    ) {
        let quoted = inside.replace(['"', '\\'], "'");
        check(&format!("steps: [{{name: a, image: b, spec: {{x: \"${{{quoted}}}\"}}}}]"));
        check(&format!("steps:\n- name: a\n  image: b\n  env:\n    x: |\n      ${{{inside}\n"));
    }

    #[test]
    fn workflows_cut_anywhere(at in 0..WORKFLOW.len()) {
        check(&WORKFLOW[..WORKFLOW.floor_char_boundary(at)]);
    }

    #[test]
    fn workflows_with_something_changed(
        changes in prop::collection::vec(
            (0..WORKFLOW.len(), 0_usize..12, "[:\\-\\[\\]{}!&*'\"|>#$~ \n\ta]{0,4}"),
            1..5,
        )
    ) {
        let mut text = WORKFLOW.to_owned();
        for (at, length, insert) in changes {
            let start = text.floor_char_boundary(at);
            let end = text.floor_char_boundary(start + length).max(start);
            text.replace_range(start..end, &insert);
        }
        check(&text);
    }

    #[test]
    fn lines_in_any_order(order in prop::collection::vec(0_usize..25, 0..30)) {
        let lines: Vec<_> = WORKFLOW.lines().collect();
        let picked = order.iter().filter_map(|at| lines.get(*at));
        let text: String = picked.flat_map(|line| [line, "\n"]).collect();
        check(&text);
    }

    #[test]
    fn trees_of_any_text(written in any::<String>()) {
        template(&Value::text(&*written));
        data(&Value::text(&*written));
    }

    #[test]
    fn expressions(
        inside in "(parameters|secrets|trap|traps|later|é|\\|>|==|\\$|[a-c.'\"`\\[\\](){}|,:0-9 \\\\+*-]){0,20}"
    ) {
        let written = Value::text(format!("a ${{{inside}}}"));
        template(&written);
        data(&written);
        query(&inside);
        query(&format!("$.{inside}"));
        query(&format!("{{.{inside}}}"));
    }
}

#[test]
fn the_workflow_itself_is_fine() {
    let document = read(WORKFLOW);
    let codes: Vec<_> = document.diagnostics.iter().map(|one| one.code).collect();
    // `one` refers to the output of `two`, which waits for `one`.
    assert_eq!(codes, ["dependency_cycle"]);
    assert_eq!(document.requirements.connections[0].steps, ["one", "three"]);
    assert_eq!(document.requirements.secrets.len(), 3);
    check(WORKFLOW);
}
