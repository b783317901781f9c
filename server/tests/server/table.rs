//! The whole table: every route the router has and every function the binary registers, for everybody
//! who may ask, from everywhere a request may come from. Whatever is not listed fails.

use axum::http::{HeaderName, Method, StatusCode, header};
use model::Role;
use store::testing::TestDatabase;

use crate::functions::{FUNCTIONS, Needs};
use crate::harness::{Answer, Browser, HOST, TestApp, own_origin, request, url_encoded};
use crate::pages::{PAGES, Seen, address, furnish};

/// Who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Who {
    Nobody,
    Of(Role),
    /// Signed in, and disabled since.
    Disabled,
    /// Signed in, and the session has ended.
    Expired,
    /// A step, which has no business here.
    Step,
}

impl Who {
    const ALL: [Self; 8] = [
        Self::Nobody,
        Self::Of(Role::Viewer),
        Self::Of(Role::Operator),
        Self::Of(Role::Approver),
        Self::Of(Role::Administrator),
        Self::Disabled,
        Self::Expired,
        Self::Step,
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

    fn header(self) -> Option<(HeaderName, String)> {
        match self {
            Self::Other => Some((header::ORIGIN, "http://evil.example".into())),
            Self::Null => Some((header::ORIGIN, "null".into())),
            Self::NoHeader | Self::Link => None,
            Self::Own => Some((header::ORIGIN, format!("http://{HOST}"))),
        }
    }
}

/// Routes that are no page.
const OTHERS: [(&str, Kind); 7] = [
    ("/", Kind::LeadsOn),
    // There are people.
    ("/welcome", Kind::LeadsOn),
    ("/docs/{chapter}", Kind::Page(Seen::Everybody)),
    ("/healthz", Kind::Page(Seen::Everybody)),
    ("/fn/{*name}", Kind::Functions),
    (
        "/workflows/{name}/runs/{number}/events",
        Kind::Stream(StatusCode::OK),
    ),
    // The run of the furniture has no steps.
    (
        "/workflows/{name}/runs/{number}/steps/{position}/log",
        Kind::Stream(StatusCode::NOT_FOUND),
    ),
];

/// What an address answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Page(Seen),
    /// Another address, for everybody.
    LeadsOn,
    /// This, for whoever is signed in; a problem for others.
    Stream(StatusCode),
    /// Has a table of its own.
    Functions,
}

/// The answer to a GET.
fn of_route(kind: Kind, who: Who) -> StatusCode {
    let needed = match kind {
        Kind::LeadsOn => return StatusCode::SEE_OTHER,
        Kind::Functions => return StatusCode::METHOD_NOT_ALLOWED,
        Kind::Stream(there) => return who.role().map_or(StatusCode::UNAUTHORIZED, |_| there),
        Kind::Page(Seen::Everybody) => return StatusCode::OK,
        Kind::Page(Seen::Strangers) => {
            return who.role().map_or(StatusCode::OK, |_| StatusCode::SEE_OTHER);
        }
        Kind::Page(Seen::People) => Role::Viewer,
        Kind::Page(Seen::Operators) => Role::Operator,
        Kind::Page(Seen::Administrators) => Role::Administrator,
    };
    match who.role() {
        None => StatusCode::SEE_OTHER,
        Some(role) if role < needed => StatusCode::FORBIDDEN,
        Some(_) => StatusCode::OK,
    }
}

