//! Values that do not open, because their rows were damaged: a step that asks is told so, the ledger
//! tells of it, every page shows which they are, and overwriting them helps; where it does not, every
//! page says what does.

use std::fmt::Write as _;

use serde_json::Value;
use store::ledger;
use store::testing::TestDatabase;

use crate::house::{House, asking, step};

const CONNECTION: &str = "0123456789abcdef0123456789abcdef";
const OTHER: &str = "1123456789abcdef0123456789abcdef";
const SECRET: &str = "2123456789abcdef0123456789abcdef";

/// What can happen to a row, as statements; `T` is its table and `W` finds it.
fn damages(database: &TestDatabase) -> [&'static str; 6] {
    if database.is_sqlite() {
        [
            "update T set ciphertext = zeroblob(80) where W",
            "update T set ciphertext = x'' where W",
            "update T set sealed_data_key = zeroblob(80) where W",
            "update T set nonce = x'0102' where W",
            "update T set key_id = 'no key at all' where W",
            "update T set field_revision = field_revision + 1 where W",
        ]
    } else {
        [
            "update T set ciphertext = decode(repeat('00', 80), 'hex') where W",
            "update T set ciphertext = decode('', 'hex') where W",
            "update T set sealed_data_key = decode(repeat('00', 80), 'hex') where W",
            "update T set nonce = decode('0102', 'hex') where W",
            "update T set key_id = 'no key at all' where W",
            "update T set field_revision = field_revision + 1 where W",
        ]
    }
}

async fn damage(database: &TestDatabase, damage: &str, table: &str, row: &str) {
    let statement = damage
        .replace("update T", &format!("update {table}"))
        .replace('W', row);
    assert_eq!(
        database.execute(&statement).await.unwrap(),
        1,
        "{statement}"
    );
}

/// What the ledger tells of one act, in order.
async fn told(house: &House, act: &str) -> Vec<(String, Value)> {
    let rows = ledger::after(house.store(), 0, 10_000).await.unwrap();
    let rows = rows.into_iter().filter(|row| row.act == act);
    rows.map(|row| (row.subject, serde_json::from_str(&row.detail).unwrap()))
        .collect()
}

const TEXT_OF_STEP: &str = "spec:\n  aws: !Connection {type: aws, name: main}\n  other: !Connection {type: aws, name: other}\n  token: !Secret token";

async fn furnished(database: &TestDatabase) -> House {
    let mut house = House::on(database).await;
    let asks = asking(&[
        "GET /connections/aws/main",
        "GET /secrets/token",
        "GET /connections/aws/other",
    ]);
    let text = format!("steps:\n{}", step("asks", TEXT_OF_STEP, &asks));
    house.add_workflow("w", &text).await;
    house
        .add_aws(CONNECTION, "main", "AKIA-OF-MAIN", "value of main")
        .await;
    house
        .add_aws(OTHER, "other", "AKIA-OF-OTHER", "value of other")
        .await;
    house
        .add_secret(SECRET, "w", "token", "value of token")
        .await;
    house
}

async fn page(house: &mut House, path: &str) -> String {
    let answer = house.ana.get(path).await;
    assert_eq!(answer.status, 200, "{path}: {}", answer.text());
    answer.text()
}

/// What is said of a value that does not open, on a page.
const MARK: &str = "can&#x27;t be opened";

/// What is said where overwriting does not help.
const AGAIN: &str = "elete it and add it again";

fn marks(page: &str) -> usize {
    page.matches("can't be opened").count() + page.matches(MARK).count()
}

/// Where the one button leads that stands out among those beside a title.
fn stands_out(page: &str) -> &str {
    let (_, buttons) = page.split_once("class=\"buttons\"").unwrap();
    let (buttons, _) = buttons.split_once("</p>").unwrap();
    let classes = ["class=\"button primary\"", "class=\"button danger\""];
    let mut found = buttons
        .split("<a ")
        .filter(|a| classes.iter().any(|class| a.contains(class)));
    let (link, more) = (found.next().unwrap(), found.next());
    assert_eq!(more, None, "{page}");
    let (_, path) = link.split_once("href=\"").unwrap();
    let (path, _) = path.split_once('"').unwrap();
    path.rsplit('/').next().unwrap()
}

