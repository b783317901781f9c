//! What could be written.

use language::{Severity, read};

use super::{choose, labels};

fn offers(text: &str, expected: &[&str]) {
    let found = labels(text);
    for one in expected {
        assert!(
            found.iter().any(|label| label == one),
            "{one} is not in {found:?}\n{text}"
        );
    }
}

fn withholds(text: &str, unexpected: &[&str]) {
    let found = labels(text);
    for one in unexpected {
        assert!(
            !found.iter().any(|label| label == one),
            "{one} is in {found:?}\n{text}"
        );
    }
}

#[test]
fn keys_that_are_not_there_yet() {
    offers("‸", &["steps", "parameters", "triggers"]);
    offers("apiVersion: v1\n‸\nsteps: []\n", &["parameters"]);
    withholds(
        "apiVersion: v1\n‸\nsteps: []\n",
        &["apiVersion", "steps", "version"],
    );
    let step = "steps:\n- name: a\n  ‸\n  image: x\n- name: b\n";
    offers(step, &["spec", "dependsOn", "when"]);
    withholds(step, &["name", "image", "source"]);
    offers("steps:\n- name: a\n  im‸", &["image"]);
    offers("steps:\n- ‸", &["name", "type"]);
    offers("steps:\n- {name: a, ‸}", &["image"]);
    withholds("steps:\n- {name: a, ‸}", &["name"]);
    withholds(
        "steps:\n- name: a\n  type: approval\n  ‸",
        &["image", "spec"],
    );
    offers(
        "parameters:\n  a:\n    ‸",
        &["default", "description", "type"],
    );
    offers("triggers:\n- name: t\n  ‸", &["source", "binding"]);
    offers(
        "triggers:\n- name: t\n  source:\n    type: push\n    ‸",
        &["schema"],
    );
    withholds(
        "triggers:\n- name: t\n  source:\n    type: push\n    ‸",
        &["schedule", "image"],
    );
    offers("triggers:\n- name: t\n  source:\n    ‸", &["type"]);
    offers(
        "triggers:\n- name: t\n  binding:\n    ‸",
        &["key", "parameters"],
    );
}

#[test]
fn keys_are_written_as_the_text_is() {
    assert_eq!(choose("st‸", "steps"), "steps:\n- name: ");
    assert_eq!(
        choose("parameters:\n  a: {}\ntr‸", "triggers"),
        "parameters:\n  a: {}\ntriggers:\n- name: "
    );
    let indented = "steps:\n  - name: a\n    image: x\n\n‸";
    assert_eq!(
        choose(indented, "triggers"),
        "steps:\n  - name: a\n    image: x\n\ntriggers:\n  - name: "
    );
    assert_eq!(
        choose("steps:\r\n- name: a\r\n  sp‸\r\n", "spec"),
        "steps:\r\n- name: a\r\n  spec:\r\n    \r\n"
    );
    assert_eq!(
        choose("steps:\n- {name: a, ‸}", "spec"),
        "steps:\n- {name: a, spec: {}}"
    );
    assert_eq!(
        choose("steps:\n- name: a\n  ima‸: x\n", "image"),
        "steps:\n- name: a\n  image: x\n"
    );
}

#[test]
fn another_entry_of_a_list() {
    assert_eq!(
        choose("steps:\n- name: a\n  image: x\n‸", "- name"),
        "steps:\n- name: a\n  image: x\n- name: \n  image: relaysh/core"
    );
    assert_eq!(
        choose(
            "steps:\n  - name: a\n    image: x\n  ‸",
            "- name (approval)"
        ),
        "steps:\n  - name: a\n    image: x\n  - name: \n    type: approval"
    );
    assert_eq!(
        choose("steps:\n  ‸", "- name (approval)"),
        "steps:\n  - name: \n    type: approval"
    );
}

#[test]
fn fixed_words() {
    offers("apiVersion: ‸", &["v1"]);
    offers("steps:\n- name: a\n  type: ‸", &["container", "approval"]);
    offers("steps:\n- name: a\n  type: 'app‸'", &["approval"]);
    offers(
        "triggers:\n- name: a\n  source: {type: ‸}",
        &["schedule", "push", "webhook"],
    );
    assert_eq!(
        choose(
            "triggers:\n- name: a\n  source:\n    type: schedule\n    schedule: ‸",
            "@daily"
        ),
        "triggers:\n- name: a\n  source:\n    type: schedule\n    schedule: '@daily'"
    );
}

