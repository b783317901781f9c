//! The metadata API with the token of a real step, and what it leaves in the ledger.

use base64ct::{Base64, Encoding};
use serde_json::{Value, json};
use store::testing::TestDatabase;

use crate::held::{HEADERS, Held, LASTING, Reply, ask, listener};
use crate::house::{House, step};

fn id(number: u8) -> String {
    format!("{number:032x}")
}

const SPEC: &str = "\
spec:
  region: us-east-1
  aws: {connection: !Connection {type: aws, name: mine}}
  token: !Secret token
  greeting: \"hi ${secrets.token}\"
  later: !Output [other, thing]
  list: [1, two, null]
env:
  PLAIN: x
  TOKEN: !Secret token
";

store::both! {
    async fn a_step_gets_what_it_is_written_to_read(database: TestDatabase) {
        let mut house = House::on(&database).await;
        let (listener, port) = listener().await;
        let other = step("other", "", "echo");
        house.add_workflow("w", &Held::text(port, SPEC.replace("  later: !Output [other, thing]\n", "").as_str(), &other)).await;
        house.add_aws(&id(1), "mine", "AKIAEXAMPLE", "the secret access key").await;
        house.add_secret(&id(2), "w", "token", "the token of w").await;
        let held = Held::start(&mut house, "w", &listener).await;

        let aws = json!({ "accessKeyID": "AKIAEXAMPLE", "secretAccessKey": "the secret access key" });
        let value = async |request: &str| {
            let reply = held.ask(request).await;
            assert_eq!(reply.status, 200, "{request}: {reply:?}");
            let reply = reply.json();
            assert_eq!((&reply["complete"], &reply["unresolvable"]), (&json!(true), &json!({})), "{request}");
            reply["value"].clone()
        };
        assert_eq!(value("GET /spec?q=region").await, "us-east-1");
        assert_eq!(value("GET /spec?q=aws%5B%22connection%22%5D%5B%22accessKeyID%22%5D").await, "AKIAEXAMPLE");
        assert_eq!(value("GET /spec?q=aws.connection").await, aws);
        assert_eq!(value("GET /spec?q=greeting").await, "hi the token of w");
        assert_eq!(value("GET /spec?q=%7B.token%7D&lang=jsonpath-template").await, "the token of w");
        assert_eq!(value("GET /spec").await["list"], json!([1, "two", null]));
        assert_eq!(value("GET /environment").await, json!({ "PLAIN": "x", "TOKEN": "the token of w" }));
        assert_eq!(value("GET /environment/TOKEN").await, "the token of w");
        assert_eq!(held.ask("GET /secrets/token").await.json(), json!({ "key": "token", "value": "the token of w" }));
        assert_eq!(held.ask("GET /connections/aws/mine").await.json(), json!({ "type": "aws", "name": "mine", "value": aws }));
        let conditions = held.ask("GET /conditions").await.json();
        assert_eq!((&conditions["resolved"], &conditions["success"]), (&json!(true), &json!(true)));
        for (request, status, code) in [
            ("GET /spec?q=nothing.here", 422, "rma_expression_evaluation_error"),
            ("GET /spec?q=%5B", 422, "rma_expression_evaluation_error"),
            ("GET /spec?q=region&lang=sql", 422, "rma_expression_unsupported_language_error"),
            ("GET /environment/NONE", 404, "rma_model_not_found_error"),
        ] {
            let reply = held.ask(request).await;
            assert_eq!((reply.status, reply.code().as_str()), (status, code), "{request}");
        }

        // However often it asked, the ledger has one entry for the connection and one for the secret.
        let told = house.told_of_steps().await;
        let told: Vec<_> = told.iter().map(|row| (row.act.as_str(), row.subject.as_str(), row.actor_kind.as_str())).collect();
        // The secret is in its environment, which was made before it began.
        assert_eq!(told, [("step.read", id(2).as_str(), "step"), ("step.read", id(1).as_str(), "step")]);
        let (watched, _) = held.end(&mut house).await;
        assert_eq!(watched.state(), "succeeded", "{watched:?}");
        let uses: Vec<_> = watched.run["uses"].as_array().unwrap().iter().map(|one| (one["name"].as_str().unwrap(), &one["current"])).collect();
        assert_eq!(uses, [("token", &json!(true)), ("mine", &json!(true))]);
        house.stop().await;
    }

    async fn what_cannot_be_resolved_is_said(database: TestDatabase) {
        let mut house = House::on(&database).await;
        let (listener, port) = listener().await;
        let more = "spec: {a: \"x ${outputs.other.thing} y\", b: 1}\nwhen: \"${steps.other.succeeded}\"";
        let other = step("other", "", "echo");
        house.add_workflow("w", &Held::text(port, more, &other)).await;
        let held = Held::start(&mut house, "w", &listener).await;
        let missing = json!({ "outputs": [{ "from": "other", "name": "thing" }] });
        let whole = json!({ "value": { "a": "x ${outputs.other.thing} y", "b": 1 }, "complete": false, "unresolvable": missing });
        assert_eq!(held.ask("GET /spec").await.json(), whole);
        assert_eq!(held.ask("GET /spec?q=a").await.json(), json!({ "value": null, "complete": false, "unresolvable": missing }));
        let conditions = held.ask("GET /conditions").await.json();
        assert_eq!(conditions, json!({ "resolved": true, "success": true, "message": "all checks passed" }));
        assert_eq!(held.ask("GET /environment").await.code(), "rma_model_not_found_error");
        held.end(&mut house).await;
        house.stop().await;
    }

    async fn outputs_are_set_and_read(database: TestDatabase) {
        let mut house = House::on(&database).await;
        let (listener, port) = listener().await;
        let producer = step("producer", "", "echo");
        house.add_workflow("w", &Held::text(port, "spec: {x: !Output [producer, x]}\ndependsOn: producer", &producer)).await;
        let held = Held::start(&mut house, "w", &listener).await;
        for (name, media_type, body, status) in [
            ("plain", "text/plain", &b"{not json"[..], 201),
            ("none", "", b"as it is", 201),
            ("bytes", "application/octet-stream", b"\xff\x00", 201),
            ("json", "application/json", br#"{"a": [1, 12345678901]} and more"#, 201),
            ("encoded", "application/json", br#"{"$encoding": "base64", "data": "aGk="}"#, 201),
            ("a%20b%2Fc", "", b"named", 201),
            ("json", "application/json", b"{not json", 422),
            ("json", "application/json", b"", 422),
            ("json", "application/json; charset=utf-8", b"1", 422),
            ("json", "text/html", b"1", 422),
            ("large", "", &vec![b'x'; 1024 * 1024 + 1], 413),
        ] {
            let reply = held.put(name, media_type, body).await;
            assert_eq!(reply.status, status, "{name} {media_type}: {reply:?}");
            assert!(status != 201 || reply.body.is_empty(), "{reply:?}");
        }
        held.put("none", "", b"the last one counts").await;
        let (watched, _) = held.end(&mut house).await;
        let outputs: Vec<_> = watched.run["outputs"].as_array().unwrap().iter()
            .map(|one| (one["name"].as_str().unwrap(), one["value"].as_str().unwrap()))
            .collect();
        assert_eq!(outputs, [
            ("a b/c", "named"),
            ("bytes", r#"{"$encoding":"base64","data":"/wA="}"#),
            ("encoded", "hi"),
            ("json", r#"{"a":[1,12345678901]}"#),
            ("none", "the last one counts"),
            ("plain", "{not json"),
        ]);
        house.stop().await;
    }

    async fn whatever_is_not_for_this_step_does_not_exist(database: TestDatabase) {
        let mut house = House::on(&database).await;
        let (listener, port) = listener().await;
        let more = "spec: {mine: !Secret mine, gone: !Secret gone, deleted: !Connection {type: aws, name: deleted}}";
        let other = step("other", "spec: {theirs: !Secret theirs, aws: !Connection {type: aws, name: theirs}}\ndependsOn: held", "echo");
        house.add_workflow("w", &Held::text(port, more, &other)).await;
        house.add_workflow("elsewhere", "steps: []\n").await;
        house.add_aws(&id(1), "theirs", "AKIAEXAMPLE", "the secret access key").await;
        house.add_aws(&id(2), "deleted", "AKIADELETED", "the deleted access key").await;
        for (number, workflow, name) in [(3, "w", "mine"), (4, "w", "theirs"), (5, "w", "gone"), (6, "elsewhere", "foreign")] {
            house.add_secret(&id(number), workflow, name, "a value nobody may see").await;
        }
        let held = Held::start(&mut house, "w", &listener).await;
        // Both were there when the run began.
        house.do_it("delete_connection", &[("id", &id(2)), ("typed_name", "deleted")]).await;
        house.do_it("delete_secret", &[("workflow", "w"), ("id", &id(5))]).await;

        let nonsense = held.ask("GET /secrets/nonsense").await;
        assert_eq!((nonsense.status, nonsense.code().as_str()), (404, "rma_model_not_found_error"));
        let dateless = |reply: &Reply| {
            let head: Vec<_> = reply.head.lines().filter(|line| !line.starts_with("date:")).map(str::to_owned).collect();
            (head, reply.body.clone())
        };
        for request in [
            "GET /secrets/theirs", "GET /secrets/foreign", "GET /secrets/gone", "GET /secrets/%ff",
            "GET /secrets/MINE", "GET /connections/aws/theirs", "GET /connections/aws/deleted",
            "GET /connections/slack/theirs", "GET /connections/aws/nonsense",
            "GET /outputs/other/x", "GET /outputs/nonsense/x", "GET /environment",
        ] {
            let reply = held.ask(request).await;
            assert_eq!(dateless(&reply), dateless(&nonsense), "{request}");
        }
        // The same again, to see that it is told once.
        held.ask("GET /secrets/theirs").await;
        let gone = held.ask("GET /spec?q=gone").await.json();
        assert_eq!(gone, json!({ "value": null, "complete": false, "unresolvable": { "secrets": [{ "name": "gone" }] } }));
        assert_eq!(held.ask("GET /secrets/mine").await.status, 200);

        let told: Vec<_> = house.told_of_steps().await.iter()
            .map(|row| {
                let detail: Value = serde_json::from_str(&row.detail).unwrap();
                assert!(!row.detail.contains("a value nobody may see"));
                let word = |name: &str| detail[name].as_str().unwrap().to_owned();
                (row.act.clone(), word("kind"), word("type"), word("name"))
            })
            .collect();
        let refused = |kind: &str, type_name: &str, name: &str| ("step.refused".to_owned(), kind.to_owned(), type_name.to_owned(), name.to_owned());
        let mut expected = vec![refused("secret", "", "nonsense"), refused("secret", "", "theirs"), refused("secret", "", "foreign"), refused("secret", "", "gone"), refused("secret", "", "MINE")];
        expected.extend(["theirs", "deleted"].map(|name| refused("connection", "aws", name)));
        expected.push(refused("connection", "slack", "theirs"));
        expected.push(refused("connection", "aws", "nonsense"));
        expected.push(("step.read".into(), "secret".into(), String::new(), "mine".into()));
        assert_eq!(told, expected);
        let (watched, _) = held.end(&mut house).await;
        assert_eq!(watched.state(), "succeeded");
        house.stop().await;
    }

    async fn asked_again_a_step_gets_what_is_stored_by_then(database: TestDatabase) {
        let mut house = House::on(&database).await;
        let (listener, port) = listener().await;
        let more = "spec: {aws: !Connection {type: aws, name: mine}}\nenv: {TOKEN: !Secret token}";
        house.add_workflow("w", &Held::text(port, more, "")).await;
        house.add_aws(&id(1), "mine", "AKIAEXAMPLE", "the secret access key").await;
        house.add_secret(&id(2), "w", "token", "the token of w").await;
        let held = Held::start(&mut house, "w", &listener).await;
        let key = "GET /spec?q=aws.accessKeyID";
        let answer = |value: Value| json!({ "value": value, "complete": true, "unresolvable": {} });

        let mut told = house.told_of_steps().await.len();
        for _ in 0..3 {
            assert_eq!(held.ask(key).await.json(), answer("AKIAEXAMPLE".into()));
            assert_eq!(held.ask("GET /environment").await.json(), answer(json!({ "TOKEN": "the token of w" })));
        }
        told += 1;
        assert_eq!(house.told_of_steps().await.len(), told);

        let changes = [
            ("id", &*id(1)), ("revision", "1"), ("changes[accessKeyID]", "replace"),
            ("changes[secretAccessKey]", "keep"), ("values[accessKeyID]", "AKIATHENEXT"),
        ];
        house.do_it("overwrite_connection", &changes).await;
        house.do_it("overwrite_secret", &[("workflow", "w"), ("id", &id(2)), ("revision", "1"), ("value", "the next token")]).await;
        for _ in 0..2 {
            assert_eq!(held.ask(key).await.json(), answer("AKIATHENEXT".into()));
            assert_eq!(held.ask("GET /environment").await.json(), answer(json!({ "TOKEN": "the next token" })));
        }
        told += 2;
        assert_eq!(house.told_of_steps().await.len(), told);

        house.do_it("delete_connection", &[("id", &id(1)), ("typed_name", "mine")]).await;
        for _ in 0..2 {
            assert_eq!(held.ask("GET /spec?q=aws").await.json()["complete"], json!(false));
            assert_eq!(held.ask("GET /connections/aws/mine").await.status, 404);
            assert!(!held.ask(key).await.body.contains("AKIATHENEXT"));
        }
        told += 1;
        assert_eq!(house.told_of_steps().await.len(), told);
        let api = held.api;
        let (_, token) = held.end(&mut house).await;
        let header = format!("Authorization: Bearer {token}\r\n");
        for request in [key, "GET /environment"] {
            assert_eq!(ask(api, request, &header, b"").await.status, 401, "{request}");
        }
        house.stop().await;
    }

    async fn a_token_is_dead_when_its_step_has_ended(database: TestDatabase) {
        let mut house = House::on(&database).await;
        let (listener, port) = listener().await;
        house.add_workflow("w", &Held::text(port, "spec: {token: !Secret token}", "")).await;
        house.add_secret(&id(1), "w", "token", "the token of w").await;
        let held = Held::start(&mut house, "w", &listener).await;
        assert_eq!(held.ask("GET /secrets/token").await.status, 200);
        let api = held.api;
        let (watched, token) = held.end(&mut house).await;
        assert_eq!(watched.state(), "succeeded");
        let header = format!("Authorization: Bearer {token}\r\n");
        for request in ["GET /secrets/token", "GET /spec", "PUT /outputs/x", "GET /conditions"] {
            let reply = ask(api, request, &header, b"x").await;
            assert_eq!((reply.status, reply.body.as_str()), (401, "401 unauthorized\n"), "{request}");
        }
        assert_eq!(house.told_of_steps().await.len(), 1);
        house.stop().await;
    }
}

#[test]
fn only_the_steps_own_token_opens() {
    store::testing::on_sqlite(|database| async move {
        let mut house = House::on(&database).await;
        let (listener, port) = listener().await;
        house
            .add_workflow("w", &Held::text(port, "spec: {a: 1}", ""))
            .await;
        let held = Held::start(&mut house, "w", &listener).await;
        let token = &held.token;
        assert!(token.len() >= 43, "256 bits: {token}");
        let basic = |pair: &str| format!("Basic {}", Base64::encode_string(pair.as_bytes()));
        for (credentials, status) in [
            (format!("Bearer {token}"), 200),
            (format!("bEARER {token}"), 200),
            (basic(&format!(":{token}")), 200),
            (basic(&format!("token:{token}")), 200),
            (basic(&format!("someone:{token}")), 401),
            (format!("Token {token}"), 401),
            (token.clone(), 401),
            (format!("Bearer {token}x"), 401),
            (format!("Bearer {}", &token[1..]), 401),
            ("Bearer ".to_owned(), 401),
        ] {
            let header = format!("Authorization: {credentials}\r\n");
            let reply = ask(held.api, "GET /spec?q=a", &header, b"").await;
            assert_eq!(reply.status, status, "{credentials}");
        }
        let reply = ask(held.api, "GET /spec?q=a", "", b"").await;
        assert_eq!(
            (reply.status, reply.body.as_str()),
            (401, "401 unauthorized\n")
        );
        // A session of the pages is nothing here, and a token is nothing there.
        let cookie = house.ana.cookie.clone().unwrap();
        let reply = ask(held.api, "GET /spec", &format!("Cookie: {cookie}\r\n"), b"").await;
        assert_eq!(reply.status, 401);
        held.end(&mut house).await;
        house.stop().await;
    });
}

#[test]
fn paths_and_methods_are_the_originals() {
    store::testing::on_sqlite(|database| async move {
        let mut house = House::on(&database).await;
        let (listener, port) = listener().await;
        let spec = "spec: {a: !Secret 'a b', b: !Secret 'a/b', c: !Secret 'a+b', d: !Secret 'a%b'}";
        house.add_workflow("w", &Held::text(port, spec, "")).await;
        for (number, name) in [(1, "a b"), (2, "a/b"), (3, "a+b"), (4, "a%b")] {
            house
                .add_secret(&id(number), "w", name, &format!("value of {name}"))
                .await;
        }
        let held = Held::start(&mut house, "w", &listener).await;
        for (path, name) in [
            ("a%20b", "a b"),
            ("a+b", "a b"),
            ("a%2Fb", "a/b"),
            ("a%2Bb", "a+b"),
            ("a%25b", "a%b"),
        ] {
            let reply = held.ask(&format!("GET /secrets/{path}")).await.json();
            assert_eq!(
                reply,
                json!({ "key": name, "value": format!("value of {name}") })
            );
        }
        for (request, status, body) in [
            ("GET /healthz", 200, "{\"ping\":\"pong\"}"),
            ("HEAD /healthz", 405, ""),
            ("POST /spec", 405, ""),
            ("GET /outputs/x", 405, ""),
            ("PUT /outputs/a/b", 405, ""),
            ("GET /", 404, "404 page not found\n"),
            ("GET /secrets/a/b", 404, "404 page not found\n"),
            ("GET /workflows", 404, "404 page not found\n"),
            ("GET /secrets/..%2Fspec", 301, ""),
        ] {
            let reply = ask(held.api, request, "", b"").await;
            assert_eq!(
                (reply.status, reply.body.as_str()),
                (status, body),
                "{request}"
            );
            for header in HEADERS {
                assert!(reply.head.contains(header), "{request}: {header}");
            }
            assert!(!reply.head.contains(LASTING), "{request}: {}", reply.head);
        }
        held.end(&mut house).await;
        house.stop().await;
    });
}
