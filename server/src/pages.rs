//! The pages and the server functions: which address shows what. The content is `app`'s.

mod controls;
mod form_page;
mod functions;
mod render;
mod unsealed;

use std::collections::HashMap;
use std::future::Future;

use app::page::{Answer, Page, Request, Returned};
use app::{connections, docs, keys, ledger, runs, session, users, workflows};
use axum::extract::{FromRequestParts, Path, Query, State};
use axum::http::request::Parts;
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{MethodRouter, get};
use axum::{Router, routing};
use model::{Problem, ProblemKind};
use service::Caller;

use crate::problem::status;
use crate::state::AppState;

/// Every page and, below `/fn`, every server function.
pub fn pages(state: &AppState) -> Router<AppState> {
    let pages = routes();
    let shown_again = pages.clone().with_state(state.clone());
    pages.route(
        "/fn/{*name}",
        routing::post(move |state, caller, request| {
            functions::answer(state, caller, request, shown_again.clone())
        }),
    )
}

fn routes() -> Router<AppState> {
    Router::new()
        .route("/", get(|| async { Redirect::to("/workflows") }))
        .route("/login", get(login))
        .route("/welcome", get(welcome))
        .route("/workflows", page(workflows::list::page))
        .route("/new-workflow", page(workflows::new::page))
        .route("/workflows/{name}", get(workflow))
        .route(
            "/workflows/{name}/settings",
            page(workflows::settings::page),
        )
        .route("/workflows/{name}/delete", page(workflows::delete::page))
        .route(
            "/workflows/{name}/revisions",
            page(workflows::revisions::list),
        )
        .route(
            "/workflows/{name}/revisions/{number}",
            page(workflows::revisions::one),
        )
        .route("/workflows/{name}/run", page(runs::start::page))
        .route("/workflows/{name}/runs", page(runs::list::page))
        .route("/workflows/{name}/runs/{number}", page(runs::run::page))
        .route(
            "/workflows/{name}/secrets/new",
            page(workflows::secrets::new),
        )
        .route(
            "/workflows/{name}/secrets/{id}",
            page(workflows::secret::page),
        )
        .route(
            "/workflows/{name}/secrets/{id}/overwrite",
            page(workflows::secrets::overwrite),
        )
        .route(
            "/workflows/{name}/secrets/{id}/delete",
            page(workflows::secrets::delete),
        )
        .route("/connections", page(connections::list::page))
        .route("/connections/new", page(connections::new::page))
        .route("/connections/{id}", page(connections::one::page))
        .route(
            "/connections/{id}/overwrite",
            page(connections::overwrite::page),
        )
        .route("/connections/{id}/grants", page(connections::grants::page))
        .route("/connections/{id}/delete", page(connections::delete::page))
        .route("/join", get(join))
        .route("/access-control", page(users::access_control::page))
        .route("/access-control/invite", page(users::invite::page))
        .route("/access-control/{id}", page(users::person::page))
        .route("/access-control/{id}/delete", page(users::delete::page))
        .route("/keys", page(keys::page::page))
        .route("/ledger", page(ledger::page::page))
        .route("/profile", page(users::profile::page))
        .route("/docs", get(documentation))
        .route("/docs/{chapter}", get(documentation))
        .fallback(nowhere)
}

/// What a page needs of a request, before it is known who asks.
#[derive(FromRequestParts)]
#[from_request(state(AppState))]
struct Asked {
    #[from_request(via(State))]
    state: AppState,
    asking: Asking,
    named: Named,
    #[from_request(via(Query))]
    query: HashMap<String, String>,
    uri: Uri,
    returned: MaybeReturned,
}

/// Who is signed in, as the session layer found out. A type of its own, because the derived
/// extraction would read an `Option` in an extension as an extension that may be absent.
struct Asking(Option<Caller>);

impl<S: Sync> FromRequestParts<S> for Asking {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        Ok(Self(
            parts.extensions.get::<Option<Caller>>().cloned().flatten(),
        ))
    }
}

/// What the address names; `None` when one of the names is no text.
struct Named(Option<HashMap<String, String>>);

impl<S: Send + Sync> FromRequestParts<S> for Named {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Self::Rejection> {
        let named = Path::from_request_parts(parts, state).await;
        Ok(Self(named.ok().map(|Path(named)| named)))
    }
}

/// The form that came back, if the request is not a browser's but our own after a refused form.
#[derive(Default)]
struct MaybeReturned(Returned);

impl<S: Sync> FromRequestParts<S> for MaybeReturned {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        Ok(Self(
            parts.extensions.remove::<Returned>().unwrap_or_default(),
        ))
    }
}