const STEPS: &str = "steps:\n- name: scan all\n  image: relaysh/aws-ec2-step-instances-describe\n\
    - name: mid\n  image: i\n  dependsOn: scan all\n- name: last\n  image: i\n  spec: {x: !Output [mid, made]}\n";

#[test]
fn steps_without_circles() {
    let own = format!("{STEPS}- name: new\n  image: i\n  dependsOn: [mid, ‸]\n");
    offers(&own, &["scan all", "last"]);
    withholds(&own, &["new", "mid"]);
    assert!(choose(&own, "scan all").contains("dependsOn: [mid, 'scan all']"));
    let circle = STEPS.replace("dependsOn: scan all", "dependsOn: ‸");
    offers(&circle, &["scan all"]);
    withholds(&circle, &["mid", "last"]);
    let line = format!("{STEPS}- name: new\n  image: i\n  dependsOn:\n  - mid\n  - ‸\n");
    offers(&line, &["scan all", "last"]);
    withholds(&line, &["mid", "new"]);
}

fn with_value(value: &str) -> String {
    format!(
        "parameters:\n  region: {{description: Where}}\n  a b: {{default: 1}}\n{STEPS}- name: new\n  image: i\n  spec:\n    x: {value}\n"
    )
}

/// The value after an item was chosen.
fn chosen_value(value: &str, label: &str) -> String {
    let text = choose(&with_value(value), label);
    let Some((_, value)) = text.rsplit_once("    x: ") else {
        panic!("the value is gone: {text}");
    };
    value.trim_end_matches('\n').to_owned()
}

#[test]
fn connections_in_one_go_and_piece_by_piece() {
    let prod = "!Connection {type: aws, name: prod}";
    assert_eq!(chosen_value("‸", "!Connection aws / prod"), prod);
    assert_eq!(chosen_value("!Con‸", "!Connection aws / prod"), prod);
    assert_eq!(chosen_value("!Connection ‸", "aws / prod"), prod);
    assert_eq!(chosen_value("!Connection {‸}", "aws / prod"), prod);
    assert_eq!(
        chosen_value("!Connection {type: ‸}", "slack"),
        "!Connection {type: slack}"
    );
    assert_eq!(
        chosen_value("!Connection {type: slack, name: ‸}", "team 50%: a/b"),
        "!Connection {type: slack, name: 'team 50%: a/b'}"
    );
    assert_eq!(
        chosen_value("!Connection [slack, te‸]", "team 50%: a/b"),
        "!Connection [slack, 'team 50%: a/b']"
    );
    assert_eq!(
        chosen_value("!Connection {type: slack, name: \"te‸\"}", "team 50%: a/b"),
        "!Connection {type: slack, name: \"team 50%: a/b\"}"
    );
    withholds(&with_value("!Connection {type: slack, name: ‸}"), &["prod"]);
    assert_eq!(chosen_value("{‸}", "$type"), "{$type: }");
    offers(&with_value("{$type: ‸}"), &["Connection", "Secret"]);
    offers(
        &with_value("{$type: Connection, type: aws, name: ‸}"),
        &["prod"],
    );
    offers(&with_value("{$type: Connection, ‸}"), &["type", "name"]);
    offers(
        &with_value("\n      $type: Connection\n      type: aws\n      name: ‸"),
        &["prod"],
    );
    offers(&with_value("!Connection\n      ‸"), &["type", "name"]);
}

#[test]
fn secrets_parameters_and_outputs() {
    assert_eq!(chosen_value("!Secret ‸", "api.token"), "!Secret api.token");
    assert_eq!(chosen_value("!Parameter r‸", "region"), "!Parameter region");
    assert_eq!(chosen_value("!Parameter ‸", "a b"), "!Parameter 'a b'");
    assert_eq!(
        chosen_value("!Parameter {name: ‸}", "a b"),
        "!Parameter {name: 'a b'}"
    );
    assert_eq!(
        chosen_value("!Output ‸", "scan all / instances"),
        "!Output {from: 'scan all', name: instances}"
    );
    assert_eq!(
        chosen_value("!Output {from: ‸}", "scan all"),
        "!Output {from: 'scan all'}"
    );
    offers(&with_value("!Output {from: mid, name: ‸}"), &["made"]);
    offers(&with_value("!Output [scan all, ‸]"), &["instances"]);
    withholds(&with_value("!Output {from: ‸}"), &["new"]);
    offers(
        &with_value("!Fn.concat [‸]"),
        &["!Secret api.token", "!Fn.equals"],
    );
}

