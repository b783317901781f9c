//! An old row that somebody puts back into the database is not taken for the newest value, and is
//! marked: the value where overwriting it helps, else what it belongs to.

use engine::{DoorError, Engine};
use model::{ConnectionId, RunId, RunState};
use store::altered::{self, Subject};
use store::resealing::{self, Owner};
use store::testing::TestDatabase;
use store::{both, connections};

use crate::help::{House, account, entry, told, told_of};
use crate::meeting::{COME, Guest};

/// Keeps all rows of values as they are now, to be put back later.
const KEEP: &str = "create table kept_fields as select * from field_values; \
    create table kept_secrets as select * from secret_values";

/// The kept rows of connections, instead of those there are.
const PUT_FIELDS_BACK: &str =
    "delete from field_values; insert into field_values select * from kept_fields";

/// The kept rows of secrets, instead of those there are.
const PUT_SECRETS_BACK: &str =
    "delete from secret_values; insert into secret_values select * from kept_secrets";

/// The values that are marked: the name of what they belong to, and the field.
async fn marked(house: &House) -> Vec<(String, String)> {
    let rows = resealing::unopenable(&house.store, None, 100)
        .await
        .unwrap();
    let rows = rows.into_iter().map(|row| match row.owner {
        Owner::Field { name, field, .. } => (name, field),
        Owner::Secret { name, .. } => (name, "value".to_owned()),
    });
    let mut rows: Vec<_> = rows.collect();
    rows.sort();
    rows
}

/// What is marked itself, because overwriting its values would not help: the names of connections and
/// the ids of secrets.
async fn altered(house: &House) -> Vec<String> {
    let rows = altered::marked(&house.store, "", 100).await.unwrap();
    let rows = rows.into_iter().map(|(_, subject)| match subject {
        Subject::Connection { name, .. } => name,
        Subject::Secret { id, .. } => id.to_string(),
    });
    let mut rows: Vec<_> = rows.collect();
    rows.sort();
    rows
}

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
            assert!(matches!(answer, Err(DoorError::Unopenable)), "{what}: {answer:?}");
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
        // Of two fields the one that is old.
        let fields = [("cleared", "secretAccessKey"), ("overwritten", "accessKeyID")];
        let fields = fields.map(|(name, field)| (name.to_owned(), field.to_owned()));
        assert_eq!(marked(&house).await, fields);
        // What was deleted is not brought back by overwriting it.
        assert_eq!(altered(&house).await, [again.to_string()]);

        let told_of = house.told().await;
        assert!(!told_of.iter().any(|(act, what)| act == "step.read" && what.contains("overwritten")), "{told_of:?}");
        guest.tell("go").await;
        // Its log could not be masked without the values, so whether it succeeds is not the matter.
        let ended = house.finished(&run).await.state;
        assert!(matches!(ended, RunState::Succeeded | RunState::Failed), "{ended:?}");
        engine.stop().await;
        // The next start looks again: they would open, and are old still.
        house.engine().await.stop().await;
        assert_eq!(marked(&house).await, fields);
        assert_eq!(altered(&house).await, [again.to_string()]);
        house.overwrite(&overwritten, "aws", 2, "accessKeyID", "AKIA-AFTERWARDS").await;
        assert!(!marked(&house).await.iter().any(|(name, _)| name == "overwritten"));
    }

    async fn a_secret_of_a_deleted_workflow_does_not_come_back(database: TestDatabase) {
        let house = House::new(database).await;
        let engine = house.engine().await;
        let text = format!(
            "steps: [{{name: reader, image: x, spec: {{a: !Secret token}}, input: [{COME}, hear]}}]\n"
        );
        let workflow = house.workflow(&text).await;
        let secret = house.secret(&workflow, "token", "a token").await;
        let mut tx = house.store.begin().await.unwrap();
        let entry = told("workflow.delete", workflow.as_str(), &[]);
        store::ledger::append(&mut tx, &entry).await.unwrap();
        tx.commit().await.unwrap();
        let run = house.run(&workflow, "{}").await;
        let mut guest = house.meeting.guest().await;
        let door = engine.door(&guest.token).unwrap();
        assert!(matches!(door.secret("token").await, Err(DoorError::Unopenable)));
        assert_eq!(altered(&house).await, [secret.to_string()]);
        assert_eq!(marked(&house).await, []);
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
        assert!(matches!(door.connection("aws", "main").await, Err(DoorError::Unopenable)));
        // No form has that field, so nobody could overwrite it.
        assert_eq!(altered(&house).await, ["main"]);
        assert_eq!(marked(&house).await, []);
        guest.tell("go").await;
        house.finished(&run).await;
        engine.stop().await;
    }
}

/// What anybody who owns the database can do about its triggers.
fn without_triggers(database: &TestDatabase) -> &'static str {
    if database.is_sqlite() {
        "drop trigger ledger_keeps_its_rows; drop trigger ledger_loses_no_rows"
    } else {
        "alter table ledger disable trigger all"
    }
}

