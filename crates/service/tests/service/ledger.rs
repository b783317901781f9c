//! The ledger as people read it: every act in words, with links to what is still there, and filters
//! that take names.

use std::collections::BTreeSet;

use model::{AttemptId, Role, Timestamp};
use service::{Change, EventKind, LedgerLine, LedgerPlace, LedgerSearch, Piece};
use store::ledger::{Actor, Entry};
use store::testing::TestDatabase;
use store::{both, ledger};

use crate::help::{self, House, changes, field, secret};

fn words(pieces: &[Piece]) -> String {
    pieces.iter().map(|piece| piece.words.as_str()).collect()
}

fn sentence(line: &LedgerLine) -> String {
    format!("{} {}", words(&line.who), words(&line.what))
}

/// Writes an entry as another part of Relay does.
async fn tell(house: &House, actor: Actor, act: &'static str, subject: &str, detail: &str) {
    let entry = Entry {
        account: house.service.account().clone(),
        at: house.service.now(),
        actor,
        act,
        subject: subject.to_owned(),
        detail: detail.to_owned(),
    };
    let mut tx = house.store.begin().await.unwrap();
    ledger::append(&mut tx, &entry).await.unwrap();
    tx.commit().await.unwrap();
}

fn about(text: &str) -> LedgerSearch {
    LedgerSearch {
        about: text.to_owned(),
        ..LedgerSearch::default()
    }
}