store::both! {
    async fn a_value_that_does_not_open_is_told_marked_and_overwritten(database: TestDatabase) {
        let mut house = furnished(&database).await;
        let list = page(&mut house, "/connections").await;
        assert_eq!(marks(&list), 0, "{list}");
        let damages = damages(&database);
        damage(&database, damages[0], "field_values", &format!("connection_id = '{CONNECTION}' and field = 'secretAccessKey'")).await;
        damage(&database, damages[0], "secret_values", &format!("secret_id = '{SECRET}'")).await;

        let watched = house.run("w", &[]).await;
        assert_eq!(watched.state(), "succeeded", "{}", watched.log);
        assert_eq!(watched.log.matches("500 Internal Server Error").count(), 2, "{}", watched.log);
        assert_eq!(watched.log.matches("An administrator has to overwrite it").count() / 4, 2, "{}", watched.log);
        assert!(watched.log.contains("AKIA-OF-OTHER"), "what opens is handed out: {}", watched.log);

        let refused = told(&house, "step.refused").await;
        let names: Vec<_> = refused.iter().map(|(_, detail)| (detail["name"].as_str().unwrap(), detail["reason"].as_str().unwrap())).collect();
        assert_eq!(names, [("main", "unopenable"), ("token", "unopenable")]);
        let marked = told(&house, "value.unopenable").await;
        let marked: Vec<_> = marked.iter().map(|(subject, detail)| (subject.as_str(), detail["field"].as_str().unwrap())).collect();
        assert_eq!(marked, [(CONNECTION, "secretAccessKey"), (SECRET, "value")]);
        assert_eq!(told(&house, "step.read").await.len(), 1);

        let list = page(&mut house, "/connections").await;
        assert_eq!(marks(&list), 1, "{list}");
        assert!(list.contains("overwrite it"), "{list}");
        let form = page(&mut house, &format!("/connections/{CONNECTION}/overwrite")).await;
        assert_eq!(form.matches("enter it again").count(), 1, "{form}");
        let (one, token) = (format!("/connections/{CONNECTION}"), format!("/workflows/w/secrets/{SECRET}"));
        // Its state, and which of its two fields that is.
        let found = page(&mut house, &one).await;
        assert_eq!((marks(&found), found.matches(">stored<").count()), (2, 1), "{found}");
        assert_eq!(stands_out(&found), "overwrite");
        let found = page(&mut house, &token).await;
        assert_eq!((marks(&found), found.matches(">configured<").count()), (1, 0), "{found}");
        let settings = page(&mut house, "/workflows/w/settings").await;
        assert_eq!(marks(&settings), 1, "{settings}");
        let workflow = page(&mut house, "/workflows/w").await;
        assert_eq!(workflow.matches("configured, but it can").count(), 2, "{workflow}");
        let keys = page(&mut house, "/keys").await;
        assert!(keys.contains("2 values can") && keys.contains("overwrite them"), "{keys}");
        for path in ["/workflows", &format!("/workflows/w/secrets/{SECRET}/overwrite"), "/connections/new"] {
            page(&mut house, path).await;
        }
        let held = house.do_it("workflow_holdings", &[("workflow", "w")]).await;
        let held: Value = serde_json::from_slice(&held.body).unwrap();
        assert_eq!(held["secrets"][0]["unopenable"], "value", "{held}");

        // Keeping it is no way out; replacing it is.
        let id = [("id", CONNECTION), ("revision", "1"), ("changes[accessKeyID]", "keep")];
        let replace = [("changes[secretAccessKey]", "replace"), ("values[secretAccessKey]", "a new one")];
        house.do_it("overwrite_connection", &[&id[..], &replace].concat()).await;
        let keys = page(&mut house, "/keys").await;
        assert!(keys.contains("1 value can") && keys.contains("overwrite it."), "{keys}");
        let secret = [("workflow", "w"), ("id", SECRET), ("revision", "1"), ("value", "a new one, too")];
        house.do_it("overwrite_secret", &secret).await;
        for path in ["/connections", &one, &token, "/workflows/w/settings", "/workflows/w"] {
            let page = page(&mut house, path).await;
            assert_eq!(marks(&page), 0, "{path}: {page}");
        }
        let watched = house.run("w", &[]).await;
        assert_eq!(watched.log.matches("200 OK").count(), 3, "{}", watched.log);
        house.stop().await;
    }

    async fn an_old_value_put_back_is_refused_told_and_marked(database: TestDatabase) {
        let mut house = furnished(&database).await;
        database.execute("create table kept as select * from field_values").await.unwrap();
        let id = [("id", CONNECTION), ("revision", "1"), ("changes[accessKeyID]", "keep")];
        let replace = [("changes[secretAccessKey]", "replace"), ("values[secretAccessKey]", "a new one")];
        house.do_it("overwrite_connection", &[&id[..], &replace].concat()).await;
        database.execute("delete from field_values; insert into field_values select * from kept").await.unwrap();
        let watched = house.run("w", &[]).await;
        assert_eq!(watched.log.matches("An administrator has to overwrite it").count() / 4, 1, "{}", watched.log);
        let marked = told(&house, "value.unopenable").await;
        let fields: Vec<_> = marked.iter().map(|(subject, detail)| (subject.as_str(), detail["field"].as_str().unwrap())).collect();
        assert_eq!(fields, [(CONNECTION, "secretAccessKey")], "the other field is as it was");
        assert_eq!(marks(&page(&mut house, "/connections").await), 1);
        let refusals = page(&mut house, "/ledger?kind=refusals").await;
        assert_eq!(refusals.matches("which is stored and could not be opened").count(), 1, "{refusals}");
        let id = [("id", CONNECTION), ("revision", "2"), ("changes[accessKeyID]", "keep")];
        house.do_it("overwrite_connection", &[&id[..], &replace].concat()).await;
        assert_eq!(marks(&page(&mut house, "/connections").await), 0);
        let watched = house.run("w", &[]).await;
        assert_eq!(watched.log.matches("200 OK").count(), 3, "{}", watched.log);
        house.stop().await;
    }

    async fn connections_that_changed_names_are_added_again(database: TestDatabase) {
        let mut house = furnished(&database).await;
        for (from, to) in [("main", "neither"), ("other", "main"), ("neither", "other")] {
            damage(&database, &format!("update T set name = '{to}' where W"), "connections", &format!("name = '{from}'")).await;
        }
        let pages = ["/connections", &format!("/connections/{CONNECTION}"), &format!("/connections/{CONNECTION}/overwrite"), "/workflows/w"];
        for overwritten in [false, true] {
            let watched = house.run("w", &[]).await;
            assert_eq!(watched.log.matches("delete it and add it again").count() / 4, 2, "{}", watched.log);
            assert_eq!(watched.log.matches("200 OK").count(), 1, "{}", watched.log);
            // Whatever was overwritten, the values are not what is wrong: the rows are, and told once.
            let marked = told(&house, "value.unopenable").await;
            let reasons: Vec<_> = marked.iter().map(|(subject, detail)| (subject.as_str(), detail.to_string())).collect();
            let reason = r#"{"reason":"altered"}"#.to_owned();
            assert_eq!(reasons, [(OTHER, reason.clone()), (CONNECTION, reason)]);
            let list = page(&mut house, pages[0]).await;
            assert_eq!((marks(&list), list.matches("overwrite it").count()), (2, 0), "{list}");
            let one = page(&mut house, pages[1]).await;
            assert_eq!((marks(&one), one.matches(">stored<").count()), (1, 2), "{one}");
            assert_eq!(stands_out(&one), "delete");
            let form = page(&mut house, pages[2]).await;
            assert_eq!(form.matches("enter it again").count(), 0, "{form}");
            for (path, times) in [(pages[0], 2), (pages[1], 1), (pages[2], 1), (pages[3], 2)] {
                let page = page(&mut house, path).await;
                assert_eq!(page.matches(AGAIN).count(), times, "{path}: {page}");
            }
            let keys = page(&mut house, "/keys").await;
            assert_eq!(marks(&keys), 0, "{keys}");
            let ledger = page(&mut house, "/ledger?kind=keys").await;
            assert_eq!(ledger.matches("is not what this ledger tells of it").count(), 2, "{ledger}");
            if overwritten {
                break;
            }
            for id in [CONNECTION, OTHER] {
                let fields = [("id", id), ("revision", "1"), ("changes[accessKeyID]", "replace"), ("values[accessKeyID]", "new"),
                    ("changes[secretAccessKey]", "replace"), ("values[secretAccessKey]", "new, too")];
                house.do_it("overwrite_connection", &fields).await;
            }
            // It would not open, and nobody has to wait for a step to be told.
            let list = page(&mut house, pages[0]).await;
            assert_eq!((marks(&list), list.matches(AGAIN).count()), (2, 2), "{list}");
        }
        for (id, name, next) in [(OTHER, "main", "3123456789abcdef0123456789abcdef"), (CONNECTION, "other", "4123456789abcdef0123456789abcdef")] {
            house.do_it("delete_connection", &[("id", id), ("typed_name", name)]).await;
            house.add_aws(next, name, "AKIA", "a value").await;
        }
        assert_eq!(marks(&page(&mut house, "/connections").await), 0);
        let watched = house.run("w", &[]).await;
        assert_eq!(watched.log.matches("200 OK").count(), 3, "{}", watched.log);
        house.stop().await;
    }

    async fn a_secret_that_was_deleted_and_put_back_is_added_again(database: TestDatabase) {
        let mut house = furnished(&database).await;
        database.execute("create table kept as select * from secrets; create table kept_values as select * from secret_values").await.unwrap();
        house.do_it("delete_secret", &[("workflow", "w"), ("id", SECRET)]).await;
        database.execute("insert into secrets select * from kept; insert into secret_values select * from kept_values").await.unwrap();
        let secret = format!("/workflows/w/secrets/{SECRET}");
        for revision in ["1", "2"] {
            let watched = house.run("w", &[]).await;
            assert_eq!(watched.log.matches("200 OK").count(), 2, "{}", watched.log);
            for path in [&secret, &format!("{secret}/overwrite"), "/workflows/w/settings", "/workflows/w"] {
                let page = page(&mut house, path).await;
                assert_eq!(page.matches(AGAIN).count(), 1, "{path}: {page}");
            }
            assert_eq!(stands_out(&page(&mut house, &secret).await), "delete");
            let overwrite = [("workflow", "w"), ("id", SECRET), ("revision", revision), ("value", "a new one")];
            house.do_it("overwrite_secret", &overwrite).await;
        }
        house.do_it("delete_secret", &[("workflow", "w"), ("id", SECRET)]).await;
        house.add_secret("3123456789abcdef0123456789abcdef", "w", "token", "a new one").await;
        let watched = house.run("w", &[]).await;
        assert_eq!(watched.log.matches("200 OK").count(), 3, "{}", watched.log);
        house.stop().await;
    }

    async fn whatever_happened_to_a_row_no_page_is_dead(database: TestDatabase) {
        let mut house = House::on(&database).await;
        let damages = damages(&database);
        let id = |number: usize| format!("{number:032x}");
        let (mut spec, mut requests) = ("spec:\n".to_owned(), Vec::new());
        for number in 0..damages.len() {
            writeln!(spec, "  c{number}: !Connection {{type: aws, name: c{number}}}").unwrap();
            writeln!(spec, "  s{number}: !Secret s{number}").unwrap();
            requests.push(format!("GET /connections/aws/c{number}"));
            requests.push(format!("GET /secrets/s{number}"));
        }
        let requests: Vec<_> = requests.iter().map(String::as_str).collect();
        let text = format!("steps:\n{}", step("asks", &spec, &asking(&requests)));
        house.add_workflow("w", &text).await;
        for (number, statement) in damages.iter().enumerate() {
            let (connection, secret) = (id(number), id(100 + number));
            house.add_aws(&connection, &format!("c{number}"), "a key", "a value").await;
            house.add_secret(&secret, "w", &format!("s{number}"), "a value").await;
            let field = format!("connection_id = '{connection}' and field = 'accessKeyID'");
            damage(&database, statement, "field_values", &field).await;
            damage(&database, statement, "secret_values", &format!("secret_id = '{secret}'")).await;
        }
        for asked in [false, true] {
            if asked {
                let watched = house.run("w", &[]).await;
                let refused = watched.log.matches("can't be opened").count() / 4;
                assert_eq!(refused, 2 * damages.len(), "{}", watched.log);
            }
            let count = damages.len();
            for (path, expected) in [("/connections", count), ("/workflows/w/settings", count), ("/workflows/w", 2 * count), ("/workflows", 0), ("/keys", 1)] {
                let page = page(&mut house, path).await;
                let expected = if asked { expected } else { 0 };
                assert!(marks(&page) >= expected, "{path}: {page}");
                assert!(asked || marks(&page) == 0, "{path}: {page}");
            }
            for number in 0..damages.len() {
                for form in ["overwrite", "delete", "grants"] {
                    page(&mut house, &format!("/connections/{}/{form}", id(number))).await;
                }
            }
        }
        house.stop().await;
    }

    async fn an_environment_that_needs_it_says_so(database: TestDatabase) {
        let mut house = House::on(&database).await;
        let text = format!("steps:\n{}", step("takes", "env: {TOKEN: !Secret token}", "echo begun"));
        house.add_workflow("w", &text).await;
        house.add_secret(SECRET, "w", "token", "value of token").await;
        damage(&database, damages(&database)[2], "secret_values", &format!("secret_id = '{SECRET}'")).await;
        let watched = house.run("w", &[]).await;
        assert_eq!(watched.state(), "failed");
        let message = watched.run["steps"][0]["message"].as_str().unwrap();
        assert!(message.contains("can't be opened") && message.contains("has to overwrite it"), "{message}");
        house.stop().await;
    }
}
