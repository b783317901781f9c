//! Connections: adding, overwriting, deleting, and what uses them.

use model::{ConnectionId, ProblemKind, Role};
use service::{AddConnection, Administrator, Change};
use store::both;
use store::testing::TestDatabase;

use crate::help::{self, House, aws, changes, field, secret, values};

async fn sealed(house: &House, id: &ConnectionId, field: &str) -> Option<(u64, Vec<u8>)> {
    let account = house.service.account();
    let found = store::connections::sealed(&house.store, account, id, field)
        .await
        .unwrap();
    found.map(|(revision, sealed)| {
        assert_eq!(sealed.key_id, help::key().id().to_string());
        (revision, sealed.ciphertext)
    })
}

async fn refused(house: &House, ana: &Administrator, form: AddConnection) -> model::Problem {
    house.service.add_connection(ana, form).await.unwrap_err()
}

fn replace(value: &str) -> Change {
    Change::Replace(secret(value).into())
}

both! {
    async fn a_connection_is_added_and_listed(database: TestDatabase) {
        let (house, ana) = help::with_ana(&database).await;
        house.add_workflow(&ana, "b").await;
        house.add_workflow(&ana, "A").await;
        let id = house.add_aws(&ana).await;
        let rows = house.service.connections(&ana).await.unwrap();
        assert_eq!(rows.len(), 1);
        let row = &rows[0];
        assert_eq!((&row.id, row.type_name.as_str(), row.name.as_str()), (&id, "aws", "my-aws-account"));
        assert_eq!((row.state, row.revision, row.changed_by.as_str()), ("configured", 1, "Ana"));
        assert_eq!((row.changed_at, row.last_used), (help::clock(), None));
        let uses: Vec<_> = row.used_by.iter().map(|used| (used.workflow.as_str(), used.steps.join(","))).collect();
        assert_eq!(uses, [("A", "list,reap".to_owned()), ("b", "list,reap".to_owned())]);

        let view = house.service.connection(&ana, &id).await.unwrap().unwrap();
        assert_eq!(&view.row, row);
        let fields: Vec<_> = view.fields.iter().map(|field| (field.name.as_str(), field.stored)).collect();
        assert_eq!(fields, [("accessKeyID", true), ("secretAccessKey", true)]);
        assert_eq!(view.fields[0].set_by.as_deref(), Some("Ana"));
        assert!(sealed(&house, &id, "accessKeyID").await.is_some());
        let other = house.service.new_connection_id(&ana).unwrap();
        assert!(house.service.connection(&ana, &other).await.unwrap().is_none());
    }

    async fn a_form_sent_twice_is_saved_once(database: TestDatabase) {
        let (house, ana) = help::with_ana(&database).await;
        let id = house.service.new_connection_id(&ana).unwrap();
        let sends: Vec<_> = (0..8).map(|_| {
            let (service, ana, form) = (house.service.clone(), ana.clone(), aws(&id));
            tokio::spawn(async move { service.add_connection(&ana, form).await })
        }).collect();
        let mut saved = 0;
        for send in sends {
            match send.await.unwrap() {
                Ok(_) => saved += 1,
                Err(problem) => {
                    assert_eq!((problem.kind, problem.code.as_str()), (ProblemKind::Stale, "already_saved"));
                    assert_eq!(problem.detail, "This connection was already added.");
                }
            }
        }
        assert_eq!(saved, 1);
        house.service.delete_connection(&ana, &id, None).await.unwrap();
        assert_eq!(refused(&house, &ana, aws(&id)).await.code, "already_saved");
    }

    async fn a_wrong_form_tells_everything_that_is_wrong(database: TestDatabase) {
        let (house, ana) = help::with_ana(&database).await;
        let before = house.entries().await;
        let id = house.service.new_connection_id(&ana).unwrap();
        let mut form = aws(&id);
        form.name = "a\u{202e}b".into();
        form.values = values(&[("accessKeyID", "two\nlines"), ("<script>pw", "a value"), ("secretAccessKey", "  ")]);
        let problem = refused(&house, &ana, form).await;
        let wrong: Vec<_> = problem.fields.iter().map(|field| (field.name.as_str(), field.code.as_str())).collect();
        assert_eq!(wrong, [
            ("name", "not_printable"),
            ("values[accessKeyID]", "one_line"),
            ("values[secretAccessKey]", "blank"),
            ("values[scriptpw]", "unknown_field"),
        ]);
        for typed in ["two", "a value", "<script"] {
            assert!(!format!("{problem:?}").contains(typed), "{problem:?}");
        }

        let mut form = aws(&id);
        form.values.remove("secretAccessKey");
        assert_eq!(field(&refused(&house, &ana, form).await), ("values[secretAccessKey]", "required"));
        let mut form = aws(&id);
        form.type_name = "no-such-type".into();
        assert_eq!(field(&refused(&house, &ana, form).await), ("type", "unknown_type"));
        let mut form = aws(&id);
        form.values.insert("secretAccessKey".into(), secret(&"x".repeat(model::value::MAX_VALUE + 1)).into());
        assert_eq!(field(&refused(&house, &ana, form).await), ("values[secretAccessKey]", "too_large"));
        assert_eq!(house.entries().await, before);
        // Nothing of it used the id up.
        house.service.add_connection(&ana, aws(&id)).await.unwrap();
    }

    async fn a_name_that_is_taken_leads_to_overwriting(database: TestDatabase) {
        let (house, ana) = help::with_ana(&database).await;
        house.add_aws(&ana).await;
        let form = aws(&house.service.new_connection_id(&ana).unwrap());
        let problem = refused(&house, &ana, form).await;
        assert_eq!(field(&problem), ("name", "taken"));
        assert!(problem.detail.contains("aws / my-aws-account") && problem.detail.contains("Overwrite"));
    }

    async fn one_field_is_replaced_and_the_other_kept(database: TestDatabase) {
        let (house, ana) = help::with_ana(&database).await;
        let bo = house.person("Bo", Role::Administrator).await.administrator().unwrap();
        let id = house.add_aws(&ana).await;
        let before = sealed(&house, &id, "accessKeyID").await;
        let change = changes([("accessKeyID", Change::Keep), ("secretAccessKey", replace("********"))]);
        house.service.overwrite_connection(&bo, &id, 1, change).await.unwrap();
        assert_eq!(sealed(&house, &id, "accessKeyID").await, before);
        assert_eq!(sealed(&house, &id, "secretAccessKey").await.unwrap().0, 2);
        let view = house.service.connection(&ana, &id).await.unwrap().unwrap();
        assert_eq!((view.row.revision, view.row.changed_by.as_str()), (2, "Bo"));
        let by: Vec<_> = view.fields.iter().map(|field| field.set_by.as_deref().unwrap()).collect();
        assert_eq!(by, ["Ana", "Bo"]);
    }

    async fn an_optional_field_is_left_empty_set_and_cleared(database: TestDatabase) {
        let (house, ana) = help::with_ana(&database).await;
        let service = &house.service;
        let id = service.new_connection_id(&ana).unwrap();
        let form = AddConnection {
            id: id.clone(),
            type_name: "ssh".into(),
            name: "deploy".into(),
            values: values(&[("sshKey", "-----BEGIN\r\nkey\r\n-----END\r\n"), ("knownHosts", "")]),
        };
        service.add_connection(&ana, form).await.unwrap();
        assert_eq!(sealed(&house, &id, "knownHosts").await, None);
        let overwrite = async |revision, change| {
            service.overwrite_connection(&ana, &id, revision, changes([("knownHosts", change)])).await
        };
        assert_eq!(overwrite(1, Change::Clear).await.unwrap_err().code, "no_change", "nothing is there");
        overwrite(1, replace("host ssh-ed25519 AAAA")).await.unwrap();
        assert_eq!(sealed(&house, &id, "knownHosts").await.unwrap().0, 1);
        let empty = overwrite(2, replace("")).await.unwrap_err();
        assert_eq!(field(&empty), ("values[knownHosts]", "required"));
        overwrite(2, Change::Clear).await.unwrap();
        assert_eq!(sealed(&house, &id, "knownHosts").await, None);
        assert_eq!(house.last().await.detail, r#"{"cleared":["knownHosts"],"fields":{},"name":"deploy","records":{},"revision":3,"sealed":{},"type":"ssh"}"#);
        let view = service.connection(&ana, &id).await.unwrap().unwrap();
        let stored: Vec<_> = view.fields.iter().map(|field| (field.stored, field.set_at.is_some())).collect();
        assert_eq!(stored, [(true, true), (false, false)]);
        overwrite(3, replace("host ssh-ed25519 BBBB")).await.unwrap();
        assert_eq!(sealed(&house, &id, "knownHosts").await.unwrap().0, 2, "never the same place again");
    }

    async fn an_overwrite_that_is_wrong_changes_nothing(database: TestDatabase) {
        let (house, ana) = help::with_ana(&database).await;
        let id = house.add_aws(&ana).await;
        let before = house.entries().await;
        let overwrite = async |change| house.service.overwrite_connection(&ana, &id, 1, change).await.unwrap_err();
        let nothing = overwrite(changes([("accessKeyID", Change::Keep)])).await;
        assert_eq!((nothing.kind, nothing.code.as_str()), (ProblemKind::Input, "no_change"));
        let cleared = overwrite(changes([("accessKeyID", Change::Clear)])).await;
        assert_eq!(field(&cleared), ("values[accessKeyID]", "required"));
        let empty = overwrite(changes([("accessKeyID", replace(""))])).await;
        assert_eq!(field(&empty), ("values[accessKeyID]", "required"));
        let unknown = overwrite(changes([("region", replace("eu"))])).await;
        assert_eq!(field(&unknown), ("values[region]", "unknown_field"));
        assert_eq!(house.entries().await, before);
        let other = house.service.new_connection_id(&ana).unwrap();
        let gone = house.service.overwrite_connection(&ana, &other, 1, changes([])).await.unwrap_err();
        assert_eq!(gone.kind, ProblemKind::NotFound);
    }

    async fn overwriting_what_changed_meanwhile_is_refused(database: TestDatabase) {
        let (house, ana) = help::with_ana(&database).await;
        let bo = house.person("Bo", Role::Administrator).await.administrator().unwrap();
        let id = house.add_aws(&ana).await;
        let change = |value| changes([("accessKeyID", replace(value))]);
        house.service.overwrite_connection(&bo, &id, 1, change("by Bo")).await.unwrap();
        let late = house.service.overwrite_connection(&ana, &id, 1, change("by Ana")).await.unwrap_err();
        assert_eq!((late.kind, late.code.as_str()), (ProblemKind::Stale, "connection_changed"));
        assert!(late.detail.starts_with("Bo overwrote this connection at 2026-11-21 20:45 UTC"), "{late}");
        assert!(!late.detail.contains("by Ana"));
        assert_eq!(sealed(&house, &id, "accessKeyID").await.unwrap().0, 2);
    }

    async fn what_is_used_is_deleted_by_name(database: TestDatabase) {
        let (house, ana) = help::with_ana(&database).await;
        house.add_workflow(&ana, "ec2-reaper").await;
        house.add_workflow(&ana, "volumes").await;
        let id = house.add_aws(&ana).await;
        for typed in [None, Some("aws".to_owned()), Some(String::new())] {
            let refused = house.service.delete_connection(&ana, &id, typed).await.unwrap_err();
            assert_eq!(field(&refused), ("typed_name", "confirm_name"));
            assert!(refused.detail.contains("ec2-reaper and one more workflow use it"), "{refused}");
        }
        house.service.delete_connection(&ana, &id, Some("my-aws-account".into())).await.unwrap();
        assert!(house.last().await.detail.contains(r#""used_by":["ec2-reaper","volumes"]"#));
        assert!(house.service.connections(&ana).await.unwrap().is_empty());
        assert_eq!(house.service.delete_connection(&ana, &id, None).await.unwrap_err().kind, ProblemKind::NotFound);
        // Deleted and added again under its name, it starts anew.
        let again = house.add_aws(&ana).await;
        assert_ne!(again, id);
        assert_eq!(house.service.connection(&ana, &again).await.unwrap().unwrap().row.revision, 1);
    }

    async fn values_keep_their_bytes_until_they_are_sealed(database: TestDatabase) {
        let (house, ana) = help::with_ana(&database).await;
        let id = house.service.new_connection_id(&ana).unwrap();
        let mut form = aws(&id);
        form.values = values(&[("accessKeyID", " $HOME \"quoted\" \n"), ("secretAccessKey", "{{ }} %s é")]);
        house.service.add_connection(&ana, form).await.unwrap();
        // A value of at most 64 bytes and one of 65 differ in what is stored; a line end does not count.
        let long = "x".repeat(65);
        let change = changes([("secretAccessKey", replace(&long))]);
        house.service.overwrite_connection(&ana, &id, 1, change).await.unwrap();
        let short = sealed(&house, &id, "accessKeyID").await.unwrap().1.len();
        assert!(sealed(&house, &id, "secretAccessKey").await.unwrap().1.len() > short);
    }

    async fn without_a_key_nothing_is_stored(database: TestDatabase) {
        let (house, ana) = help::with_ana(&database).await;
        let account = house.service.account().clone();
        let keyless = service::Service::without_key(house.store.clone(), account, help::clock);
        let before = house.entries().await;
        let form = aws(&house.service.new_connection_id(&ana).unwrap());
        let refused = keyless.add_connection(&ana, form).await.unwrap_err();
        assert_eq!(refused.kind, ProblemKind::Internal);
        assert_eq!(house.entries().await, before);
    }
}
