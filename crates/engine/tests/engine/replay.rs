//! An old row that somebody puts back into the database is not taken for the newest value.

use engine::DoorError;
use model::{ConnectionId, RunState};
use store::both;
use store::testing::TestDatabase;

use crate::help::{House, told};
use crate::meeting::COME;

/// Keeps all rows of values as they are now, to be put back later.
const KEEP: &str = "create table kept_fields as select * from field_values; \
    create table kept_secrets as select * from secret_values";

/// The kept rows of connections, instead of those there are.
const PUT_FIELDS_BACK: &str =
    "delete from field_values; insert into field_values select * from kept_fields";

/// The kept rows of secrets, instead of those there are.
const PUT_SECRETS_BACK: &str =
    "delete from secret_values; insert into secret_values select * from kept_secrets";

async fn clear(house: &House, id: &ConnectionId, revision: u64, field: &str) {
    let mut entry = told("connection.overwrite", id.as_str(), &[]);
    entry.detail = format!(r#"{{"fields":{{}},"cleared":["{field}"]}}"#);
    let mut tx = house.store.begin().await.unwrap();
    let cleared = [field.to_owned()];
    let done = store::connections::overwrite(&mut tx, id, revision, &[], &cleared, &entry).await;
    assert_eq!(done.unwrap(), Some(revision + 1));
    tx.commit().await.unwrap();
}

both! {
    async fn only_the_newest_value_of_a_place_opens(database: TestDatabase) {
        let house = House::new(database).await;
        let engine = house.engine().await;
        let text = format!(
            "steps:\n\
             - name: reader\n  image: x\n\
             \x20 spec:\n\
             \x20   a: !Connection [aws, overwritten]\n\
             \x20   b: !Connection [aws, cleared]\n\
             \x20   c: !Connection [aws, untouched]\n\
             \x20   d: !Secret again\n\
             \x20   e: !Secret steady\n\
             \x20 input: [{COME}, hear]\n"
        );
        let workflow = house.workflow(&text).await;
        let aws = &[("accessKeyID", "AKIA-OLD"), ("secretAccessKey", "an old one")];
        let overwritten = house.connection("aws", "overwritten", aws).await;
        let cleared = house.connection("aws", "cleared", aws).await;
        house.connection("aws", "untouched", aws).await;
        let again = house.secret(&workflow, "again", "the first").await;
        house.secret(&workflow, "steady", "the only one").await;
        house.database.execute(KEEP).await.unwrap();

        house.overwrite(&overwritten, "aws", 1, "accessKeyID", "AKIA-NEW").await;
        clear(&house, &cleared, 1, "secretAccessKey").await;
        let run = house.run(&workflow, "{}").await;
        let mut guest = house.meeting.guest().await;
        let door = engine.door(&guest.token).unwrap();
        let refused = async |what: &str| {
            let answer = match what {
                "again" => door.secret(what).await,
                name => door.connection("aws", name).await,
            };
            assert!(matches!(answer, Err(DoorError::Failed)), "{what}: {answer:?}");
        };

        house.database.execute(PUT_FIELDS_BACK).await.unwrap();
        refused("overwritten").await;
        refused("cleared").await;
        assert!(door.connection("aws", "untouched").await.is_ok());

        // Deleted, and its rows put back as they were.
        let mut tx = house.store.begin().await.unwrap();
        let entry = told("secret.delete", again.as_str(), &[]);
        assert!(store::secrets::delete(&mut tx, &workflow, &again, &entry).await.unwrap());
        tx.commit().await.unwrap();
        let row = format!(
            "insert into secrets (id, account_id, workflow_id, name, revision, created_at, changed_at) \
             select '{again}', account_id, workflow_id, 'again', 1, created_at, changed_at from secrets \
             where name = 'steady'"
        );
        house.database.execute(&row).await.unwrap();
        house.database.execute(PUT_SECRETS_BACK).await.unwrap();
        refused("again").await;
        assert_eq!(door.secret("steady").await.unwrap().to_wire(), "the only one");

        let told_of = house.told().await;
        assert!(told_of.iter().all(|(_, what)| !what.contains("overwritten")), "{told_of:?}");
        guest.tell("go").await;
        // Its log could not be masked without the values, so whether it succeeds is not the matter.
        let ended = house.finished(&run).await.state;
        assert!(matches!(ended, RunState::Succeeded | RunState::Failed), "{ended:?}");
        engine.stop().await;
    }

    async fn a_secret_of_a_deleted_workflow_does_not_come_back(database: TestDatabase) {
        let house = House::new(database).await;
        let engine = house.engine().await;
        let text = format!(
            "steps: [{{name: reader, image: x, spec: {{a: !Secret token}}, input: [{COME}, hear]}}]\n"
        );
        let workflow = house.workflow(&text).await;
        house.secret(&workflow, "token", "a token").await;
        let mut tx = house.store.begin().await.unwrap();
        let entry = told("workflow.delete", workflow.as_str(), &[]);
        store::ledger::append(&mut tx, &entry).await.unwrap();
        tx.commit().await.unwrap();
        let run = house.run(&workflow, "{}").await;
        let mut guest = house.meeting.guest().await;
        let door = engine.door(&guest.token).unwrap();
        assert!(matches!(door.secret("token").await, Err(DoorError::Failed)));
        guest.tell("go").await;
        house.finished(&run).await;
        engine.stop().await;
    }

    async fn a_value_the_ledger_never_told_of_does_not_open(database: TestDatabase) {
        let house = House::new(database).await;
        let engine = house.engine().await;
        let text = format!(
            "steps: [{{name: reader, image: x, spec: {{a: !Connection [aws, main]}}, input: [{COME}, hear]}}]\n"
        );
        let workflow = house.workflow(&text).await;
        let id = house.connection("aws", "main", &[("accessKeyID", "AKIA"), ("token", "extra")]).await;
        // Many entries ago; and overwritten so often that one look does not find all of them.
        for revision in 1..70 {
            house.overwrite(&id, "aws", revision, "accessKeyID", "AKIA-NEXT").await;
        }
        let run = house.run(&workflow, "{}").await;
        let mut guest = house.meeting.guest().await;
        let door = engine.door(&guest.token).unwrap();
        assert!(door.connection("aws", "main").await.is_ok());
        // A field that the ledger knows nothing of, put beside the others.
        let stray = "insert into field_values select connection_id, 'stray', field_revision, account_id, \
            key_id, sealed_data_key, nonce, ciphertext, set_at, set_by from field_values where field = 'token'";
        let columns = "(connection_id, field, field_revision, account_id, key_id, sealed_data_key, nonce, \
            ciphertext, set_at, set_by)";
        let stray = stray.replacen("field_values", &format!("field_values {columns}"), 1);
        assert_eq!(house.database.execute(&stray).await.unwrap(), 1);
        house.overwrite(&id, "aws", 70, "accessKeyID", "AKIA-LAST").await;
        assert!(matches!(door.connection("aws", "main").await, Err(DoorError::Failed)));
        guest.tell("go").await;
        house.finished(&run).await;
        engine.stop().await;
    }
}
