//! Looking into the ledger: every filter finds what a walk over all rows would, newest first, page
//! by page.

use model::Timestamp;
use store::ledger::{self, Actor, ActorFilter, Filter, LedgerRow};
use store::testing::TestDatabase;
use store::{Store, both};

use crate::help;

const DAY: i64 = 24 * 60 * 60 * 1_000;

fn id(number: usize) -> String {
    format!("{number:032x}")
}

const ACTS: [&str; 5] = [
    "step.read",
    "connection.add",
    "user.sign_in",
    "step.refused",
    "run.start",
];

/// A hundred entries over ten days, with clocks that are a little apart.
async fn fill(store: &Store) {
    for number in 0..100_usize {
        let mut entry = help::entry(ACTS[number % 5]);
        let day = i64::try_from(number / 10).unwrap();
        let apart = i64::try_from(number % 3).unwrap() * -1_000;
        entry.at = Timestamp(day * DAY + apart);
        entry.subject = id(number % 7);
        entry.actor = match number % 4 {
            0 => Actor::Step(help::attempt_id(1)),
            1 => Actor::User(help::ana()),
            2 => Actor::CommandLine,
            _ => Actor::System,
        };
        entry.detail = match number % 3 {
            0 => format!(
                r#"{{"run":"{}","workflow":"{}"}}"#,
                id(90),
                id(80 + number % 2)
            ),
            // What only looks like an id of a workflow.
            1 => format!(r#"{{"name":"\"workflow\":\"{}\""}}"#, id(80)),
            _ => "{}".to_owned(),
        };
        let mut tx = store.begin().await.unwrap();
        ledger::append(&mut tx, &entry).await.unwrap();
        tx.commit().await.unwrap();
    }
    let mut entry = help::entry("connection.limit");
    entry.at = Timestamp(10 * DAY);
    entry.detail = format!(
        r#"{{"limited":true,"workflows":["{}","{}"]}}"#,
        id(81),
        id(82)
    );
    let mut tx = store.begin().await.unwrap();
    ledger::append(&mut tx, &entry).await.unwrap();
    tx.commit().await.unwrap();
}

/// What the filter means, said once more in another way.
fn means(filter: &Filter, row: &LedgerRow) -> bool {
    let acts = filter.acts.is_empty() || filter.acts.contains(&row.act.as_str());
    let actor = match &filter.actor {
        None => true,
        Some(ActorFilter::User(id)) => row.actor_kind == "user" && row.actor == id.as_str(),
        Some(ActorFilter::CommandLine) => row.actor_kind == "command_line",
        Some(ActorFilter::System) => row.actor_kind == "system",
        Some(ActorFilter::Step) => row.actor_kind == "step",
    };
    let about = filter.about.as_ref().is_none_or(|ids| {
        ids.iter().any(|id| {
            let named = |key: &str| row.detail.contains(&format!("\"{key}\":\"{id}\""));
            // A name cannot hold a quotation mark that is not behind a backslash.
            let listed = row.act == "connection.limit" && row.detail.contains(&format!("\"{id}\""));
            row.subject == *id || named("run") || named("workflow") || listed
        })
    });
    let from = filter.from.is_none_or(|from| row.at >= from);
    let until = filter.until.is_none_or(|until| row.at < until);
    acts && actor && about && from && until
}

fn filters() -> Vec<Filter> {
    let acts = [
        vec![],
        vec!["connection.add"],
        vec!["step.read", "run.start"],
    ];
    let actors = [
        None,
        Some(ActorFilter::User(help::ana())),
        Some(ActorFilter::CommandLine),
        Some(ActorFilter::System),
        Some(ActorFilter::Step),
    ];
    let abouts = [
        None,
        Some(vec![]),
        Some(vec![id(3)]),
        Some(vec![id(80)]),
        Some(vec![id(81)]),
        Some(vec![id(82)]),
        Some(vec![id(90), id(2), id(3)]),
        Some(vec![id(77)]),
    ];
    let days = [
        (None, None),
        (Some(3), None),
        (None, Some(2)),
        (Some(3), Some(5)),
        (Some(50), None),
        (None, Some(-50)),
    ];
    let at = |day: Option<i64>| day.map(|day| Timestamp(day * DAY));
    let mut all = Vec::new();
    for acts in &acts {
        for actor in &actors {
            for about in &abouts {
                for (from, until) in days {
                    all.push(Filter {
                        acts: acts.clone(),
                        actor: actor.clone(),
                        about: about.clone(),
                        from: at(from),
                        until: at(until),
                    });
                }
            }
        }
    }
    all
}

both! {
    async fn every_filter_finds_what_it_means(database: TestDatabase) {
        let store = help::open(&database).await;
        fill(&store).await;
        let mut rows = ledger::after(&store, 0, 1_000).await.unwrap();
        rows.reverse();
        let mut found = 0;
        for filter in filters() {
            let expected: Vec<_> = rows.iter().filter(|row| means(&filter, row)).collect();
            found += expected.len();
            let all = ledger::search(&store, &help::account(), &filter, None, 1_000).await.unwrap();
            assert!(all.iter().eq(expected.iter().copied()), "{filter:?}: {all:?}");
        }
        assert!(found > 1_000, "{found}");
    }

    async fn pages_follow_each_other(database: TestDatabase) {
        let store = help::open(&database).await;
        fill(&store).await;
        for filter in filters().into_iter().step_by(7) {
            let account = help::account();
            let all = ledger::search(&store, &account, &filter, None, 1_000).await.unwrap();
            let (mut paged, mut before) = (Vec::new(), None);
            loop {
                let page = ledger::search(&store, &account, &filter, before, 7).await.unwrap();
                let Some(last) = page.last() else { break };
                assert!(page.len() <= 7);
                before = Some(last.number);
                paged.extend(page);
            }
            assert_eq!(paged, all, "{filter:?}");
        }
    }

    async fn another_account_finds_nothing(database: TestDatabase) {
        let store = help::open(&database).await;
        fill(&store).await;
        let other = model::AccountId::from_bytes([7; 16]);
        for filter in filters().into_iter().step_by(11) {
            assert!(ledger::search(&store, &other, &filter, None, 10).await.unwrap().is_empty());
        }
    }

    async fn names_lead_to_ids_and_back(database: TestDatabase) {
        let store = help::open(&database).await;
        help::add_workflow(&store, 1).await;
        let run = help::run_id(9);
        help::add_run(&store, 1, &run, &[model::StepState::Queued]).await;
        help::claim(&store, 1, &[help::attempt_id(3)]).await;
        let account = help::account();
        let (workflow, ana) = (help::workflow_id(1), help::ana());
        for (name, expected) in [
            ("workflow-1", vec![workflow.to_string()]),
            ("workflow-1 #1", vec![run.to_string()]),
            ("workflow-1 #2", vec![]),
            ("ANA@example.com", vec![ana.to_string()]),
            ("Ana", vec![ana.to_string()]),
            ("", vec![]),
            ("a\0b", vec![]),
        ] {
            let found = ledger::named(&store, &account, name, 20).await.unwrap();
            assert_eq!(found, expected, "{name}");
        }
        let mut ids = ledger::Ids::default();
        for set in [&mut ids.users, &mut ids.connections, &mut ids.secrets, &mut ids.workflows, &mut ids.runs, &mut ids.attempts] {
            set.extend((0..1_200).map(id));
        }
        ids.users.insert(ana.to_string());
        ids.workflows.insert(workflow.to_string());
        ids.runs.insert(run.to_string());
        ids.attempts.insert(help::attempt_id(3).to_string());
        let names = ledger::names(&store, &account, &ids).await.unwrap();
        assert_eq!(names.users[ana.as_str()], ("Ana".to_owned(), true));
        assert_eq!(names.workflows[workflow.as_str()], "workflow-1");
        assert_eq!(names.runs[run.as_str()], ("workflow-1".to_owned(), 1));
        let place = &names.attempts[help::attempt_id(3).as_str()];
        assert_eq!((place.step.as_str(), place.position, place.run), ("step-0", 0, 1));
        assert!(names.connections.is_empty() && names.secrets.is_empty());
    }
}

/// What leads to entries is an index, and not the whole ledger.
#[test]
fn no_filter_walks_the_whole_ledger() {
    store::testing::on_sqlite(|database| async move {
        let _store = help::open(&database).await;
        for (lead, index) in [
            ("subject = 'x'", "ledger_by_subject"),
            ("workflow = 'x'", "ledger_by_workflow"),
            ("run = 'x'", "ledger_by_run"),
            ("act = 'x'", "ledger_by_act"),
            (
                "actor_kind = 'user' and actor = 'x' and actor_kind <> 'step'",
                "ledger_by_actor",
            ),
        ] {
            let uses = format!(
                "select count(*) from (select 1 from ledger indexed by {index} \
                 where {lead} and number < 9 order by number desc limit 5)"
            );
            assert_eq!(database.number(&uses).await.unwrap(), 0, "{index}");
        }
    });
}