/// A page of a signed-in person.
fn page<F, Made>(make: F) -> MethodRouter<AppState>
where
    F: Fn(Request) -> Made + Clone + Send + Sync + 'static,
    Made: Future<Output = Answer> + Send + 'static,
{
    get(move |asked: Asked| {
        let make = make.clone();
        async move { show(asked, move |request, _| make(request)).await }
    })
}

async fn workflow(asked: Asked) -> Response {
    show(asked, workflows::workflow::page).await
}

async fn show<F, Made>(asked: Asked, make: F) -> Response
where
    F: FnOnce(Request, app::page::Site) -> Made,
    Made: Future<Output = Answer>,
{
    let Asked {
        state,
        asking,
        named: Named(path),
        query,
        uri,
        returned: MaybeReturned(returned),
    } = asked;
    let Asking(caller) = asking;
    let Some(caller) = caller else {
        return to_log_in(&state, &uri).await;
    };
    let Some(path) = path else {
        return render::problem(&state, Some(&caller), nothing_there());
    };
    let shown = returned
        .problem
        .as_ref()
        .map_or(StatusCode::OK, |problem| status(problem.kind));
    let service = state.service.clone();
    let request = Request {
        service,
        caller: caller.clone(),
        path,
        query,
        returned,
    };
    match make(request, site(&state)).await {
        Ok(page) => render::page(&state, Some(&caller), shown, page),
        Err(problem) => render::problem(&state, Some(&caller), problem),
    }
}

fn site(state: &AppState) -> app::page::Site {
    app::page::Site {
        pkg: state.site.pkg().to_owned(),
    }
}

/// Somebody has to sign in, or to be the first one.
async fn to_log_in(state: &AppState, uri: &Uri) -> Response {
    match state.service.has_users().await {
        Ok(true) => {
            let wanted = uri.path_and_query().map_or("/", |path| path.as_str());
            let next: String = form_urlencoded::byte_serialize(wanted.as_bytes()).collect();
            Redirect::to(&format!("/login?next={next}")).into_response()
        }
        Ok(false) => Redirect::to("/welcome").into_response(),
        Err(problem) => render::problem(state, None, problem),
    }
}

/// A page of nobody in particular; who is signed in already goes on to the workflows.
async fn of_nobody(
    asked: Asked,
    for_first: bool,
    make: impl FnOnce(&Asked, Returned) -> Page,
) -> Response {
    let mut asked = asked;
    let returned = std::mem::take(&mut asked.returned.0);
    if asked.asking.0.is_some() && returned.problem.is_none() {
        return Redirect::to("/workflows").into_response();
    }
    match asked.state.service.has_users().await {
        Ok(has_users) if has_users == for_first => {
            Redirect::to(if has_users { "/login" } else { "/welcome" }).into_response()
        }
        Ok(_) => {
            let shown = returned
                .problem
                .as_ref()
                .map_or(StatusCode::OK, |p| status(p.kind));
            let page = make(&asked, returned);
            render::page(&asked.state, None, shown, page)
        }
        Err(problem) => render::problem(&asked.state, None, problem),
    }
}

async fn login(asked: Asked) -> Response {
    of_nobody(asked, false, |asked, returned| {
        let next = returned
            .typed("next")
            .or(asked.query.get("next").map(String::as_str));
        let next = next.unwrap_or_default().to_owned();
        session::login::page(&next, returned)
    })
    .await
}

async fn welcome(asked: Asked) -> Response {
    of_nobody(asked, true, |_, returned| session::welcome::page(returned)).await
}

/// Whoever was invited; also before the browser has forgotten somebody else.
async fn join(asked: Asked) -> Response {
    let returned = asked.returned.0;
    let shown = returned
        .problem
        .as_ref()
        .map_or(StatusCode::OK, |problem| status(problem.kind));
    let caller = asked.asking.0.as_ref();
    let page = match caller {
        Some(caller) if returned.problem.is_none() => session::join::signed_in(caller),
        _ => session::join::page(returned),
    };
    render::page(&asked.state, caller, shown, page)
}

/// The documentation is for everybody, signed in or not.
async fn documentation(asked: Asked) -> Response {
    let named = asked.named.0.as_ref();
    let chapter = named.map(|named| named.get("chapter").map_or("", String::as_str));
    match chapter.and_then(docs::page) {
        Some(page) => render::page(&asked.state, asked.asking.0.as_ref(), StatusCode::OK, page),
        None => render::problem(
            &asked.state,
            asked.asking.0.as_ref(),
            Problem::not_found("chapter"),
        ),
    }
}

async fn nowhere(asked: Asked) -> Response {
    render::problem(&asked.state, asked.asking.0.as_ref(), nothing_there())
}

fn nothing_there() -> Problem {
    Problem::new(
        ProblemKind::NotFound,
        "not_found",
        "There is nothing at this address.",
    )
}
