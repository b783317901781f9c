//! Server functions, for islands (JSON) and for plain forms.
//!
//! A form gets 303 to the next page or, when it was refused, the page it stood on again with the
//! problem and its status. What was typed comes back too, except what may be secret.

use std::collections::HashMap;

use app::page::Returned;
use app::refused::Refused;
use app::session::confirm;
use app::session::functions::{CLEAR, begin};
use app::users;
use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Extension, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use leptos::prelude::provide_context;
use model::{Problem, ProblemKind};
use service::{Caller, Client, PASSWORD_NEEDED, Proof};
use tower::ServiceExt;
use tower_sessions::Session;

use super::controls::{controls, is_text};
use super::form_page::form_page;
use super::{render, unsealed};
use crate::host;
use crate::limit::LONGEST_BODY;
use crate::problem::{ProblemAnswer, say_when, status};
use crate::state::AppState;

/// Controls whose text may be shown again. Everything else is forgotten, above all values.
const SHOWN_AGAIN: [&str; 15] = [
    "base_revision",
    "revision",
    "id",
    "name",
    "description",
    "email",
    "type_name",
    "text",
    "next",
    "workflow",
    "number",
    "role",
    "typed_name",
    "seen",
    "limited",
];

/// The function whose answer a form shows, instead of leading on.
const SHOWS_ITS_ANSWER: &str = "invite";

/// Whether what was typed into the control of that name may be shown again.
fn is_shown_again(name: &str) -> bool {
    // Parameters are no values: every page of a run shows them.
    let prefixes = ["changes[", "parameters[", "workflows["];
    SHOWN_AGAIN.contains(&name) || prefixes.iter().any(|prefix| name.starts_with(prefix))
}

/// Answers a server function.
pub(super) async fn answer(
    State(state): State<AppState>,
    Extension(caller): Extension<Option<Caller>>,
    request: Request,
    pages: Router,
) -> Response {
    let from_form = accepts_html(request.headers());
    let function = request.uri().path().trim_start_matches("/fn/").to_owned();
    let (parts, body) = request.into_parts();
    if let Some(problem) = unsealed::refused(&state.service, &function) {
        // Nothing looks at what was sent: it is dropped as it came.
        drop(body);
        return if from_form {
            render::problem(&state, caller.as_ref(), problem)
        } else {
            ProblemAnswer(problem).into_response()
        };
    }
    let Ok(body) = axum::body::to_bytes(body, LONGEST_BODY).await else {
        return ProblemAnswer(too_large()).into_response();
    };
    // Bytes that are no text would be replaced without a word; values have to keep theirs.
    if !is_text(&body) {
        let detail = "What was sent is not text in UTF-8.";
        let problem = Problem::new(ProblemKind::Input, "not_utf8", detail);
        return ProblemAnswer(problem).into_response();
    }
    let shown_at = state.doors.origin(host::named(&parts.headers));
    let proved = prove(&state, &parts, caller.as_ref(), &body).await;
    let problem = match proved {
        Ok(Some((proved, renewal))) => {
            let done = call(&state, parts, &body, Some(proved)).await;
            renewal.unless_broken(done).await
        }
        Ok(None) => call(&state, parts, &body, caller.clone()).await,
        Err(problem) => Err(problem),
    };
    let problem = match problem {
        Ok(done) if from_form && function == SHOWS_ITS_ANSWER => {
            return once(&state, caller.as_ref(), &shown_at, done).await;
        }
        Ok(done) if from_form => return onwards(done),
        Ok(done) => return done,
        Err(problem) => problem,
    };
    if from_form {
        again(&state, caller, problem, &body, &function, pages).await
    } else {
        ProblemAnswer(problem).into_response()
    }
}

/// Calls the function as `caller`.
async fn call(
    state: &AppState,
    mut parts: Parts,
    body: &Bytes,
    caller: Option<Caller>,
) -> Result<Response, Problem> {
    let client = parts.extensions.get::<Client>().cloned();
    let service = state.service.clone();
    let context = move || {
        provide_context(service.clone());
        provide_context(caller.clone());
        if let Some(client) = client.clone() {
            provide_context(client);
        }
    };
    // The framework would answer a form with a redirect that carries the error in its URL.
    parts
        .headers
        .insert(header::ACCEPT, HeaderValue::from_static("application/json"));
    let sent = Request::from_parts(parts, Body::from(body.clone()));
    let response = leptos_axum::handle_server_fns_with_context(context, sent)
        .await
        .into_response();
    problem_in(response).await
}

/// A session that is to go on under a new id, because its person has just entered their password.
struct Renewal {
    session: Session,
    proof: Proof,
    client: Client,
}

impl Renewal {
    /// Gives the session its new id when what was asked for has been answered: after a failure of ours
    /// no cookie is sent, and the old id has to be good still. Where the function has ended the session,
    /// it stays ended.
    async fn unless_broken(self, done: Result<Response, Problem>) -> Result<Response, Problem> {
        if done
            .as_ref()
            .is_err_and(|problem| problem.kind == ProblemKind::Internal)
        {
            return done;
        }
        match begin(&self.session, self.proof, &self.client).await {
            Err(problem) if problem.kind != ProblemKind::NotSignedIn => Err(problem),
            _ => done,
        }
    }
}

