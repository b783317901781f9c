//! Runs: what keeps one from starting, what it is given, stopping it, deciding its approvals, and
//! what its page shows. What happens in a run is tested with an engine, in the server's tests.

use model::{AttemptId, AttemptState, EngineId, ProblemKind, Role, RunState, StepState};
use service::{Administrator, LogFrom, RunView};
use store::both;
use store::engines::{NewEngine, Presence};
use store::logs::{self, NewChunk};
use store::steps;
use store::testing::TestDatabase;

use crate::help::{self, House, field};

/// Two steps in a row, and a question between them.
const TEXT: &str = "\
parameters:
  region: {default: us-east-1, description: Where}
  count: {default: 3}
  name: {}
steps:
- {name: look, image: i, input: [ls], spec: {region: !Parameter region}}
- {name: sure, type: approval, description: Really?, dependsOn: look}
- {name: act, image: i, command: rm, dependsOn: sure}
";

const GIVEN: [(&str, &str); 3] = [("region", "eu"), ("count", "3"), ("name", "n")];

fn typed(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    let owned = |(name, text): &(&str, &str)| ((*name).to_owned(), (*text).to_owned());
    pairs.iter().map(owned).collect()
}

async fn engine(house: &House, runner: &str, note: &str) -> Presence {
    let new = NewEngine {
        id: &EngineId::from_bytes([1; 16]),
        runner,
        note,
        at: help::clock(),
    };
    Presence::announce(&house.store, &new).await.unwrap()
}

async fn save(house: &House, ana: &Administrator, name: &str, text: &str) {
    let service = &house.service;
    service.create_workflow(ana, name, "").await.unwrap();
    service
        .save_workflow(ana, name, 0, text.into())
        .await
        .unwrap();
}

async fn start(house: &House, ana: &Administrator) -> u64 {
    house
        .service
        .start_run(ana, "w", 1, typed(&GIVEN))
        .await
        .unwrap()
}

async fn run(house: &House, ana: &Administrator, number: u64) -> RunView {
    house.service.run(ana, "w", number).await.unwrap().unwrap()
}

/// Moves a step as an engine does.
async fn step(house: &House, run: &RunView, position: u64, from: StepState, to: StepState) {
    let mut tx = house.store.begin_transition().await.unwrap();
    let moved = steps::set_state(&mut tx, &run.id, position, from, to, "", help::clock());
    assert!(moved.await.unwrap(), "{from} to {to}");
    tx.commit().await.unwrap();
}

