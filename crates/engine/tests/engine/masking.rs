//! What a step could read is in no log and in no output.

use base64ct::{Base64, Encoding};
use language::Value;
use model::RunState;
use serde_json::json;
use store::testing::TestDatabase;
use store::{both, outputs};

use crate::help::House;
use crate::meeting::COME;

const SECRET: &str = "hunter2-correct-horse";

both! {
    async fn printed_values_are_masked_before_they_are_stored(database: TestDatabase) {
        let house = House::new(database).await;
        let engine = house.engine().await;
        let text = format!(
            "steps:\n\
             - name: loud\n  image: x\n\
             \x20 spec: {{t: !Secret token, key: !Connection [aws, main]}}\n\
             \x20 input: [{COME}, 'echo never asked: hunter2-correct-horse', \
             'printf \"cut: hunter2-\"; say cut; hear; printf \"correct-\"; say cut; hear; echo horse', \
             'printf %s hunter2-correct-horse | base64', 'echo AKIA-PLAIN the-secret-access-key', \
             'echo $METADATA_API_URL']\n"
        );
        let workflow = house.workflow(&text).await;
        house.secret(&workflow, "token", SECRET).await;
        let fields = [("accessKeyID", "AKIA-PLAIN"), ("secretAccessKey", "the-secret-access-key")];
        house.connection("aws", "main", &fields).await;
        let run = house.run(&workflow, "{}").await;
        let mut guest = house.meeting.guest().await;
        for _ in 0..2 {
            assert_eq!(guest.hear().await, "cut");
            // What was printed so far is stored, as far as it cannot become a secret.
            guest.tell("go").await;
        }
        assert_eq!(house.finished(&run).await.state, RunState::Succeeded);
        let log = house.log(&run, "loud").await;
        let address = house.meeting.address();
        assert_eq!(
            log,
            format!(
                "never asked: ***\ncut: ***\n***\nAKIA-PLAIN ***\nhttp://:***@{address}\n"
            )
        );
        // Nobody was handed anything.
        assert_eq!(house.told().await, []);
        engine.stop().await;
    }

    async fn outputs_are_masked(database: TestDatabase) {
        let house = House::new(database).await;
        let engine = house.engine().await;
        let text = format!(
            "steps: [{{name: set, image: x, spec: {{t: !Secret token, n: !Secret number}}, \
             input: [{COME}, hear]}}]\n"
        );
        let workflow = house.workflow(&text).await;
        house.secret(&workflow, "token", SECRET).await;
        house.secret(&workflow, "number", "12345678").await;
        let run = house.run(&workflow, "{}").await;
        let mut guest = house.meeting.guest().await;
        let door = engine.door(&guest.token).unwrap();
        let value = json!({
            "list": [format!("a {SECRET} b"), 12_345_678, 5, true],
            (SECRET): "as a name",
            "json": format!("{{\"a\":\"{SECRET}\"}}"),
        });
        door.set_output("out", Value::from_json(&value)).await.unwrap();
        door.set_output(SECRET, Value::from("x")).await.unwrap();
        guest.tell("go").await;
        house.finished(&run).await;
        let rows = outputs::of_run(&house.store, &run).await.unwrap();
        let names: Vec<_> = rows.iter().map(|row| &*row.name).collect();
        assert_eq!(names, ["***", "out"]);
        let stored: serde_json::Value = serde_json::from_str(&rows[1].value).unwrap();
        let expected = json!({
            "list": ["a *** b", "***", 5, true],
            "***": "as a name",
            "json": "{\"a\":\"***\"}",
        });
        assert_eq!(stored, expected);
        engine.stop().await;
    }

    async fn a_long_value_that_is_new_is_masked_before_it_is_given(database: TestDatabase) {
        let house = House::new(database).await;
        let engine = house.engine().await;
        let text = format!(
            "steps: [{{name: loud, image: x, spec: {{key: !Connection [aws, main]}}, \
             input: [{COME}, hear, 'echo $heard', hear, 'echo $heard']}}]\n"
        );
        let workflow = house.workflow(&text).await;
        let fields = [("accessKeyID", "AKIA"), ("secretAccessKey", "the first one")];
        let aws = house.connection("aws", "main", &fields).await;
        let run = house.run(&workflow, "{}").await;
        let mut guest = house.meeting.guest().await;
        let door = engine.door(&guest.token).unwrap();
        // By now everything is known that the step could read when it began.
        door.set_output("out", Value::from("x")).await.unwrap();
        let lines: Vec<_> =
            (0..1_000_u64).map(|line| format!("{:x}\n", line * line * 77_777)).collect();
        let lines = lines.concat();
        let long = format!("{lines}{}{lines}", "\0".repeat(20_000));
        house.overwrite(&aws, "aws", 1, "secretAccessKey", &long).await;
        assert!(door.connection("aws", "main").await.is_ok());
        guest.tell(&Base64::encode_string(long.as_bytes())).await;
        guest.tell("the first one").await;
        assert_eq!(house.finished(&run).await.state, RunState::Succeeded);
        assert_eq!(house.log(&run, "loud").await, "***\n***\n");
        engine.stop().await;
    }

    async fn who_asks_and_hangs_up_is_told_of_once(database: TestDatabase) {
        let house = House::new(database).await;
        let engine = house.engine().await;
        let text = format!(
            "steps: [{{name: hasty, image: x, spec: {{t: !Secret token}}, input: [{COME}, hear]}}]\n"
        );
        let workflow = house.workflow(&text).await;
        let lines: Vec<_> = (0..5_000_u64).map(|line| format!("{:x}\n", line * line * 77_777)).collect();
        house.secret(&workflow, "token", &lines.concat()).await;
        let run = house.run(&workflow, "{}").await;
        let mut guest = house.meeting.guest().await;
        let door = engine.door(&guest.token).unwrap();
        // It goes when the ledger has told of it, while the forms of the long value are worked out.
        let told = async {
            while house.told().await.is_empty() {
                tokio::task::yield_now().await;
            }
        };
        tokio::select! {
            biased;
            () = told => {}
            _ = door.secret("token") => {}
        }
        assert!(door.secret("token").await.is_ok());
        guest.tell("").await;
        assert_eq!(house.finished(&run).await.state, RunState::Succeeded);
        assert_eq!(house.told().await, [("step.read".to_owned(), "hasty secret  token".to_owned())]);
        engine.stop().await;
    }

    async fn who_is_refused_and_hangs_up_is_told_of_once(database: TestDatabase) {
        let house = House::new(database).await;
        let engine = house.engine().await;
        let text = format!("steps: [{{name: hasty, image: x, input: [{COME}, hear]}}]\n");
        let workflow = house.workflow(&text).await;
        let run = house.run(&workflow, "{}").await;
        let mut guest = house.meeting.guest().await;
        let door = engine.door(&guest.token).unwrap();
        for asked in 1..=50 {
            let name = format!("token-{asked}");
            // It goes when the database shows that the ledger has told of it.
            let told = async {
                while house.told().await.len() < asked {
                    tokio::task::yield_now().await;
                }
            };
            tokio::select! {
                biased;
                () = told => {}
                _ = door.secret(&name) => {}
            }
            assert!(door.secret(&name).await.is_err());
            assert_eq!(house.told().await.len(), asked, "{name}");
        }
        guest.tell("").await;
        assert_eq!(house.finished(&run).await.state, RunState::Succeeded);
        engine.stop().await;
    }

    async fn what_echo_makes_of_backslashes_is_masked(database: TestDatabase) {
        let house = House::new(database).await;
        let engine = house.engine().await;
        let values = [r"C:\temp\new\report-PW", r"Corp\new-admin\t0p-S3cret!", r"ab\\cd-EFGH-1234", r"s3cr3t\cTAIL"];
        let text = "steps:\n- name: echoes\n  image: x\n  env: {S0: !Secret s0, S1: !Secret s1, S2: !Secret s2, S3: !Secret s3}\n\
            \x20 input: ['echo \"1 $S0\"', 'echo \"2 $S1\"', 'echo \"3 $S2\"', 'echo \"4 $S3\"; echo', 'echo \"$S1\" | tail -1', 'printf \"%s\\n\" \"$S0\"']\n";
        let workflow = house.workflow(text).await;
        for (number, value) in values.iter().enumerate() {
            house.secret(&workflow, &format!("s{number}"), value).await;
        }
        let run = house.run(&workflow, "{}").await;
        assert_eq!(house.finished(&run).await.state, RunState::Succeeded);
        assert_eq!(house.log(&run, "echoes").await, "1 ***\n2 ***\n3 ***\n4 ***\n***\n***\n");
        engine.stop().await;
    }
}
