//! The comparison of what is needed with what is held.

use language::{Setup, compare, read};
use model::{HeldConnection, HeldSecret, Holdings, RequirementState};

use crate::with_spec;

fn held(connections: &[(&str, &str, &str)], secrets: &[(&str, &str)]) -> Holdings {
    let connection = |(id, type_name, name): &(&str, &str, &str)| HeldConnection {
        id: (*id).into(),
        type_name: (*type_name).into(),
        name: (*name).into(),
        permitted: true,
        unopenable: None,
    };
    let secret = |(id, name): &(&str, &str)| HeldSecret {
        id: (*id).into(),
        name: (*name).into(),
        unopenable: None,
    };
    Holdings {
        connections: connections.iter().map(connection).collect(),
        secrets: secrets.iter().map(secret).collect(),
    }
}

fn setup(spec: &str, holdings: &Holdings) -> Setup {
    compare(&read(&with_spec(spec)).requirements, holdings)
}

#[test]
fn what_exists_and_is_not_granted_blocks() {
    let mut holdings = held(&[("1", "aws", "prod")], &[]);
    holdings.connections[0].permitted = false;
    let found = setup("aws: !Connection [aws, prod]", &holdings);
    assert_eq!(found.connections[0].state, RequirementState::NoPermission);
    assert_eq!(found.connections[0].id.as_deref(), Some("1"));
    assert_eq!(found.missing(), 1);
}

#[test]
fn missing_then_configured() {
    let spec = "aws: !Connection [aws, prod]\ntoken: !Secret t";
    let before = setup(spec, &Holdings::default());
    assert_eq!(
        (
            before.missing_connections(),
            before.missing_secrets(),
            before.missing()
        ),
        (1, 1, 2)
    );
    assert_eq!(before.connections[0].state, RequirementState::Missing);
    assert_eq!(
        (&before.connections[0].id, &before.connections[0].held_type),
        (&None, &None)
    );
    assert_eq!(before.connections[0].steps, ["s"]);

    let after = setup(spec, &held(&[("1", "aws", "prod")], &[("2", "t")]));
    assert_eq!((after.missing(), after.unknown), (0, 0));
    assert_eq!(after.connections[0].state, RequirementState::Configured);
    assert_eq!(after.connections[0].id.as_deref(), Some("1"));
    assert_eq!(after.secrets[0].id.as_deref(), Some("2"));
}

#[test]
fn the_same_name_under_another_type() {
    let spec = "aws: !Connection [aws, prod]";
    let wrong = setup(
        spec,
        &held(&[("1", "gcp", "prod"), ("2", "azure", "prod")], &[]),
    );
    assert_eq!(wrong.connections[0].state, RequirementState::WrongType);
    assert_eq!(wrong.connections[0].held_type.as_deref(), Some("gcp"));
    assert_eq!(wrong.connections[0].id, None);
    assert_eq!(wrong.missing(), 1);

    let right = setup(
        spec,
        &held(&[("1", "gcp", "prod"), ("2", "aws", "prod")], &[]),
    );
    assert_eq!(right.connections[0].state, RequirementState::Configured);
    assert_eq!(right.connections[0].id.as_deref(), Some("2"));
}

#[test]
fn names_are_compared_letter_by_letter() {
    for (type_name, name) in [
        ("AWS", "prod"),
        ("aws", "Prod"),
        ("aws", "prod "),
        ("aws", "prof"),
    ] {
        let found = setup(
            "aws: !Connection [aws, prod]",
            &held(&[("1", type_name, name)], &[]),
        );
        assert_eq!(found.missing(), 1, "{type_name}/{name}");
    }
}

#[test]
fn distinct_requirements_are_counted_once_and_dynamic_ones_never() {
    let spec = "\
a: !Connection [aws, prod]
b: ${connections.aws.prod}
c: !Connection [gcp, prod]
d: ${secrets[parameters.x]}
e: ${outputs[parameters.x]}
f: ${connections.aws}";
    let found = setup(spec, &Holdings::default());
    assert_eq!((found.missing(), found.unknown), (2, 2));
}

#[test]
fn secrets_that_nothing_uses() {
    let spec = "a: !Secret used\nb: '${secrets.missing}'";
    let holdings = held(
        &[],
        &[("1", "used"), ("2", "z"), ("3", "Used"), ("4", "a b")],
    );
    let found = setup(spec, &holdings);
    let names: Vec<_> = found.unused_secrets.iter().map(|one| &*one.name).collect();
    assert_eq!(names, ["z", "Used", "a b"]);
    assert_eq!((found.missing(), found.secrets.len()), (1, 2));
    // Which one this means shows only at run time.
    let computed = setup("a: '${secrets[outputs.s.x]}'", &holdings);
    assert!(computed.unused_secrets.is_empty());
}
