//! The whole table: every route the router has, every function the binary registers, every request of
//! steps and every file of the site, for everybody who may ask, from everywhere a request may come
//! from. Whatever is not listed fails.

mod bare;
mod files;
mod functions;
mod metadata;
mod routes;

use axum::http::{HeaderName, Method, header};
use model::Role;
use store::testing::TestDatabase;

use crate::harness::{Answer, Browser, HOST, TestApp, request};
use crate::held::{Held, listener};
use crate::house::{House, asking, step};
use crate::pages::fill;

/// What programs accept.
const JSON: &str = "application/json";
/// What browsers accept that post a form or follow a link.
const HTML: &str = "text/html";

/// Who asks. Whoever may do something comes after everybody who may not, so that what they do is still
/// there to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Who {
    Nobody,
    /// Signed in, and disabled since.
    Disabled,
    /// Signed in, and the session has ended.
    Expired,
    /// A step under way, which has no business here: its token is shown as one, and as a session's id.
    Step,
    Of(Role),
}

impl Who {
    const ALL: [Self; 8] = [
        Self::Nobody,
        Self::Disabled,
        Self::Expired,
        Self::Step,
        Self::Of(Role::Viewer),
        Self::Of(Role::Operator),
        Self::Of(Role::Approver),
        Self::Of(Role::Administrator),
    ];

    /// The role that counts, if any does.
    fn role(self) -> Option<Role> {
        match self {
            Self::Of(role) => Some(role),
            Self::Nobody | Self::Disabled | Self::Expired | Self::Step => None,
        }
    }
}

/// Where a request comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum From {
    Other,
    Null,
    NoHeader,
    /// A link: GET, whatever the address takes.
    Link,
    /// Last, because it is the one that does something.
    Own,
}

impl From {
    const ALL: [Self; 5] = [
        Self::Other,
        Self::Null,
        Self::NoHeader,
        Self::Link,
        Self::Own,
    ];

    /// What a browser says about it to the server of that name.
    fn header(self, host: &str) -> Option<(HeaderName, String)> {
        match self {
            Self::Other => Some((header::ORIGIN, "http://evil.example".into())),
            Self::Null => Some((header::ORIGIN, "null".into())),
            Self::NoHeader | Self::Link => None,
            Self::Own => Some((header::ORIGIN, format!("http://{host}"))),
        }
    }
}

/// Somebody who asks, with all they have to show.
struct Asker {
    who: Who,
    browser: Browser,
    /// A step's token.
    token: Option<String>,
}

impl Asker {
    fn of(who: Who, browser: Browser) -> Self {
        Self {
            who,
            browser,
            token: None,
        }
    }

    /// Asks as a browser that forgets the answer: what it does to a cookie must not spoil the next one.
    async fn ask(
        &self,
        accept: &str,
        from: From,
        method: Method,
        path: &str,
        body: &str,
    ) -> Answer {
        let mut request = request(method, path)
            .header(header::ACCEPT, accept)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        if let Some((name, value)) = from.header(HOST) {
            request = request.header(name, value);
        }
        if let Some(token) = &self.token {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        self.browser.clone().head_of(request, body.to_owned()).await
    }
}

/// An installation with one of everything, everybody who may ask it for something, and a step that is
/// under way as long as they do.
struct Scene {
    house: House,
    askers: Vec<Asker>,
    held: Held,
    /// The token of an attempt that has ended.
    ended: String,
}

/// What the held step reads, from everywhere where there is something to read.
const READS: &str = "spec:\n  account: !Connection {type: aws, name: an account}\n  \
                     token: !Secret token\n  thing: !Output [producer, thing]\nenv:\n  PLAIN: x";

/// The workflow of the held step; its first run has ended, its second one is under way.
const HELD: &str = "held";

impl Scene {
    async fn on(database: &TestDatabase) -> Self {
        let mut house = House::on(database).await;
        fill(&house.app, &mut house.ana).await;
        let (listener, port) = listener().await;
        let producer = step("producer", "", &asking(&["PUT /outputs/thing"]));
        let text = Held::text(port, READS, &producer);
        house.add_workflow(HELD, &text).await;
        let id = "fedcba9876543210fedcba98765432aa";
        house.add_secret(id, HELD, "token", "x").await;
        let first = Held::start(&mut house, HELD, &listener).await;
        let (run, ended) = first.end(&mut house).await;
        assert_eq!(run.state(), "succeeded", "{run:?}");
        let held = Held::start(&mut house, HELD, &listener).await;
        let askers = everybody(&house.app, database, &house.ana, &held.token).await;
        let scene = Self {
            house,
            askers,
            held,
            ended,
        };
        scene.assert_alive().await;
        scene
    }

    /// The step's token opens what it is for.
    async fn assert_alive(&self) {
        for request in ["GET /spec", "GET /environment"] {
            let reply = self.held.ask(request).await;
            assert_eq!(reply.status, 200, "{request}: {reply:?}");
            assert_eq!(reply.json()["complete"], true, "{request}: {reply:?}");
        }
    }

    /// Lets the step end, which was alive until now.
    async fn end(self) {
        self.assert_alive().await;
        let Self {
            mut house, held, ..
        } = self;
        let (run, _) = held.end(&mut house).await;
        assert_eq!(run.state(), "succeeded", "{run:?}");
        house.stop().await;
    }
}

/// Everybody, each as a browser that is what it should be.
async fn everybody(
    app: &TestApp,
    database: &TestDatabase,
    administrator: &Browser,
    token: &str,
) -> Vec<Asker> {
    let mut all = Vec::new();
    for who in Who::ALL {
        let mut asker = Asker::of(who, app.stranger());
        match who {
            Who::Nobody => {}
            Who::Step => {
                asker.browser.cookie = Some(format!("relay={token}"));
                asker.token = Some(token.to_owned());
            }
            Who::Of(Role::Administrator) => asker.browser = administrator.clone(),
            Who::Of(role) => asker.browser = app.person(role).await,
            Who::Disabled => {
                let email = "disabled@example.com";
                asker.browser = app.signed_in(email, Role::Administrator).await;
                let disable =
                    format!("update users set disabled_at = 1 where email_key = '{email}'");
                assert_eq!(database.execute(&disable).await.unwrap(), 1);
            }
            Who::Expired => {
                let email = "expired@example.com";
                asker.browser = app.signed_in(email, Role::Administrator).await;
                let end = format!(
                    "update sessions set expires_at = 1 where user_id = \
                     (select id from users where email_key = '{email}')"
                );
                assert_eq!(database.execute(&end).await.unwrap(), 1);
            }
        }
        all.push(asker);
    }
    all
}
