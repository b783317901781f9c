//! What starts when, and what becomes of what cannot.

use std::collections::BTreeMap;

use model::{AttemptState, RunState, StepState};
use store::testing::TestDatabase;
use store::{Change, both, runs, steps};

use crate::help::{House, entry};
use crate::meeting::COME;

fn states(pairs: &[(&str, StepState)]) -> BTreeMap<String, StepState> {
    pairs
        .iter()
        .map(|(name, state)| ((*name).to_owned(), *state))
        .collect()
}

both! {
    async fn steps_run_in_the_order_of_the_graph(database: TestDatabase) {
        let house = House::new(database).await;
        let engine = house.engine().await;
        let text = format!(
            "steps:\n\
             - {{name: last, image: x, dependsOn: [left, right], input: [{COME}]}}\n\
             - {{name: left, image: x, dependsOn: first, input: [{COME}, hear]}}\n\
             - {{name: right, image: x, dependsOn: first, input: [{COME}, hear]}}\n\
             - {{name: first, image: x, input: [{COME}, hear]}}\n"
        );
        let run = house.run_of(&text).await;
        let mut first = house.meeting.guest().await;
        assert_eq!((&*first.step, &*first.attempt), ("first", "1"));
        let waiting = house.states(&run).await;
        assert_eq!(waiting["left"], StepState::Waiting);
        first.tell("go").await;
        // Both are there at one time.
        let (mut one, mut other) = (house.meeting.guest().await, house.meeting.guest().await);
        let mut names = [one.step.clone(), other.step.clone()];
        names.sort();
        assert_eq!(names, ["left", "right"]);
        assert_eq!(house.run_when(&run, |_| true).await.state, RunState::Running);
        one.tell("go").await;
        one.gone().await;
        other.tell("go").await;
        assert_eq!(house.meeting.guest().await.step, "last");
        let run_row = house.finished(&run).await;
        assert_eq!(run_row.state, RunState::Succeeded);
        for step in house.steps(&run).await {
            assert_eq!((step.state, step.exit_code), (StepState::Succeeded, Some(0)));
            assert_eq!((step.attempts, &*step.message), (1, ""));
        }
        engine.stop().await;
    }

    async fn a_failed_step_skips_its_dependants_and_nothing_else(database: TestDatabase) {
        let house = House::new(database).await;
        let engine = house.engine().await;
        let run = house
            .run_of(
                "steps:\n\
                 - {name: bad, image: x, input: [exit 3]}\n\
                 - {name: after, image: x, dependsOn: bad, input: ['true']}\n\
                 - {name: long after, image: x, dependsOn: after, input: ['true']}\n\
                 - {name: good, image: x, input: ['true']}\n\
                 - {name: after good, image: x, dependsOn: good, command: 'true'}\n\
                 - {name: rescue, image: x, when: \"${steps.bad.failed}\", input: ['true']}\n",
            )
            .await;
        assert_eq!(house.finished(&run).await.state, RunState::Failed);
        let expected = states(&[
            ("bad", StepState::Failed),
            ("after", StepState::Skipped),
            ("long after", StepState::Skipped),
            ("good", StepState::Succeeded),
            ("after good", StepState::Succeeded),
            ("rescue", StepState::Succeeded),
        ]);
        assert_eq!(house.states(&run).await, expected);
        let bad = house.step(&run, "bad").await;
        assert_eq!(bad.exit_code, Some(3));
        assert_eq!(bad.message, "The step ended with exit code 3.");
        assert!(!house.step(&run, "after").await.message.is_empty());
        engine.stop().await;
    }

    async fn a_stopped_run_ends_its_steps(database: TestDatabase) {
        let house = House::new(database).await;
        let engine = house.engine().await;
        let text = format!(
            "steps:\n\
             - {{name: going, image: x, input: [{COME}, hear]}}\n\
             - {{name: next, image: x, dependsOn: going, input: ['true']}}\n"
        );
        let run = house.run_of(&text).await;
        let mut guest = house.meeting.guest().await;
        let mut tx = house.store.begin().await.unwrap();
        assert!(runs::request_stop(&mut tx, &run, &entry("run.stop")).await.unwrap());
        tx.commit().await.unwrap();
        house.store.announce(Change::Run(run.clone()));
        guest.gone().await;
        assert_eq!(house.finished(&run).await.state, RunState::Cancelled);
        for step in house.steps(&run).await {
            assert_eq!(step.state, StepState::Cancelled);
            assert_eq!(step.message, "The run was stopped.");
        }
        assert_eq!(house.attempts(&run).await[0].state, AttemptState::Cancelled);
        engine.stop().await;
    }

    async fn an_approval_is_decided_by_a_person(database: TestDatabase) {
        let house = House::new(database).await;
        let engine = house.engine().await;
        let text = "steps:\n\
                    - {name: ask, type: approval}\n\
                    - {name: go, image: x, dependsOn: ask, input: ['true']}\n";
        let workflow = house.workflow(text).await;
        for (granted, ask, go, state) in [
            (true, StepState::Succeeded, StepState::Succeeded, RunState::Succeeded),
            (false, StepState::Rejected, StepState::Skipped, RunState::Rejected),
        ] {
            let run = house.run(&workflow, "{}").await;
            house.run_when(&run, |row| row.state == RunState::WaitingForApproval).await;
            assert_eq!(house.step(&run, "ask").await.state, StepState::WaitingForApproval);
            let mut tx = house.store.begin().await.unwrap();
            let decided = steps_decide(&mut tx, &run, granted).await;
            assert!(decided);
            tx.commit().await.unwrap();
            house.store.announce(Change::Run(run.clone()));
            assert_eq!(house.finished(&run).await.state, state);
            assert_eq!(house.states(&run).await, states(&[("ask", ask), ("go", go)]));
            assert_eq!(house.step(&run, "ask").await.attempts, 0);
        }
        engine.stop().await;
    }

    async fn a_step_without_a_program_says_so(database: TestDatabase) {
        let house = House::new(database).await;
        let engine = house.engine().await;
        let run = house
            .run_of(
                "steps:\n\
                 - {name: image, image: relaysh/core}\n\
                 - {name: missing, image: x, command: no-such-program}\n\
                 - {name: killed, image: x, input: ['kill -9 $$']}\n\
                 - {name: env, image: x, input: ['true'], env: {A: !Output [image, x]}, \
                    when: \"${steps.image.failed}\"}\n",
            )
            .await;
        house.finished(&run).await;
        for (name, words) in [
            ("image", "no runner for containers"),
            ("missing", "The step could not begin: the command no-such-program"),
            ("killed", "signal 9"),
            ("env", "an output of the step “image”, which did not set it"),
        ] {
            let step = house.step(&run, name).await;
            assert_eq!(step.state, StepState::Failed, "{name}");
            assert!(step.message.contains(words), "{}", step.message);
        }
        engine.stop().await;
    }

    async fn a_step_that_takes_too_long_is_ended(database: TestDatabase) {
        let house = House::new(database).await;
        let mut settings = house.settings();
        settings.limits.time = std::time::Duration::from_millis(700);
        let engine = house.engine_with(house.store.clone(), settings).await;
        let run = house.run_of("steps: [{name: slow, image: x, input: [sleep 600]}]\n").await;
        assert_eq!(house.finished(&run).await.state, RunState::Failed);
        let slow = house.step(&run, "slow").await;
        assert_eq!(slow.state, StepState::TimedOut);
        assert!(slow.message.contains("700 milliseconds"), "{}", slow.message);
        engine.stop().await;
    }

    async fn slots_are_a_limit_and_the_rest_waits_its_turn(database: TestDatabase) {
        let house = House::new(database).await;
        let mut settings = house.settings();
        settings.slots = 2;
        let engine = house.engine_with(house.store.clone(), settings).await;
        let steps: Vec<_> = (0..7)
            .map(|number| format!("- {{name: s{number}, image: x, input: [{COME}, hear]}}"))
            .collect();
        let run = house.run_of(&format!("steps:\n{}\n", steps.join("\n"))).await;
        for _ in 0..7 {
            let mut guest = house.meeting.guest().await;
            let running = house.states(&run).await;
            let running = running.values().filter(|state| **state == StepState::Running);
            assert!(running.count() <= 2);
            guest.tell("go").await;
        }
        assert_eq!(house.finished(&run).await.state, RunState::Succeeded);
        engine.stop().await;
    }

    async fn a_run_without_steps_succeeds(database: TestDatabase) {
        let house = House::new(database).await;
        let engine = house.engine().await;
        let run = house.run_of("steps: []\n").await;
        assert_eq!(house.finished(&run).await.state, RunState::Succeeded);
        engine.stop().await;
    }
}

async fn steps_decide(tx: &mut store::Tx, run: &model::RunId, granted: bool) -> bool {
    let rows = steps::of_run(&mut *tx, run).await.unwrap();
    let ask = rows.iter().find(|row| row.name == "ask").unwrap();
    runs::decide_approval(tx, run, ask.position, granted, &entry("approval.decide"))
        .await
        .unwrap()
}
