//! A record opens at its own place and at no other.

use opener::{KeyRing, OpenError};
use vault::{MAX_PLACE, Owner, Place, seal};

const CONNECTION: Place<'_> = Place {
    account: "a1",
    owner: Owner::Connection {
        id: "c1",
        type_name: "aws",
    },
    field: "accessKeyID",
    field_revision: 1,
};
const SECRET: Place<'_> = Place {
    account: "a1",
    owner: Owner::Secret {
        workflow_id: "w1",
        name: "token",
    },
    field: "value",
    field_revision: 1,
};

/// Places that differ from each other in one part, or only in how the same texts are divided.
fn places() -> Vec<Place<'static>> {
    let connection = |id, type_name| Place {
        owner: Owner::Connection { id, type_name },
        ..CONNECTION
    };
    let secret = |workflow_id, name| Place {
        owner: Owner::Secret { workflow_id, name },
        ..SECRET
    };
    vec![
        CONNECTION,
        Place {
            account: "a2",
            ..CONNECTION
        },
        connection("c2", "aws"),
        connection("c1", "azure"),
        Place {
            field: "secretAccessKey",
            ..CONNECTION
        },
        Place {
            field_revision: 0,
            ..CONNECTION
        },
        Place {
            field_revision: 2,
            ..CONNECTION
        },
        Place {
            field_revision: 1 << 56,
            ..CONNECTION
        },
        connection("c1a", "ws"),
        Place {
            account: "a1c",
            ..connection("1", "aws")
        },
        SECRET,
        Place {
            account: "a2",
            ..SECRET
        },
        secret("w2", "token"),
        secret("w1", "Token"),
        Place {
            field: "Value",
            ..SECRET
        },
        Place {
            field_revision: 2,
            ..SECRET
        },
        // The same texts, once a connection's field and once a secret.
        Place {
            field: "value",
            ..connection("w1", "token")
        },
        Place {
            field: "accessKeyID",
            ..secret("c1", "aws")
        },
    ]
}

#[test]
fn a_record_moved_anywhere_else_is_refused() {
    let keys = KeyRing::generate().unwrap();
    let places = places();
    for own in &places {
        let sealed = seal("value".to_owned().into(), own, &keys.public_key()).unwrap();
        for place in &places {
            match keys.open(&sealed, place) {
                Ok(opened) => assert!(own == place && opened.expose() == b"value", "{place:?}"),
                Err(error) => assert!(own != place && error == OpenError::Refused, "{place:?}"),
            }
        }
    }
}

#[test]
fn an_absurd_place_is_refused_like_any_other() {
    let keys = KeyRing::generate().unwrap();
    let sealed = seal("value".to_owned().into(), &SECRET, &keys.public_key()).unwrap();
    let field = "x".repeat(MAX_PLACE);
    let error = keys
        .open(
            &sealed,
            &Place {
                field: &field,
                ..SECRET
            },
        )
        .err();
    assert_eq!(error, Some(OpenError::Refused));
}