/// The refusal of a function; none when it has to look at what it was given.
fn of_function(needs: Needs, who: Who, from: From) -> Option<(StatusCode, &'static str)> {
    match (from, needs, who.role()) {
        (From::Link, _, _) => Some((StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed")),
        (From::Other | From::Null | From::NoHeader, _, _) => {
            Some((StatusCode::FORBIDDEN, "foreign_origin"))
        }
        (From::Own, Needs::Nobody, _) => None,
        (From::Own, _, None) => Some((StatusCode::UNAUTHORIZED, "not_signed_in")),
        (From::Own, needs, Some(role)) => {
            let refused = needs.role() > Some(role);
            refused.then_some((StatusCode::FORBIDDEN, "role_too_low"))
        }
    }
}

/// Everybody, each as a browser that is what it should be.
async fn everybody(app: &TestApp, database: &TestDatabase) -> Vec<(Who, Browser)> {
    let mut all = Vec::new();
    for who in Who::ALL {
        let browser = match who {
            Who::Nobody | Who::Step => app.stranger(),
            // She made the furniture.
            Who::Of(Role::Administrator) => continue,
            Who::Of(role) => app.person(role).await,
            Who::Disabled => {
                let browser = app
                    .signed_in("disabled@example.com", Role::Administrator)
                    .await;
                let disable =
                    "update users set disabled_at = 1 where email_key = 'disabled@example.com'";
                assert_eq!(database.execute(disable).await.unwrap(), 1);
                browser
            }
            Who::Expired => {
                let browser = app
                    .signed_in("expired@example.com", Role::Administrator)
                    .await;
                let end = "update sessions set expires_at = 1 where user_id = \
                           (select id from users where email_key = 'expired@example.com')";
                assert_eq!(database.execute(end).await.unwrap(), 1);
                browser
            }
        };
        all.push((who, browser));
    }
    all
}

async fn ask(
    browser: &Browser,
    who: Who,
    from: From,
    method: Method,
    path: &str,
    body: &str,
) -> Answer {
    let mut request = request(method, path)
        .header(header::ACCEPT, "application/json")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    if let Some((name, value)) = from.header() {
        request = request.header(name, value);
    }
    if who == Who::Step {
        request = request.header(header::AUTHORIZATION, format!("Bearer {}", "ab".repeat(32)));
    }
    // A copy: what an answer does to its cookie must not spoil the next one.
    browser.clone().head_of(request, body.to_owned()).await
}

#[tokio::test]
async fn every_route_is_listed() {
    let app = TestApp::new().await;
    let mut listed: Vec<_> = PAGES.iter().map(|(route, _)| *route).collect();
    listed.extend(OTHERS.map(|(route, _)| route));
    let routes = app.routes();
    for route in &routes {
        assert!(
            listed.contains(&route.as_str()),
            "{route} is not listed: say who may ask for it"
        );
    }
    for route in listed {
        assert!(
            routes.iter().any(|there| there == route),
            "{route} is no route any more"
        );
    }
}

store::both! {
    async fn every_route_for_everybody_from_everywhere(database: TestDatabase) {
        let app = TestApp::on(&database).await;
        let (_engine, administrator) = furnish(&app).await;
        let mut people = everybody(&app, &database).await;
        people.push((Who::Of(Role::Administrator), administrator));
        let pages = PAGES.iter().map(|(route, seen)| (*route, Kind::Page(*seen)));
        let mut cells = 0;
        for (route, kind) in pages.chain(OTHERS) {
            let path = address(route);
            for (who, browser) in &people {
                for from in From::ALL {
                    let answer = ask(browser, *who, from, Method::GET, &path, "").await;
                    assert_eq!(answer.status, of_route(kind, *who), "GET {path} {who:?} {from:?}");
                    cells += 1;
                }
                if kind != Kind::Functions {
                    let answer = ask(browser, *who, From::Own, Method::POST, &path, "").await;
                    assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED, "POST {path} {who:?}");
                    let answer = ask(browser, *who, From::Other, Method::POST, &path, "").await;
                    assert_eq!(answer.status, StatusCode::FORBIDDEN, "POST {path} {who:?}");
                    cells += 2;
                }
            }
        }
        assert!(cells > 1_000, "{cells}");
    }

    async fn every_function_for_everybody_from_everywhere(database: TestDatabase) {
        let app = TestApp::on(&database).await;
        let administrator = app.person(Role::Administrator).await;
        let mut people = everybody(&app, &database).await;
        people.push((Who::Of(Role::Administrator), administrator));
        let mut cells = 0;
        for function in FUNCTIONS {
            let body = url_encoded(function.fields);
            for (who, browser) in &people {
                for from in From::ALL {
                    let (method, path) = match from {
                        From::Link => (Method::GET, format!("/fn/{}?{body}", function.name)),
                        _ => (Method::POST, format!("/fn/{}", function.name)),
                    };
                    let answer = ask(browser, *who, from, method, &path, &body).await;
                    let cell = format!("{} {who:?} {from:?}", function.name);
                    cells += 1;
                    if let Some(refusal) = of_function(function.needs, *who, from) {
                        assert_eq!((answer.status, answer.code().as_str()), refusal, "{cell}");
                        continue;
                    }
                    let refused = [StatusCode::UNAUTHORIZED, StatusCode::FORBIDDEN];
                    assert!(!refused.contains(&answer.status), "{cell}: {}", answer.text());
                    assert!(!answer.status.is_server_error(), "{cell}: {}", answer.text());
                }
            }
        }
        assert!(cells > 1_000, "{cells}");
    }
}

/// What is dangerous asks for the password again, and nothing else does.
const DANGEROUS: [&str; 4] = ["invite", "change_role", "enable_user", "delete_user"];

store::both! {
    async fn a_session_somebody_found_open_does_nothing_dangerous(database: TestDatabase) {
        let app = TestApp::on(&database).await;
        let administrator = app.person(Role::Administrator).await;
        assert!(database.execute("update sessions set proved_at = proved_at - 601000").await.unwrap() > 0);
        for function in FUNCTIONS.iter().filter(|one| one.needs != Needs::Nobody && one.name != "log_out") {
            let headers = [own_origin(), ("accept", "application/json")];
            let answer = administrator.clone().post(function.name, function.fields, &headers).await;
            let asks = answer.code() == service::PASSWORD_NEEDED;
            let listed = DANGEROUS.contains(&function.name) || function.name == "rotate_key";
            assert_eq!(asks, listed, "{}: {}", function.name, answer.text());
        }
    }
}
