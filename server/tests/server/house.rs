//! An installation that runs steps: a real engine, its sandbox, and the metadata API on a port of
//! this machine.

use std::fmt::Write as _;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::Method;
use engine::{Engine, Limits, RunnerChoice, Settings};
use http_body_util::BodyExt;
use model::Role;
use opener::KeyRing;
use serde_json::Value;
use server::{installation, metadata};
use store::ledger::LedgerRow;
use store::testing::TestDatabase;
use store::{Store, ledger};
use tokio::net::TcpListener;
use tokio::time::timeout;

use crate::harness::{Answer, Browser, TestApp, request};

/// How long anything may take before a test gives up.
pub(crate) const PATIENCE: Duration = Duration::from_mins(2);

/// An installation with an engine, and an administrator who is signed in.
pub(crate) struct House {
    pub(crate) app: TestApp,
    pub(crate) ana: Browser,
    pub(crate) metadata: SocketAddr,
    engine: Arc<Engine>,
    settings: Settings,
    ring: KeyRing,
}

impl House {
    /// On a database of [`store::both`].
    pub(crate) async fn on(database: &TestDatabase) -> Self {
        Self::with_tools(database, Vec::new()).await
    }

    /// With directories of programs that steps can read.
    pub(crate) async fn with_tools(database: &TestDatabase, tools: Vec<PathBuf>) -> Self {
        let (app, ring) = TestApp::with_key(database).await;
        let settings = Settings {
            runner: RunnerChoice::Process,
            allow_unsandboxed: false,
            hidden: vec![database.directory().to_owned()],
            metadata: SocketAddr::from(([127, 0, 0, 1], 0)),
            slots: 4,
            tools,
            limits: Limits::default(),
            allow_private_input_files: false,
        };
        let (engine, metadata) = begun(&app, &ring, settings.clone()).await;
        Self {
            ana: app.person(Role::Administrator).await,
            app,
            metadata,
            engine,
            settings,
            ring,
        }
    }

    /// Ends the engine and starts another one, while pages are served on.
    pub(crate) async fn next_engine(&mut self) {
        self.engine.stop().await;
        (self.engine, self.metadata) = begun(&self.app, &self.ring, self.settings.clone()).await;
    }

    /// The rows.
    pub(crate) fn store(&self) -> &Store {
        &self.app.store
    }

    /// The metadata API once more, to be looked at.
    pub(crate) fn api(&self) -> Router {
        metadata::router(Arc::clone(&self.engine))
    }

    /// Ends the engine as a server does that is told to stop.
    pub(crate) async fn stop(&self) {
        self.engine.stop().await;
    }

    /// Calls a server function, which must go well.
    pub(crate) async fn do_it(&mut self, function: &str, fields: &[(&str, &str)]) -> Answer {
        let answer = self.ana.call(function, fields).await;
        assert!(answer.status.is_success(), "{function}: {}", answer.text());
        answer
    }

    /// Adds a workflow with a text.
    pub(crate) async fn add_workflow(&mut self, name: &str, text: &str) {
        self.do_it("create_workflow", &[("name", name)]).await;
        let fields = [("workflow", name), ("base_revision", "0"), ("text", text)];
        self.do_it("save_workflow", &fields).await;
    }

    /// Adds `aws / NAME`.
    pub(crate) async fn add_aws(&mut self, id: &str, name: &str, key: &str, secret: &str) {
        let fields = [
            ("id", id),
            ("type_name", "aws"),
            ("name", name),
            ("values[accessKeyID]", key),
            ("values[secretAccessKey]", secret),
        ];
        self.do_it("add_connection", &fields).await;
    }

    /// Adds a secret to a workflow.
    pub(crate) async fn add_secret(&mut self, id: &str, workflow: &str, name: &str, value: &str) {
        let fields = [
            ("workflow", workflow),
            ("id", id),
            ("name", name),
            ("value", value),
        ];
        self.do_it("add_secret", &fields).await;
    }

