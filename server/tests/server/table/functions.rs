//! Every server function.

use axum::http::{Method, StatusCode, header};
use model::Role;
use store::testing::TestDatabase;

use super::{From, HTML, JSON, Scene, Who};
use crate::functions::{FUNCTIONS, Function, Needs};
use crate::harness::{Answer, PASSWORD, TestApp, own_origin, url_encoded};
use crate::house::{House, asking, step};
use crate::pages::{PERSON, furnish};
use crate::two_roles::sealed;

/// The refusal of a function; none for whoever may call it.
fn refusal(needs: Needs, who: Who, from: From) -> Option<(StatusCode, &'static str)> {
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

/// What everybody is to find who may do something, so that it is done.
struct Things {
    /// A session of everybody who is signed in, beside the one they ask in.
    sessions: Vec<(Role, String)>,
    invitation: String,
}

/// Waits to be decided, or stopped.
const ASKS: &str = "steps:\n- name: sure\n  type: approval\n";

impl Things {
    /// Runs of `asks` from 1, an invitation, and the sessions.
    async fn of(scene: &mut Scene, database: &TestDatabase) -> Self {
        let house = &mut scene.house;
        house.add_workflow("asks", ASKS).await;
        for number in 1..=5 {
            assert_eq!(house.start("asks", &[]).await, number);
            // The engine has come to the question, so that it can be decided.
            let run = format!("/workflows/asks/runs/{number}");
            house.until(&run, "waiting for approval").await;
        }
        let invite = [("email", "invited@example.com"), ("role", "viewer")];
        house.do_it("invite", &invite).await;
        let invitations = database.texts("select id from invitations").await.unwrap();
        let mut sessions = Vec::new();
        for asker in &scene.askers {
            let Some(role) = asker.who.role() else {
                continue;
            };
            let email = format!("{role}@example.com");
            let fields = [("email", email.as_str()), ("password", PASSWORD)];
            let answer = house.app.stranger().call("log_in", &fields).await;
            assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
            let page = asker.browser.clone().get("/profile").await.text();
            let id = page.split("name=\"session\" value=\"").nth(1).unwrap();
            sessions.push((role, id.chars().take(64).collect()));
        }
        Self {
            sessions,
            invitation: invitations.concat(),
        }
    }

    /// The function's form as this one fills it in, with what was sealed for it: what can be done once
    /// is there for each.
    fn form(&self, function: &Function, who: Who, sealed: &Sealed) -> String {
        let own = |control: &str| -> Option<String> {
            if let Some((_, text)) = sealed.iter().find(|(name, _)| *name == control) {
                return Some(text.clone());
            }
            match (function.name, control) {
                // Nobody is held back for the tries of others.
                ("log_in", "email") => {
                    let number = Who::ALL.iter().position(|one| *one == who);
                    Some(format!("nobody{}@example.com", number.unwrap()))
                }
                ("stop_run", "number") => match who.role() {
                    Some(Role::Approver) => Some("2".into()),
                    Some(Role::Administrator) => Some("3".into()),
                    _ => Some("1".into()),
                },
                ("decide_approval", "number") => match who.role() {
                    Some(Role::Administrator) => Some("5".into()),
                    _ => Some("4".into()),
                },
                ("end_session", "session") => {
                    let mut sessions = self.sessions.iter();
                    let of = sessions.find(|(role, _)| who.role() == Some(*role));
                    of.map(|(_, id)| id.clone())
                }
                ("withdraw_invitation", "id") => Some(self.invitation.clone()),
                _ => None,
            }
        };
        let fields: Vec<_> = function.fields.iter().map(|(name, _)| own(name)).collect();
        let fields = function.fields.iter().zip(&fields);
        let filled: Vec<_> = fields
            .map(|((name, usual), own)| (*name, own.as_deref().unwrap_or(usual)))
            .collect();
        url_encoded(&filled)
    }
}

/// What a browser has sealed: the control, and the text in it.
type Sealed = Vec<(&'static str, String)>;

/// Seals what a function takes sealed, as a browser does: to the key and for the place that the server
/// names.
async fn seal(house: &mut House, function: &Function) -> Sealed {
    let is_secret = function.name.ends_with("_secret");
    let controls = function.fields.iter().filter_map(|(name, _)| {
        let field = name.strip_prefix("sealed[")?.strip_suffix(']')?;
        Some((*name, field))
    });
    let controls: Vec<_> = controls.collect();
    if controls.is_empty() {
        return Vec::new();
    }
    let of = if is_secret {
        "secret_seal_context"
    } else {
        "connection_seal_context"
    };
    let context = house.do_it(of, function.fields).await;
    let context = serde_json::from_slice(&context.body).unwrap();
    let seal = |(control, field)| (control, sealed(&context, is_secret, field, function.name));
    controls.into_iter().map(seal).collect()
}

/// Takes what arrived sealed, from everything that did.
const OPENS: &str = "spec:\n  account: !Connection {type: aws, name: a sealed account}\n  token: !Secret a sealed token";

/// A step that asks for what arrived sealed gets it: the private key opens it, so that it was taken for
/// what it is.
async fn assert_opens(house: &mut House) {
    let asks = asking(&[
        "GET /connections/aws/a%%20sealed%%20account",
        "GET /secrets/a%%20sealed%%20token",
    ]);
    let text = format!("steps:\n{}", step("opens", OPENS, &asks));
    let save = [
        ("workflow", "some"),
        ("base_revision", "1"),
        ("text", text.as_str()),
    ];
    house.do_it("save_workflow", &save).await;
    let watched = house.run("some", &[]).await;
    assert_eq!(watched.log.matches("200 OK").count(), 2, "{}", watched.log);
}

/// The status of an answer, and the word of its problem if it is one: an invitation has a code too.
fn told(answer: &Answer) -> (StatusCode, String) {
    let is_problem = answer.header("content-type") == "application/problem+json";
    let code = is_problem.then(|| answer.code());
    (answer.status, code.unwrap_or_default())
}

store::both! {
    async fn every_function_for_everybody_from_everywhere(database: TestDatabase) {
        let mut scene = Scene::on(&database).await;
        let things = Things::of(&mut scene, &database).await;
        let mut cells = 0;
        for function in FUNCTIONS {
            let sealed = seal(&mut scene.house, function).await;
            for asker in &scene.askers {
                let body = things.form(function, asker.who, &sealed);
                for from in From::ALL {
                    let (method, path) = match from {
                        From::Link => (Method::GET, format!("/fn/{}?{body}", function.name)),
                        _ => (Method::POST, format!("/fn/{}", function.name)),
                    };
                    let cell = format!("{} {:?} {from:?}", function.name, asker.who);
                    let answer = asker.ask(JSON, from, method.clone(), &path, &body).await;
                    let told = told(&answer);
                    cells += 1;
                    let Some((status, code)) = refusal(function.needs, asker.who, from) else {
                        let (status, code) = function.allowed;
                        let expected = (StatusCode::from_u16(status).unwrap(), code.to_owned());
                        assert_eq!(told, expected, "{cell}: {}", answer.text());
                        continue;
                    };
                    assert_eq!(told, (status, code.to_owned()), "{cell}");
                    let form = asker.ask(HTML, from, method, &path, &body).await;
                    assert_eq!(form.status, status, "{cell}, as a form");
                    cells += 1;
                    if from == From::Own {
                        let media_type = form.header("content-type");
                        assert_eq!(media_type, "text/html; charset=utf-8", "{cell}, as a form");
                    } else {
                        assert_eq!(form.code(), code, "{cell}, as a form");
                    }
                    for refused in [answer, form] {
                        assert!(!refused.headers.contains_key(header::SET_COOKIE), "{cell}");
                    }
                }
            }
        }
        assert!(cells > 2_000, "{cells}");
        // The last function has ended the session that watches the step.
        let again = [("email", "administrator@example.com"), ("password", PASSWORD)];
        scene.house.do_it("log_in", &again).await;
        assert_opens(&mut scene.house).await;
        scene.end().await;
    }
}

/// What is dangerous asks for the password again, and nothing else does. The person is an administrator,
/// and a workflow uses the connection.
const DANGEROUS: [&str; 8] = [
    "invite",
    "change_role",
    "disable_user",
    "enable_user",
    "delete_user",
    "end_sessions_of",
    "delete_connection",
    "rotate_key",
];

const USER: &str = "steps:\n- name: one\n  image: some/image\n  spec:\n    aws: !Connection {type: aws, name: another account}\n";

store::both! {
    async fn a_session_somebody_found_open_does_nothing_dangerous(database: TestDatabase) {
        let app = TestApp::on(&database).await;
        let (_engine, mut administrator) = furnish(&app).await;
        administrator.call("create_workflow", &[("name", "user")]).await;
        let save = [("workflow", "user"), ("base_revision", "0"), ("text", USER)];
        assert!(administrator.call("save_workflow", &save).await.status.is_success());
        let other = format!("update users set role = 'administrator' where id = '{PERSON}'");
        assert_eq!(database.execute(&other).await.unwrap(), 1);
        assert!(database.execute("update sessions set proved_at = proved_at - 601000").await.unwrap() > 0);
        for function in FUNCTIONS.iter().filter(|one| one.needs != Needs::Nobody && one.name != "log_out") {
            let headers = [own_origin(), ("accept", "application/json")];
            let answer = administrator.clone().post(function.name, function.fields, &headers).await;
            let asks = answer.code() == service::PASSWORD_NEEDED;
            assert_eq!(asks, DANGEROUS.contains(&function.name), "{}: {}", function.name, answer.text());
        }
    }
}