both! {
    async fn a_run_starts_with_what_it_was_given(database: TestDatabase) {
        let (house, ana) = help::with_ana(&database).await;
        let _engine = engine(&house, "process", "").await;
        save(&house, &ana, "w", TEXT).await;
        let form = house.service.run_form(&ana, "w").await.unwrap().unwrap();
        assert_eq!((form.workflow.as_str(), form.revision), ("w", 1));
        assert_eq!(form.blockers, []);
        let shown: Vec<_> = form.parameters.iter().map(|one| (one.name.as_str(), one.shown.as_str(), one.required)).collect();
        assert_eq!(shown, [("region", "us-east-1", false), ("count", "3", false), ("name", "", true)]);

        let mut changes = house.service.run_changes(&ana);
        assert_eq!(start(&house, &ana).await, 1);
        let view = run(&house, &ana, 1).await;
        while changes.recv().await.unwrap() != store::Change::Run(view.id.clone()) {}
        assert_eq!((view.state, view.revision, view.started_by.as_str()), (RunState::Queued, 1, "Ana"));
        assert_eq!(view.text, TEXT);
        let given: Vec<_> = view.parameters.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        assert_eq!(given, [("region", "eu"), ("count", "3"), ("name", "n")]);
        let about: Vec<_> = view.steps.iter().map(|step| (step.name.as_str(), step.kind.as_str(), step.needs.join(","))).collect();
        let states: Vec<_> = view.steps.iter().map(|step| step.state).collect();
        assert_eq!(states, [StepState::Queued, StepState::Waiting, StepState::Waiting]);
        assert_eq!(about, [
            ("look", "container", String::new()),
            ("sure", "approval", "look".into()),
            ("act", "container", "sure".into()),
        ]);
        assert_eq!(view.steps[1].description.as_deref(), Some("Really?"));
        let kept = store::runs::by_id(&house.store, &view.id).await.unwrap().unwrap().parameters;
        assert_eq!(kept, r#"{"count":3,"name":"n","region":"eu"}"#, "what was not changed is still a number");

        let told = house.last().await;
        assert_eq!((told.act.as_str(), told.actor.as_str(), told.subject.as_str()), ("run.start", ana.user_id().as_str(), view.id.as_str()));
        let workflow = house.service.workflow(&ana, "w").await.unwrap().unwrap();
        assert_eq!(told.detail, format!(r#"{{"parameters":["count","name","region"],"revision":1,"workflow":"{}"}}"#, workflow.id));

        assert_eq!(house.service.start_run(&ana, "w", 0, typed(&GIVEN)).await, Ok(2));
        let lines = house.service.runs(&ana, "w", None).await.unwrap();
        let numbers: Vec<_> = lines.iter().map(|line| line.number).collect();
        assert_eq!(numbers, [2, 1]);
        assert_eq!(house.service.runs(&ana, "w", Some(2)).await.unwrap(), lines[1..]);
        assert_eq!(house.service.run(&ana, "w", 3).await, Ok(None));
        assert_eq!(house.service.run(&ana, "other", 1).await, Ok(None));
        assert_eq!(house.service.run_form(&ana, "other").await, Ok(None));
    }

    async fn the_seeds_are_refused_with_every_reason(database: TestDatabase) {
        let (house, ana) = help::with_ana(&database).await;
        let _engine = engine(&house, "process", "").await;
        house.add_workflow(&ana, "seed").await;
        let before = house.entries().await;
        let form = house.service.run_form(&ana, "seed").await.unwrap().unwrap();
        let refused = house.service.start_run(&ana, "seed", 1, vec![]).await.unwrap_err();
        assert_eq!((refused.kind, refused.code.as_str()), (ProblemKind::Input, "run_blocked"));
        assert_eq!(refused.fields.len(), 3);
        for (blocker, sentence) in form.blockers.iter().zip([
            "There is no connection aws / my-aws-account. The steps list and reap need it.",
            "This workflow has no secret token. The step reap needs it.",
            "The steps list and reap have only an image, and nothing here runs containers.",
        ]) {
            assert!(blocker.sentence.starts_with(sentence), "{}", blocker.sentence);
            assert!(refused.detail.contains(sentence), "{refused}");
        }
        house.add_aws(&ana).await;
        let form = house.service.run_form(&ana, "seed").await.unwrap().unwrap();
        assert_eq!(form.blockers.len(), 2);
        assert_eq!(house.entries().await, before + 1, "nothing but the connection was told");
        assert_eq!(house.service.runs(&ana, "seed", None).await, Ok(vec![]));
    }

    async fn without_a_runner_the_reason_is_told(database: TestDatabase) {
        let (house, ana) = help::with_ana(&database).await;
        save(&house, &ana, "w", TEXT).await;
        let blocker = async || {
            let form = house.service.run_form(&ana, "w").await.unwrap().unwrap();
            let refused = house.service.start_run(&ana, "w", 1, typed(&GIVEN)).await.unwrap_err();
            assert_eq!(refused.code, "run_blocked");
            assert_eq!(form.blockers.len(), 1);
            form.blockers[0].sentence.clone()
        };
        assert!(blocker().await.contains("relay serve"));
        let _engine = engine(&house, "none", "there is no bwrap").await;
        assert!(blocker().await.contains("there is no bwrap"));
    }

    async fn a_text_that_cannot_run_is_refused(database: TestDatabase) {
        let (house, ana) = help::with_ana(&database).await;
        let _engine = engine(&house, "process", "").await;
        house.service.create_workflow(&ana, "w", "").await.unwrap();
        let refused = house.service.start_run(&ana, "w", 0, vec![]).await.unwrap_err();
        assert!(refused.detail.contains("has no text yet"), "{refused}");
        house.service.save_workflow(&ana, "w", 0, "steps: [".into()).await.unwrap();
        let refused = house.service.start_run(&ana, "w", 0, vec![]).await.unwrap_err();
        assert!(refused.detail.contains("has an error"), "{refused}");
        let gone = house.service.start_run(&ana, "none", 0, vec![]).await.unwrap_err();
        assert_eq!(gone.kind, ProblemKind::NotFound);
    }

    async fn a_parameter_without_a_value_is_refused(database: TestDatabase) {
        let (house, ana) = help::with_ana(&database).await;
        let _engine = engine(&house, "process", "").await;
        save(&house, &ana, "w", TEXT).await;
        for given in [vec![], typed(&[("name", "")])] {
            let refused = house.service.start_run(&ana, "w", 1, given).await.unwrap_err();
            assert_eq!(field(&refused), ("parameters[name]", "required"));
        }
    }

    async fn only_the_newest_revision_starts(database: TestDatabase) {
        let (house, ana) = help::with_ana(&database).await;
        let _engine = engine(&house, "process", "").await;
        save(&house, &ana, "w", TEXT).await;
        house.service.save_workflow(&ana, "w", 1, format!("{TEXT}# more\n")).await.unwrap();
        let refused = house.service.start_run(&ana, "w", 1, typed(&GIVEN)).await.unwrap_err();
        assert_eq!((refused.kind, refused.code.as_str()), (ProblemKind::Stale, "workflow_changed"));
        assert_eq!(house.service.start_run(&ana, "w", 2, typed(&GIVEN)).await, Ok(1));
        assert_eq!(run(&house, &ana, 1).await.revision, 2);
    }

    async fn a_run_is_stopped_once(database: TestDatabase) {
        let (house, ana) = help::with_ana(&database).await;
        let _engine = engine(&house, "process", "").await;
        save(&house, &ana, "w", TEXT).await;
        start(&house, &ana).await;
        let bo = house.person("Bo", Role::Operator).await.operator().unwrap();
        house.service.stop_run(&bo, "w", 1).await.unwrap();
        let told = house.last().await;
        assert_eq!((told.act.as_str(), told.actor.as_str()), ("run.stop", bo.user_id().as_str()));
        let view = run(&house, &ana, 1).await;
        assert_eq!(view.stop_requested, Some((help::clock(), "Bo".into())));
        let before = house.entries().await;
        house.service.stop_run(&ana, "w", 1).await.unwrap();
        assert_eq!(house.entries().await, before, "asking again changes nothing");
        let mut tx = house.store.begin_transition().await.unwrap();
        assert!(store::runs::set_state(&mut tx, &view.id, RunState::Queued, RunState::Cancelled, help::clock()).await.unwrap());
        tx.commit().await.unwrap();
        let late = house.service.stop_run(&ana, "w", 1).await.unwrap_err();
        assert_eq!((late.kind, late.code.as_str()), (ProblemKind::Stale, "run_ended"));
        assert_eq!(house.service.stop_run(&ana, "w", 2).await.unwrap_err().kind, ProblemKind::NotFound);
    }

    async fn an_approval_is_decided_once(database: TestDatabase) {
        let (house, ana) = help::with_ana(&database).await;
        let _engine = engine(&house, "process", "").await;
        save(&house, &ana, "w", TEXT).await;
        let bo = house.person("Bo", Role::Approver).await.approver().unwrap();
        let decide = async |number, step, granted| house.service.decide_approval(&bo, "w", number, step, granted).await;
        for (number, granted, becomes) in [(1, true, StepState::Succeeded), (2, false, StepState::Rejected)] {
            start(&house, &ana).await;
            assert_eq!(decide(number, "sure", granted).await.unwrap_err().code, "approval_waits");
            let view = run(&house, &ana, number).await;
            step(&house, &view, 1, StepState::Waiting, StepState::WaitingForApproval).await;
            assert_eq!(decide(number, "look", granted).await.unwrap_err().kind, ProblemKind::NotFound);
            decide(number, "sure", granted).await.unwrap();
            let told = house.last().await;
            assert_eq!((told.act.as_str(), told.actor.as_str()), ("run.approval", bo.user_id().as_str()));
            let decided = &run(&house, &ana, number).await.steps[1];
            assert_eq!((decided.state, decided.decided_by.as_deref()), (becomes, Some("Bo")));
            let again = decide(number, "sure", granted).await.unwrap_err();
            assert!(again.code == "approval_decided" && again.detail.starts_with("Bo has"), "{again}");
        }
        start(&house, &ana).await;
        let view = run(&house, &ana, 3).await;
        step(&house, &view, 1, StepState::Waiting, StepState::WaitingForApproval).await;
        house.service.stop_run(&ana, "w", 3).await.unwrap();
        assert_eq!(decide(3, "sure", true).await.unwrap_err().code, "run_ended");
        assert_eq!(decide(4, "sure", true).await.unwrap_err().kind, ProblemKind::NotFound);
    }

    async fn a_log_is_read_in_parts(database: TestDatabase) {
        let (house, ana) = help::with_ana(&database).await;
        let _engine = engine(&house, "process", "").await;
        save(&house, &ana, "w", TEXT).await;
        start(&house, &ana).await;
        let from = |attempt, offset| LogFrom { position: 0, attempt, offset, max: 4 };
        let nothing = house.service.log(&ana, "w", 1, from(None, 0)).await.unwrap();
        assert_eq!((nothing.attempt, nothing.chunks.len(), nothing.ended), (0, 0, false));

        let attempt = AttemptId::from_bytes([2; 16]);
        let mut tx = house.store.begin_transition().await.unwrap();
        let claims = steps::claim(&mut tx, &EngineId::from_bytes([1; 16]), std::slice::from_ref(&attempt), help::clock()).await;
        assert_eq!(claims.unwrap().len(), 1);
        tx.commit().await.unwrap();
        for (sequence, offset, bytes) in [(0, 0, &b"one\n"[..]), (1, 4, b"two\n")] {
            let chunk = NewChunk { attempt: &attempt, sequence, offset, at: help::clock(), bytes };
            logs::append(house.store.logs(), &[chunk]).await.unwrap();
        }
        let part = house.service.log(&ana, "w", 1, from(None, 0)).await.unwrap();
        assert_eq!((part.attempt, part.next_offset, part.length, part.ended), (1, 4, 8, false));
        assert_eq!(part.chunks, [(0, help::clock(), b"one\n".to_vec())]);
        let part = house.service.log(&ana, "w", 1, from(Some(1), 5)).await.unwrap();
        assert_eq!(part.chunks, [(5, help::clock(), b"wo\n".to_vec())]);
        assert!(!part.ended, "the attempt is under way");

        let mut tx = house.store.begin_transition().await.unwrap();
        steps::finish_attempt(&mut tx, &attempt, AttemptState::Succeeded, StepState::Succeeded, Some(0), "", help::clock()).await.unwrap();
        tx.commit().await.unwrap();
        assert!(!house.service.log(&ana, "w", 1, from(None, 0)).await.unwrap().ended);
        assert!(house.service.log(&ana, "w", 1, from(None, 4)).await.unwrap().ended);
        let view = run(&house, &ana, 1).await;
        assert_eq!((view.steps[0].exit_code, view.steps[0].attempts.len()), (Some(0), 1));
        for wrong in [LogFrom { position: 9, ..from(None, 0) }, from(Some(2), 0)] {
            assert_eq!(house.service.log(&ana, "w", 1, wrong).await.unwrap_err().kind, ProblemKind::NotFound);
        }
    }

    async fn a_workflow_with_a_run_under_way_is_not_deleted(database: TestDatabase) {
        let (house, ana) = help::with_ana(&database).await;
        let _engine = engine(&house, "process", "").await;
        save(&house, &ana, "w", TEXT).await;
        start(&house, &ana).await;
        let refused = house.service.delete_workflow(&ana, "w", "w").await.unwrap_err();
        assert_eq!((refused.kind, refused.code.as_str()), (ProblemKind::Stale, "runs_active"));
        let view = run(&house, &ana, 1).await;
        let attempt = AttemptId::from_bytes([2; 16]);
        let mut tx = house.store.begin_transition().await.unwrap();
        steps::claim(&mut tx, &EngineId::from_bytes([1; 16]), std::slice::from_ref(&attempt), help::clock()).await.unwrap();
        assert!(store::runs::set_state(&mut tx, &view.id, RunState::Running, RunState::Failed, help::clock()).await.unwrap());
        tx.commit().await.unwrap();
        let chunk = NewChunk { attempt: &attempt, sequence: 0, offset: 0, at: help::clock(), bytes: b"x" };
        logs::append(house.store.logs(), &[chunk]).await.unwrap();
        house.service.delete_workflow(&ana, "w", "w").await.unwrap();
        assert_eq!(logs::length(house.store.logs(), &attempt).await.unwrap(), 0);
        assert_eq!(database.number("select count(*) from runs").await.unwrap(), 0);
    }
}