both! {
    async fn what_people_did_is_told_in_words(database: TestDatabase) {
        let (house, ana) = help::with_ana(&database).await;
        let service = &house.service;
        let before = house.entries().await;
        house.add_workflow(&ana, "reaper").await;
        let id = house.add_aws(&ana).await;
        let new = changes([("accessKeyID", Change::Replace(secret("AKIAOTHER").into()))]);
        service.overwrite_connection(&ana, &id, 1, new).await.unwrap();
        let only = BTreeSet::from(["reaper".to_owned()]);
        let seen = async || service.grants(&ana, &id).await.unwrap().unwrap().seen;
        service.set_grants(&ana, &id, &seen().await, true, &only).await.unwrap();
        service.set_grants(&ana, &id, &seen().await, false, &BTreeSet::new()).await.unwrap();
        let token = service.new_secret_id(&ana).unwrap();
        service.add_secret(&ana, "reaper", "token", secret("made up"), token.clone()).await.unwrap();
        service.rename_workflow(&ana, "reaper", "mower", "").await.unwrap();
        let vera = house.person("Vera", Role::Viewer).await;
        let recent = service.recent(&ana).unwrap();
        service.change_role(&recent, vera.user_id(), Role::Operator).await.unwrap();
        for _ in 0..2 {
            service.invite(&recent, "guest@example.com", Role::Approver).await.map(drop).unwrap();
        }
        house.person("guest", Role::Viewer).await;
        service.delete_user(&recent, vera.user_id()).await.unwrap();
        service.delete_secret(&ana, "mower", &token).await.unwrap();

        let mut lines = service.ledger(&ana, &LedgerSearch::default(), None, 100).await.unwrap();
        lines.reverse();
        lines.retain(|line| line.number > before);
        let told: Vec<_> = lines.iter().map(sentence).collect();
        assert_eq!(told, [
            "Ana created workflow mower",
            "Ana saved revision 1 of workflow mower",
            "Ana added connection aws / my-aws-account, revision 1: accessKeyID, secretAccessKey, sealed by the server",
            "Ana overwrote connection aws / my-aws-account, revision 2: accessKeyID, sealed by the server",
            "Ana limited connection aws / my-aws-account to mower",
            "Ana let every workflow use connection aws / my-aws-account",
            "Ana added secret token of workflow mower, revision 1, sealed by the server",
            "Ana renamed workflow reaper to mower",
            "The command line added Vera as Viewer",
            "Ana changed the role of Vera from Viewer to Operator (1 session ended)",
            "Ana invited somebody as Approver",
            "Ana invited somebody as Approver, in the place of an earlier invitation",
            "The command line added guest as Viewer (1 invitation withdrawn)",
            "Ana deleted Vera",
            "Ana deleted secret token of workflow mower",
        ]);
        assert!(lines.iter().all(|line| line.kind.is_some()));
        let places = |line: &LedgerLine| -> Vec<_> {
            line.who.iter().chain(&line.what).filter_map(|piece| piece.place.clone()).collect()
        };
        let ana_place = LedgerPlace::Person(ana.user_id().to_string());
        assert_eq!(places(&lines[2]), [ana_place.clone(), LedgerPlace::Connection(id.to_string())]);
        assert_eq!(places(&lines[14]), [ana_place.clone(), LedgerPlace::Workflow("mower".to_owned())]);
        assert_eq!(places(&lines[13]), [ana_place], "who is gone has no page");
    }

    async fn what_is_gone_keeps_the_name_that_was_told(database: TestDatabase) {
        let (house, ana) = help::with_ana(&database).await;
        let service = &house.service;
        let id = house.add_aws(&ana).await;
        service.delete_connection(&ana, &id, None).await.unwrap();
        service.create_workflow(&ana, "short", "").await.unwrap();
        service.delete_workflow(&ana, "short", "short").await.unwrap();
        let lines = service.ledger(&ana, &about("aws / my-aws-account"), None, 10).await.unwrap();
        let told: Vec<_> = lines.iter().map(sentence).collect();
        assert_eq!(told, [
            "Ana deleted connection aws / my-aws-account",
            "Ana added connection aws / my-aws-account, revision 1: accessKeyID, secretAccessKey, sealed by the server",
        ]);
        assert!(lines.iter().all(|line| line.what.iter().all(|piece| piece.place.is_none())));
        for name in ["my-aws-account", id.as_str()] {
            let found = service.ledger(&ana, &about(name), None, 10).await.unwrap();
            assert_eq!(found, lines, "{name}");
        }
        assert_eq!(service.ledger(&ana, &about("short"), None, 10).await.unwrap().len(), 2);
    }

    async fn what_steps_asked_for_is_told(database: TestDatabase) {
        let (house, ana) = help::with_ana(&database).await;
        let step = || Actor::Step(AttemptId::from_bytes([3; 16]));
        let place = r#""run":"00000000000000000000000000000001","workflow":"00000000000000000000000000000002","step":"s""#;
        let id = house.add_aws(&ana).await;
        let given = format!(r#"{{{place},"kind":"connection","type":"aws","name":"old name","revision":4}}"#);
        tell(&house, step(), "step.read", id.as_str(), &given).await;
        // The name is the step's own invention.
        let name = "a\u{202e}b\\n\\u001b[31mc";
        let refused = format!(r#"{{{place},"kind":"secret","type":"","name":"{name}"}}"#);
        tell(&house, step(), "step.refused", "00000000000000000000000000000003", &refused).await;
        let shut = format!(r#"{{{place},"kind":"connection","type":"aws","name":"main","reason":"unopenable"}}"#);
        tell(&house, step(), "step.refused", "x", &shut).await;
        tell(&house, step(), "step.refused", "x", &format!(r#"{{{place},"more":true}}"#)).await;
        for (kind, reason) in [("connection", "no_permission"), ("secret", "missing"), ("secret", "not_written")] {
            let refused = format!(r#"{{{place},"kind":"{kind}","type":"aws","name":"main","reason":"{reason}"}}"#);
            tell(&house, step(), "step.refused", "x", &refused).await;
            tell(&house, Actor::System, "condition.refused", "x", &refused).await;
        }
        tell(&house, Actor::System, "condition.refused", "x", &format!(r#"{{{place},"reason":"not_written"}}"#)).await;
        let failed = r#"{"from":"203.0.113.7"}"#;
        tell(&house, Actor::System, "user.sign_in_failed", "", failed).await;
        tell(&house, Actor::System, "user.sign_in_failed", ana.user_id().as_str(), r#"{"more":3,"since":"then"}"#).await;
        tell(&house, Actor::CommandLine, "backup.make", "", r#"{"file":"monday"}"#).await;
        tell(&house, Actor::System, "user.unheard_of", "", "no JSON").await;
        let lines = house.service.ledger(&ana, &LedgerSearch::default(), None, 15).await.unwrap();
        let told: Vec<_> = lines.iter().map(sentence).collect();
        assert_eq!(told, [
            "Relay user.unheard_of",
            "The command line began a backup into monday",
            "Somebody failed to sign in as Ana, 3 times since then",
            "Somebody failed to sign in with an address that nobody has, from 203.0.113.7",
            "Relay refused names that are worked out, which the step is not written to read, for the condition of step s of a run of a deleted workflow",
            "Relay refused secret main, which the step is not written to read, for the condition of step s of a run of a deleted workflow",
            "Step s of a run of a deleted workflow was refused secret main, which the step is not written to read",
            "Relay refused secret main, which does not exist, for the condition of step s of a run of a deleted workflow",
            "Step s of a run of a deleted workflow was refused secret main, which does not exist",
            "Relay refused connection aws / main, which the workflow has no permission to use, for the condition of step s of a run of a deleted workflow",
            "Step s of a run of a deleted workflow was refused connection aws / main, which the workflow has no permission to use",
            "Step s of a run of a deleted workflow was refused more; this attempt's refusals are not told any further",
            "Step s of a run of a deleted workflow was refused connection aws / main, which is stored and could not be opened",
            "Step s of a run of a deleted workflow was refused secret a\u{fffd}b\u{fffd}\u{fffd}[31mc",
            "Step s of a run of a deleted workflow was given connection aws / my-aws-account, revision 4",
        ]);
        assert_eq!(lines[0].kind, None);
        assert_eq!(lines[14].id_of("run"), "00000000000000000000000000000001");
        for (kind, number) in [(EventKind::HandOuts, 1), (EventKind::Refusals, 10), (EventKind::Backups, 1)] {
            let search = LedgerSearch { kind: kind.as_str().to_owned(), ..LedgerSearch::default() };
            assert_eq!(house.service.ledger(&ana, &search, None, 20).await.unwrap().len(), number, "{kind:?}");
        }
        // Also what a workflow or a run asked for that are gone.
        for id in ["00000000000000000000000000000001", "00000000000000000000000000000002"] {
            assert_eq!(house.service.ledger(&ana, &about(id), None, 20).await.unwrap().len(), 11, "{id}");
        }
    }

    async fn a_filter_that_makes_no_sense_says_why(database: TestDatabase) {
        let (house, ana) = help::with_ana(&database).await;
        let search = LedgerSearch {
            kind: "nonsense".to_owned(),
            actor: "nobody".to_owned(),
            about: "nothing of this name".to_owned(),
            from: "yesterday".to_owned(),
            to: "2026-02-30".to_owned(),
        };
        let problem = house.service.ledger(&ana, &search, None, 10).await.unwrap_err();
        let fields: Vec<_> = problem.fields.iter().map(|field| field.name.as_str()).collect();
        assert_eq!(fields, ["kind", "actor", "from", "to", "about"]);
        let days = |from: &str, to: &str| LedgerSearch { from: from.to_owned(), to: to.to_owned(), ..LedgerSearch::default() };
        let problem = house.service.ledger(&ana, &days("2026-11-22", "2026-11-21"), None, 10).await.unwrap_err();
        assert_eq!(field(&problem), ("to", "before"));
        let today = house.service.now().to_string()[..10].to_owned();
        let all = house.service.ledger(&ana, &LedgerSearch::default(), None, 100).await.unwrap();
        let found = house.service.ledger(&ana, &days(&today, &today), None, 100).await.unwrap();
        assert_eq!(found, all, "the last day counts too");
        let next = Timestamp::of_day(&today).unwrap().plus(86_400_000).to_string()[..10].to_owned();
        assert!(house.service.ledger(&ana, &days(&next, ""), None, 100).await.unwrap().is_empty());
    }
}

#[test]
fn a_search_is_an_address_and_back() {
    let search = LedgerSearch {
        kind: "hand-outs".to_owned(),
        actor: "steps".to_owned(),
        about: "aws / 100 % & more = #1".to_owned(),
        from: "2026-11-21".to_owned(),
        to: String::new(),
    };
    let query = search.query();
    assert_eq!(
        query,
        "kind=hand-outs&actor=steps&about=aws+%2F+100+%25+%26+more+%3D+%231&from=2026-11-21"
    );
    assert!(LedgerSearch::default().is_empty() && LedgerSearch::default().query().is_empty());
}
