//! Every route of the pages' router.

use axum::http::{Method, StatusCode};
use model::Role;
use store::testing::TestDatabase;

use super::{Asker, From, HELD, HTML, JSON, Scene, Who};
use crate::harness::{Answer, TestApp};
use crate::headers::NOTHING;
use crate::pages::{PAGES, Seen, address};

/// Routes that are no page.
const OTHERS: [(&str, Kind); 8] = [
    ("/", Kind::LeadsOn),
    // There are people.
    ("/welcome", Kind::LeadsOn),
    ("/docs/{chapter}", Kind::Page(Seen::Everybody)),
    ("/healthz", Kind::Health),
    ("/fn/{*name}", Kind::Functions),
    (
        "/workflows/{name}/runs/{number}/events",
        Kind::File(Role::Viewer),
    ),
    ("/ledger.csv", Kind::File(Role::Administrator)),
    (
        "/workflows/{name}/runs/{number}/steps/{position}/log",
        Kind::File(Role::Viewer),
    ),
];

/// What an address answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Page(Seen),
    /// Another address, for everybody.
    LeadsOn,
    /// That it is there, for everybody.
    Health,
    /// A file or events, for whoever has the role; a problem for others.
    File(Role),
    /// Has a table of its own.
    Functions,
}

/// Every route, and what it answers.
pub(super) fn routes() -> impl Iterator<Item = (&'static str, Kind)> {
    let pages = PAGES
        .iter()
        .map(|(route, seen)| (*route, Kind::Page(*seen)));
    pages.chain(OTHERS)
}

/// A route with something that exists in the place of its parameters: for what a step prints, a run
/// that has steps.
fn there(route: &str, kind: Kind) -> String {
    let address = address(route);
    match kind {
        Kind::File(_) => address.replace("/some/", &format!("/{HELD}/")),
        _ => address,
    }
}

/// The answer to a GET.
fn expected(kind: Kind, who: Who) -> StatusCode {
    let (needed, stranger) = match kind {
        Kind::LeadsOn => return StatusCode::SEE_OTHER,
        Kind::Functions => return StatusCode::METHOD_NOT_ALLOWED,
        Kind::Health | Kind::Page(Seen::Everybody) => return StatusCode::OK,
        Kind::Page(Seen::Strangers) => {
            return who.role().map_or(StatusCode::OK, |_| StatusCode::SEE_OTHER);
        }
        Kind::File(needed) => (needed, StatusCode::UNAUTHORIZED),
        Kind::Page(Seen::People) => (Role::Viewer, StatusCode::SEE_OTHER),
        Kind::Page(Seen::Operators) => (Role::Operator, StatusCode::SEE_OTHER),
        Kind::Page(Seen::Administrators) => (Role::Administrator, StatusCode::SEE_OTHER),
    };
    match who.role() {
        None => stranger,
        Some(role) if role < needed => StatusCode::FORBIDDEN,
        Some(_) => StatusCode::OK,
    }
}

/// What a refusal looks like: a page where a page was asked for, else a problem; and whoever has to
/// sign in first is led there and back.
fn assert_refuses(cell: &str, kind: Kind, path: &str, answer: &Answer) {
    let media_type = answer.header("content-type");
    match (kind, answer.status) {
        (Kind::Page(Seen::People | Seen::Operators | Seen::Administrators), status)
            if status == StatusCode::SEE_OTHER =>
        {
            let back = format!("/login?next={}", path.replace('/', "%2F"));
            assert_eq!(answer.header("location"), back, "{cell}");
            assert!(answer.body.is_empty(), "{cell}: {}", answer.text());
        }
        (Kind::Page(_), status) if status.is_client_error() => {
            assert_eq!(media_type, "text/html; charset=utf-8", "{cell}");
        }
        (_, status) if status.is_client_error() => {
            assert_eq!(media_type, "application/problem+json", "{cell}");
            assert_eq!(answer.header("content-security-policy"), NOTHING, "{cell}");
            assert!(!answer.code().is_empty(), "{cell}");
        }
        _ => {}
    }
}

/// All cells of a route for one who asks; answers how many there were.
async fn ask_everything(route: &str, kind: Kind, asker: &Asker) -> usize {
    let path = there(route, kind);
    let status = expected(kind, asker.who);
    let mut cells = 0;
    for (accept, all) in [
        (JSON, From::ALL.to_vec()),
        (HTML, vec![From::NoHeader, From::Own]),
    ] {
        for from in all {
            let cell = format!("GET {path} {:?} {from:?} {accept}", asker.who);
            let answer = asker.ask(accept, from, Method::GET, &path, "").await;
            assert_eq!(answer.status, status, "{cell}: {}", answer.text());
            assert_refuses(&cell, kind, &path, &answer);
            if asker.who.role().is_none() {
                // Nothing of what is behind the door.
                for email in ["administrator@example.com", "somebody@example.com"] {
                    assert!(!answer.text().contains(email), "{cell}");
                }
            }
            cells += 1;
        }
        let cell = format!("{path} {:?} {accept}", asker.who);
        let answer = asker.ask(accept, From::Own, Method::HEAD, &path, "").await;
        assert_eq!(answer.status, status, "HEAD {cell}");
        cells += 1;
        if kind == Kind::Functions {
            continue;
        }
        for (from, status, code) in [
            (
                From::Own,
                StatusCode::METHOD_NOT_ALLOWED,
                "method_not_allowed",
            ),
            (From::Other, StatusCode::FORBIDDEN, "foreign_origin"),
        ] {
            let answer = asker.ask(accept, from, Method::POST, &path, "").await;
            let told = (answer.status, answer.code());
            assert_eq!(told, (status, code.to_owned()), "POST {cell} {from:?}");
            cells += 1;
        }
    }
    cells
}

#[tokio::test]
async fn every_route_is_listed() {
    let app = TestApp::new().await;
    let there = app.routes();
    let listed: Vec<_> = routes().map(|(route, _)| route).collect();
    for route in &there {
        assert!(
            listed.contains(&route.as_str()),
            "{route} is not listed: say who may ask for it"
        );
    }
    for route in listed {
        assert!(
            there.iter().any(|one| one == route),
            "{route} is no route any more"
        );
    }
}

store::both! {
    async fn every_route_for_everybody_from_everywhere(database: TestDatabase) {
        let scene = Scene::on(&database).await;
        let mut cells = 0;
        for (route, kind) in routes() {
            for asker in &scene.askers {
                cells += ask_everything(route, kind, asker).await;
            }
        }
        assert!(cells > 3_000, "{cells}");
        scene.end().await;
    }
}
