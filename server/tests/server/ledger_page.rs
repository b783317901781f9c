//! The ledger's page and its file, and the links between what was used and what used it.

use std::sync::atomic::{AtomicI64, Ordering};

use axum::body::to_bytes;
use axum::http::{Method, StatusCode};
use model::{Role, Timestamp};
use store::checkpoints::Checkpoint;
use store::ledger::{self, Actor, Entry};
use store::testing::TestDatabase;
use store::vault_keys;
use tokio::time::timeout;

use crate::harness::{TestApp, request};
use crate::house::{House, PATIENCE};

const CONNECTION: &str = "0123456789abcdef0123456789abcdef";
const SECRET: &str = "fedcba9876543210fedcba9876543210";

/// A step whose environment needs a connection and a secret.
const TEXT: &str = "\
steps:
- name: deploy
  image: x
  input: [\"true\"]
  env:
    KEY: \"${connections.aws['an account'].accessKeyID}\"
    TOKEN: !Secret token
";

/// A house in which a step was given a connection and a secret.
async fn used(database: &TestDatabase) -> House {
    let mut house = House::on(database).await;
    house.add_workflow("w", TEXT).await;
    house
        .add_aws(CONNECTION, "an account", "AKIAEXAMPLE", "made up")
        .await;
    house.add_secret(SECRET, "w", "token", "also made up").await;
    let watched = house.run("w", &[]).await;
    assert_eq!(watched.state(), "succeeded", "{watched:?}");
    house
}

fn link(address: &str, words: &str) -> String {
    format!("<a href=\"{address}\">{words}</a>")
}

/// The text of a page, without its tags.
fn text(page: &str) -> String {
    let parts = page
        .split('<')
        .map(|part| part.split_once('>').map_or(part, |(_, text)| text));
    parts
        .collect::<String>()
        .replace("&#x27;", "'")
        .replace("&quot;", "\"")
}

store::both! {
    async fn what_was_used_and_what_used_it_lead_to_each_other(database: TestDatabase) {
        let mut house = used(&database).await;
        let connection = format!("/connections/{CONNECTION}");
        let secret = format!("/workflows/w/secrets/{SECRET}");
        let (run, step) = ("/workflows/w/runs/1", "/workflows/w/runs/1?tab=logs&amp;step=0");

        for path in ["/connections", &connection] {
            let page = house.ana.get(path).await.text();
            for wanted in [link("/workflows/w", "w"), link(run, "w #1"), link(step, "deploy")] {
                assert!(page.contains(&wanted), "{path} has no {wanted}: {page}");
            }
        }
        let list = house.ana.get("/connections").await.text();
        assert!(list.contains(&link(&connection, "an account")), "{list}");
        let page = house.ana.get(&connection).await.text();
        for wanted in ["step deploy", "Access key ID", "stored"] {
            assert!(page.contains(wanted), "{wanted}: {page}");
        }
        assert!(page.contains(&format!("/ledger?about={CONNECTION}")), "{page}");

        let page = house.ana.get(&secret).await.text();
        for wanted in [link(run, "w #1"), link(step, "deploy"), link("/workflows/w", "w")] {
            assert!(page.contains(&wanted), "{wanted}: {page}");
        }
        let settings = house.ana.get("/workflows/w/settings").await.text();
        for wanted in [link(&secret, "token"), link(run, "w #1")] {
            assert!(settings.contains(&wanted), "{wanted}: {settings}");
        }

        let page = house.ana.get(run).await.text();
        for wanted in [
            format!("<a href=\"{connection}\"><code>aws / an account</code></a>"),
            format!("<a href=\"{secret}\"><code>secret token</code></a>"),
        ] {
            assert!(page.contains(&wanted), "{wanted}: {page}");
        }

        // For whoever may look; what only administrators may do is not offered.
        let mut viewer = house.app.person(Role::Viewer).await;
        for path in [&connection, &secret] {
            let page = viewer.get(path).await;
            assert_eq!(page.status, StatusCode::OK);
            let page = page.text();
            assert!(page.contains(&link(run, "w #1")), "{page}");
            assert!(!page.contains("/ledger") && !page.contains("/overwrite"), "{page}");
        }
        for nothing in ["/connections/ffffffffffffffffffffffffffffffff", "/connections/x", "/workflows/w/secrets/x"] {
            assert_eq!(viewer.get(nothing).await.status, StatusCode::NOT_FOUND, "{nothing}");
        }
        house.stop().await;
    }

    async fn the_page_tells_what_was_given_to_whom(database: TestDatabase) {
        let mut house = used(&database).await;
        let page = house.ana.get("/ledger?kind=hand-outs").await.text();
        for wanted in [
            link(&format!("/connections/{CONNECTION}"), "aws / an account"),
            link(&format!("/workflows/w/secrets/{SECRET}"), "token"),
            link("/workflows/w/runs/1?tab=logs&amp;step=0", "deploy"),
            link("/workflows/w/runs/1", "run w #1"),
        ] {
            assert!(page.contains(&wanted), "{wanted}: {page}");
        }
        assert!(!page.contains("made up"), "{page}");
        let said = text(&page);
        assert!(said.contains("Step deploy of run w #1was given connection aws / an account, revision 1"), "{said}");

        let count = |page: &str| page.matches("data-label=\"What\"").count();
        for (query, entries) in [
            ("kind=hand-outs", 2),
            ("kind=hand-outs&about=aws+%2F+an+account", 1),
            ("kind=hand-outs&about=token", 1),
            ("kind=hand-outs&about=w+%231", 2),
            ("kind=hand-outs&about=w", 2),
            ("kind=hand-outs&actor=steps", 2),
            ("kind=hand-outs&actor=relay", 0),
            ("kind=hand-outs&to=1999-12-31", 0),
            ("kind=connections", 1),
            ("kind=refusals", 0),
            ("before=4", 3),
        ] {
            let page = house.ana.get(&format!("/ledger?{query}")).await.text();
            assert_eq!(count(&page), entries, "{query}: {page}");
        }
        // What makes no sense is told where it stands, and what was chosen is still chosen.
        let page = house.ana.get("/ledger?about=nothing&kind=keys&from=2026-99-99").await;
        assert_eq!(page.status, StatusCode::OK);
        let page = page.text();
        assert!(page.contains("There is no connection, secret, workflow") && page.contains("Write a day like"), "{page}");
        assert!(page.contains("value=\"nothing\"") && page.contains("<option value=\"keys\" selected"), "{page}");
        house.stop().await;
    }

    async fn the_page_says_up_to_where_the_ledger_is_proved(database: TestDatabase) {
        let mut house = used(&database).await;
        let page = house.until("/ledger", "an engine signed the last checkpoint").await;
        assert!(page.contains("Verified from entry"), "{page}");
        let rows = database.number("select number from ledger_head").await.unwrap();
        assert!(text(&page).contains(&format!("{rows} entries. Verified from entry")), "{page}");
        house.stop().await;
        without_triggers(&database).await;
        let signed = "(select max(number) from checkpoints)";
        for (wrong, right, said) in [
            // Behind the checkpoint: the chain is walked.
            ("update ledger set at = at + 1 where number = (select max(number) from ledger)".to_owned(),
             "update ledger set at = at - 1 where number = (select max(number) from ledger)".to_owned(),
             "this row is not the one that was written"),
            ("update ledger_head set number = number + 1".to_owned(),
             "update ledger_head set number = number - 1".to_owned(),
             "missing"),
            // A checkpoint that nobody signed.
            ("update checkpoints set at = at + 1".to_owned(),
             "update checkpoints set at = at - 1".to_owned(),
             "was not signed by a key of this vault"),
            // What was signed is another one now.
            (format!("update ledger set number = -1 where number = {signed}"),
             format!("update ledger set number = {signed} where number = -1"),
             "Its end is cut off"),
        ] {
            database.execute(&wrong).await.unwrap();
            let page = house.ana.get("/ledger").await.text();
            assert!(page.contains("The ledger is not the one that was written") && page.contains(said), "{said}: {page}");
            database.execute(&right).await.unwrap();
            let page = house.ana.get("/ledger").await.text();
            assert!(page.contains("Verified from entry"), "{page}");
        }
    }

    async fn a_checkpoint_of_a_key_that_was_slipped_in_proves_nothing(database: TestDatabase) {
        let mut house = used(&database).await;
        house.until("/ledger", "an engine signed the last checkpoint").await;
        house.stop().await;
        fill(&house.app, 1).await;
        let (number, hash) = ledger::head(house.store()).await.unwrap();
        let ring = opener::KeyRing::generate().unwrap();
        let id = ring.key_id();
        let statement = vault::Statement::Checkpoint { number, hash: &hash, at: 1 };
        let own = Checkpoint {
            number,
            at: Timestamp(1),
            key_id: id.to_string(),
            signature: ring.sign(&id, &statement).unwrap().to_vec(),
            hash,
        };
        let mut tx = house.store().begin().await.unwrap();
        store::checkpoints::add(&mut tx, &own).await.unwrap();
        tx.commit().await.unwrap();
        let wrong = "was not signed by a key of this vault";
        let page = house.ana.get("/ledger").await.text();
        assert!(page.contains(wrong), "nobody has heard of that key: {page}");
        let current = vault_keys::current(house.store()).await.unwrap().unwrap().key_id;
        let key = database.bytes(ring.public_key().as_bytes());
        let verifying = database.bytes(ring.verifying_key(&id).unwrap().as_bytes());
        // By itself, and with what looks like the signature of the vault's key.
        for (by, endorsement) in [("null".to_owned(), "null".to_owned()), (format!("'{current}'"), database.bytes(&[7; 64]))] {
            let slip_in = format!(
                "insert into vault_keys (key_id, public_key, created_at, retired_at, verifying_key, endorsed_by, endorsement) \
                 values ('{id}', {key}, 1, 2, {verifying}, {by}, {endorsement})"
            );
            database.execute(&slip_in).await.unwrap();
            let page = house.ana.get("/ledger").await.text();
            assert!(page.contains("which only the database names") && !page.contains("Verified from"), "{page}");
            database.execute(&format!("delete from vault_keys where key_id = '{id}'")).await.unwrap();
        }
        // What a row says of the vault's own key is not believed either.
        database.execute(&format!("update vault_keys set verifying_key = {verifying}")).await.unwrap();
        let own = format!("update checkpoints set key_id = '{current}' where key_id = '{id}'");
        without_triggers(&database).await;
        database.execute(&own).await.unwrap();
        let page = house.ana.get("/ledger").await.text();
        assert!(page.contains(wrong), "{page}");
    }
}

async fn without_triggers(database: &TestDatabase) {
    let triggers = if database.is_sqlite() {
        "drop trigger ledger_keeps_its_rows; drop trigger ledger_loses_no_rows; drop trigger checkpoints_keep_their_rows"
    } else {
        "alter table ledger disable trigger all; alter table checkpoints disable trigger all"
    };
    database.execute(triggers).await.unwrap();
}

/// Adds this many entries, whose subjects are what a spreadsheet would take for formulas.
async fn fill(app: &TestApp, entries: usize) {
    for number in 0..entries {
        let entry = Entry {
            account: app.service.account().clone(),
            at: app.service.now(),
            actor: Actor::CommandLine,
            act: "connection.add",
            subject: format!("=HYPERLINK(\"x\")&{number}"),
            detail: format!(r#"{{"type":"@t","name":"a, \"b\"\n{number}"}}"#),
        };
        let mut tx = app.store.begin().await.unwrap();
        ledger::append(&mut tx, &entry).await.unwrap();
        tx.commit().await.unwrap();
    }
}

/// Lines of cells, as another program reads them: all in quotation marks.
fn cells(csv: &str) -> Vec<Vec<String>> {
    let (mut lines, mut line, mut cell) = (Vec::new(), Vec::new(), String::new());
    let mut quoted = false;
    let mut rest = csv.chars().peekable();
    while let Some(next) = rest.next() {
        match next {
            '"' if quoted && rest.peek() == Some(&'"') => cell.extend(rest.next()),
            '"' => quoted = !quoted,
            other if quoted => cell.push(other),
            ',' => line.push(std::mem::take(&mut cell)),
            '\n' => {
                line.push(std::mem::take(&mut cell));
                lines.push(std::mem::take(&mut line));
            }
            other => assert_eq!(other, '\r', "outside of quotation marks"),
        }
    }
    assert!(!quoted && cell.is_empty() && line.is_empty(), "cut off");
    lines
}

store::both! {
    async fn the_file_has_what_the_page_shows(database: TestDatabase) {
        let mut house = used(&database).await;
        fill(&house.app, 3).await;
        let answer = house.ana.get("/ledger.csv?kind=hand-outs").await;
        assert_eq!(answer.status, StatusCode::OK);
        assert_eq!(answer.header("content-type"), "text/csv; charset=utf-8; header=present");
        assert_eq!(answer.header("content-disposition"), "attachment; filename=\"relay-ledger.csv\"");
        let lines = cells(&answer.text());
        assert_eq!(lines.len(), 3);
        assert_eq!(lines[0], [
            "number", "time", "event", "act", "actor_kind", "actor_id", "who", "what", "object_id",
            "workflow_id", "run_id", "detail",
        ]);
        let line = lines.iter().find(|line| line[8] == CONNECTION).unwrap();
        assert_eq!((&*line[2], &*line[3], &*line[4]), ("hand-outs", "step.read", "step"));
        assert_eq!((&*line[6], &*line[7]), ("Step deploy of run w #1", "was given connection aws / an account, revision 1"));
        let detail: serde_json::Value = serde_json::from_str(&line[11]).unwrap();
        assert_eq!((&detail["workflow"], &detail["run"]), (&line[9].as_str().into(), &line[10].as_str().into()));
        assert!(!answer.text().contains("made up"));

        let answer = house.ana.get("/ledger.csv?kind=connections").await;
        let lines = cells(&answer.text());
        assert_eq!(lines.len(), 5);
        for line in &lines[1..4] {
            assert!(line[8].starts_with("'=HYPERLINK(\"x\")&"), "{line:?}");
            assert!(line[7].starts_with("added connection @t / a, \"b\""), "{line:?}");
        }
        // All of it is all of it.
        let answer = house.ana.get("/ledger.csv").await;
        let lines = cells(&answer.text());
        let numbers: Vec<i64> = lines[1..].iter().map(|line| line[0].parse().unwrap()).collect();
        let rows = database.number("select number from ledger_head").await.unwrap();
        assert!(numbers.iter().copied().eq((1..=rows).rev()), "{numbers:?}");
        let answer = house.ana.get("/ledger.csv?from=tomorrow").await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        house.stop().await;
    }

    async fn the_file_is_cut_off_for_whoever_is_no_administrator_any_more(database: TestDatabase) {
        let app = TestApp::on(&database).await;
        fill(&app, 3_100).await;
        let mut stays = app.person(Role::Administrator).await;
        let mut leaver = app.signed_in("leaver@example.com", Role::Administrator).await;
        let demoted = app.signed_in("demoted@example.com", Role::Administrator).await;
        let ask = || request(Method::GET, "/ledger.csv?kind=connections");
        let mut bodies = Vec::new();
        for mut browser in [stays.clone(), leaver.clone(), demoted] {
            let answer = browser.begin(ask(), String::new()).await;
            assert_eq!(answer.status(), StatusCode::OK);
            bodies.push(answer.into_body());
        }
        assert!(leaver.call("log_out", &[]).await.status.is_success());
        // The session goes on; the role does not.
        let demote = "update users set role = 'viewer' where email_key = 'demoted@example.com'";
        assert_eq!(database.execute(demote).await.unwrap(), 1);
        let mut read = Vec::new();
        for body in bodies {
            read.push(timeout(PATIENCE, to_bytes(body, usize::MAX)).await.unwrap());
        }
        assert!(read[1].is_err() && read[2].is_err(), "half of it is no ledger");
        let whole = String::from_utf8(read[0].as_ref().unwrap().to_vec()).unwrap();
        assert_eq!(cells(&whole).len(), 3_101);
        assert_eq!(stays.get("/ledger.csv").await.status, StatusCode::OK);
    }
}

static NOW: AtomicI64 = AtomicI64::new(0);

fn now() -> Timestamp {
    Timestamp(NOW.load(Ordering::Relaxed))
}

#[tokio::test]
async fn what_nobody_uses_is_marked_after_ninety_days() {
    const DAY: i64 = 24 * 60 * 60 * 1_000;
    const BEGIN: i64 = 1_795_293_919_999;
    NOW.store(BEGIN, Ordering::Relaxed);
    let app = TestApp::with_clock(now).await;
    let mut ana = app.person(Role::Administrator).await;
    let fields = [
        ("id", CONNECTION),
        ("type_name", "aws"),
        ("name", "an account"),
        ("values[accessKeyID]", "a"),
        ("values[secretAccessKey]", "b"),
    ];
    assert!(
        ana.call("add_connection", &fields)
            .await
            .status
            .is_success()
    );
    let path = format!("/connections/{CONNECTION}");
    for (days, marked) in [(0, false), (90, false), (91, true)] {
        NOW.store(BEGIN + days * DAY, Ordering::Relaxed);
        let mut somebody = app
            .signed_in(&format!("after{days}@example.com"), Role::Viewer)
            .await;
        for path in ["/connections", &path] {
            let page = somebody.get(path).await.text();
            assert_eq!(
                page.contains("unused for 90 days"),
                marked,
                "{days} {path}: {page}"
            );
        }
    }
}
