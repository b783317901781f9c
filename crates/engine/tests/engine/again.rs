//! What a step gets when it asks the same again: the same, as long as it is what is stored.

use std::future::{Future, poll_fn};
use std::task::Poll;
use std::time::{Duration, SystemTime};

use engine::{Answer, DoorError, StepDoor};
use language::{Evaluation, QueryLanguage};
use serde_json::{Value as Json, json};
use store::both;
use store::testing::TestDatabase;

use crate::help::{House, entry, eventually};
use crate::meeting::COME;

const AWS: &[(&str, &str)] = &[
    ("accessKeyID", "AKIA-1"),
    ("secretAccessKey", "a secret key"),
];

const SPEC: &str = "spec: {key: !Connection [aws, main], region: us-east-1, at: \"${now()}\", \
     said: \"${parameters.word}\", gone: !Secret gone}\n  env: {TOKEN: !Secret token}";

fn write(evaluation: &Evaluation) -> Vec<u8> {
    let written = json!([evaluation.value.to_wire(), evaluation.complete()]);
    written.to_string().into_bytes()
}

fn read(answer: Result<Answer, DoorError>) -> Json {
    serde_json::from_slice(answer.unwrap().as_ref()).unwrap()
}

async fn ask(door: &StepDoor, query: &str) -> Json {
    read(
        door.spec_written(Some((QueryLanguage::Path, query)), write)
            .await,
    )
}

fn text(more: &str) -> String {
    format!(
        "parameters: {{word: {{default: hello}}}}\n\
         steps:\n- name: reader\n  image: x\n  {more}\n  input: [{COME}, hear]\n"
    )
}

both! {
    async fn an_answer_is_what_is_stored_however_often_it_was_given(database: TestDatabase) {
        let house = House::new(database).await;
        let engine = house.engine().await;
        let workflow = house.workflow(&text(SPEC)).await;
        house.secret(&workflow, "token", "a token").await;
        let aws = house.connection("aws", "main", AWS).await;
        let run = house.run(&workflow, "{}").await;
        let mut guest = house.meeting.guest().await;
        let door = engine.door(&guest.token).unwrap();
        let read_main = ("step.read".to_owned(), "reader connection aws main".to_owned());
        let mut told = house.told().await;

        for _ in 0..3 {
            assert_eq!(ask(&door, "key.accessKeyID").await, json!(["AKIA-1", true]));
            assert_eq!(ask(&door, "region").await, json!(["us-east-1", true]));
            assert_eq!(ask(&door, "said").await, json!(["hello", true]));
            let env = read(door.environment_written(write).await);
            assert_eq!(env, json!([{"TOKEN": "a token"}, true]));
        }
        // Of another language it is another question.
        let other = door.spec_written(Some((QueryLanguage::PathTemplate, "region")), write).await;
        assert_eq!(read(other), json!(["region", true]));
        told.push(read_main.clone());
        assert_eq!(house.told().await, told);

        // Changed by this process: the next answer.
        house.overwrite(&aws, "aws", 1, "accessKeyID", "AKIA-2").await;
        for _ in 0..2 {
            assert_eq!(ask(&door, "key.accessKeyID").await, json!(["AKIA-2", true]));
        }
        told.push(read_main.clone());
        assert_eq!(house.told().await, told);

        // Changed by another one: as soon as somebody looks.
        let elsewhere = house.elsewhere().await;
        house.overwrite_in(&elsewhere, &aws, "aws", 2, "accessKeyID", "AKIA-3").await;
        eventually("the value of another process", async || {
            let answer = ask(&door, "key.accessKeyID").await;
            assert!(answer == json!(["AKIA-2", true]) || answer == json!(["AKIA-3", true]));
            (answer == json!(["AKIA-3", true])).then_some(())
        })
        .await;
        told.push(read_main.clone());
        assert_eq!(house.told().await, told);
        elsewhere.close().await;

        // Deleted.
        let mut tx = house.store.begin().await.unwrap();
        assert!(store::connections::delete(&mut tx, &aws, &entry("connection.delete")).await.unwrap());
        tx.commit().await.unwrap();
        for _ in 0..2 {
            assert_eq!(ask(&door, "key").await, json!([null, false]));
        }
        told.push(("step.refused".to_owned(), "reader connection aws main".to_owned()));
        assert_eq!(house.told().await, told);

        // There again.
        house.connection("aws", "main", AWS).await;
        for _ in 0..2 {
            assert_eq!(ask(&door, "key.accessKeyID").await, json!(["AKIA-1", true]));
        }
        told.push(read_main);
        assert_eq!(house.told().await, told);

        guest.tell("go").await;
        house.finished(&run).await;
        for query in ["key.accessKeyID", "region"] {
            let late = door.spec_written(Some((QueryLanguage::Path, query)), write).await;
            assert!(matches!(late, Err(DoorError::NotFound)), "{late:?}");
        }
        let late = door.environment_written(write).await;
        assert!(matches!(late, Err(DoorError::NotFound)), "{late:?}");
        engine.stop().await;
    }

    async fn what_may_change_by_itself_is_not_answered_from_memory(database: TestDatabase) {
        let house = House::new(database).await;
        let engine = house.engine().await;
        let workflow = house.workflow(&text(SPEC)).await;
        house.secret(&workflow, "token", "a token").await;
        let run = house.run(&workflow, "{}").await;
        let mut guest = house.meeting.guest().await;
        let door = engine.door(&guest.token).unwrap();

        let first = ask(&door, "at").await;
        let since = SystemTime::now();
        while since.elapsed().unwrap() < Duration::from_millis(2) {
            tokio::task::yield_now().await;
        }
        assert_ne!(ask(&door, "at").await, first);

        // What there was not yet, in a database that another process has changed.
        assert_eq!(ask(&door, "gone").await, json!([null, false]));
        house.secret(&workflow, "gone", "not gone").await;
        assert_eq!(ask(&door, "gone").await, json!(["not gone", true]));
        guest.tell("go").await;
        house.finished(&run).await;
        engine.stop().await;
    }

    async fn a_query_that_takes_long_keeps_nobody_waiting(database: TestDatabase) {
        let house = House::new(database).await;
        let engine = house.engine().await;
        let list = vec!["[1, 2, [3, {a: 4}]]"; 400].join(", ");
        let workflow = house.workflow(&text(&format!("spec: {{list: [{list}]}}"))).await;
        let run = house.run(&workflow, "{}").await;
        let mut guest = house.meeting.guest().await;
        let door = engine.door(&guest.token).unwrap();
        let costly = door.spec_written(Some((QueryLanguage::JsonPath, "$..*..*..*..*")), write);
        let mut costly = std::pin::pin!(costly);
        // Whoever serves it gets its thread back before there is an answer.
        let first = poll_fn(|context| Poll::Ready(costly.as_mut().poll(context))).await;
        assert!(first.is_pending());
        assert!(costly.await.is_ok());
        guest.tell("go").await;
        house.finished(&run).await;
        engine.stop().await;
    }
}
