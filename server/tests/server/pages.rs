//! Every page and every role: who sees it, who is told that they may not, who is asked to log in.

use axum::http::StatusCode;
use model::{EngineId, Role, Timestamp};
use store::engines::{NewEngine, Presence};
use store::testing::TestDatabase;

use crate::harness::{Browser, TestApp};

/// By whom a page is seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Seen {
    /// Everybody, signed in or not.
    Everybody,
    /// Whoever is not signed in; others are sent on.
    Strangers,
    /// Whoever is signed in.
    People,
    /// Whoever may start runs.
    Operators,
    /// Administrators.
    Administrators,
}

pub(crate) const CONNECTION: &str = "0123456789abcdef0123456789abcdef";
pub(crate) const SECRET: &str = "fedcba9876543210fedcba9876543210";
pub(crate) const PERSON: &str = "00112233445566778899aabbccddeeff";

/// Nothing to do, but something to fill in first.
const TEXT: &str = "parameters:\n  who:\n    default: nobody\nsteps: []\n";

/// The pages, as the router has them. `{name}` and `{id}` are filled in with things that exist.
pub(crate) const PAGES: &[(&str, Seen)] = &[
    ("/login", Seen::Strangers),
    ("/docs", Seen::Everybody),
    ("/workflows", Seen::People),
    ("/new-workflow", Seen::Administrators),
    ("/workflows/{name}", Seen::People),
    ("/workflows/{name}/settings", Seen::Administrators),
    ("/workflows/{name}/delete", Seen::Administrators),
    ("/workflows/{name}/revisions", Seen::People),
    ("/workflows/{name}/revisions/{number}", Seen::People),
    ("/workflows/{name}/run", Seen::Operators),
    ("/workflows/{name}/runs", Seen::People),
    ("/workflows/{name}/runs/{number}", Seen::People),
    ("/workflows/{name}/secrets/new", Seen::Administrators),
    ("/workflows/{name}/secrets/{id}", Seen::People),
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
    ("/connections/{id}", Seen::People),
    ("/connections/{id}/overwrite", Seen::Administrators),
    ("/connections/{id}/delete", Seen::Administrators),
    ("/connections/{id}/grants", Seen::Administrators),
    ("/keys", Seen::Administrators),
    ("/ledger", Seen::Administrators),
    ("/join", Seen::Everybody),
    ("/access-control", Seen::Administrators),
    ("/access-control/invite", Seen::Administrators),
    ("/access-control/{id}", Seen::Administrators),
    ("/access-control/{id}/delete", Seen::Administrators),
    ("/profile", Seen::People),
];

/// A route with something that exists in the place of its parameters.
pub(crate) fn address(route: &str) -> String {
    let id = if route.contains("/secrets/") {
        SECRET
    } else if route.starts_with("/access-control/") {
        PERSON
    } else {
        CONNECTION
    };
    route
        .replace("{chapter}", "people-and-roles")
        .replace("{position}", "0")
        .replace("{name}", "some")
        .replace("{number}", "1")
        .replace("{id}", id)
}

/// One of everything, and the administrator who made it. The presence stands for an engine: without
/// one no run begins.
pub(crate) async fn furnish(app: &TestApp) -> (Presence, Browser) {
    let engine = NewEngine {
        id: &EngineId::from_bytes([1; 16]),
        runner: "process",
        note: "",
        at: Timestamp(0),
    };
    let presence = Presence::announce(&app.store, &engine).await.unwrap();
    let mut administrator = app.person(Role::Administrator).await;
    fill(app, &mut administrator).await;
    (presence, administrator)
}