#[test]
fn templates() {
    offers(&with_value("${‸}"), &["parameters", "secrets", "concat"]);
    withholds(&with_value("${‸}"), &["event"]);
    offers(&with_value("\"a ${par‸} b\""), &["parameters"]);
    assert_eq!(
        chosen_value("${par‸ameters}", "parameters"),
        "${parameters}"
    );
    assert_eq!(chosen_value("${con‸}", "concat"), "${concat()}");
    assert_eq!(
        chosen_value("${parameters.‸}", "region"),
        "${parameters.region}"
    );
    assert_eq!(
        chosen_value("${parameters.‸}", "a b"),
        "${parameters.'a b'}"
    );
    assert_eq!(
        chosen_value("'${parameters.‸}'", "a b"),
        "'${parameters.\"a b\"}'"
    );
    assert_eq!(
        chosen_value("\"${parameters['‸']}\"", "a b"),
        "\"${parameters['a b']}\""
    );
    assert_eq!(
        chosen_value("${parameters[‸", "region"),
        "${parameters['region']"
    );
    assert_eq!(
        chosen_value("${outputs.‸}", "scan all"),
        "${outputs.'scan all'}"
    );
    offers(&with_value("${outputs.'scan all'.‸}"), &["instances"]);
    offers(
        &with_value("${steps.mid.‸}"),
        &["failed", "succeeded", "skipped"],
    );
    offers(&with_value("${connections.‸}"), &["aws", "slack"]);
    offers(&with_value("${connections.aws.‸}"), &["prod"]);
    offers(
        &with_value("${connections.aws.prod.‸}"),
        &["accessKeyID", "secretAccessKey"],
    );
    offers(
        &with_value("|\n      some text\n      ${secrets.‸}"),
        &["api.token"],
    );
    offers(&with_value("[\"${secrets.‸}\"]"), &["api.token"]);
    // The colon in the name would end a text without quotes.
    assert_eq!(
        chosen_value("${connections.slack.‸}", "team 50%: a/b"),
        "\"${connections.slack.'team 50%: a/b'}\""
    );
    assert_eq!(labels(&with_value("${parameters.region ‸")), [""; 0]);
    assert_eq!(
        chosen_value("[‸]", "${secrets.api.token}"),
        "[\"${secrets.'api.token'}\"]"
    );
}

#[test]
fn conditions() {
    let when = "parameters: {go: {}}\nsteps:\n- name: a\n  image: i\n  when: ‸\n";
    offers(
        when,
        &["true", "!Fn.equals", "!Parameter go", "${parameters.go}"],
    );
    withholds(
        when,
        &["!Connection aws / prod", "!Secret", "${secrets.api.token}"],
    );
    offers(&when.replace('‸', "[‸]"), &["true", "!Fn.equals"]);
    offers(&when.replace('‸', "!Fn.equals [‸]"), &["!Secret api.token"]);
}

#[test]
fn events_belong_to_triggers() {
    let trigger = "triggers:\n- name: t\n  source: {type: webhook, image: relaysh/dockerhub-trigger-image-pushed}\n  binding:\n    parameters:\n      region: ‸\nparameters: {region: {}}\n";
    offers(trigger, &["!Data"]);
    withholds(trigger, &["!Parameter", "!Output"]);
    offers(&trigger.replace('‸', "!Data ‸"), &["pusher", "tag"]);
    offers(&trigger.replace('‸', "${‸}"), &["event"]);
    offers(&trigger.replace('‸', "${event.‸}"), &["pusher", "tag"]);
    offers(
        "parameters: {region: {}}\ntriggers:\n- name: t\n  binding:\n    parameters:\n      ‸\n",
        &["region"],
    );
}

#[test]
fn nothing_where_nothing_is_evaluated() {
    for text in [
        "# ‸",
        "steps:\n- name: ‸",
        "steps:\n- name: a\n  input:\n  - echo ${‸",
        "steps: # ‸",
        "parameters:\n  a:\n    default: ${‸}",
        "name: a ‸b",
    ] {
        assert_eq!(labels(text), [""; 0], "{text}");
    }
}

