//! The three ways to refer to something, and what they have in common.

use language::read;

use crate::{complaints, connections, errors, secrets, sentence, with_spec};

const OLDER_SEED: &str = "\
steps:
  - name: describe-instances
    image: projectnebula/ec2-describe-instances
    spec:
      aws:
        connection: !Connection { type: aws, name: my-aws-account }
";

const NEWER_SEED: &str = "\
steps:
  - name: describe-instances
    image: relaysh/ec2-step-describe-instances
    spec:
      aws:
        connection: !Connection { type: aws, name: my-aws-account }
";

#[test]
fn the_workflows_of_the_seed_documents() {
    for text in [OLDER_SEED, NEWER_SEED] {
        let document = read(text);
        assert!(
            document.readable && document.diagnostics.is_empty(),
            "{document:?}"
        );
        let needed = &document.requirements.connections;
        assert_eq!(needed.len(), 1);
        assert_eq!(
            (&*needed[0].type_name, &*needed[0].name),
            ("aws", "my-aws-account")
        );
        assert_eq!(needed[0].steps, ["describe-instances"]);
        assert!(needed[0].triggers.is_empty());
        assert_eq!((needed[0].place.line, needed[0].place.column), (6, 21));
        let step = &document.plan.steps[0];
        assert_eq!(
            step.connections,
            [("aws".to_owned(), "my-aws-account".to_owned())]
        );
        assert!(step.needs.is_empty() && step.secrets.is_empty());
    }
}

#[test]
fn every_dialect_names_the_same_connection() {
    for written in [
        "x: !Connection {type: aws, name: prod}",
        "x: !Connection {name: prod, type: aws}",
        "x: !Connection [aws, prod]",
        "x: !Connection\n  type: aws\n  name: 'prod'",
        "x: !Connection\n- aws\n- prod",
        "x: !<!Connection> [aws, prod]",
        "x: {$type: Connection, type: aws, name: prod}",
        "x: {name: prod, \"$type\": Connection, type: aws}",
        "x: ${connections.aws.prod}",
        "x: \"a ${connections['aws'].'prod'.accessKeyID} b\"",
        "x: |\n  key=${connections.aws['prod'].accessKeyID}",
        "x: [{y: !Fn.merge [{}, !Connection [aws, prod]]}]",
        "x: {$fn.path: {object: {$type: Connection, type: aws, name: prod}, query: region}}",
        "x: {$encoding: base64, data: !Connection [aws, prod]}",
    ] {
        let text = with_spec(written);
        let document = read(&text);
        assert_eq!(connections(&document), ["aws/prod"], "{text}");
        assert_eq!(errors(&document), [""; 0], "{text}");
        assert!(document.requirements.dynamic.is_empty(), "{text}");
    }
}

#[test]
fn every_form_of_a_secret_a_parameter_and_an_output() {
    let text = with_spec(
        "a: !Secret one
b: !Secret [two]
c: !Secret {name: three}
d: !Secret 'with blank/and.dots'
e: ${secrets.'with blank/and.dots'}
f: !Parameter p
g: {$type: Parameter, name: q}
h: ${parameters['r']}
i: !Secret 5",
    );
    let document = read(&text);
    assert_eq!(
        secrets(&document),
        ["one", "two", "three", "with blank/and.dots", "5"]
    );
    let parameters: Vec<_> = document
        .requirements
        .parameters
        .iter()
        .map(|one| (&*one.name, one.declared))
        .collect();
    assert_eq!(parameters, [("p", false), ("q", false), ("r", false)]);
    assert_eq!(errors(&document), [""; 0]);
}