/// A run whose step may read the connections `main` and `other`, both of one field.
struct Reader {
    house: House,
    engine: Engine,
    run: RunId,
    guest: Guest,
    main: ConnectionId,
}

impl Reader {
    async fn new(database: TestDatabase) -> Self {
        let house = House::new(database).await;
        let engine = house.engine().await;
        let text = format!(
            "steps:\n- name: reader\n  image: x\n\
             \x20 spec: {{a: !Connection [aws, main], b: !Connection [aws, other]}}\n\
             \x20 input: [{COME}, hear]\n"
        );
        let workflow = house.workflow(&text).await;
        let main = house
            .connection("aws", "main", &[(FIELD, "AKIA-OF-MAIN")])
            .await;
        house
            .connection("aws", "other", &[(FIELD, "AKIA-OF-OTHER")])
            .await;
        let run = house.run(&workflow, "{}").await;
        let guest = house.meeting.guest().await;
        Self {
            house,
            engine,
            run,
            guest,
            main,
        }
    }

    /// Changes rows as somebody who owns the database can.
    async fn change(&self, sql: &str) {
        assert!(self.house.database.execute(sql).await.unwrap() > 0, "{sql}");
    }

    /// Puts the rows of `main` back as they were kept.
    async fn put_back(&self) {
        let main = &self.main;
        let (gone, back) = (
            "delete from field_values",
            "insert into field_values select * from kept_fields",
        );
        self.change(&format!("{gone} where connection_id = '{main}'"))
            .await;
        self.change(&format!("{back} where connection_id = '{main}'"))
            .await;
    }

    /// Overwrites `main` of this revision with a value for this field revision.
    async fn give(&self, revision: u64, field_revision: u64, value: &str) {
        let (house, id) = (&self.house, &self.main);
        let values = [house.sealed_field(id, "aws", FIELD, field_revision, value)];
        let entry = told_of(
            "connection.overwrite",
            id.as_str(),
            ("aws", "main"),
            &values,
        );
        let mut tx = house.store.begin().await.unwrap();
        let done = connections::overwrite(&mut tx, id, revision, &values, &[], &entry).await;
        assert!(done.unwrap().is_some());
        tx.commit().await.unwrap();
    }

    /// Whether it opens. If not, it is marked, and else not.
    async fn opens(&self, name: &str) -> bool {
        let door = self.engine.door(&self.guest.token).unwrap();
        let opens = match door.connection("aws", name).await {
            Ok(_) => true,
            Err(DoorError::Unopenable) => false,
            Err(error) => panic!("{name}: {error:?}"),
        };
        let marked = marked(&self.house).await;
        let marked = marked.iter().any(|(marked, _)| marked == name);
        let altered = altered(&self.house).await.contains(&name.to_owned());
        assert_eq!(marked || altered, !opens, "{name}");
        assert!(!(marked && altered), "{name}");
        opens
    }

    async fn end(mut self) -> House {
        self.guest.tell("go").await;
        self.house.finished(&self.run).await;
        self.engine.stop().await;
        self.house
    }
}

/// The one field of the connections of a [`Reader`].
const FIELD: &str = "accessKeyID";