/// Whoever sends their password along proves that it is them, before the function is called.
async fn prove(
    state: &AppState,
    parts: &Parts,
    caller: Option<&Caller>,
    body: &Bytes,
) -> Result<Option<(Caller, Renewal)>, Problem> {
    // Beside it there may be values, which are left as they came.
    let password = controls(body).find(|control| *control.name() == confirm::PASSWORD);
    let (Some(caller), Some(password)) = (caller, password) else {
        return Ok(None);
    };
    let client = parts.extensions.get::<Client>();
    let session = parts.extensions.get::<Session>();
    let (Some(client), Some(session)) = (client.cloned(), session.cloned()) else {
        tracing::error!("a request has no client or no session");
        return Err(Problem::internal());
    };
    let (proved, proof) = state
        .service
        .prove(caller, confirm::PASSWORD, password.entered(), &client)
        .await?;
    let renewal = Renewal {
        session,
        proof,
        client,
    };
    Ok(Some((proved, renewal)))
}

/// The page of an answer that is shown once and kept nowhere, so that no address can lead to it.
async fn once(
    state: &AppState,
    caller: Option<&Caller>,
    shown_at: &str,
    done: Response,
) -> Response {
    let body = axum::body::to_bytes(done.into_body(), LONGEST_BODY)
        .await
        .unwrap_or_default();
    let Ok(invitation) = serde_json::from_slice(&body) else {
        tracing::error!("an invitation cannot be read from the answer about it");
        return render::problem(state, caller, Problem::internal());
    };
    let page = users::invite::invited(shown_at, invitation);
    render::page(state, caller, StatusCode::OK, page)
}

fn accepts_html(headers: &HeaderMap) -> bool {
    let accepted = headers
        .get(header::ACCEPT)
        .and_then(|value| value.to_str().ok());
    accepted.is_some_and(|accepted| accepted.contains("text/html"))
}

fn too_large() -> Problem {
    Problem::new(
        ProblemKind::TooLarge,
        "too_large",
        "This is larger than Relay takes.",
    )
}

/// The answer when it went well, else what was wrong.
async fn problem_in(response: Response) -> Result<Response, Problem> {
    let answered = response.status();
    if !answered.is_client_error() && !answered.is_server_error() {
        return Ok(response);
    }
    if answered == StatusCode::BAD_REQUEST {
        // The framework's own sentence for a name that no function has.
        return Err(Problem::not_found("function"));
    }
    let body = axum::body::to_bytes(response.into_body(), LONGEST_BODY)
        .await
        .unwrap_or_default();
    Err(serde_json::from_slice::<Refused>(&body).map_or_else(
        |error| {
            tracing::error!(%error, status = %answered, "a server function answered no problem");
            Problem::internal()
        },
        |refused| refused.0,
    ))
}

/// A form that was taken leads to the next page.
fn onwards(done: Response) -> Response {
    let next = done.headers().get(header::LOCATION).cloned();
    let next = next.unwrap_or_else(|| HeaderValue::from_static("/workflows"));
    let cookies: Vec<_> = done
        .headers()
        .get_all(header::SET_COOKIE)
        .iter()
        .cloned()
        .collect();
    let mut response = (StatusCode::SEE_OTHER, [(header::LOCATION, next)]).into_response();
    if let Some(clear) = done.headers().get(CLEAR) {
        response
            .headers_mut()
            .insert(HeaderName::from_static(CLEAR), clear.clone());
    }
    for cookie in cookies {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

/// Shows the page of a refused form again.
async fn again(
    state: &AppState,
    caller: Option<Caller>,
    problem: Problem,
    body: &Bytes,
    function: &str,
    pages: Router,
) -> Response {
    let shown = controls(body).filter(|control| is_shown_again(&control.name()));
    let typed: HashMap<_, _> = shown
        .map(|control| (control.name().to_string(), control.entered().to_string()))
        .collect();
    // Whoever is not signed in any more is asked to; the address leads back afterwards.
    let signed_out = problem.kind == ProblemKind::NotSignedIn;
    let back = form_page(function, &typed);
    let uri = if signed_out {
        let next: String = form_urlencoded::byte_serialize(back.as_bytes()).collect();
        format!("/login?next={next}")
    } else {
        back
    };
    let returned = Returned {
        problem: Some(problem.clone()),
        typed,
    };
    let asks = problem.code == PASSWORD_NEEDED || problem.for_field(confirm::PASSWORD).is_some();
    if asks {
        let page = confirm::page(function, uri, returned);
        return render::page(state, caller.as_ref(), status(problem.kind), page);
    }
    let request = Request::get(uri)
        .extension(caller.clone())
        .extension(returned)
        .body(Body::empty());
    let Ok(request) = request else {
        return ProblemAnswer(problem).into_response();
    };
    match pages.oneshot(request).await {
        Ok(mut page) if page.status() == status(problem.kind) => {
            say_when(&mut page, problem.retry_after);
            page
        }
        // The page cannot be shown (it is gone, or not for this person); the problem still is.
        Ok(_) => render::problem(state, caller.as_ref(), problem),
        Err(never) => match never {},
    }
}

#[cfg(test)]
mod tests {
    use super::is_shown_again;

    #[test]
    fn only_harmless_controls_are_shown_again() {
        for harmless in [
            "name",
            "email",
            "text",
            "type_name",
            "changes[token]",
            "parameters[0][value]",
            "workflows[0]",
        ] {
            assert!(is_shown_again(harmless), "{harmless}");
        }
        for secret in [
            "password",
            "code",
            "value",
            "values",
            "values[token]",
            "values[of.aws.x]",
        ] {
            assert!(!is_shown_again(secret), "{secret}");
        }
    }
}
