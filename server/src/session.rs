//! Who is calling: the session's cookie, its row, and the person behind it.
//!
//! The database has SHA-256 of a session's id and nothing else of it, so that whoever reads the
//! rows or a backup cannot sign in with them. A session ends 12 hours after it was last used and
//! 7 days after signing in. Visitors who are not signed in have no session and no cookie, and a
//! request without a cookie asks the database nothing.

use std::collections::HashMap;
use std::fmt;
use std::net::Ipv4Addr;

use app::session::functions::CLIENT;
use async_trait::async_trait;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use model::{Problem, Timestamp, UserId};
use serde::{Deserialize, Serialize};
use service::{Caller, Client, Clock, Service, SessionIdHash};
use tower_sessions::cookie::SameSite;
use tower_sessions::cookie::time::{Duration, OffsetDateTime};
use tower_sessions::session::{Id, Record};
use tower_sessions::session_store::{self, Error};
use tower_sessions::{Expiry, Session, SessionManagerLayer, SessionStore};

use crate::problem::ProblemAnswer;
use crate::state::AppState;

/// Key of the signed-in user's id in the session; the sign-in of `app` writes it.
pub use app::session::functions::USER;

/// Milliseconds without a request after which a session ends.
pub const IDLE: i64 = 12 * 60 * 60 * 1000;

/// Days after signing in after which a session ends, used or not.
const DAYS: i64 = 7;

/// Milliseconds after signing in after which a session ends, used or not.
pub const ABSOLUTE: i64 = DAYS * 24 * 60 * 60 * 1000;

/// The end of a session is moved at most this often (milliseconds), so that pages read and do not
/// write.
const TOUCH: i64 = 5 * 60 * 1000;

/// The layer that turns a cookie into a [`Session`] and back.
pub fn layer(state: &AppState) -> SessionManagerLayer<Sessions> {
    let https = state.doors.https();
    // The prefix makes browsers refuse the cookie from a neighbouring domain; it needs TLS.
    let name = if https { "__Host-relay" } else { "relay" };
    SessionManagerLayer::new(Sessions {
        service: state.service.clone(),
        clock: state.clock,
    })
    .with_name(name)
    .with_http_only(true)
    .with_same_site(SameSite::Lax)
    .with_secure(https)
    .with_expiry(Expiry::OnInactivity(Duration::days(DAYS)))
}

/// Puts an `Option<Caller>` into the request: who is signed in, asked anew for every request, so
/// that a person who was removed or got another role notices at once.
pub async fn identify(
    State(service): State<Service>,
    session: Session,
    mut request: Request,
    next: Next,
) -> Response {
    match caller(&service, &session).await {
        Ok(caller) => {
            request.extensions_mut().insert(caller);
            next.run(request).await
        }
        Err(problem) => ProblemAnswer(problem).into_response(),
    }
}

/// Removes the rows of sessions that have ended, and has the ledger told of tries to sign in, for as
/// long as the server runs.
pub(crate) async fn sweep(service: Service) {
    let mut now_and_then = tokio::time::interval(std::time::Duration::from_mins(15));
    loop {
        now_and_then.tick().await;
        // A failure has been logged, and the next time it is tried again.
        let _ = service.sign_ins_sweep().await;
        if let Ok(removed @ 1..) = service.sessions_sweep().await {
            tracing::info!(removed, "removed sessions that had ended");
        }
    }
}

async fn caller(service: &Service, session: &Session) -> Result<Option<Caller>, Problem> {
    if session.id().is_none() {
        return Ok(None);
    }
    let failed = |error: &dyn fmt::Display| {
        tracing::error!(%error, "cannot read a session");
        Problem::internal()
    };
    let user = session
        .get::<UserId>(USER)
        .await
        .map_err(|error| failed(&error))?;
    if user.is_none() {
        return Ok(None);
    }
    let caller = match session.id() {
        Some(id) => service.caller(&hash(&id)).await?,
        None => None,
    };
    if caller.is_none() {
        session.flush().await.map_err(|error| failed(&error))?;
    }
    Ok(caller)
}

/// Sessions as rows of the database.
#[derive(Clone)]
pub struct Sessions {
    service: Service,
    clock: Clock,
}

