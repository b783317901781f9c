//! Conditions and what they look at: answers to approvals, and defaults in their envelope.

use model::{RunState, StepState};
use store::testing::TestDatabase;
use store::{Change, both, runs, steps};

use crate::help::{House, entry};
use crate::meeting::COME;

both! {
    async fn an_answer_is_that_of_the_approval(database: TestDatabase) {
        let house = House::new(database).await;
        let engine = house.engine().await;
        let text = format!(
            "steps:\n\
             - {{name: ask, type: approval}}\n\
             - {{name: yes, image: x, when: !Fn.equals [!Answer [ask, approval], approved], \
                 env: {{SAID: !Answer [ask, approval]}}, input: [{COME}, 'say \"$SAID\"', hear]}}\n\
             - {{name: no, image: x, dependsOn: ask, when: !Fn.equals [!Answer [ask, approval], rejected], input: ['true']}}\n\
             - {{name: work, image: x, input: ['true']}}\n\
             - {{name: tricked, image: x, when: !Fn.equals [!Answer [work, approval], approved], input: ['true']}}\n"
        );
        let workflow = house.workflow(&text).await;
        for (granted, yes, no) in [
            (true, StepState::Succeeded, StepState::Skipped),
            (false, StepState::Skipped, StepState::Succeeded),
        ] {
            let run = house.run(&workflow, "{}").await;
            house.run_when(&run, |row| row.state == RunState::WaitingForApproval).await;
            assert_eq!(house.step(&run, "yes").await.state, StepState::Waiting);
            let mut tx = house.store.begin().await.unwrap();
            let rows = steps::of_run(&mut tx, &run).await.unwrap();
            let ask = rows.iter().find(|row| row.name == "ask").unwrap();
            let told = entry("approval.decide");
            assert!(runs::decide_approval(&mut tx, &run, ask.position, granted, &told).await.unwrap());
            tx.commit().await.unwrap();
            house.store.announce(Change::Run(run.clone()));
            if granted {
                let mut guest = house.meeting.guest().await;
                assert_eq!(guest.hear().await, "approved");
                let door = engine.door(&guest.token).unwrap();
                let conditions = door.conditions().await.unwrap();
                assert!(conditions.resolved && conditions.success, "{conditions:?}");
                guest.tell("go").await;
            }
            house.finished(&run).await;
            let states = house.states(&run).await;
            assert_eq!((states["yes"], states["no"]), (yes, no), "{granted}");
            // However well a step ends, nobody has approved it.
            assert_eq!(states["tricked"], StepState::Failed);
        }
        engine.stop().await;
    }

    async fn a_run_does_not_wait_for_steps_that_there_are_not(database: TestDatabase) {
        let house = House::new(database).await;
        let engine = house.engine().await;
        let text = "steps:\n\
             - {name: own, image: x, when: '${coalesce(outputs.nope.x, true)}', input: ['true']}\n\
             - {name: not, image: x, when: '${coalesce(outputs.nope.x, false)}', input: ['true']}\n\
             - {name: spec, image: x, spec: {x: !Fn.coalesce [!Output [nope, x], 1]}, input: ['true']}\n\
             - {name: ask, image: x, when: !Fn.coalesce [!Answer [nope, approval], true], input: ['true']}\n";
        let workflow = house.workflow(text).await;
        let run = house.run(&workflow, "{}").await;
        assert_eq!(house.finished(&run).await.state, RunState::Succeeded);
        let states = house.states(&run).await;
        for (step, state) in [
            ("own", StepState::Succeeded),
            ("not", StepState::Skipped),
            ("spec", StepState::Succeeded),
            ("ask", StepState::Succeeded),
        ] {
            assert_eq!(states[step], state, "{step}");
        }
        engine.stop().await;
    }

    async fn a_default_in_its_envelope_is_opened_whether_stored_or_not(database: TestDatabase) {
        let house = House::new(database).await;
        let engine = house.engine().await;
        let text = format!(
            "parameters:\n\
             \x20 b: {{default: {{$encoding: base64, data: aGk=}}}}\n\
             \x20 c: {{default: !!binary aG8=}}\n\
             steps:\n\
             - name: says\n  image: x\n\
             \x20 env: {{SAID: \"${{parameters.b}}!${{parameters.c}}!\"}}\n\
             \x20 input: [{COME}, 'say \"$SAID\"', hear]\n"
        );
        let workflow = house.workflow(&text).await;
        let stored = r#"{"b": {"$encoding": "base64", "data": "aGk="}, "c": {"$encoding": "base64", "data": "aG8="}}"#;
        // What a person types is a text, whatever it looks like.
        let typed = r#"{"b": "{\"$encoding\":\"base64\",\"data\":\"aGk=\"}", "c": "base64:aG8="}"#;
        for (given, expected) in [
            ("{}", "hi!ho!"),
            (stored, "hi!ho!"),
            (typed, r#"{"$encoding":"base64","data":"aGk="}!base64:aG8=!"#),
        ] {
            let run = house.run(&workflow, given).await;
            let mut guest = house.meeting.guest().await;
            assert_eq!(guest.hear().await, expected, "{given}");
            guest.tell("go").await;
            assert_eq!(house.finished(&run).await.state, RunState::Succeeded);
        }
        engine.stop().await;
    }

    async fn a_condition_is_answered_as_programs_know_it(database: TestDatabase) {
        let house = House::new(database).await;
        let engine = house.engine().await;
        let text = format!(
            "steps:\n\
             - {{name: one, image: x, when: ['${{secrets.first == \"1\"}}', '${{secrets.second == \"2\"}}'], \
                 input: [{COME}, hear]}}\n"
        );
        let workflow = house.workflow(&text).await;
        let first = house.secret(&workflow, "first", "1").await;
        let second = house.secret(&workflow, "second", "2").await;
        let run = house.run(&workflow, "{}").await;
        let mut guest = house.meeting.guest().await;
        let door = engine.door(&guest.token).unwrap();
        assert_eq!(door.conditions().await.unwrap().message, "all checks passed");
        // Both held when the step was started; what is deleted meanwhile is missing when it asks again.
        let beginning = "unresolvable_error: We could not fully evaluate this resource expression:";
        for (deleted, missing) in [
            (&second, "\n* secret \"second\": not found"),
            (&first, "\n* secret \"first\": not found\n* secret \"second\": not found"),
        ] {
            let mut tx = house.store.begin().await.unwrap();
            assert!(store::secrets::delete(&mut tx, &workflow, deleted, &entry("secret.delete")).await.unwrap());
            tx.commit().await.unwrap();
            let conditions = door.conditions().await.unwrap();
            assert!(!conditions.resolved && !conditions.success);
            assert_eq!(conditions.message, format!("{beginning}{missing}"));
        }
        guest.tell("go").await;
        house.finished(&run).await;
        engine.stop().await;
    }
}
