//! Values that the browser has sealed: for what, by whom it is told, and what is refused.

use model::{ProblemKind, value};
use service::{Change, Given, SealContext, Service};
use store::both;
use store::testing::TestDatabase;
use vault::{Owner, Place, Plaintext, PublicKey};

use crate::help::{self, aws, changes, field, secret};

/// What a browser would send for one field of a connection.
fn sealed(context: &SealContext, name: &str, text: &str) -> String {
    let owner = Owner::Connection {
        id: &context.owner,
        type_name: &context.name,
    };
    sealed_for(context, owner, name, context.fields[name], text)
}

/// The same for the one field of a secret.
fn sealed_secret(context: &SealContext, text: &str) -> String {
    let owner = Owner::Secret {
        workflow_id: &context.owner,
        name: &context.name,
    };
    let name = value::SECRET.name;
    sealed_for(context, owner, name, context.fields[name], text)
}

fn sealed_for(
    context: &SealContext,
    owner: Owner<'_>,
    name: &str,
    field_revision: u64,
    text: &str,
) -> String {
    let key: PublicKey = context.public_key.parse().unwrap();
    let place = Place {
        account: context.account.as_str(),
        owner,
        field: name,
        field_revision,
    };
    let sealed = vault::seal(Plaintext::from(text.to_owned()), &place, &key).unwrap();
    format!("{field_revision}.{}", sealed.to_text())
}

fn given(text: String) -> Given {
    Given::Sealed(text)
}

/// The same service, taking sealed values only.
fn strict(house: &help::House) -> Service {
    house.service.clone().requiring_browser_sealing()
}

