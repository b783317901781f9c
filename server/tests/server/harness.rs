//! An installation of its own for each test, and browsers that talk to it.

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use axum::response::Response;
use model::Role;
use opener::KeyRing;
use server::assets::Site;
use server::installation;
use server::state::{AppState, Doors};
use server::stop::Stopper;
use service::{Clock, CommandLine, NewUser, Service};
use store::Store;
use store::ledger::{Actor, Entry};
use store::testing::TestDatabase;
use store::users;
use tempfile::TempDir;
use tower::ServiceExt;

/// Long enough for the rules.
pub(crate) const PASSWORD: &str = "correct horse battery";

/// The name browsers use for the server under test.
pub(crate) const HOST: &str = "localhost:3000";

/// Bound to loopback, without a public name.
fn usual_doors() -> Doors {
    Doors {
        public_url: None,
        loopback_only: true,
        ..Doors::default()
    }
}

/// A server without a socket.
pub(crate) struct TestApp {
    router: Router,
    without_pages: Router,
    pub(crate) service: Service,
    pub(crate) store: Store,
    pub(crate) site: Site,
    _dir: Option<TempDir>,
}

impl TestApp {
    /// On SQLite, reached as `http://localhost:3000`.
    pub(crate) async fn new() -> Self {
        Self::behind(usual_doors()).await
    }

    /// On SQLite, reached as `doors` says.
    pub(crate) async fn behind(doors: Doors) -> Self {
        Self::on_file(doors, installation::now).await
    }

    /// On SQLite, with a time of its own.
    pub(crate) async fn with_clock(clock: Clock) -> Self {
        Self::on_file(usual_doors(), clock).await
    }

    /// On a database of [`store::both`].
    pub(crate) async fn on(database: &TestDatabase) -> Self {
        Self::with_key(database).await.0
    }

    /// On a database of [`store::both`], with the vault's private key.
    pub(crate) async fn with_key(database: &TestDatabase) -> (Self, KeyRing) {
        Self::assembled(&database.url, None, usual_doors(), installation::now).await
    }

    /// On SQLite, reached as `doors` says, with a time of its own.
    pub(crate) async fn on_file(doors: Doors, clock: Clock) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let url = store::sqlite_url(&dir.path().join("relay.db"));
        Self::assembled(&url, Some(dir), doors, clock).await.0
    }

    async fn assembled(
        url: &str,
        dir: Option<TempDir>,
        doors: Doors,
        clock: Clock,
    ) -> (Self, KeyRing) {
        let store = Store::open(url).await.unwrap();
        let ring = KeyRing::generate().unwrap();
        let service = installation::service(&store, &ring, clock).await.unwrap();
        let (_, stop) = Stopper::new();
        let site = Site::embedded().unwrap();
        let state = AppState::new(service.clone(), clock, site.clone(), doors, stop);
        let app = Self {
            without_pages: server::routes::without_pages(state.clone()),
            router: server::routes::router(state),
            service,
            store,
            site,
            _dir: dir,
        };
        (app, ring)
    }

    /// Somebody who is not signed in.
    pub(crate) fn stranger(&self) -> Browser {
        Browser {
            router: self.router.clone(),
            cookie: None,
            device: None,
        }
    }

    /// The same browser before a server of the same house that has no pages.
    pub(crate) fn without_pages(&self, browser: &Browser) -> Browser {
        Browser {
            router: self.without_pages.clone(),
            ..browser.clone()
        }
    }

    /// Somebody who has this role and is signed in.
    pub(crate) async fn person(&self, role: Role) -> Browser {
        self.signed_in(&format!("{role}@example.com"), role).await
    }

    /// Somebody of that address who has this role and is signed in.
    pub(crate) async fn signed_in(&self, email: &str, role: Role) -> Browser {
        self.add(email, role).await;
        let mut browser = self.stranger();
        let answer = browser
            .call("log_in", &[("email", email), ("password", PASSWORD)])
            .await;
        assert!(answer.status.is_success(), "{role} signs in: {answer:?}");
        browser
    }

    /// Adds a viewer of a known id, who cannot sign in.
    pub(crate) async fn add_with_id(&self, id: &str, email: &str) {
        let entry = Entry {
            account: self.service.account().clone(),
            at: self.service.now(),
            actor: Actor::CommandLine,
            act: "user.add",
            subject: id.to_owned(),
            detail: "{}".into(),
        };
        let new = users::NewUser {
            id: &id.parse().unwrap(),
            email: &email.parse().unwrap(),
            name: &"Somebody".parse().unwrap(),
            role: Role::Viewer,
            password_hash: &users::PasswordHash(String::new()),
        };
        let mut tx = self.store.begin().await.unwrap();
        users::add(&mut tx, &new, &entry).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// Every route of the router, as it tells them itself.
    pub(crate) fn routes(&self) -> Vec<String> {
        routes_of(&self.router)
    }

    /// Adds a person as the command line does.
    pub(crate) async fn add(&self, email: &str, role: Role) {
        let password = PASSWORD.to_owned().into();
        let new = NewUser {
            email: email.into(),
            name: "Somebody".into(),
            role,
            password,
        };
        self.service
            .add_user(CommandLine::of_this_process(), new)
            .await
            .unwrap();
    }
}

