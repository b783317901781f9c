//! What steps and conditions are refused, and that the ledger tells of each time.

use engine::DoorError;
use model::{ConnectionId, RunState, StepState, WorkflowId};
use serde_json::Value as Json;
use store::both;
use store::testing::TestDatabase;

use crate::help::{House, entry, eventually};
use crate::meeting::COME;

const AWS: &[(&str, &str)] = &[("accessKeyID", "AKIA-OF-THE-TEST")];

/// Lets only these workflows use a connection.
async fn limit(house: &House, connection: &ConnectionId, workflows: &[WorkflowId]) {
    let mut tx = house.store.begin().await.unwrap();
    let entry = entry("connection.limit");
    store::grants::set(&mut tx, connection, true, workflows, &entry)
        .await
        .unwrap();
    tx.commit().await.unwrap();
}

/// Of the refusals that the ledger tells: the act, the step, the name and the reason.
async fn refusals(house: &House) -> Vec<[String; 4]> {
    let rows = store::ledger::after(&house.store, 0, 10_000).await.unwrap();
    let rows = rows.into_iter().filter(|row| row.act.ends_with(".refused"));
    rows.map(|row| {
        let detail: Json = serde_json::from_str(&row.detail).unwrap();
        let part = |name: &str| detail[name].as_str().unwrap_or_default().to_owned();
        [row.act, part("step"), part("name"), part("reason")]
    })
    .collect()
}

both! {
    async fn what_a_condition_is_refused_is_told_with_the_reason(database: TestDatabase) {
        let house = House::new(database).await;
        let engine = house.engine().await;
        let step = |name: &str, when: &str| {
            format!("- {{name: {name}, image: x, dependsOn: first, when: {when}, input: ['true']}}\n")
        };
        let text = format!(
            "parameters: {{which: {{default: others}}}}\n\
             steps:\n\
             - {{name: first, image: x, input: [{COME}, hear]}}\n{}{}{}{}",
            step("a-limited", "!Fn.equals [!Connection [aws, main], x]"),
            step("b-missing", "!Fn.equals [!Secret nothing, x]"),
            step("c-shut", "!Fn.equals [!Secret shut, x]"),
            step("d-computed", "!Fn.equals [\"${secrets[parameters.which]}\", x]"),
        );
        let workflow = house.workflow(&text).await;
        let aws = house.connection("aws", "main", AWS).await;
        let shut = house.secret(&workflow, "shut", "a value").await;
        house.secret(&workflow, "others", "not for this step").await;
        let run = house.run(&workflow, "{}").await;
        let mut guest = house.meeting.guest().await;
        // While the run waits, the grant is withdrawn and a row is damaged.
        let other = house.workflow("steps: []\n").await;
        limit(&house, &aws, &[other]).await;
        let damage = format!("update secret_values set field_revision = 7 where secret_id = '{shut}'");
        assert_eq!(house.database.execute(&damage).await.unwrap(), 1);
        guest.tell("go").await;
        assert_eq!(house.finished(&run).await.state, RunState::Failed);

        let mut told = refusals(&house).await;
        told.sort();
        let refused = |step: &str, name: &str, reason: &str| {
            ["condition.refused", step, name, reason].map(str::to_owned)
        };
        assert_eq!(told, [
            refused("a-limited", "main", "no_permission"),
            refused("b-missing", "nothing", "missing"),
            refused("c-shut", "shut", "unopenable"),
            // Its name may have been worked out of a value.
            refused("d-computed", "", "not_written"),
        ]);
        let states = house.states(&run).await;
        for [_, step, ..] in &told {
            assert_eq!(states[step], StepState::Failed, "{step}");
        }
        assert!(house.told().await.iter().all(|(act, _)| act == "condition.refused"));
        engine.stop().await;
    }

    async fn every_hand_out_and_every_refusal_in_turn_is_told(database: TestDatabase) {
        let house = House::new(database).await;
        let engine = house.engine().await;
        let text = format!(
            "steps: [{{name: reader, image: x, spec: {{a: !Connection [aws, main]}}, input: [{COME}, hear]}}]\n"
        );
        let workflow = house.workflow(&text).await;
        let aws = house.connection("aws", "main", AWS).await;
        let run = house.run(&workflow, "{}").await;
        let mut guest = house.meeting.guest().await;
        let door = engine.door(&guest.token).unwrap();
        let what = "reader connection aws main".to_owned();
        let mut expected = Vec::new();
        // The same revision for the same attempt, each time.
        for _ in 0..3 {
            for _ in 0..2 {
                assert!(door.connection("aws", "main").await.is_ok());
            }
            expected.push(("step.read".to_owned(), what.clone()));
            assert_eq!(house.told().await, expected);
            limit(&house, &aws, &[]).await;
            for _ in 0..2 {
                let answer = door.connection("aws", "main").await;
                assert!(matches!(answer, Err(DoorError::NotFound)), "{answer:?}");
            }
            expected.push(("step.refused".to_owned(), what.clone()));
            assert_eq!(house.told().await, expected);
            limit(&house, &aws, std::slice::from_ref(&workflow)).await;
        }
        assert!(refusals(&house).await.iter().all(|[.., reason]| reason == "no_permission"));
        assert_eq!(store::uses::of_run(&house.store, &run).await.unwrap().len(), 1);
        guest.tell("go").await;
        house.finished(&run).await;
        engine.stop().await;
    }

    async fn what_a_condition_asks_for_is_told_once_by_all_engines_together(database: TestDatabase) {
        let house = House::new(database).await;
        let first = house.engine_with(house.elsewhere().await, house.settings()).await;
        let text = "steps:\n\
             - {name: reads, image: x, when: !Fn.equals [[!Secret a, !Secret broken], x], input: ['true']}\n\
             - {name: lacks, image: x, when: !Fn.equals [[!Secret a-lost, !Secret broken], x], input: ['true']}\n";
        let workflow = house.workflow(text).await;
        house.secret(&workflow, "a", "a value").await;
        let broken = house.secret(&workflow, "broken", "another value").await;
        let set = async |revision: i64| {
            let set = format!(
                "update secret_values set field_revision = {revision} where secret_id = '{broken}'"
            );
            assert_eq!(house.database.execute(&set).await.unwrap(), 1);
        };
        // No engine gets farther than this one, which the database gives nobody.
        set(-1).await;
        let run = house.run(&workflow, "{}").await;
        let both = async || {
            let mut told = house.told().await;
            told.sort();
            told
        };
        let before = eventually("both conditions are told", async || {
            Some(both().await).filter(|told| told.len() == 2)
        })
        .await;
        assert_eq!(before.iter().map(|(act, _)| act.as_str()).collect::<Vec<_>>(), [
            "condition.read",
            "condition.refused",
        ]);
        // Another engine beside it, where there may be two, and then in its stead.
        let mut first = Some(first);
        if house.database.is_sqlite() && let Some(first) = first.take() {
            first.stop().await;
        }
        let second = house.engine_with(house.elsewhere().await, house.settings()).await;
        set(1).await;
        house.finished(&run).await;
        let after = both().await;
        assert_eq!(after.iter().filter(|entry| before.contains(entry)).count(), 2, "{after:?}");
        // `broken` for either step.
        assert_eq!(after.len(), 4, "{after:?}");
        if let Some(first) = first {
            first.stop().await;
        }
        second.stop().await;
    }
}
