//! Every page and every role: who sees it, who is told that they may not, who is asked to log in.

use axum::http::StatusCode;
use model::Role;
use store::testing::TestDatabase;

use crate::harness::{Browser, TestApp};

/// By whom a page is seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Seen {
    /// Everybody, signed in or not.
    Everybody,
    /// Whoever is not signed in; others are sent on.
    Strangers,
    /// Whoever is signed in.
    People,
    /// Administrators.
    Administrators,
}

const CONNECTION: &str = "0123456789abcdef0123456789abcdef";
const SECRET: &str = "fedcba9876543210fedcba9876543210";

/// The pages, as the router has them. `{name}` and `{id}` are filled in with things that exist.
const PAGES: &[(&str, Seen)] = &[
    ("/login", Seen::Strangers),
    ("/docs", Seen::Everybody),
    ("/workflows", Seen::People),
    ("/new-workflow", Seen::Administrators),
    ("/workflows/{name}", Seen::People),
    ("/workflows/{name}/settings", Seen::Administrators),
    ("/workflows/{name}/delete", Seen::Administrators),
    ("/workflows/{name}/revisions", Seen::People),
    ("/workflows/{name}/revisions/{number}", Seen::People),
    ("/workflows/{name}/secrets/new", Seen::Administrators),
    (
        "/workflows/{name}/secrets/{id}/overwrite",
        Seen::Administrators,
    ),
    (
        "/workflows/{name}/secrets/{id}/delete",
        Seen::Administrators,
    ),
    ("/connections", Seen::People),
    ("/connections/new", Seen::Administrators),
    ("/connections/{id}/overwrite", Seen::Administrators),
    ("/connections/{id}/delete", Seen::Administrators),
    ("/access-control", Seen::Administrators),
    ("/profile", Seen::People),
];

/// Routes that are no page of their own: `/` leads on, `/welcome` is gone once there are people,
/// a chapter is a part of `/docs`; server functions have their own list.
const OTHERS: [&str; 4] = ["/", "/welcome", "/docs/{chapter}", "/fn/{*name}"];

fn address(route: &str) -> String {
    let id = if route.contains("/secrets/") {
        SECRET
    } else {
        CONNECTION
    };
    route
        .replace("{name}", "some")
        .replace("{number}", "1")
        .replace("{id}", id)
}

/// One of everything.
async fn furnish(administrator: &mut Browser) {
    let some = ("workflow", "some");
    for (function, fields) in [
        (
            "create_workflow",
            vec![("name", "some"), ("description", "")],
        ),
        (
            "save_workflow",
            vec![some, ("base_revision", "0"), ("text", "steps: []\n")],
        ),
        (
            "add_secret",
            vec![some, ("id", SECRET), ("name", "token"), ("value", "x")],
        ),
        (
            "add_connection",
            vec![
                ("id", CONNECTION),
                ("type_name", "aws"),
                ("name", "an account"),
                ("values[accessKeyID]", "a"),
                ("values[secretAccessKey]", "b"),
            ],
        ),
    ] {
        let answer = administrator.call(function, &fields).await;
        assert!(answer.status.is_success(), "{function}: {}", answer.text());
    }
}

#[test]
fn every_route_is_listed() {
    let source = include_str!("../../src/pages.rs");
    let routes = source
        .split(".route(")
        .skip(1)
        .map(|rest| rest.split('"').nth(1).unwrap());
    let mut count = 0;
    for route in routes {
        let listed = PAGES.iter().any(|(known, _)| *known == route) || OTHERS.contains(&route);
        assert!(listed, "{route} is not listed: say who sees it");
        count += 1;
    }
    assert_eq!(count, PAGES.len() + OTHERS.len());
}

store::both! {
    async fn each_page_asks_for_its_role(database: TestDatabase) {
        let app = TestApp::on(&database).await;
        furnish(&mut app.person(Role::Administrator).await).await;
        for role in [Role::Viewer, Role::Operator, Role::Approver] {
            let mut person = app.person(role).await;
            for (route, seen) in PAGES {
                let answer = person.get(&address(route)).await;
                let expected = match seen {
                    Seen::Everybody | Seen::People => StatusCode::OK,
                    Seen::Strangers => StatusCode::SEE_OTHER,
                    Seen::Administrators => StatusCode::FORBIDDEN,
                };
                assert_eq!(answer.status, expected, "{role} {route}");
            }
        }
    }

    async fn an_administrator_sees_everything(database: TestDatabase) {
        let app = TestApp::on(&database).await;
        let mut administrator = app.person(Role::Administrator).await;
        furnish(&mut administrator).await;
        for (route, seen) in PAGES.iter().filter(|(_, seen)| *seen != Seen::Strangers) {
            let answer = administrator.get(&address(route)).await;
            assert_eq!(answer.status, StatusCode::OK, "{route} {seen:?}: {}", answer.text());
        }
    }
}

#[tokio::test]
async fn whoever_is_not_signed_in_is_asked_to_and_comes_back() {
    let app = TestApp::new().await;
    furnish(&mut app.person(Role::Administrator).await).await;
    for (route, seen) in PAGES {
        let address = address(route);
        let answer = app.stranger().get(&address).await;
        if matches!(seen, Seen::Everybody | Seen::Strangers) {
            assert_eq!(answer.status, StatusCode::OK, "{route}");
        } else {
            assert_eq!(answer.status, StatusCode::SEE_OTHER, "{route}");
            let back = format!("/login?next={}", address.replace('/', "%2F"));
            assert_eq!(answer.header("location"), back, "{route}");
        }
    }
}

#[tokio::test]
async fn odd_spellings_of_an_address_open_no_door() {
    let app = TestApp::new().await;
    furnish(&mut app.person(Role::Administrator).await).await;
    let mut viewer = app.person(Role::Viewer).await;
    for (route, _) in PAGES
        .iter()
        .filter(|(_, seen)| *seen == Seen::Administrators)
    {
        let address = address(route);
        for odd in [
            format!("{address}.svg"),
            format!("{address};x"),
            format!("{address}/"),
            format!("/{address}"),
            address.replacen('/', "/%2e/", 1),
            address.to_uppercase(),
            format!("{address}%00"),
        ] {
            for browser in [&mut app.stranger(), &mut viewer] {
                let answer = browser.get(&odd).await;
                assert_ne!(answer.status, StatusCode::OK, "{odd}");
                assert!(!answer.status.is_server_error(), "{odd}: {}", answer.status);
            }
        }
    }
}

#[tokio::test]
async fn a_refused_form_comes_back_without_its_values() {
    let app = TestApp::new().await;
    let mut administrator = app.person(Role::Administrator).await;
    let fields = [
        ("id", CONNECTION),
        ("type_name", "aws"),
        ("name", "typed by hand"),
        ("values[accessKeyID]", "the first value"),
        ("values[secretAccessKey]", ""),
    ];
    let from = ("referer", "http://localhost:3000/connections/new?type=aws");
    let headers = [crate::harness::own_origin(), ("accept", "text/html"), from];
    let answer = administrator
        .post("add_connection", &fields, &headers)
        .await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(answer.header("content-type"), "text/html; charset=utf-8");
    let page = answer.text();
    assert!(page.contains("typed by hand"), "the name is still there");
    assert!(
        !page.contains("the first value"),
        "a value is never sent back"
    );
}