/// One of everything, where there is an engine.
pub(crate) async fn fill(app: &TestApp, administrator: &mut Browser) {
    app.add_with_id(PERSON, "somebody@example.com").await;
    let some = ("workflow", "some");
    for (function, fields) in [
        (
            "create_workflow",
            vec![("name", "some"), ("description", "")],
        ),
        (
            "save_workflow",
            vec![some, ("base_revision", "0"), ("text", TEXT)],
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
        ("start_run", vec![some]),
    ] {
        let answer = administrator.call(function, &fields).await;
        let done = answer.status.is_success() || answer.status.is_redirection();
        assert!(done, "{function}: {}", answer.text());
    }
}

store::both! {
    async fn each_page_asks_for_its_role(database: TestDatabase) {
        let app = TestApp::on(&database).await;
        let _furnished = furnish(&app).await;
        for role in [Role::Viewer, Role::Operator, Role::Approver] {
            let mut person = app.person(role).await;
            for (route, seen) in PAGES {
                let answer = person.get(&address(route)).await;
                let expected = match seen {
                    Seen::Everybody | Seen::People => StatusCode::OK,
                    Seen::Strangers => StatusCode::SEE_OTHER,
                    Seen::Operators if role >= Role::Operator => StatusCode::OK,
                    Seen::Operators | Seen::Administrators => StatusCode::FORBIDDEN,
                };
                assert_eq!(answer.status, expected, "{role} {route}");
            }
        }
    }

    async fn an_administrator_sees_everything(database: TestDatabase) {
        let app = TestApp::on(&database).await;
        let (_engine, mut administrator) = furnish(&app).await;
        for (route, seen) in PAGES.iter().filter(|(_, seen)| *seen != Seen::Strangers) {
            let answer = administrator.get(&address(route)).await;
            assert_eq!(answer.status, StatusCode::OK, "{route} {seen:?}: {}", answer.text());
        }
    }
}

#[tokio::test]
async fn whoever_is_not_signed_in_is_asked_to_and_comes_back() {
    let app = TestApp::new().await;
    let _furnished = furnish(&app).await;
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
    let _furnished = furnish(&app).await;
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

#[tokio::test]
async fn a_refused_save_stays_on_the_revision_it_was_based_on() {
    let app = TestApp::new().await;
    let mut administrator = app.person(Role::Administrator).await;
    let save = |base: &'static str, text: &'static str| {
        [
            ("workflow", "shared"),
            ("base_revision", base),
            ("text", text),
        ]
    };
    administrator
        .call("create_workflow", &[("name", "shared")])
        .await;
    for (base, text) in [("0", "steps: []\n"), ("1", "steps: [] # theirs\n")] {
        let saved = administrator.call("save_workflow", &save(base, text)).await;
        assert_eq!(saved.status, StatusCode::OK);
    }

    // Refused for another reason: nobody has told this person of revision 2 yet.
    let refused = administrator
        .submit("save_workflow", &save("1", "steps: [] # \0 mine\n"))
        .await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    let hidden = |number: u8| format!("name=\"base_revision\" value=\"{number}\"");
    assert!(refused.text().contains(&hidden(1)), "{}", refused.text());

    // Refused because of revision 2: whoever saves again now means it.
    let stale = administrator
        .submit("save_workflow", &save("1", "steps: [] # mine\n"))
        .await;
    assert_eq!(stale.status, StatusCode::CONFLICT);
    assert!(stale.text().contains(&hidden(2)), "{}", stale.text());
    assert!(stale.text().contains("# mine"), "the text is still there");
}

#[tokio::test]
async fn a_text_never_becomes_part_of_the_page() {
    let app = TestApp::new().await;
    let mut administrator = app.person(Role::Administrator).await;
    let text = "steps: [] # </textarea><script>alert(1)</script> &amp;\n";
    administrator
        .call("create_workflow", &[("name", "hostile")])
        .await;
    let fields = [
        ("workflow", "hostile"),
        ("base_revision", "0"),
        ("text", text),
    ];
    administrator.call("save_workflow", &fields).await;
    let page = administrator.get("/workflows/hostile").await.text();
    assert!(page.contains("# &lt;/textarea&gt;&lt;script&gt;"), "{page}");
    assert!(!page.contains("<script>alert"), "{page}");

    // Nor on the page that keeps it for somebody whose session has ended.
    let kept = app.stranger().submit("save_workflow", &fields).await;
    assert_eq!(kept.status, StatusCode::UNAUTHORIZED);
    assert!(
        kept.text().contains("# &lt;/textarea&gt;"),
        "{}",
        kept.text()
    );
    assert!(!kept.text().contains("<script>alert"), "{}", kept.text());
}

#[tokio::test]
async fn a_name_is_the_exact_name() {
    let app = TestApp::new().await;
    let mut administrator = app.person(Role::Administrator).await;
    administrator
        .call("create_workflow", &[("name", "exact")])
        .await;
    for name in [" exact", "exact\r\n", "exact\n"] {
        let fields = [
            ("workflow", name),
            ("base_revision", "0"),
            ("text", "steps: []\n"),
        ];
        let answer = administrator.call("save_workflow", &fields).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{name:?}");
    }
    assert_eq!(
        administrator.get("/workflows/exact%0A").await.status,
        StatusCode::NOT_FOUND
    );
}

#[tokio::test]
async fn a_name_given_anew_is_another_workflow() {
    let app = TestApp::new().await;
    let mut administrator = app.person(Role::Administrator).await;
    let create = [("name", "again")];
    administrator.call("create_workflow", &create).await;
    let page = administrator.get("/workflows/again").await.text();
    let id = page.split("name=\"id\" value=\"").nth(1).unwrap()[..32].to_owned();
    let delete = [("workflow", "again"), ("typed_name", "again")];
    administrator.call("delete_workflow", &delete).await;
    administrator.call("create_workflow", &create).await;
    let fields = [
        ("workflow", "again"),
        ("id", id.as_str()),
        ("base_revision", "0"),
        ("text", "steps: []\n"),
    ];
    let answer = administrator.call("save_workflow", &fields).await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn bytes_that_are_no_text_are_refused() {
    let app = TestApp::new().await;
    let mut administrator = app.person(Role::Administrator).await;
    let request = crate::harness::request(axum::http::Method::POST, "/fn/create_workflow")
        .header("content-type", "application/x-www-form-urlencoded")
        .header("accept", "application/json");
    let (name, value) = crate::harness::own_origin();
    let answer = administrator
        .send_with(request.header(name, value), "name=bytes&description=%ff%fe")
        .await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(answer.code(), "not_utf8");
}

#[tokio::test]
async fn an_address_that_is_no_text_leads_nowhere() {
    let app = TestApp::new().await;
    let mut person = app.person(Role::Administrator).await;
    for path in [
        "/workflows/%FF",
        "/connections/%E0%80",
        "/workflows/%ff/secrets/%fe/overwrite",
        "/docs/%ff",
    ] {
        let answer = person.get(path).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
        assert!(answer.text().contains("<h1>Not found</h1>"), "{path}");
    }
    let answer = app.stranger().get("/workflows/%FF").await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
}