both! {
    async fn of_two_records_of_one_revision_the_one_that_the_ledger_names_opens(database: TestDatabase) {
        let reader = Reader::new(database).await;
        reader.give(1, 2, "AKIA-LEAKED").await;
        reader.house.database.execute(KEEP).await.unwrap();
        // Somebody has set the counter of revisions back, so this is the second one of revision 2.
        reader.give(2, 2, "AKIA-FRESH").await;
        reader.put_back().await;
        assert!(!reader.opens("main").await);
        assert!(reader.opens("other").await);
        reader.end().await;
    }

    async fn a_record_that_somebody_has_sealed_does_not_open(database: TestDatabase) {
        let reader = Reader::new(database).await;
        // Whoever has the public key can do that, for exactly this place.
        let (house, main) = (&reader.house, &reader.main);
        let own = house.sealed_field(main, "aws", FIELD, 1, "AKIA-OF-THE-WRITER").sealed;
        let bytes = |bytes: &[u8]| house.database.bytes(bytes);
        reader.change(&format!(
            "update field_values set sealed_data_key = {}, nonce = {}, ciphertext = {} \
             where connection_id = '{main}'",
            bytes(&own.sealed_data_key), bytes(&own.nonce), bytes(&own.ciphertext)
        )).await;
        assert!(!reader.opens("main").await);
        assert!(reader.opens("other").await);
        reader.end().await;
    }

    async fn an_entry_behind_the_end_of_the_ledger_counts_for_nothing(database: TestDatabase) {
        let reader = Reader::new(database).await;
        let main = &reader.main;
        reader.house.database.execute(KEEP).await.unwrap();
        reader.give(1, 2, "AKIA-NEXT").await;
        reader.put_back().await;
        // Its hash fits behind the row before, so it is only in the wrong place.
        let row = store::ledger::ChainRow {
            number: 1_000_000,
            account: account().to_string(),
            at: 1,
            actor_kind: "system".to_owned(),
            actor: String::new(),
            act: "connection.overwrite".to_owned(),
            subject: main.to_string(),
            detail: format!(r#"{{"fields":{{"{FIELD}":1}}}}"#),
            hash: Vec::new(),
        };
        let before = [7; 32];
        for (number, hash) in [(row.number - 1, before.to_vec()), (row.number, row.hash_after(&before))] {
            reader.change(&format!(
                "insert into ledger (number, account_id, at, actor_kind, actor, act, subject, detail, hash) \
                 values ({number}, '{}', 1, 'system', '', 'connection.overwrite', '{}', '{}', {})",
                row.account, row.subject, row.detail, reader.house.database.bytes(&hash)
            )).await;
        }
        assert!(!reader.opens("main").await);
        reader.end().await;
    }

    async fn an_entry_whose_link_of_the_chain_is_broken_counts_for_nothing(database: TestDatabase) {
        let reader = Reader::new(database).await;
        let main = &reader.main;
        reader.house.database.execute(KEEP).await.unwrap();
        reader.give(1, 2, "AKIA-NEXT").await;
        reader.put_back().await;
        reader.house.database.execute(without_triggers(&reader.house.database)).await.unwrap();
        reader.change(&format!(
            "update ledger set detail = (select l.detail from ledger l where l.subject = '{main}' \
             and l.act = 'connection.add') where subject = '{main}' and act = 'connection.overwrite'"
        )).await;
        assert!(!reader.opens("main").await);
        reader.end().await;
    }

    async fn connections_that_changed_names_do_not_open(database: TestDatabase) {
        let reader = Reader::new(database).await;
        for (from, to) in [("main", "neither"), ("other", "main"), ("neither", "other")] {
            reader.change(&format!("update connections set name = '{to}' where name = '{from}'")).await;
        }
        assert!(!reader.opens("main").await);
        assert!(!reader.opens("other").await);
        assert_eq!(altered(&reader.house).await, ["main", "other"]);
        // What was called main: its only value is new, and is not what is wrong.
        reader.give(1, 2, "AKIA-NEXT").await;
        assert_eq!(altered(&reader.house).await, ["main", "other"]);
        assert!(!reader.opens("main").await);
        assert!(!reader.opens("other").await);
        assert_eq!(marked(&reader.house).await, []);
        let main = reader.main.clone();
        let house = reader.end().await;

        // As a Relay has left it that marked the values instead.
        let sql = format!("update field_values set unopenable_at = 1 where connection_id = '{main}'");
        assert_eq!(house.database.execute(&sql).await.unwrap(), 1);
        assert_eq!(house.database.execute("update connections set altered_at = null").await.unwrap(), 2);
        house.engine().await.stop().await;
        assert_eq!(marked(&house).await, []);
        assert_eq!(altered(&house).await, ["other"]);
        // Whoever has exchanged the names puts them right again.
        for (from, to) in [("main", "neither"), ("other", "main"), ("neither", "other")] {
            let sql = format!("update connections set name = '{to}' where name = '{from}'");
            assert_eq!(house.database.execute(&sql).await.unwrap(), 1);
        }
        house.engine().await.stop().await;
        assert_eq!(altered(&house).await, Vec::<String>::new());
    }

    async fn a_connection_without_values_is_nothing_to_hand_out_under_another_name(database: TestDatabase) {
        let reader = Reader::new(database).await;
        let main = &reader.main;
        reader.house.connection("aws", "empty", &[]).await;
        reader.change(&format!("update connections set name = 'away' where id = '{main}'")).await;
        reader.change("update connections set name = 'main' where name = 'empty'").await;
        assert!(!reader.opens("main").await);
        assert_eq!(altered(&reader.house).await, ["main"]);
        reader.end().await;
    }

    async fn an_entry_of_before_there_were_fingerprints_tells_the_revision(database: TestDatabase) {
        let reader = Reader::new(database).await;
        let main = &reader.main;
        let values = [reader.house.sealed_field(main, "aws", FIELD, 2, "AKIA-OF-BEFORE")];
        let mut told = entry("connection.overwrite");
        told.subject = main.to_string();
        told.detail = format!(r#"{{"fields":{{"{FIELD}":2}}}}"#);
        let mut tx = reader.house.store.begin().await.unwrap();
        connections::overwrite(&mut tx, main, 1, &values, &[], &told).await.unwrap();
        tx.commit().await.unwrap();
        assert!(reader.opens("main").await);
        reader.end().await;
    }
}
