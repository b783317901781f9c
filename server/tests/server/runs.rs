//! Runs through the front door: the form, the engine, the events and the logs.

use std::time::Duration;

use axum::body::to_bytes;
use axum::http::{Method, StatusCode};
use model::Role;
use service::CommandLine;
use store::testing::TestDatabase;
use tokio::time::timeout;

use crate::harness::{Browser, TestApp, request};
use crate::house::{House, PATIENCE, Watched, Watching, start, step};

const ID: &str = "0123456789abcdef0123456789abcdef";

/// The workflows of the documents that Relay was planned from, letter by letter.
const FIRST_SEED: &str = "steps:
  - name: describe-instances
    image: projectnebula/ec2-describe-instances
    spec:
      aws:
        connection: !Connection { type: aws, name: my-aws-account }
";

const SECOND_SEED: &str = "steps:
  - name: describe-instances
    image: relaysh/ec2-step-describe-instances
    spec:
      aws:
        connection: !Connection { type: aws, name: my-aws-account }
";

store::both! {
    async fn steps_run_in_order_and_give_their_outputs_on(database: TestDatabase) {
        let mut house = House::on(&database).await;
        let put = "printf %s \"$WHO\" >/tmp/x; p=${METADATA_API_URL##*:}; t=${METADATA_API_URL#http://:}; \
                   exec 3<>/dev/tcp/127.0.0.1/$p; \
                   printf 'PUT /outputs/who HTTP/1.0\\r\\nAuthorization: Bearer %s\\r\\nContent-Length: %s\\r\\n\\r\\n%s' \"${t%@*}\" ${#WHO} \"$WHO\" >&3; \
                   head -1 <&3";
        let first = step("first", "env: {WHO: !Parameter who}", &format!("#!/bin/bash\n{put}"));
        let second = step("second", "env: {WHO: !Output [first, who]}", "echo \"hello $WHO\"");
        house.add_workflow("two", &format!("parameters: {{who: {{}}}}\nsteps:\n{first}{second}")).await;
        let number = house.start("two", &[("who", "wörld")]).await;
        let first = house.watch("two", number, 0).await;
        assert_eq!(first.state(), "succeeded", "{first:?}");
        assert!(first.log.contains(" 201 "), "{first:?}");
        assert_eq!(first.steps(), [("first", "succeeded"), ("second", "succeeded")]);
        let second = house.watch("two", number, 1).await;
        assert_eq!(second.log, "hello wörld\n");
        assert_eq!(second.run["outputs"][0]["value"], "wörld");
        house.stop().await;
    }

    async fn a_failure_skips_only_what_needs_it(database: TestDatabase) {
        let mut house = House::on(&database).await;
        let steps = [
            step("bad", "", "echo before; exit 3"),
            step("after", "dependsOn: bad", "echo never"),
            step("free", "", "echo fine"),
        ];
        house.add_workflow("w", &format!("steps:\n{}", steps.concat())).await;
        let watched = house.run("w", &[]).await;
        assert_eq!(watched.state(), "failed");
        assert_eq!(watched.steps(), [("bad", "failed"), ("after", "skipped"), ("free", "succeeded")]);
        assert_eq!(watched.log, "before\n");
        assert_eq!(watched.run["steps"][0]["exit_code"], 3);
        house.stop().await;
    }

    async fn a_run_is_stopped(database: TestDatabase) {
        let mut house = House::on(&database).await;
        let steps = [step("long", "", "echo begun; sleep 1000"), step("next", "dependsOn: long", "echo never")];
        house.add_workflow("w", &format!("steps:\n{}", steps.concat())).await;
        let number = house.start("w", &[]).await;
        let mut bo = house.app.person(Role::Operator).await;
        let events = format!("/workflows/w/runs/{number}/events?step=0");
        let mut watching = Watching::begin(&mut house.ana, &events).await;
        // It is stopped when somebody has seen it running.
        watching.until(|told| told.states.contains(&"running".to_owned()) && told.log == "begun\n").await;
        let fields = [("workflow", "w"), ("number", &number.to_string())];
        assert!(bo.call("stop_run", &fields).await.status.is_success());
        let watched = watching.until_the_end().await;
        assert_eq!(watched.state(), "cancelled", "{watched:?}");
        assert_eq!(watched.steps(), [("long", "cancelled"), ("next", "cancelled")]);
        assert_eq!(watched.log, "begun\n");
        let stopped = bo.call("stop_run", &[("workflow", "w"), ("number", &number.to_string())]).await;
        assert_eq!((stopped.status, stopped.code().as_str()), (StatusCode::CONFLICT, "run_ended"));
        house.stop().await;
    }

    async fn an_approval_waits_for_somebody_who_may(database: TestDatabase) {
        let mut house = House::on(&database).await;
        let text = format!("steps:\n- {{name: sure, type: approval}}\n{}", step("act", "dependsOn: sure", "echo done"));
        house.add_workflow("w", &text).await;
        let (mut operator, mut approver) = (house.app.person(Role::Operator).await, house.app.person(Role::Approver).await);
        for (granted, run, act) in [("true", "succeeded", "succeeded"), ("false", "rejected", "skipped")] {
            let number = house.start("w", &[]).await;
            let fields = [("workflow", "w"), ("number", &number.to_string()), ("step", "sure"), ("granted", granted)];
            assert_eq!(operator.call("decide_approval", &fields).await.status, StatusCode::FORBIDDEN);
            let decided = async {
                // It may wait for the engine for a moment.
                loop {
                    let answer = approver.call("decide_approval", &fields).await;
                    if answer.code() != "approval_waits" {
                        return answer;
                    }
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
            };
            let (watched, decided) = tokio::join!(house.watch("w", number, 1), decided);
            assert!(decided.status.is_success(), "{}", decided.text());
            assert_eq!(watched.state(), run);
            assert_eq!(watched.steps()[1], ("act", act));
        }
        house.stop().await;
    }

    async fn a_run_that_cannot_be_is_refused_on_the_server_too(database: TestDatabase) {
        let mut house = House::on(&database).await;
        let needs = step("a", "spec: {aws: !Connection {type: aws, name: mine}}", "echo");
        house.add_workflow("w", &format!("parameters: {{p: {{}}}}\nsteps:\n{needs}")).await;
        let refused = async |house: &mut House, revision, parameters| {
            let answer = start(&mut house.ana, "w", revision, parameters).await;
            assert!(answer.header("content-type").starts_with("text/html"), "the form comes back");
            (answer.status.as_u16(), answer.text())
        };
        let (status, page) = refused(&mut house, "1", &[("p", "x")]).await;
        assert_eq!(status, 422);
        assert!(page.contains("There is no connection aws / mine."), "{page}");
        assert!(page.contains("/connections/new?type=aws&amp;name=mine"), "{page}");
        house.add_aws(ID, "mine", "AKIAEXAMPLE", "secret of mine").await;
        for parameters in [&[][..], &[("p", "")]] {
            let (status, page) = refused(&mut house, "1", parameters).await;
            assert!(status == 422 && page.contains("it has no default"), "{page}");
        }
        let save = [("workflow", "w"), ("base_revision", "1"), ("text", "steps: [{name: a, image: i, command: ls}]\n")];
        house.do_it("save_workflow", &save).await;
        let (status, _) = refused(&mut house, "1", &[("p", "x")]).await;
        assert_eq!(status, 409);
        assert_eq!(house.run("w", &[]).await.state(), "succeeded");
        house.stop().await;
    }

    async fn the_seeds_with_nothing_but_images_are_refused_with_the_reason(database: TestDatabase) {
        let mut house = House::on(&database).await;
        house.add_aws(ID, "my-aws-account", "AKIAEXAMPLE", "secret of mine").await;
        for (name, seed) in [("first", FIRST_SEED), ("second", SECOND_SEED)] {
            house.add_workflow(name, seed).await;
            let answer = start(&mut house.ana, name, "1", &[]).await;
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{name}");
            let page = answer.text();
            assert!(page.contains("The step describe-instances has only an image"), "{name}: {page}");
            let runs = house.ana.get(&format!("/workflows/{name}/runs")).await.text();
            assert!(!runs.contains("/runs/1"), "{name}: {runs}");
        }
        house.stop().await;
    }

    async fn a_log_is_watched_from_one_attempt_to_the_next(database: TestDatabase) {
        let mut house = House::on(&database).await;
        let input = "if [ $RELAY_ATTEMPT = 1 ]; then echo a long first line; sleep 1000; fi\necho second";
        let long = step("long", "dependsOn: sure", input);
        house.add_workflow("w", &format!("steps:\n- {{name: sure, type: approval}}\n{long}")).await;
        house.start("w", &[]).await;
        let events = "/workflows/w/runs/1/events?step=1";
        // Somebody watches before the step has begun.
        let mut watching = Watching::begin(&mut house.ana, events).await;
        let decided = [("workflow", "w"), ("number", "1"), ("step", "sure"), ("granted", "true")];
        while house.ana.call("decide_approval", &decided).await.code() == "approval_waits" {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        // The engine is taken away when they have read what the first attempt said.
        watching.until(|told| told.log == "a long first line\n").await;
        house.next_engine().await;
        let watched = watching.until_the_end().await;
        assert_eq!((watched.attempt, watched.log.as_str()), (2, "second\n"), "{watched:?}");
        assert_eq!(watched.state(), "succeeded");

        // A browser that lost the first one is told the second from its beginning.
        let mut again = async |path: &str, id: &str| {
            let ask = request(Method::GET, path).header("last-event-id", id);
            house.ana.send(ask).await.text()
        };
        let lost = again(events, "1:18").await;
        assert_eq!(Watched::read(&lost).log, "second\n", "{lost}");
        let lost = again(events, "2:4").await;
        assert!(lost.contains("\"offset\":4") && lost.contains("\"text\":\"nd\\n\""), "{lost}");
        let lost = again(&format!("{events}&attempt=1"), "1:7").await;
        assert!(lost.contains("\"text\":\"first line\\n\"") && !lost.contains("second"), "{lost}");
        house.stop().await;
    }
}

#[test]
fn a_log_of_one_long_line_is_shown() {
    store::testing::on_sqlite(|database| async move {
        let mut house = House::on(&database).await;
        let input = "head -c 300000 /dev/zero | tr '\\0' x; echo";
        house
            .add_workflow("w", &format!("steps:\n{}", step("long", "", input)))
            .await;
        let number = house.start("w", &[]).await;
        let path = format!("/workflows/w/runs/{number}");
        let told = timeout(PATIENCE, house.ana.get(&format!("{path}/events"))).await;
        assert_eq!(Watched::read(&told.unwrap().text()).state(), "succeeded");
        let page = house.ana.get(&format!("{path}?tab=logs")).await.text();
        let shown = page.matches("<span class=\"log-text\">").count();
        // 256 KiB in lines of 4,000 letters, and an end.
        assert_eq!(shown, 66);
        assert_eq!(page.matches(&"x".repeat(4_000)).count(), 65);
        assert!(page.contains("The first 36.9 KiB are left out here"));
        house.stop().await;
    });
}

#[tokio::test]
async fn events_and_logs_are_for_whoever_may_look() {
    let app = TestApp::new().await;
    let mut viewer = app.person(Role::Viewer).await;
    for path in [
        "/workflows/none/runs/1/events",
        "/workflows/none/runs/1/events?step=0&offset=5",
        "/workflows/none/runs/x/events",
        "/workflows/none/runs/1/steps/0/log",
        "/workflows/none/runs/1/steps/x/log",
    ] {
        let stranger = app.stranger().get(path).await;
        assert_eq!(stranger.status, StatusCode::UNAUTHORIZED, "{path}");
        assert_eq!(stranger.code(), "not_signed_in", "{path}");
        let nothing = viewer.get(path).await;
        assert_eq!(nothing.status, StatusCode::NOT_FOUND, "{path}");
        assert_eq!(nothing.code(), "not_found", "{path}");
    }
}

store::both! {
    async fn who_may_not_look_any_more_is_told_no_more(database: TestDatabase) {
        let mut house = House::on(&database).await;
        let input = "while true; do echo tick; sleep 0.1; done";
        house.add_workflow("w", &format!("steps:\n{}", step("steady", "", input))).await;
        house.start("w", &[]).await;
        let mut leaver = house.app.person(Role::Viewer).await;
        let mut changed = house.app.person(Role::Operator).await;
        let [left, locked_out, stays] = [&mut leaver, &mut changed, &mut house.ana].map(|browser| {
            let ask = request(Method::GET, "/workflows/w/runs/1/events?step=0");
            browser.begin(ask, String::new())
        });
        let (left, locked_out, stays) = tokio::join!(left, locked_out, stays);
        for answer in [&left, &locked_out, &stays] {
            assert_eq!(answer.status(), StatusCode::OK);
        }
        assert!(leaver.call("log_out", &[]).await.status.is_success());
        let (command_line, password) = (CommandLine::of_this_process(), "another good one".to_owned());
        let changed = house.app.service.set_password(command_line, "operator@example.com", password.into());
        changed.await.unwrap();
        for answer in [left, locked_out] {
            let told = timeout(PATIENCE, to_bytes(answer.into_body(), usize::MAX)).await;
            let told = told.unwrap().unwrap();
            assert!(!String::from_utf8_lossy(&told).contains("cancelled"), "the run goes on");
        }
        // Who is still signed in watches it to its end.
        house.do_it("stop_run", &[("workflow", "w"), ("number", "1")]).await;
        let told = timeout(PATIENCE, to_bytes(stays.into_body(), usize::MAX)).await;
        let told = told.unwrap().unwrap();
        assert_eq!(Watched::read(&String::from_utf8_lossy(&told)).state(), "cancelled");
        house.stop().await;
    }
}

#[test]
fn a_download_is_cut_off_when_its_session_has_ended() {
    store::testing::on_sqlite(|database| async move {
        let mut house = House::on(&database).await;
        let input = "head -c 6000000 /dev/zero | tr '\\0' x";
        house
            .add_workflow("w", &format!("steps:\n{}", step("long", "", input)))
            .await;
        let number = house.start("w", &[]).await;
        let mut leaver = house.app.person(Role::Viewer).await;
        // Its events would be more than the test wants to hold.
        let path = format!("/workflows/w/runs/{number}/events");
        let told = timeout(PATIENCE, house.ana.get(&path)).await.unwrap();
        assert_eq!(Watched::read(&told.text()).state(), "succeeded");
        let download = async |browser: &mut Browser| {
            let ask = request(Method::GET, "/workflows/w/runs/1/steps/0/log");
            let answer = browser.begin(ask, String::new()).await;
            assert_eq!(answer.status(), StatusCode::OK);
            answer.into_body()
        };
        let left = download(&mut leaver).await;
        let stays = download(&mut house.ana).await;
        assert!(leaver.call("log_out", &[]).await.status.is_success());
        let cut_off = timeout(PATIENCE, to_bytes(left, usize::MAX)).await;
        assert!(cut_off.unwrap().is_err(), "half of it is no log");
        let whole = timeout(PATIENCE, to_bytes(stays, usize::MAX)).await;
        assert_eq!(whole.unwrap().unwrap().len(), 6_000_000);
        house.stop().await;
    });
}

#[test]
fn a_log_is_downloaded_as_it_is() {
    store::testing::on_sqlite(|database| async move {
        let mut house = House::on(&database).await;
        let long = "i=0; while [ $i -lt 9000 ]; do echo \"line $i: 0123456789012345678901234567890123456789\"; i=$((i+1)); done; printf '\\377\\000x'";
        house
            .add_workflow("w", &format!("steps:\n{}", step("long", "", long)))
            .await;
        let watched = house.run("w", &[]).await;
        assert_eq!(watched.state(), "succeeded");
        let mut expected: Vec<u8> = (0..9000)
            .flat_map(|line| {
                format!("line {line}: 0123456789012345678901234567890123456789\n").into_bytes()
            })
            .collect();
        expected.extend(b"\xff\x00x");
        let path = "/workflows/w/runs/1/steps/0/log";
        for path in [path.to_owned(), format!("{path}?attempt=1")] {
            let answer = house.ana.get(&path).await;
            assert_eq!(answer.header("content-type"), "text/plain; charset=utf-8");
            assert_eq!(
                answer.header("content-disposition"),
                "attachment; filename=\"w-run-1-step-1.log\""
            );
            assert!(answer.body == expected, "{} bytes", answer.body.len());
        }
        let nothing = house.ana.get(&format!("{path}?attempt=2")).await;
        assert_eq!(nothing.status, StatusCode::NOT_FOUND);

        // The events can begin anywhere, and go on where a browser has lost them.
        let events = "/workflows/w/runs/1/events?step=0&offset=";
        let end = expected.len() - 3;
        let late = house.ana.get(&format!("{events}{end}")).await.text();
        assert!(late.contains(&format!("\"offset\":{end}")), "{late}");
        let again = crate::harness::request(axum::http::Method::GET, &format!("{events}0"))
            .header("last-event-id", format!("1:{}", expected.len()));
        let nothing = Watched::read(&house.ana.send(again).await.text());
        assert_eq!((nothing.log.as_str(), nothing.state()), ("", "succeeded"));
        house.stop().await;
    });
}