both! {
    async fn what_was_sealed_is_stored_as_it_came(database: TestDatabase) {
        let (house, ana) = help::with_ana(&database).await;
        // Also where nothing else is taken.
        for service in [house.service.clone(), strict(&house)] {
            let id = service.new_connection_id(&ana).unwrap();
            let context = service.connection_seal_context(&ana, &id, "aws").await.unwrap();
            assert_eq!((context.revision, context.owner.as_str()), (0, id.as_str()));
            assert_eq!(context.fields["secretAccessKey"], 1);
            let text = sealed(&context, "accessKeyID", "AKIAEXAMPLE");
            let mut form = aws(&id);
            form.name = format!("of {}", id.as_str());
            form.values = [
                ("accessKeyID".to_owned(), given(text.clone())),
                ("secretAccessKey".to_owned(), given(sealed(&context, "secretAccessKey", "x"))),
            ].into();
            service.add_connection(&ana, form).await.unwrap();
            let told = house.last().await.detail;
            assert!(told.contains(r#""sealed":{"accessKeyID":"browser","secretAccessKey":"browser"}"#), "{told}");
            let account = service.account();
            let stored = store::connections::sealed(&house.store, account, &id, "accessKeyID").await;
            let (revision, stored) = stored.unwrap().unwrap();
            let sent: vault::SealedValue = text[2..].parse().unwrap();
            assert_eq!((revision, stored.ciphertext), (1, sent.ciphertext));
            assert_eq!(stored.sealed_data_key, sent.sealed_data_key);

            let context = service.connection_seal_context(&ana, &id, "").await.unwrap();
            assert_eq!((context.revision, context.name.as_str()), (1, "aws"));
            let change = Change::Replace(given(sealed(&context, "accessKeyID", "AKIAOTHER")));
            service.overwrite_connection(&ana, &id, 1, changes([("accessKeyID", change)])).await.unwrap();
            let told = house.last().await.detail;
            assert!(told.contains(r#""sealed":{"accessKeyID":"browser"}"#), "{told}");
            let context = service.connection_seal_context(&ana, &id, "").await.unwrap();
            assert_eq!((context.fields["accessKeyID"], context.fields["secretAccessKey"]), (3, 2));
        }
    }

    async fn a_secret_is_sealed_for_its_name(database: TestDatabase) {
        let (house, ana) = help::with_ana(&database).await;
        let service = &strict(&house);
        house.add_workflow(&ana, "one").await;
        let id = service.new_secret_id(&ana).unwrap();
        // The browser's name is brought to the form it is stored in.
        let context = service.secret_seal_context(&ana, "one", &id, "to\u{6b}e\u{301}").await.unwrap();
        assert_eq!((context.name.as_str(), context.revision), ("tok\u{e9}", 0));
        let value = given(sealed_secret(&context, "several\nlines"));
        service.add_secret(&ana, "one", "tok\u{e9}", value, id.clone()).await.unwrap();
        assert!(house.last().await.detail.contains(r#""sealed":{"value":"browser"}"#));
        let context = service.secret_seal_context(&ana, "one", &id, "another").await.unwrap();
        assert_eq!((context.name.as_str(), context.revision, context.fields["value"]), ("tok\u{e9}", 1, 2));
        let value = given(sealed_secret(&context, "another"));
        service.overwrite_secret(&ana, "one", &id, 1, value).await.unwrap();

        service.delete_secret(&ana, "one", &id).await.unwrap();
        let id = service.new_secret_id(&ana).unwrap();
        let context = service.secret_seal_context(&ana, "one", &id, "tok\u{e9}").await.unwrap();
        assert_eq!(context.fields["value"], 3, "a field revision is never given twice");
        let wrong = service.secret_seal_context(&ana, "one", &id, "").await.unwrap_err();
        assert_eq!(field(&wrong), ("name", "required"));
    }

    async fn a_context_that_is_no_longer_current_is_refused(database: TestDatabase) {
        let (house, ana) = help::with_ana(&database).await;
        let service = &house.service;
        let id = house.add_aws(&ana).await;
        let context = service.connection_seal_context(&ana, &id, "").await.unwrap();
        let before = house.entries().await;
        let overwrite = async |text: String| {
            let change = Change::Replace(given(text));
            service.overwrite_connection(&ana, &id, 1, changes([("accessKeyID", change)])).await
        };
        for (field, revision) in [("accessKeyID", 0), ("accessKeyID", 1), ("accessKeyID", 3), ("accessKeyID", u64::MAX)] {
            let owner = Owner::Connection { id: &context.owner, type_name: &context.name };
            let stale = overwrite(sealed_for(&context, owner, field, revision, "x")).await.unwrap_err();
            assert_eq!((stale.kind, stale.code.as_str()), (ProblemKind::Stale, "seal_context_changed"));
        }
        let other = SealContext { public_key: PublicKey::from([9; 32]).to_text(), ..context.clone() };
        let stale = overwrite(sealed(&other, "accessKeyID", "x")).await.unwrap_err();
        assert_eq!((stale.kind, stale.code.as_str()), (ProblemKind::Stale, "seal_context_changed"));
        assert_eq!(house.entries().await, before, "nothing was saved");
        // Sealed again, as the page does it.
        overwrite(sealed(&context, "accessKeyID", "x")).await.unwrap();

        house.add_workflow(&ana, "one").await;
        let id = service.new_secret_id(&ana).unwrap();
        let context = service.secret_seal_context(&ana, "one", &id, "token").await.unwrap();
        let late = given(sealed_secret(&context, "late"));
        let faster = service.new_secret_id(&ana).unwrap();
        service.add_secret(&ana, "one", "token", secret("x"), faster.clone()).await.unwrap();
        service.delete_secret(&ana, "one", &faster).await.unwrap();
        let stale = service.add_secret(&ana, "one", "token", late, id).await.unwrap_err();
        assert_eq!((stale.kind, stale.code.as_str()), (ProblemKind::Stale, "seal_context_changed"));
    }

    async fn sealed_fields_are_those_of_the_type(database: TestDatabase) {
        let (house, ana) = help::with_ana(&database).await;
        let service = &house.service;
        let id = service.new_connection_id(&ana).unwrap();
        let context = service.connection_seal_context(&ana, &id, "aws").await.unwrap();
        let add = async |values: Vec<(&str, String)>| {
            let mut form = aws(&id);
            form.values = values.into_iter().map(|(name, text)| (name.to_owned(), given(text))).collect();
            service.add_connection(&ana, form).await.unwrap_err()
        };
        let good = |name| (name, sealed(&context, name, "x"));
        let missing = add(vec![good("accessKeyID")]).await;
        assert_eq!(field(&missing), ("values[secretAccessKey]", "required"));
        let both = [good("accessKeyID"), good("secretAccessKey")];
        let mut more = both.to_vec();
        more.push(("token", both[0].1.clone()));
        assert_eq!(field(&add(more).await), ("values[token]", "unknown_field"));
        let plain = add(vec![good("accessKeyID"), ("secretAccessKey", "a value in plain".into())]).await;
        assert_eq!(field(&plain), ("values[secretAccessKey]", "not_sealed"));
        assert!(!plain.detail.contains("plain"), "{plain}");
        let unknown = service.connection_seal_context(&ana, &id, "nothing").await.unwrap_err();
        assert_eq!(field(&unknown), ("type", "unknown_type"));
    }

    async fn a_typed_value_is_refused_where_only_sealed_ones_are_taken(database: TestDatabase) {
        let (house, ana) = help::with_ana(&database).await;
        let service = &strict(&house);
        let aws_id = house.add_aws(&ana).await;
        house.add_workflow(&ana, "one").await;
        let token = service.new_secret_id(&ana).unwrap();
        house.service.add_secret(&ana, "one", "token", secret("x"), token.clone()).await.unwrap();
        let before = house.entries().await;

        let form = aws(&service.new_connection_id(&ana).unwrap());
        let change = changes([("accessKeyID", Change::Replace(secret("x").into()))]);
        let id = service.new_secret_id(&ana).unwrap();
        for refused in [
            service.add_connection(&ana, form).await.map(drop),
            service.overwrite_connection(&ana, &aws_id, 1, change).await,
            service.add_secret(&ana, "one", "other", secret("x"), id.clone()).await.map(drop),
            // Before anything else is looked at.
            service.add_secret(&ana, "no such workflow", "", secret(""), id).await.map(drop),
            service.overwrite_secret(&ana, "one", &token, 1, secret("x")).await,
        ] {
            let refused = refused.unwrap_err();
            assert_eq!((refused.kind, refused.code.as_str()), (ProblemKind::Input, "unsealed_value"));
        }
        assert_eq!(house.entries().await, before, "nothing was saved");
        // Clearing and keeping need no value.
        let cleared = changes([("accessKeyID", Change::Keep)]);
        let nothing = service.overwrite_connection(&ana, &aws_id, 1, cleared).await.unwrap_err();
        assert_eq!(nothing.code, "no_change");
    }

    async fn the_ledger_tells_what_the_server_sealed(database: TestDatabase) {
        let (house, ana) = help::with_ana(&database).await;
        house.add_aws(&ana).await;
        let told = house.last().await.detail;
        assert!(told.contains(r#""sealed":{"accessKeyID":"server","secretAccessKey":"server"}"#), "{told}");
    }
}