#[test]
fn env_when_and_triggers_are_evaluated_too() {
    let text = "\
parameters: {env: {default: prod}}
triggers:
- name: hook
  source: {type: webhook, image: i, spec: {key: !Secret hook-key}, env: {A: '${secrets.b}'}}
  when: [\"${secrets.c == 'x'}\"]
  binding:
    key: !Data id
    parameters: {env: !Fn.concat [!Data a, !Secret d]}
steps:
- name: one
  image: i
  env: {TOKEN: !Secret e}
  when: [!Fn.equals [!Parameter env, !Secret f]]
- name: ok
  type: approval
  when: !Fn.equals [!Secret g, x]
";
    let document = read(text);
    assert_eq!(errors(&document), [""; 0]);
    assert_eq!(
        secrets(&document),
        ["hook-key", "b", "c", "d", "e", "f", "g"]
    );
    let used: Vec<_> = document
        .requirements
        .secrets
        .iter()
        .map(|one| {
            one.steps
                .iter()
                .chain(&one.triggers)
                .map(String::as_str)
                .collect::<Vec<_>>()
        })
        .collect();
    assert_eq!(
        used,
        [
            ["hook"],
            ["hook"],
            ["hook"],
            ["hook"],
            ["one"],
            ["one"],
            ["ok"]
        ]
    );
    assert_eq!(
        document.plan.triggers[0].secrets,
        ["b", "c", "d", "hook-key"]
    );
}

#[test]
fn scripts_and_names_are_never_evaluated() {
    let text = "\
locals: {unused: '${secrets.locals}'}
steps:
- name: ${secrets.name}
  description: ${secrets.description}
  image: ${secrets.image}
  input: ['echo ${secrets.input} ${HOME:-x}']
  inputFile: https://example.com/${secrets.file}
  command: ${secrets.command}
  args: ['${secrets.args}']
";
    assert_eq!(
        complaints(text),
        [
            "1:21 unused_secret `secrets.locals`",
            "3:9 not_evaluated `${secrets.name}`",
            "5:10 wrong_image `${secrets.image}`",
            "6:11 not_evaluated `'echo ${secrets.input} ${HOME:-x}'`",
            "7:14 not_evaluated `https://example.com/${secrets.file}`",
            "8:12 not_evaluated `${secrets.command}`",
            "9:10 not_evaluated `'${secrets.args}'`",
        ]
    );
    let document = read(text);
    assert!(!document.has_errors(), "the script runs all the same");
    assert_eq!(secrets(&document), [""; 0]);
    assert_eq!(
        document.steps[0].input,
        ["echo ${secrets.input} ${HOME:-x}"]
    );
}

#[test]
fn an_alias_counts_for_the_step_that_uses_it() {
    let text = "\
locals:
  shared: &shared {token: !Secret shared}
  text: &text 'as ${secrets.who}'
steps:
- name: one
  image: i
  spec:
    aws: &aws {connection: !Connection [aws, prod]}
- name: two
  image: i
  spec: {aws: *aws, more: {<<: *shared, token2: x}, say: *text}
- name: three
  image: i
  spec: {<<: *shared, token: plain}
";
    let document = read(text);
    assert!(
        document.diagnostics.is_empty(),
        "{:?}",
        document.diagnostics
    );
    assert_eq!(document.requirements.connections[0].steps, ["one", "two"]);
    assert_eq!(document.requirements.connections[0].place.line, 8);
    assert_eq!(secrets(&document), ["shared", "who"]);
    assert_eq!(
        document.requirements.secrets[0].steps,
        ["two"],
        "a written key hides a merged one"
    );
}

#[test]
fn what_is_computed_is_dynamic_and_never_missing() {
    let text = with_spec(
        "a: ${connections[parameters.type][parameters.name]}
b: !Secret '${parameters.which}'
c: !Connection {type: aws, name: !Parameter name}
d: {$type: Secret, name: {$type: Parameter, name: which}}
e: ${secrets}",
    );
    let document = read(&text);
    assert!(
        document.requirements.connections.is_empty() && document.requirements.secrets.is_empty()
    );
    let dynamic: Vec<_> = document
        .requirements
        .dynamic
        .iter()
        .map(|one| (&*one.kind, one.line, one.steps.len()))
        .collect();
    assert_eq!(
        dynamic,
        [
            ("connection", 5, 1),
            ("secret", 6, 1),
            ("connection", 7, 1),
            ("secret", 8, 1),
            ("secret", 9, 1)
        ]
    );
    let parameters: Vec<_> = document
        .requirements
        .parameters
        .iter()
        .map(|one| &*one.name)
        .collect();
    assert_eq!(parameters, ["type", "name", "which"]);
}

#[test]
fn tags_of_a_wrong_shape() {
    for (written, code) in [
        ("!Connection aws", "tag_shape"),
        ("!Connection [aws]", "tag_shape"),
        ("!Connection {type: aws, nam: x}", "tag_shape"),
        ("!Connection {type: aws, name: x, more: y}", "tag_shape"),
        ("!Secret [a, b]", "tag_shape"),
        ("!Secret", "tag_shape"),
        ("!Output x", "tag_shape"),
        ("!Output {taskName: a, name: b}", "tag_shape"),
        ("!Data {name: a, query: b}", "tag_shape"),
        ("!Connection [aws, ~]", "name_not_text"),
        ("!Secret [[x]]", "name_not_text"),
        ("{$type: Secret}", "missing_key"),
        ("!Fetch x", "unknown_tag"),
        ("!secret x", "unknown_tag"),
        ("!Fn x", "unknown_tag"),
    ] {
        let text = with_spec(&format!("x: {written}"));
        let found = complaints(&text);
        assert_eq!(found.len(), 1, "{text}: {found:?}");
        assert!(
            found[0].starts_with("5:") && found[0].contains(code),
            "{text}: {found:?}"
        );
        assert!(read(&text).has_errors());
    }
    assert_eq!(
        sentence(&with_spec("x: !Conection [aws, x]"), "unknown_tag"),
        "there is no tag `!Conection`; did you mean `!Connection`?"
    );
    assert_eq!(
        sentence(&with_spec("x: !Secret []"), "tag_shape"),
        "`!Secret` is written `!Secret my-secret`"
    );
}

#[test]
fn what_is_not_a_reference_is_left_alone() {
    let text = with_spec(
        "a: {$type: Other, name: x}
b: {$type: 5}
c: !Fn.coalesce [host, x]
e: $${((( $${ $ $
f: !!binary aGk=
g: !!str 5
h: {$fn.concat: [a], more: b}",
    );
    assert_eq!(complaints(&text), [""; 0]);
}

#[test]
fn a_type_that_is_not_in_the_catalogue_is_only_a_warning() {
    let text = with_spec("x: !Connection [awss, a]\ny: !Connection [my-own, b]");
    let document = read(&text);
    assert!(!document.has_errors());
    assert_eq!(connections(&document), ["awss/a", "my-own/b"]);
    let found = complaints(&text);
    assert_eq!(
        found[0],
        "5:8 unknown_connection_type `!Connection [awss, a]`"
    );
    assert!(
        document.diagnostics[0]
            .message
            .ends_with("did you mean `aws`?")
    );
}