#[test]
fn a_published_image_brings_its_keys() {
    let text = choose(
        "parameters:\n  region: {default: eu}\nsteps:\n- name: a\n  image: ‸\n  when: true\n",
        "relaysh/aws-ec2-step-instances-stop",
    );
    assert_eq!(
        text,
        "parameters:\n  region: {default: eu}\nsteps:\n- name: a\n  image: relaysh/aws-ec2-step-instances-stop\n  spec:\n    aws:\n      \
         connection: !Connection {type: aws, name: prod}\n      region: !Parameter region\n    instanceIDs: []\n  when: true\n"
    );
    let document = read(&text);
    assert!(
        document
            .diagnostics
            .iter()
            .all(|one| one.severity != Severity::Error),
        "{:?}",
        document.diagnostics
    );
    let commented = choose(
        "steps:\n- name: a\n  image: x‸ # why\n",
        "relaysh/stdlib-step-echo",
    );
    assert_eq!(
        commented,
        "steps:\n- name: a\n  image: relaysh/stdlib-step-echo # why\n  spec:\n    message: ''\n"
    );
    let kept = choose(
        "steps:\n- name: a\n  spec: {message: x}\n  image: ‸\n",
        "relaysh/stdlib-step-echo",
    );
    assert_eq!(
        kept,
        "steps:\n- name: a\n  spec: {message: x}\n  image: relaysh/stdlib-step-echo\n"
    );
    offers(
        "triggers:\n- name: a\n  source:\n    type: webhook\n    image: ‸\n",
        &["relaysh/stdlib-trigger-json"],
    );
    let spec = "steps:\n- name: a\n  image: relaysh/aws-ec2-step-instances-stop\n  spec:\n    aws:\n      ‸\n";
    offers(spec, &["connection", "region"]);
    offers(
        &spec.replace('‸', "connection: ‸"),
        &["!Connection aws / prod"],
    );
    offers(
        "steps:\n- name: a\n  image: relaysh/aws-ec2-step-instances-stop\n  spec:\n    ‸\n",
        &["aws", "instanceIDs"],
    );
}

#[test]
fn names_that_need_quotes_around_the_text_and_escapes_in_it() {
    let text = |value: &str| {
        format!(
            "steps:\n- name: \"it's #1\"\n  image: i\n  spec: {{c: !Connection [aws, \"it's: #odd\"]}}\n\
             - name: b\n  image: i\n  spec:\n    v: {value}\n"
        )
    };
    for (value, label, expected) in [
        ("${outputs.‸}", "it's #1", r#""${outputs.'it\\'s #1'}""#),
        (
            "a ${outputs['‸']} b",
            "it's #1",
            r#""a ${outputs['it\\'s #1']} b""#,
        ),
        ("${outputs[‸]}", "it's #1", r#""${outputs['it\\'s #1']}""#),
        (
            "${connections.aws.‸}",
            "it's: #odd",
            r#""${connections.aws.'it\\'s: #odd'}""#,
        ),
    ] {
        let written = choose(&text(value), label);
        assert!(
            written.ends_with(&format!("    v: {expected}\n")),
            "{written}"
        );
        let found = read(&written).diagnostics;
        let wrong = |one: &&language::Diagnostic| one.severity == Severity::Error;
        assert_eq!(found.iter().find(wrong), None, "{written}");
    }
}

#[test]
fn what_is_being_written_is_no_example_of_itself() {
    let twice = "steps:\n- {name: a, image: i, spec: {x: !Secret tok, y: !Secret to‸}}\n";
    offers(twice, &["tok", "api.token"]);
    withholds(twice, &["to"]);
    let same = "steps:\n- {name: a, image: i, spec: {x: !Secret tok, y: !Secret tok‸}}\n";
    offers(same, &["tok"]);
    let connection = "steps:\n- {name: a, image: i, spec: {x: !Connection [aws, pr‸]}}\n";
    offers(connection, &["prod"]);
    withholds(connection, &["pr"]);
    for value in ["\"${secrets.'‸'}\"", "\"${connections.aws.'‸'}\""] {
        let text = format!("steps:\n- name: a\n  image: i\n  spec:\n    x: {value}\n");
        assert_ne!(labels(&text), [""; 0], "{value}");
        withholds(&text, &[""]);
    }
}