/// Every route of a router, as it tells them itself; its fallback, a router of its own, is none of them.
pub(crate) fn routes_of(router: &Router) -> Vec<String> {
    let told = format!("{router:?}");
    let (told, _) = told.split_once("fallback_router: ").unwrap();
    let ids = told.split("RouteId(").skip(1);
    let paths = ids.filter_map(|rest| rest.split_once("): \"")?.1.split('"').next());
    let mut paths: Vec<_> = paths.filter(|path| path.starts_with('/')).collect();
    paths.sort_unstable();
    paths.dedup();
    paths.into_iter().map(str::to_owned).collect()
}

/// A browser, or a program that behaves like one: it keeps the session's cookie, and the other one.
#[derive(Clone)]
pub(crate) struct Browser {
    router: Router,
    pub(crate) cookie: Option<String>,
    /// By what the server knows it again.
    pub(crate) device: Option<String>,
}

impl Browser {
    pub(crate) async fn get(&mut self, path: &str) -> Answer {
        self.send(request(Method::GET, path).header(header::ACCEPT, "text/html"))
            .await
    }

    /// Calls a server function as our own script does.
    pub(crate) async fn call(&mut self, function: &str, fields: &[(&str, &str)]) -> Answer {
        self.post(
            function,
            fields,
            &[own_origin(), ("accept", "application/json")],
        )
        .await
    }

    /// Posts a form as our own page does without JavaScript.
    pub(crate) async fn submit(&mut self, function: &str, fields: &[(&str, &str)]) -> Answer {
        self.post(function, fields, &[own_origin(), ("accept", "text/html")])
            .await
    }

    /// Calls a server function with just these headers.
    pub(crate) async fn post(
        &mut self,
        function: &str,
        fields: &[(&str, &str)],
        headers: &[(&str, &str)],
    ) -> Answer {
        let mut request = request(Method::POST, &format!("/fn/{function}"))
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send_with(request, url_encoded(fields)).await
    }

    pub(crate) async fn send(&mut self, request: axum::http::request::Builder) -> Answer {
        self.send_with(request, String::new()).await
    }

    pub(crate) async fn send_with(
        &mut self,
        request: axum::http::request::Builder,
        body: impl Into<Body>,
    ) -> Answer {
        let (parts, body) = self.begin(request, body).await.into_parts();
        let body = to_bytes(body, usize::MAX).await.unwrap();
        Answer {
            status: parts.status,
            headers: parts.headers,
            body,
        }
    }

    /// The answer with as much of its body as is there at once, for one that may never end.
    pub(crate) async fn head_of(
        &mut self,
        request: axum::http::request::Builder,
        body: String,
    ) -> Answer {
        let (parts, body) = self.begin(request, body).await.into_parts();
        let lasting = parts
            .headers
            .get(header::CONTENT_TYPE)
            .is_some_and(|kind| kind.as_bytes().starts_with(b"text/event-stream"));
        let body = if lasting {
            Bytes::new()
        } else {
            to_bytes(body, usize::MAX).await.unwrap()
        };
        Answer {
            status: parts.status,
            headers: parts.headers,
            body,
        }
    }

    /// The answer as soon as it begins.
    pub(crate) async fn begin(
        &mut self,
        mut request: axum::http::request::Builder,
        body: impl Into<Body>,
    ) -> Response {
        for cookie in self.cookie.iter().chain(&self.device) {
            request = request.header(header::COOKIE, cookie);
        }
        let response = self
            .router
            .clone()
            .oneshot(request.body(body.into()).unwrap())
            .await
            .unwrap();
        for set in response.headers().get_all(header::SET_COOKIE) {
            let pair = set.to_str().unwrap().split(';').next().unwrap();
            if pair.contains("-device=") {
                self.device = Some(pair.to_owned());
                continue;
            }
            self.cookie = (!pair.ends_with('=')).then(|| pair.to_owned());
        }
        response
    }

    /// The session's id, as it is in the cookie.
    pub(crate) fn session_id(&self) -> &str {
        self.cookie.as_ref().unwrap().split_once('=').unwrap().1
    }
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Answer {
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The word of a problem; empty when the answer is none.
    pub(crate) fn code(&self) -> String {
        let problem: serde_json::Value = serde_json::from_slice(&self.body).unwrap_or_default();
        problem["code"].as_str().unwrap_or_default().to_owned()
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map(|value| value.to_str().unwrap())
            .unwrap_or_default()
    }
}

/// A request to the server under its usual name.
pub(crate) fn request(method: Method, path: &str) -> axum::http::request::Builder {
    Request::builder()
        .method(method)
        .uri(path)
        .header(header::HOST, HOST)
}

/// What a browser sends along from our own page.
pub(crate) fn own_origin() -> (&'static str, &'static str) {
    ("sec-fetch-site", "same-origin")
}

/// A form as a browser writes it.
pub(crate) fn url_encoded(fields: &[(&str, &str)]) -> String {
    let encode = |text: &str| -> String {
        text.bytes()
            .map(|byte| match byte {
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' => {
                    char::from(byte).to_string()
                }
                b' ' => "+".to_owned(),
                other => format!("%{other:02X}"),
            })
            .collect()
    };
    let pairs: Vec<_> = fields
        .iter()
        .map(|(name, value)| format!("{}={}", encode(name), encode(value)))
        .collect();
    pairs.join("&")
}