    /// Starts a run and answers its number.
    pub(crate) async fn start(&mut self, workflow: &str, parameters: &[(&str, &str)]) -> u64 {
        let answer = start(&mut self.ana, workflow, "0", parameters).await;
        assert_eq!(answer.status, 303, "{}", answer.text());
        let address = answer.header("location");
        let number = address.rsplit('/').next().unwrap().parse();
        number.unwrap_or_else(|_| panic!("no run at {address}"))
    }

    /// Watches a run to its end; what happened to it and what the step at `position` printed.
    pub(crate) async fn watch(&mut self, workflow: &str, number: u64, position: u64) -> Watched {
        let path = format!("/workflows/{workflow}/runs/{number}/events?step={position}");
        let answer = timeout(PATIENCE, self.ana.get(&path)).await;
        let answer = answer.unwrap_or_else(|_| panic!("{workflow} #{number} does not end"));
        assert_eq!(answer.status, 200, "{}", answer.text());
        Watched::read(&answer.text())
    }

    /// Runs a workflow to its end.
    pub(crate) async fn run(&mut self, workflow: &str, parameters: &[(&str, &str)]) -> Watched {
        let number = self.start(workflow, parameters).await;
        self.watch(workflow, number, 0).await
    }

    /// Waits for a page that says this; the engine works by itself.
    pub(crate) async fn until(&mut self, path: &str, said: &str) -> String {
        let wait = async {
            loop {
                let page = self.ana.get(path).await.text();
                if page.contains(said) {
                    return page;
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        let page = timeout(PATIENCE, wait).await;
        page.unwrap_or_else(|_| panic!("{path} never says {said}"))
    }

    /// What the ledger tells of steps.
    pub(crate) async fn told_of_steps(&self) -> Vec<LedgerRow> {
        let rows = ledger::after(self.store(), 0, 10_000).await.unwrap();
        rows.into_iter()
            .filter(|row| row.act.starts_with("step."))
            .collect()
    }
}

/// A new engine, and where its metadata API is.
async fn begun(app: &TestApp, ring: &KeyRing, mut settings: Settings) -> (Arc<Engine>, SocketAddr) {
    let listener = TcpListener::bind(settings.metadata).await.unwrap();
    let address = listener.local_addr().unwrap();
    settings.metadata = address;
    let (store, account) = (app.store.clone(), app.service.account().clone());
    let keys = ring.with_current(&ring.key_id()).unwrap();
    let engine = Engine::start(store, account, keys, settings, installation::now).await;
    let engine = Arc::new(engine.unwrap());
    let api = metadata::router(Arc::clone(&engine));
    tokio::spawn(async move { axum::serve(listener, api).await });
    (engine, address)
}

/// Posts the form of a run.
pub(crate) async fn start(
    browser: &mut Browser,
    workflow: &str,
    revision: &str,
    parameters: &[(&str, &str)],
) -> Answer {
    let named: Vec<_> = (0..parameters.len())
        .map(|index| {
            let control = |part| format!("parameters[{index}][{part}]");
            (control("name"), control("value"))
        })
        .collect();
    let mut fields = vec![("workflow", workflow), ("revision", revision)];
    for ((name, value), (parameter, typed)) in named.iter().zip(parameters) {
        fields.push((name, parameter));
        fields.push((value, typed));
    }
    browser.submit("start_run", &fields).await
}

/// What the events of a run told.
#[derive(Debug)]
pub(crate) struct Watched {
    /// The run at its end.
    pub(crate) run: Value,
    /// The states it was in.
    pub(crate) states: Vec<String>,
    /// What the newest attempt that was told of has printed.
    pub(crate) log: String,
    /// The number of that attempt; 0 when there was none.
    pub(crate) attempt: u64,
}

impl Watched {
    /// Reads an answer of server-sent events.
    pub(crate) fn read(text: &str) -> Self {
        let mut watched = Self {
            run: Value::Null,
            states: Vec::new(),
            log: String::new(),
            attempt: 0,
        };
        let mut next = 0;
        for event in text.split("\n\n") {
            let field = |name: &str| {
                let mut lines = event.lines();
                lines.find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
            };
            let Some(data) = field("data") else { continue };
            let data: Value = serde_json::from_str(data).unwrap();
            match field("event") {
                Some("run") => {
                    let state = data["state"].as_str().unwrap().to_owned();
                    if watched.states.last() != Some(&state) {
                        watched.states.push(state);
                    }
                    watched.run = data;
                }
                Some("log") => {
                    let attempt = data["attempt"].as_u64().unwrap();
                    if attempt != watched.attempt {
                        assert!(attempt > watched.attempt, "never back to an earlier one");
                        watched.attempt = attempt;
                        watched.log.clear();
                        next = 0;
                    }
                    assert_eq!(data["offset"], next, "without gaps");
                    watched.log.push_str(data["text"].as_str().unwrap());
                    let (of, end) = field("id").unwrap().split_once(':').unwrap();
                    assert_eq!(of.parse(), Ok(attempt));
                    next = end.parse().unwrap();
                }
                other => panic!("an event called {other:?}"),
            }
        }
        watched
    }

    /// Name and state of every step.
    pub(crate) fn steps(&self) -> Vec<(&str, &str)> {
        let steps = self.run["steps"].as_array().unwrap().iter();
        steps
            .map(|step| {
                let word = |name: &str| step[name].as_str().unwrap();
                (word("name"), word("state"))
            })
            .collect()
    }

    /// The state at the end.
    pub(crate) fn state(&self) -> &str {
        self.run["state"].as_str().unwrap()
    }
}

/// Somebody who watches a run while it goes on.
pub(crate) struct Watching {
    events: Body,
    told: String,
}

impl Watching {
    /// Asks for the events at an address.
    pub(crate) async fn begin(browser: &mut Browser, path: &str) -> Self {
        let answer = browser
            .begin(request(Method::GET, path), Body::empty())
            .await;
        assert_eq!(answer.status(), 200, "{path}");
        Self {
            events: answer.into_body(),
            told: String::new(),
        }
    }

    /// Reads until what was told is so.
    pub(crate) async fn until(&mut self, is: impl Fn(&Watched) -> bool) {
        while !is(&Watched::read(whole_events(&self.told))) {
            let next = timeout(PATIENCE, self.events.frame()).await;
            let next = next.unwrap_or_else(|_| panic!("nothing more is told: {}", self.told));
            let next = next.unwrap_or_else(|| panic!("it ended: {}", self.told));
            let part = next.unwrap().into_data().unwrap();
            self.told.push_str(&String::from_utf8_lossy(&part));
        }
    }

    /// Reads to the end of the run; what was told, from the beginning.
    pub(crate) async fn until_the_end(self) -> Watched {
        let rest = timeout(PATIENCE, to_bytes(self.events, usize::MAX)).await;
        let rest = rest.unwrap_or_else(|_| panic!("it does not end: {}", self.told));
        Watched::read(&(self.told + &String::from_utf8_lossy(&rest.unwrap())))
    }
}

/// The events that have arrived to their end.
fn whole_events(told: &str) -> &str {
    told.rfind("\n\n").map_or("", |end| &told[..end])
}

/// A step of a text, whose input is these lines whatever they are.
pub(crate) fn step(name: &str, more: &str, input: &str) -> String {
    let mut text = format!("- name: {name}\n  image: relaysh/core\n");
    for line in more.lines() {
        writeln!(text, "  {line}").unwrap();
    }
    text.push_str("  input:\n");
    for line in input.lines() {
        writeln!(text, "  - {}", Value::from(line)).unwrap();
    }
    text
}

/// A script that asks the metadata API and prints whole answers, each with its status.
pub(crate) fn asking(requests: &[&str]) -> String {
    let mut script =
        "#!/bin/bash\nat=${METADATA_API_URL##*@}; token=${METADATA_API_URL#http://:}; \
                      token=${token%@*}\n"
            .to_owned();
    for request in requests {
        writeln!(
            script,
            "exec 3<>\"/dev/tcp/${{at/:/\\/}}\"; printf '{request} HTTP/1.0\\r\\nAuthorization: \
             Bearer %s\\r\\n\\r\\n' \"$token\" >&3; cat <&3; echo"
        )
        .unwrap();
    }
    script
}
