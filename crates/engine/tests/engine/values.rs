//! What a step is given, what it is refused, and what the ledger tells of it.

use engine::{DoorError, StepDoor};
use language::{QueryLanguage, Value};
use model::{RunState, StepState};
use serde_json::{Value as Json, json};
use store::testing::TestDatabase;
use store::{both, outputs, uses};

use crate::help::{House, entry, eventually};
use crate::meeting::COME;

const AWS: &[(&str, &str)] = &[
    ("accessKeyID", "AKIA-OF-THE-TEST"),
    ("secretAccessKey", "the secret access key"),
];

async fn spec(door: &StepDoor, query: &str) -> Json {
    let answer = door.spec(Some((QueryLanguage::Path, query))).await.unwrap();
    assert!(answer.complete());
    answer.value.to_wire()
}

fn not_found<T: std::fmt::Debug>(answer: Result<T, DoorError>) {
    assert!(matches!(answer, Err(DoorError::NotFound)), "{answer:?}");
}

both! {
    async fn everything_resolves_in_spec_and_env(database: TestDatabase) {
        let house = House::new(database).await;
        let engine = house.engine().await;
        let text = format!(
            "parameters: {{who: {{default: nobody}}, how: {{default: [1, 2]}}}}\n\
             steps:\n\
             - {{name: first, image: x, input: [{COME}, hear]}}\n\
             - name: second\n  image: x\n\
             \x20 spec:\n\
             \x20   who: !Parameter who\n\
             \x20   how: !Parameter how\n\
             \x20   said: !Output [first, said]\n\
             \x20   token: !Secret token\n\
             \x20   aws: {{connection: !Connection [aws, main], region: us-east-1}}\n\
             \x20 env: {{WHO: \"I am ${{parameters.who}}\", TOKEN: !Secret token, HOW: !Parameter how, N: 5}}\n\
             \x20 input: [{COME}, 'say \"$WHO|$TOKEN|$HOW|$N|$CI|$RELAY\"', hear]\n"
        );
        let workflow = house.workflow(&text).await;
        house.secret(&workflow, "token", "a token").await;
        house.connection("aws", "main", AWS).await;
        let run = house.run(&workflow, r#"{"who": "Ana"}"#).await;

        let mut first = house.meeting.guest().await;
        let door = engine.door(&first.token).unwrap();
        door.set_output("said", Value::from_json(&json!({"a": [1, "b"]}))).await.unwrap();
        not_found(door.spec(None).await);
        not_found(door.environment().await);
        first.tell("go").await;

        let mut second = house.meeting.guest().await;
        assert_eq!(second.hear().await, "I am Ana|a token|[1,2]|5|true|true");
        let door = engine.door(&second.token).unwrap();
        let whole = door.spec(None).await.unwrap();
        assert!(whole.complete());
        let expected = json!({
            "who": "Ana",
            "how": [1, 2],
            "said": {"a": [1, "b"]},
            "token": "a token",
            "aws": {
                "connection": {
                    "accessKeyID": "AKIA-OF-THE-TEST",
                    "secretAccessKey": "the secret access key",
                },
                "region": "us-east-1",
            },
        });
        assert_eq!(whole.value.to_wire(), expected);
        assert_eq!(spec(&door, "aws[\"connection\"][\"accessKeyID\"]").await, "AKIA-OF-THE-TEST");
        assert_eq!(spec(&door, "said.a.1").await, "b");
        let variable = door.environment_value("WHO").await.unwrap();
        assert_eq!(variable.value.to_wire(), "I am Ana");
        not_found(door.environment_value("NOBODY").await);
        let missing = door.spec(Some((QueryLanguage::Path, "nothing"))).await;
        assert!(matches!(missing, Err(DoorError::Evaluation(_))));
        assert_eq!(door.output("first", "said").await.unwrap().to_wire(), json!({"a": [1, "b"]}));
        let conditions = door.conditions().await.unwrap();
        assert!(conditions.resolved && conditions.success);
        second.tell("go").await;
        assert_eq!(house.finished(&run).await.state, RunState::Succeeded);
        engine.stop().await;
    }

    async fn a_variable_is_answered_without_regard_to_the_others(database: TestDatabase) {
        let house = House::new(database).await;
        let engine = house.engine().await;
        let text = format!(
            "steps:\n\
             - name: reader\n  image: x\n\
             \x20 env: {{A: plain, B: !Secret gone, C: \"${{secrets.token}}!\", N: 5, E: ~}}\n\
             \x20 input: [{COME}, hear]\n\
             - name: whole\n  image: x\n  dependsOn: reader\n\
             \x20 env: !Connection {{type: aws, name: main}}\n\
             \x20 input: [{COME}, hear]\n"
        );
        let workflow = house.workflow(&text).await;
        let gone = house.secret(&workflow, "gone", "soon gone").await;
        house.secret(&workflow, "token", "a token").await;
        house.connection("aws", "main", AWS).await;
        let run = house.run(&workflow, "{}").await;
        let mut guest = house.meeting.guest().await;
        let mut tx = house.store.begin().await.unwrap();
        assert!(store::secrets::delete(&mut tx, &workflow, &gone, &entry("secret.delete")).await.unwrap());
        tx.commit().await.unwrap();
        let door = engine.door(&guest.token).unwrap();
        let before = house.told().await;
        for (name, value) in [("A", json!("plain")), ("C", json!("a token!")), ("N", json!(5)), ("E", Json::Null)] {
            let variable = door.environment_value(name).await.unwrap();
            assert_eq!((variable.value.to_wire(), variable.complete()), (value, true), "{name}");
            assert!(variable.unresolvable.is_empty(), "{name}");
        }
        assert_eq!(house.told().await, before, "nobody asked for what is gone");
        let missing = door.environment_value("B").await.unwrap();
        assert!(!missing.complete());
        assert_eq!(serde_json::to_value(&missing.unresolvable).unwrap(), json!({"secrets": [{"name": "gone"}]}));
        assert!(!door.environment().await.unwrap().complete());
        for name in ["D", "a", "$type"] {
            not_found(door.environment_value(name).await);
        }
        guest.tell("go").await;

        // What stands for a map is asked for as a whole.
        let mut guest = house.meeting.guest().await;
        let door = engine.door(&guest.token).unwrap();
        let key = door.environment_value("accessKeyID").await.unwrap();
        assert_eq!((key.value.to_wire(), key.complete()), (json!("AKIA-OF-THE-TEST"), true));
        for name in ["type", "name", "$type"] {
            not_found(door.environment_value(name).await);
        }
        guest.tell("go").await;
        assert_eq!(house.finished(&run).await.state, RunState::Succeeded);
        engine.stop().await;
    }

    async fn the_ledger_has_the_hand_outs_and_the_refusals_and_nothing_else(database: TestDatabase) {
        let house = House::new(database).await;
        let engine = house.engine().await;
        let text = format!(
            "steps:\n\
             - name: reader\n  image: x\n\
             \x20 spec: {{a: !Secret token, b: !Connection [aws, main], c: plain, gone: !Secret gone}}\n\
             \x20 input: [{COME}, 'echo printed', hear]\n\
             - {{name: other, image: x, dependsOn: reader, spec: {{x: !Secret others}}, input: [{COME}, hear]}}\n"
        );
        let workflow = house.workflow(&text).await;
        house.secret(&workflow, "token", "a token").await;
        house.secret(&workflow, "others", "of another step").await;
        let aws = house.connection("aws", "main", AWS).await;
        house.connection("aws", "foreign", AWS).await;
        let elsewhere = house.workflow("steps: []\n").await;
        house.secret(&elsewhere, "elsewhere", "of another workflow").await;
        let run = house.run(&workflow, "{}").await;
        let mut guest = house.meeting.guest().await;
        let door = engine.door(&guest.token).unwrap();

        // What is not touched is not told, printing is no reading, and repeats are silent.
        assert_eq!(spec(&door, "c").await, "plain");
        let id = house.attempts(&run).await[0].id.clone();
        eventually("the log", async || {
            let length = store::logs::length(house.store.logs(), &id).await.unwrap();
            (length > 0).then_some(())
        })
        .await;
        assert_eq!(house.told().await, []);
        for _ in 0..3 {
            assert_eq!(spec(&door, "a").await, "a token");
            assert_eq!(spec(&door, "b.accessKeyID").await, "AKIA-OF-THE-TEST");
        }
        assert_eq!(door.secret("token").await.unwrap().to_wire(), "a token");
        let read = |what: &str| ("step.read".to_owned(), format!("reader {what}"));
        let refused = |what: &str| ("step.refused".to_owned(), format!("reader {what}"));
        let mut expected = vec![read("secret  token"), read("connection aws main")];
        assert_eq!(house.told().await, expected);

        // A new revision is a new hand-out.
        house.overwrite(&aws, "aws", 1, "accessKeyID", "AKIA-THE-NEXT").await;
        for _ in 0..2 {
            assert_eq!(spec(&door, "b.accessKeyID").await, "AKIA-THE-NEXT");
        }
        expected.push(read("connection aws main"));

        // Of another step, another workflow, another connection, a deleted one, and nonsense.
        for name in ["others", "elsewhere", "nonsense", "gone", "", "a\0b", &"x".repeat(500)] {
            for _ in 0..2 {
                not_found(door.secret(name).await);
            }
            let told: String = name.chars().take(201).collect();
            expected.push(refused(&format!("secret  {told}")));
        }
        for (type_name, name) in [("aws", "foreign"), ("aws", "nonsense"), ("no type", "main")] {
            not_found(door.connection(type_name, name).await);
            expected.push(refused(&format!("connection {type_name} {name}")));
        }
        let unresolved = door.spec(Some((QueryLanguage::Path, "gone"))).await.unwrap();
        assert!(!unresolved.complete());
        let mut tx = house.store.begin().await.unwrap();
        assert!(store::connections::delete(&mut tx, &aws, &entry("connection.delete")).await.unwrap());
        tx.commit().await.unwrap();
        not_found(door.connection("aws", "main").await);
        expected.push(refused("connection aws main"));
        not_found(door.output("other", "x").await);
        assert_eq!(house.told().await, expected);

        let of_run = uses::of_run(&house.store, &run).await.unwrap();
        let used: Vec<_> = of_run.iter().map(|one| (&*one.name, one.revision)).collect();
        assert_eq!(used, [("token", 1), ("main", 1), ("main", 2)]);
        guest.tell("go").await;
        house.meeting.guest().await.tell("go").await;
        assert_eq!(house.finished(&run).await.state, RunState::Succeeded);
        assert_eq!(house.told().await, expected);
        engine.stop().await;
    }

    async fn two_requests_at_one_moment_make_one_entry(database: TestDatabase) {
        let house = House::new(database).await;
        let engine = house.engine().await;
        let text = format!(
            "steps: [{{name: reader, image: x, spec: {{a: !Secret token}}, input: [{COME}, hear]}}]\n"
        );
        let workflow = house.workflow(&text).await;
        house.secret(&workflow, "token", "a token").await;
        let run = house.run(&workflow, "{}").await;
        let mut guest = house.meeting.guest().await;
        let asked: Vec<_> = (0..8)
            .map(|_| {
                let door = engine.door(&guest.token).unwrap();
                tokio::spawn(async move { spec(&door, "a").await })
            })
            .collect();
        for one in asked {
            assert_eq!(one.await.unwrap(), "a token");
        }
        assert_eq!(house.told().await.len(), 1);
        guest.tell("go").await;
        house.finished(&run).await;
        engine.stop().await;
    }

    async fn a_step_that_tries_many_names_does_not_fill_the_ledger(database: TestDatabase) {
        let house = House::new(database).await;
        let engine = house.engine().await;
        let text = format!("steps: [{{name: prober, image: x, input: [{COME}, hear]}}]\n");
        let run = house.run_of(&text).await;
        let mut guest = house.meeting.guest().await;
        let door = engine.door(&guest.token).unwrap();
        for number in 0..150 {
            not_found(door.secret(&format!("guess {number}")).await);
        }
        let told = house.told().await;
        assert_eq!(told.len(), 101);
        assert_eq!(told[99].1, "prober secret  guess 99");
        // The last one names nothing, and says that there are more.
        assert_eq!(told[100], ("step.refused".to_owned(), "prober   ".to_owned()));
        let more = "select count(*) from ledger where detail like '%\"more\":true%'";
        assert_eq!(house.database.number(more).await.unwrap(), 1);
        guest.tell("go").await;
        house.finished(&run).await;
        engine.stop().await;
    }

    async fn a_name_that_is_computed_of_a_value_is_refused_and_not_told(database: TestDatabase) {
        let house = House::new(database).await;
        let engine = house.engine().await;
        let text = format!(
            "parameters: {{which: {{default: others}}}}\n\
             steps:\n\
             - name: reader\n  image: x\n\
             \x20 spec: {{a: \"${{secrets[parameters.which]}}\", b: \"${{secrets[secrets.token]}}\"}}\n\
             \x20 input: [{COME}, hear]\n"
        );
        let workflow = house.workflow(&text).await;
        house.secret(&workflow, "token", "a token nobody may see").await;
        house.secret(&workflow, "others", "of another step").await;
        let run = house.run(&workflow, "{}").await;
        let mut guest = house.meeting.guest().await;
        let door = engine.door(&guest.token).unwrap();
        for query in ["a", "b"] {
            if let Ok(answer) = door.spec(Some((QueryLanguage::Path, query))).await {
                assert!(!answer.complete(), "{query}");
                assert!(!answer.value.to_wire().to_string().contains("of another step"));
            }
        }
        for (act, what) in house.told().await {
            assert!(!what.contains("nobody may see"), "{act} {what}");
            assert!(act != "step.read" || what == "reader secret  token", "{what}");
        }
        guest.tell("go").await;
        house.finished(&run).await;
        engine.stop().await;
    }

    async fn no_value_without_its_entry(database: TestDatabase) {
        let house = House::new(database).await;
        let engine = house.engine().await;
        let text = format!(
            "steps: [{{name: reader, image: x, spec: {{a: !Secret token}}, input: [{COME}, hear]}}]\n"
        );
        let workflow = house.workflow(&text).await;
        house.secret(&workflow, "token", "a token").await;
        let run = house.run(&workflow, "{}").await;
        let mut guest = house.meeting.guest().await;
        let door = engine.door(&guest.token).unwrap();
        let (refuse, allow) = if house.database.is_sqlite() {
            (
                "create trigger full before insert on ledger begin select raise(abort, 'full'); end",
                "drop trigger full",
            )
        } else {
            (
                "create function full_ledger() returns trigger language plpgsql as \
                 $$ begin raise exception 'full'; end $$; \
                 create trigger full_ledger before insert on ledger for each row \
                 execute function full_ledger()",
                "drop trigger full_ledger on ledger",
            )
        };
        house.database.execute(refuse).await.unwrap();
        for _ in 0..2 {
            assert!(matches!(door.spec(None).await, Err(DoorError::Failed)));
            assert!(matches!(door.secret("token").await, Err(DoorError::Failed)));
            assert!(matches!(door.secret("nonsense").await, Err(DoorError::Failed)));
        }
        assert_eq!(uses::of_run(&house.store, &run).await.unwrap(), []);
        house.database.execute(allow).await.unwrap();
        assert_eq!(door.secret("token").await.unwrap().to_wire(), "a token");
        assert_eq!(uses::of_run(&house.store, &run).await.unwrap().len(), 1);
        guest.tell("go").await;
        house.finished(&run).await;
        engine.stop().await;
    }

    async fn a_token_dies_with_its_process(database: TestDatabase) {
        let house = House::new(database).await;
        let engine = house.engine().await;
        let text = format!(
            "steps: [{{name: reader, image: x, spec: {{a: !Secret token}}, input: [{COME}, hear]}}]\n"
        );
        let workflow = house.workflow(&text).await;
        house.secret(&workflow, "token", "a token").await;
        let run = house.run(&workflow, "{}").await;
        let mut guest = house.meeting.guest().await;
        let door = engine.door(&guest.token).unwrap();
        assert!(engine.door("").is_none());
        assert!(engine.door(&guest.token[1..]).is_none());
        // 256 bits in base64 without padding.
        assert_eq!(guest.token.len(), 43);
        guest.tell("go").await;
        house.finished(&run).await;
        assert!(engine.door(&guest.token).is_none());
        not_found(door.spec(None).await);
        not_found(door.secret("token").await);
        not_found(door.secret("nonsense").await);
        not_found(door.set_output("late", Value::from("x")).await);
        assert_eq!(house.told().await, []);
        assert_eq!(outputs::of_run(&house.store, &run).await.unwrap(), []);
        engine.stop().await;
    }

    async fn conditions_use_outputs_and_secrets(database: TestDatabase) {
        let house = House::new(database).await;
        let engine = house.engine().await;
        let text = format!(
            "steps:\n\
             - {{name: first, image: x, input: [{COME}, hear]}}\n\
             - {{name: yes, image: x, when: !Fn.equals [!Output [first, x], 'one'], input: ['true']}}\n\
             - {{name: no, image: x, when: !Fn.equals [!Output [first, x], 'two'], input: ['true']}}\n\
             - {{name: unset, image: x, when: !Fn.equals [!Output [first, y], 'two'], input: ['true']}}\n\
             - {{name: secret, image: x, when: !Fn.equals [!Secret token, 'a token'], input: ['true']}}\n\
             - {{name: nonsense, image: x, when: !Output [first, x], input: ['true']}}\n"
        );
        let workflow = house.workflow(&text).await;
        house.secret(&workflow, "token", "a token").await;
        let run = house.run(&workflow, "{}").await;
        let mut guest = house.meeting.guest().await;
        let door = engine.door(&guest.token).unwrap();
        door.set_output("x", Value::from("zero")).await.unwrap();
        door.set_output("x", Value::from("one")).await.unwrap();
        guest.tell("go").await;
        assert_eq!(house.finished(&run).await.state, RunState::Failed);
        let states = house.states(&run).await;
        assert_eq!(states["yes"], StepState::Succeeded);
        assert_eq!(states["no"], StepState::Skipped);
        assert_eq!(states["unset"], StepState::Failed);
        assert_eq!(states["secret"], StepState::Succeeded);
        assert_eq!(states["nonsense"], StepState::Failed);
        for name in ["no", "unset", "nonsense"] {
            let message = house.step(&run, name).await.message;
            assert!(!message.is_empty() && !message.contains("one"), "{message}");
        }
        let told = house.told().await;
        assert_eq!(told, [("condition.read".to_owned(), "secret secret  token".to_owned())]);
        engine.stop().await;
    }

    async fn too_large_an_output_is_refused(database: TestDatabase) {
        let house = House::new(database).await;
        let engine = house.engine().await;
        let text = format!("steps: [{{name: big, image: x, input: [{COME}, hear]}}]\n");
        let run = house.run_of(&text).await;
        let mut guest = house.meeting.guest().await;
        let door = engine.door(&guest.token).unwrap();
        let big = Value::from("x".repeat(engine::MAX_OUTPUT));
        assert!(matches!(door.set_output("x", big).await, Err(DoorError::TooLarge)));
        let long = "x".repeat(engine::MAX_OUTPUT_NAME + 1);
        assert!(matches!(door.set_output(&long, Value::Null).await, Err(DoorError::TooLarge)));
        guest.tell("go").await;
        house.finished(&run).await;
        assert_eq!(outputs::of_run(&house.store, &run).await.unwrap(), []);
        engine.stop().await;
    }

    async fn too_many_outputs_are_refused(database: TestDatabase) {
        let house = House::new(database).await;
        let engine = house.engine().await;
        let text = format!("steps: [{{name: big, image: x, input: [{COME}, hear]}}]\n");
        let run = house.run_of(&text).await;
        let mut guest = house.meeting.guest().await;
        let door = engine.door(&guest.token).unwrap();
        let large = Value::from("x".repeat(engine::MAX_OUTPUT - 10));
        for number in 0..8 {
            door.set_output(&number.to_string(), large.clone()).await.unwrap();
        }
        assert!(matches!(door.set_output("8", large.clone()).await, Err(DoorError::TooLarge)));
        door.set_output("7", large).await.unwrap();
        guest.tell("go").await;
        assert_eq!(house.finished(&run).await.state, RunState::Succeeded);
        assert_eq!(outputs::of_run(&house.store, &run).await.unwrap().len(), 8);
        engine.stop().await;
    }

    async fn a_workflow_without_a_grant_is_answered_as_if_there_were_nothing(database: TestDatabase) {
        let house = House::new(database).await;
        let engine = house.engine().await;
        let text = format!(
            "steps:\n- name: reads\n  image: x\n  spec: {{aws: !Connection [aws, main]}}\n\
             \x20 input: [{COME}, hear]\n"
        );
        let workflow = house.workflow(&text).await;
        let aws = house.connection("aws", "main", AWS).await;
        let run = house.run(&workflow, "{}").await;
        let mut guest = house.meeting.guest().await;
        let door = engine.door(&guest.token).unwrap();
        let limit = async |workflows: &[model::WorkflowId]| {
            let mut tx = house.store.begin().await.unwrap();
            store::grants::set(&mut tx, &aws, true, workflows, &entry("connection.limit")).await.unwrap();
            tx.commit().await.unwrap();
        };
        let other = house.workflow("steps: []\n").await;
        assert!(door.connection("aws", "main").await.is_ok());
        // It was handed out before; from now on it is not, whatever this engine still holds.
        limit(std::slice::from_ref(&other)).await;
        not_found(door.connection("aws", "main").await);
        not_found(door.connection("aws", "nothing").await);
        limit(&[workflow, other]).await;
        assert!(door.connection("aws", "main").await.is_ok());
        assert!(house.told().await.iter().any(|(act, what)| act == "step.refused" && what == "reads connection aws main"));
        guest.tell("go").await;
        house.finished(&run).await;
        engine.stop().await;
    }

    async fn a_value_that_does_not_open_is_not_said_to_be_missing(database: TestDatabase) {
        let house = House::new(database).await;
        let engine = house.engine().await;
        let text = "steps: [{name: a, image: x, input: ['true'], \
                    when: !Fn.equals [!Secret token, a token]}]\n";
        let workflow = house.workflow(text).await;
        house.secret(&workflow, "token", "a token").await;
        // As if the value had been moved here from another place.
        house.database.execute("update secret_values set field_revision = 7").await.unwrap();
        let run = house.run(&workflow, "{}").await;
        assert_eq!(house.finished(&run).await.state, RunState::Failed);
        let message = house.step(&run, "a").await.message;
        assert_eq!(
            message,
            "Its condition needs the secret “token”, which is stored and can't be opened; an \
             administrator overwrites it, or finds out in the log of Relay why."
        );
        let marked = "select count(*) from secret_values where unopenable_at is not null";
        assert_eq!(house.database.number(marked).await.unwrap(), 1);
        engine.stop().await;

        // Once it opens again, the next start takes the mark back.
        house.database.execute("update secret_values set field_revision = 1").await.unwrap();
        house.engine().await.stop().await;
        assert_eq!(house.database.number(marked).await.unwrap(), 0);
    }
}