impl fmt::Debug for Sessions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sessions")
    }
}

/// What a row remembers.
#[derive(Serialize, Deserialize)]
struct Remembered {
    /// When the session ends, used or not.
    until: Timestamp,
    data: HashMap<String, serde_json::Value>,
}

impl Remembered {
    /// When the session ends unless it is used again.
    fn expiry(&self, now: Timestamp) -> Timestamp {
        now.plus(IDLE).min(self.until)
    }

    /// Whose session it is; nobody's is not stored.
    fn user(&self) -> Option<UserId> {
        self.data.get(USER)?.as_str()?.parse().ok()
    }

    /// Where it is begun from, which is kept in columns of its own.
    fn take_client(&mut self) -> Client {
        let taken = self.data.remove(CLIENT);
        let taken = taken.and_then(|value| serde_json::from_value(value).ok());
        let (address, agent): (String, String) = taken.unwrap_or_default();
        Client {
            address: address.parse().unwrap_or(Ipv4Addr::UNSPECIFIED.into()),
            agent,
        }
    }

    fn bytes(&self) -> session_store::Result<Vec<u8>> {
        serde_json::to_vec(self).map_err(|error| Error::Encode(error.to_string()))
    }

    fn read(bytes: &[u8]) -> session_store::Result<Self> {
        serde_json::from_slice(bytes).map_err(|error| Error::Decode(error.to_string()))
    }
}

/// What the database knows instead of the id.
pub(crate) fn hash(id: &Id) -> SessionIdHash {
    service::session_id_hash(&id.0.to_le_bytes())
}

fn failed(problem: Problem) -> Error {
    Error::Backend(problem.code)
}

#[async_trait]
impl SessionStore for Sessions {
    /// Called at signing in, also when there was a session before: its id has just been replaced.
    async fn create(&self, record: &mut Record) -> session_store::Result<()> {
        let now = (self.clock)();
        let mut session = Remembered {
            until: now.plus(ABSOLUTE),
            data: record.data.clone(),
        };
        let Some(user) = session.user() else {
            return Ok(());
        };
        let client = session.take_client();
        let bytes = session.bytes()?;
        loop {
            let expiry = session.expiry(now);
            let hash = hash(&record.id);
            if self
                .service
                .session_create(&hash, Some(&user), &bytes, expiry, &client)
                .await
                .map_err(failed)?
            {
                return Ok(());
            }
            record.id = Id::default();
        }
    }

    async fn save(&self, record: &Record) -> session_store::Result<()> {
        let hash = hash(&record.id);
        let Some((stored, _)) = self.service.session_load(&hash).await.map_err(failed)? else {
            // It ended while the request ran, and stays ended.
            return Ok(());
        };
        let until = Remembered::read(&stored)?.until;
        let session = Remembered {
            until,
            data: record.data.clone(),
        };
        let Some(user) = session.user() else {
            return self.delete(&record.id).await;
        };
        let expiry = session.expiry((self.clock)());
        self.service
            .session_save(&hash, Some(&user), &session.bytes()?, expiry)
            .await
            .map_err(failed)?;
        Ok(())
    }

    async fn load(&self, id: &Id) -> session_store::Result<Option<Record>> {
        let hash = hash(id);
        let Some((stored, ends)) = self.service.session_load(&hash).await.map_err(failed)? else {
            return Ok(None);
        };
        let session = Remembered::read(&stored)?;
        let expiry = session.expiry((self.clock)());
        if let Some(user) = session.user().filter(|_| expiry.0 - ends.0 > TOUCH) {
            // Whoever only reads can go on when nothing can be written; the service has logged why.
            let _ = self
                .service
                .session_save(&hash, Some(&user), &stored, expiry)
                .await;
        }
        let expiry_date = OffsetDateTime::from_unix_timestamp(expiry.0 / 1000)
            .map_err(|error| Error::Decode(error.to_string()))?;
        Ok(Some(Record {
            id: *id,
            data: session.data,
            expiry_date,
        }))
    }

    async fn delete(&self, id: &Id) -> session_store::Result<()> {
        self.service.session_delete(&hash(id)).await.map_err(failed)
    }
}
