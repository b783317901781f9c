//! The metadata API: what a step asks for while it runs, over HTTP, with its own token.
//!
//! It has an address of its own and knows no sessions and no pages. Every request goes through the
//! [door](engine::StepDoor) of the step whose token it carries; there is no other way in, and
//! behind a door there is only what that step is written to read. Nothing of a request is logged:
//! paths and queries name what a step looks for, bodies are its values.
//!
//! | Request | Answer |
//! |---|---|
//! | `GET /healthz` | that it listens; the only one without a token |
//! | `GET /spec[?q=&lang=]` | [`spec`] |
//! | `GET /environment`, `GET /environment/NAME` | [`environment`] |
//! | `GET /conditions` | [`conditions`] |
//! | `PUT /outputs/NAME`, `GET /outputs/STEP/NAME` | [`outputs`] |
//! | `GET /secrets/NAME` | [`secrets`] |
//! | `GET /connections/TYPE/NAME` | [`connections`] |

mod conditions;
mod connections;
mod envelope;
mod environment;
mod health;
mod outputs;
mod refusal;
mod route;
mod secrets;
mod spec;
mod token;

use std::any::Any;
use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use engine::{Engine, StepDoor};
use tower_http::catch_panic::CatchPanicLayer;

use self::refusal::Refusal;
use self::route::{Asked, Found};
use crate::headers;

/// On every answer. None of them is ever a page. The original also told clients to insist on TLS,
/// which means nothing where there is none, and may not be said there.
const HEADERS: [(HeaderName, &str); 8] = [
    (header::X_FRAME_OPTIONS, "deny"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    ),
    (headers::OPENER_POLICY, "same-origin"),
    (headers::RESOURCE_POLICY, "same-origin"),
    (headers::PERMISSIONS_POLICY, headers::NO_POWERS),
    (header::CACHE_CONTROL, "no-store"),
];

/// The whole metadata API as one service.
pub fn router(engine: Arc<Engine>) -> Router {
    Router::new()
        .fallback(answer)
        .layer(CatchPanicLayer::custom(after_panic))
        .layer(from_fn(secure))
        .with_state(engine)
}

/// Every request that is answered: its method and its path, with the names in it in braces.
pub fn requests() -> impl Iterator<Item = (&'static Method, &'static str)> {
    let routes = route::ROUTES.iter();
    routes.map(|(method, path, _)| (method, *path))
}

async fn answer(State(engine): State<Arc<Engine>>, request: Request) -> Response {
    let (method, asked) = match route::find(request.uri()) {
        Found::Asked(method, asked) => (method, asked),
        Found::Elsewhere(address) => {
            let moved = StatusCode::MOVED_PERMANENTLY;
            return (moved, [(header::LOCATION, address)]).into_response();
        }
        Found::Nothing => return (StatusCode::NOT_FOUND, "404 page not found\n").into_response(),
    };
    if request.method() != method {
        return StatusCode::METHOD_NOT_ALLOWED.into_response();
    }
    if asked == Asked::Health {
        return health::answer();
    }
    let door = token::of(request.headers()).and_then(|token| engine.door(&token));
    let Some(door) = door else {
        return (StatusCode::UNAUTHORIZED, "401 unauthorized\n").into_response();
    };
    through(&door, asked, request)
        .await
        .unwrap_or_else(IntoResponse::into_response)
}

/// One request of a step.
async fn through(door: &StepDoor, asked: Asked, request: Request) -> Result<Response, Refusal> {
    match asked {
        Asked::Health => Ok(health::answer()),
        Asked::Spec => spec::answer(door, request.uri()).await,
        Asked::Environment => environment::all(door).await,
        Asked::EnvironmentValue(name) => environment::one(door, &name).await,
        Asked::Conditions => conditions::answer(door).await,
        Asked::SetOutput(name) => outputs::set(door, &name, request).await,
        Asked::Output { step, name } => outputs::get(door, &step, &name).await,
        Asked::Secret(name) => secrets::answer(door, &name).await,
        Asked::Connection { type_name, name } => connections::answer(door, &type_name, &name).await,
        Asked::Unnameable => Err(Refusal::not_found()),
    }
}

/// What is said to whoever sends what is no request.
pub(crate) fn unreadable(status: StatusCode) -> Response {
    let words = status.canonical_reason().unwrap_or_default().to_lowercase();
    secured((status, format!("{} {words}\n", status.as_str())).into_response())
}

async fn secure(request: Request, next: Next) -> Response {
    secured(next.run(request).await)
}

fn secured(mut response: Response) -> Response {
    for (name, value) in HEADERS {
        response
            .headers_mut()
            .insert(name, HeaderValue::from_static(value));
    }
    response
}

/// The hook of [`panics`](crate::panics) has written to stderr where; the step learns nothing of it.
fn after_panic(_reason: Box<dyn Any + Send>) -> Response {
    Refusal::failed_to_read().into_response()
}
