//! Workflows with everything that is evaluated at run time.

use language::{StepKind, runnable};
use serde_json::json;

const WORKFLOW: &str = "\
parameters:
  region: {default: eu}
  who: {}
locals: &aws {connection: !Connection {type: aws, name: prod}, region: !Parameter region}
steps:
- name: build
  image: relaysh/core
  env: {TOKEN: !Secret token, N: 1}
  input: [echo one, '', 'echo ${two}']
- name: sign
  type: approval
  description: Really?
  dependsOn: build
- name: ship
  image: relaysh/core
  command: sh
  args: [-c, 'true']
  dependsOn: sign
  spec:
    aws: *aws
    id: !Fn.coalesce [!Output [build, id], 0]
    at: 2020-01-02
    text: 'to ${parameters.who} ${connections[parameters.which].x}'
  when: [!Fn.equals [!Parameter who, me]]
";

#[test]
fn steps_carry_what_is_evaluated() {
    let workflow = runnable(WORKFLOW).expect("it can run");
    assert_eq!(workflow.parameters.len(), 2);
    let [build, sign, ship] = &workflow.steps[..] else {
        panic!("three steps");
    };
    assert_eq!(build.input, ["echo one", "", "echo ${two}"]);
    let env = build.env.as_ref().map(|env| env.written().to_wire());
    assert_eq!(
        env,
        Some(json!({"TOKEN": {"$type": "Secret", "name": "token"}, "N": 1}))
    );
    assert_eq!(build.reads.secrets, ["token"]);
    assert_eq!((sign.kind, sign.spec.is_none()), (StepKind::Approval, true));
    let spec = ship.spec.as_ref().map(|spec| spec.written().to_wire());
    assert_eq!(
        spec,
        Some(json!({
            "aws": {
                "connection": {"$type": "Connection", "type": "aws", "name": "prod"},
                "region": {"$type": "Parameter", "name": "region"},
            },
            "id": {"$fn.coalesce": [{"$type": "Output", "from": "build", "name": "id"}, 0]},
            "at": "2020-01-02T00:00:00Z",
            "text": "to ${parameters.who} ${connections[parameters.which].x}",
        }))
    );
    assert_eq!(ship.needs, ["build", "sign"]);
    assert_eq!(ship.must_succeed, ["sign"]);
    assert_eq!(
        ship.reads.connections,
        [("aws".to_owned(), "prod".to_owned())]
    );
    assert_eq!(ship.reads.parameters, ["region", "which", "who"]);
    assert_eq!(ship.reads.outputs, ["build"]);
    assert!(ship.reads.dynamic && !build.reads.dynamic);
}

#[test]
fn what_cannot_run_says_why() {
    for (text, code) in [
        ("steps: [", "unclosed_bracket"),
        ("steps:\n- {name: a}", "missing_key"),
    ] {
        let document = runnable(text).expect_err(text);
        assert!(
            document.diagnostics.iter().any(|one| one.code == code),
            "{text}"
        );
    }
    let deep = format!("{}1{}", "[".repeat(200), "]".repeat(200));
    let text = format!("steps:\n- {{name: a, image: i, spec: {{x: {deep}}}}}");
    let document = runnable(&text).expect_err("too deep");
    assert!(
        document
            .diagnostics
            .iter()
            .any(|one| one.code == "too_deep")
    );
}
