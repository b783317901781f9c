//! Another name for a thing.

use language::{Assist, read};

use super::{edited, marked};

fn rename(text: &str, new: &str) -> Result<String, String> {
    let (text, at) = marked(text);
    let edits = Assist::of(&text).rename(at, new)?;
    let renamed = edited(&text, &edits);
    assert_eq!(codes(&renamed), codes(&text), "{renamed}");
    Ok(renamed)
}

/// The diagnostics without what they say of names.
fn codes(text: &str) -> Vec<(&'static str, u32)> {
    let document = read(text);
    let all = document.diagnostics.iter();
    all.map(|one| (one.code, one.place.line)).collect()
}

const STEPS: &str = "\
steps:
- name: sc‸an   # the first
  image: relaysh/core
- {name: next, image: i, dependsOn: [ scan, other ]}
- name: other
  image: i
  dependsOn: scan
  env:
    A: !Output {from: scan, name: scan}
    B: !Output ['scan', x]
    C: {$type: Output, taskName: scan, name: y}
    D: {$type: Output, name: y, from: \"scan\"}
    E: \"scan ${outputs.scan.x} ${outputs['scan'].y + steps.scan.failed}\"
    F: |
      scan: ${outputs.scan.x}
    G: '${outputs.scan.x}'
    H: ${outputs.scan.x}
    I: [\"${steps.'scan'.skipped}\"]
  when: !Fn.equals [${outputs.scan.x}, scan]
";

#[test]
fn a_step_in_all_dialects() {
    let steps = STEPS.replace("[${outputs.scan.x}, scan]", "[!Output [scan, x], scan]");
    let renamed = rename(&steps, "look").expect("the name is free");
    let expected = marked(&steps)
        .0
        .replace("name: scan   #", "name: look   #")
        .replace("[ scan,", "[ look,")
        .replace("dependsOn: scan", "dependsOn: look")
        .replace("from: scan,", "from: look,")
        .replace("['scan',", "['look',")
        .replace("taskName: scan", "taskName: look")
        .replace("from: \"scan\"", "from: \"look\"")
        .replace("outputs.scan", "outputs.look")
        .replace("outputs['scan']", "outputs['look']")
        .replace("steps.scan", "steps.look")
        .replace("steps.'scan'", "steps.'look'")
        .replace("!Output [scan,", "!Output [look,");
    assert_eq!(renamed, expected);
}

#[test]
fn a_name_that_is_only_referred_to_is_free() {
    let renamed = |text: &str, new: &str| {
        let (text, at) = marked(text);
        let edits = Assist::of(&text).rename(at, new)?;
        Ok::<_, String>(edited(&text, &edits))
    };
    let steps =
        "steps:\n- {name: dpl‸y, image: i}\n- {name: b, image: i, dependsOn: [dply, deploy]}\n";
    assert_eq!(
        renamed(steps, "deploy").as_deref(),
        Ok(
            "steps:\n- {name: deploy, image: i}\n- {name: b, image: i, dependsOn: [deploy, deploy]}\n"
        )
    );
    let taken = steps.replace("name: b", "name: deploy");
    assert_eq!(
        renamed(&taken, "deploy"),
        Err("there is a step `deploy` already".to_owned())
    );
    let parameter = "parameters: {o‸ld: {}}\nsteps:\n- {name: a, image: i, env: {X: !Parameter new, Y: !Parameter old}}\n";
    assert!(renamed(parameter, "new").is_ok());
    // Nothing in the text says which secrets there are.
    let secrets = "steps:\n- {name: a, image: i, env: {X: !Secret o‸ne, Y: !Secret two}}\n";
    assert_eq!(
        renamed(secrets, "two"),
        Err("there is a secret `two` already".to_owned())
    );
    let composed = renamed(secrets, "e\u{301}");
    assert!(composed.is_ok_and(|text| text.contains("X: !Secret '\u{e9}'")));
}

#[test]
fn quotes_only_where_the_new_name_needs_them() {
    let steps = STEPS.replace("[${outputs.scan.x}, scan]", "[!Output [scan, x], scan]");
    let renamed = rename(&steps, "it's 1: a #b").expect("the name is free");
    for part in [
        "- name: \"it's 1: a #b\"   # the first",
        "dependsOn: [ \"it's 1: a #b\", other ]",
        "!Output ['it''s 1: a #b', x]",
        "from: \"it's 1: a #b\"}",
        "E: \"scan ${outputs.'it\\\\'s 1: a #b'.x} ${outputs['it\\\\'s 1: a #b'].y",
        "      scan: ${outputs.'it\\'s 1: a #b'.x}\n",
        "G: '${outputs.\"it''s 1: a #b\".x}'",
    ] {
        assert!(renamed.contains(part), "{part}\n{renamed}");
    }
}

#[test]
fn a_template_that_would_break_gets_quotes_or_the_name_is_refused() {
    let text =
        "steps:\n- name: a‸\n  image: i\n- name: b\n  image: i\n  spec:\n    x: ${outputs.a.y}\n";
    let renamed = rename(text, "a: b").expect("there is a way");
    assert!(
        renamed.contains("x: \"${outputs.'a: b'.y}\"\n"),
        "{renamed}"
    );
    let taken = text.replace("${outputs.a.y}", "say \"${outputs.a.y}\"");
    let refused = rename(&taken, "a: b").expect_err("there are quotes already");
    assert!(refused.contains("line 7"), "{refused}");
}

#[test]
fn parameters_secrets_and_connections() {
    let text = "\
parameters:
  region: {default: eu}
triggers:
- name: t
  source: {type: schedule, schedule: '@daily'}
  binding: {parameters: {region: us}}
steps:
- name: a
  image: i
  spec: &all
    region: !Parameter region
    also: {$type: Parameter, name: region}
    text: ${parameters.region} region
    token: !Secret token
    more: \"${secrets.token}\"
    aws: !Connection [aws, prod]
    same: !Connection {name: prod, type: aws}
    other: !Connection {name: prod, type: slack}
    both: ${connections.aws.prod.accessKeyID}
- name: b
  image: i
  spec: *all
";
    let (region, token, prod) = (
        text.replacen("!Parameter region", "!Parameter ‸region", 1),
        text.replacen("secrets.token", "secrets.to‸ken", 1),
        text.replacen("[aws, prod]", "[aws, prod‸]", 1),
    );
    let expected = text
        .replace("  region: {default", "  'the zone': {default")
        .replace("{region: us}", "{'the zone': us}")
        .replace("!Parameter region", "!Parameter 'the zone'")
        .replace("name: region", "name: 'the zone'")
        .replace("parameters.region", "parameters.'the zone'");
    assert_eq!(rename(&region, "the zone"), Ok(expected));
    let expected = text
        .replace("!Secret token", "!Secret key")
        .replace("secrets.token", "secrets.key");
    assert_eq!(rename(&token, "key"), Ok(expected));
    let expected = text
        .replace("[aws, prod]", "[aws, main]")
        .replace("{name: prod, type: aws}", "{name: main, type: aws}")
        .replace("aws.prod.", "aws.main.");
    assert_eq!(rename(&prod, "main"), Ok(expected));
}

#[test]
fn names_that_cannot_be_given() {
    let text = "steps:\n- name: a‸\n  image: i\n- name: b\n  image: i\n  spec: {s: !Secret x}\n";
    for (new, part) in [
        ("b", "already"),
        ("", "missing"),
        (" a", "blank"),
        ("a\nb", "printable"),
        ("a\u{202e}", "printable"),
        ("${x}", "template"),
    ] {
        let refused = rename(text, new).expect_err(new);
        assert!(refused.contains(part), "{refused}");
    }
    assert_eq!(rename(text, "a"), Ok(marked(text).0));
    let twice = text.replace("name: b", "name: a");
    assert!(
        rename(&twice, "c")
            .expect_err("twice")
            .contains("more than once")
    );
    for text in [
        "steps:\n- name: a\n  im‸age: i\n",
        "steps:\n- name: a\n  spec: {a: !Connection {type: a‸ws, name: x}}\n",
    ] {
        let (text, at) = marked(text);
        let assist = Assist::of(&text);
        assert_eq!(assist.rename_target(at), None);
        assert!(assist.rename(at, "x").is_err());
    }
}

#[test]
fn what_can_be_renamed_is_shown_without_quotes() {
    let (text, at) = marked("steps:\n- name: 'a b‸'\n  image: i\n");
    let target = Assist::of(&text).rename_target(at).expect("it is a name");
    assert_eq!(target.name, "a b");
    assert_eq!(&text[target.place.start..target.place.end], "a b");
}
