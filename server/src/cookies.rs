//! The cookies that stand beside the framework's own: by one a browser is known again at signing in,
//! and the session's is taken away as it was given.
//!
//! The framework takes a cookie away without `Secure`, which a browser that has one with the prefix
//! `__Host-` does not listen to; and it does so whenever a session has ended, so that a late answer to
//! an old tab could take the cookie of a session that has begun since.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use base64ct::{Base64UrlUnpadded, Encoding};
use model::Problem;
use service::{Client, device_hash};

use crate::problem::ProblemAnswer;
use crate::state::Doors;

/// Seconds for which a browser keeps what it is known by: as long as browsers keep anything.
const LASTS: u32 = 400 * 24 * 60 * 60;

/// The function that ends the session it is called in.
const LOG_OUT: &str = "/fn/log_out";

/// The name of the session's cookie. The prefix makes browsers refuse the cookie from a neighbouring
/// domain; it needs TLS.
pub(crate) fn session(doors: &Doors) -> &'static str {
    if doors.https() {
        "__Host-relay"
    } else {
        "relay"
    }
}

/// The name of the cookie by which a browser is known again.
fn device(doors: &Doors) -> &'static str {
    if doors.https() {
        "__Host-relay-device"
    } else {
        "relay-device"
    }
}

/// Tells the [`Client`] what the browser is known by, and gives the browser something to be known by
/// when a session begins.
pub(crate) async fn keep(
    State(doors): State<Arc<Doors>>,
    mut request: Request,
    next: Next,
) -> Response {
    let shown = value(request.headers(), device(&doors));
    let shown = match shown {
        Some(shown) => Some(shown),
        None if request.uri().path().starts_with("/fn/") => match fresh() {
            Ok(fresh) => Some(fresh),
            Err(problem) => return ProblemAnswer(problem).into_response(),
        },
        None => None,
    };
    if let Some(client) = request.extensions_mut().get_mut::<Client>() {
        client.device = shown.as_ref().map(device_hash);
    }
    let logs_out = request.uri().path() == LOG_OUT;
    let mut response = next.run(request).await;
    let (begun, ended) = take_removal(response.headers_mut(), session(&doors));
    if begun && let Some(shown) = shown {
        let shown = Base64UrlUnpadded::encode_string(&shown);
        set(&mut response, &doors, device(&doors), &shown, LASTS);
    }
    if ended && logs_out && response.status().as_u16() < 400 {
        set(&mut response, &doors, session(&doors), "", 0);
    }
    response
}

fn fresh() -> Result<[u8; 32], Problem> {
    let mut fresh = [0; 32];
    match getrandom::fill(&mut fresh) {
        Ok(()) => Ok(fresh),
        Err(error) => {
            tracing::error!(%error, "the system gives no randomness");
            Err(Problem::internal())
        }
    }
}

/// What a browser shows in the cookie of that name; none when it is nothing that was ever given.
fn value(headers: &HeaderMap, name: &str) -> Option<[u8; 32]> {
    let lines = headers.get_all(header::COOKIE).iter();
    let pairs = lines
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(';'));
    let mut named = pairs.filter_map(|pair| pair.trim().split_once('='));
    let (_, shown) = named.find(|(one, _)| *one == name)?;
    let mut bytes = [0; 32];
    let decoded = Base64UrlUnpadded::decode(shown, &mut bytes).ok()?;
    (decoded.len() == 32).then_some(bytes)
}

/// Whether the answer sets the cookie of that name, and whether it takes it away; which it does not do
/// any more afterwards.
fn take_removal(headers: &mut HeaderMap, name: &str) -> (bool, bool) {
    let all: Vec<_> = headers
        .get_all(header::SET_COOKIE)
        .iter()
        .cloned()
        .collect();
    let of = |set: &HeaderValue| {
        let rest = set.to_str().ok()?.strip_prefix(name)?.strip_prefix('=')?;
        Some(rest.is_empty() || rest.starts_with(';'))
    };
    let (begun, ended) = (
        all.iter().any(|set| of(set) == Some(false)),
        all.iter().any(|set| of(set) == Some(true)),
    );
    if ended {
        headers.remove(header::SET_COOKIE);
        for set in all.into_iter().filter(|set| of(set) != Some(true)) {
            headers.append(header::SET_COOKIE, set);
        }
    }
    (begun, ended)
}

fn set(response: &mut Response, doors: &Doors, name: &str, value: &str, seconds: u32) {
    let secure = if doors.https() { "; Secure" } else { "" };
    let cookie =
        format!("{name}={value}; HttpOnly; SameSite=Lax{secure}; Path=/; Max-Age={seconds}");
    if let Ok(cookie) = HeaderValue::try_from(cookie) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
}
