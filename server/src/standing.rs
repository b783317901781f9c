//! Whether somebody whose answer is kept open may still have it. One task looks for all of them
//! together, and only while there is somebody to look for. It looks by the clock and at nothing else,
//! so that no step and no client can keep it from looking.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::Extension;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use model::Problem;
use service::{Caller, Service, SessionIdHash};
use tokio::sync::watch;
use tokio::time::{MissedTickBehavior, interval};

use crate::listener::Hangup;
use crate::problem::ProblemAnswer;
use crate::state::AppState;

/// Between two looks. An answer has to end within a second of its session.
pub(crate) const EVERY: Duration = Duration::from_millis(250);

/// Whoever is signed in, and is about to get an answer that is kept open.
pub(crate) struct Standing {
    caller: Caller,
    service: Service,
    lookout: Lookout,
    /// Ends the connection of the request; there is none in a test without a socket.
    pub(crate) hangup: Option<Hangup>,
}

impl FromRequestParts<AppState> for Standing {
    type Rejection = ProblemAnswer;

    async fn from_request_parts(
        parts: &mut Parts,
        state: &AppState,
    ) -> Result<Self, ProblemAnswer> {
        let found = Extension::<Option<Caller>>::from_request_parts(parts, state).await;
        let caller = found.ok().and_then(|Extension(caller)| caller);
        Ok(Self {
            caller: caller.ok_or_else(|| ProblemAnswer(Problem::not_signed_in()))?,
            service: state.service.clone(),
            lookout: state.lookout.clone(),
            hangup: parts.extensions.get().cloned(),
        })
    }
}

impl Standing {
    /// Who asked, as of then.
    pub(crate) fn caller(&self) -> &Caller {
        &self.caller
    }

    /// Who asked, as of now. Looking at a session does not lengthen it.
    pub(crate) async fn now(&self) -> Result<Caller, Problem> {
        let found = self.service.caller(self.caller.session()).await?;
        found.ok_or_else(Problem::not_signed_in)
    }

    /// Waits until the session has ended, or its person may not sign in any more.
    pub(crate) fn lost(&self) -> impl Future<Output = ()> + Send + use<> {
        let mut standing = self.lookout.watch(&self.service, *self.caller.session());
        async move { while standing.changed().await.is_ok() {} }
    }
}

/// Everybody whose answer is kept open. Cheap to clone; clones share them.
#[derive(Clone, Default)]
pub(crate) struct Lookout(Arc<Mutex<Watched>>);

#[derive(Default)]
struct Watched {
    /// Whether the task runs.
    looking: bool,
    /// Whoever waits for the end of a session learns of it when this side is dropped.
    sessions: HashMap<SessionIdHash, watch::Sender<()>>,
}

impl Lookout {
    /// What is closed when the session has ended.
    fn watch(&self, service: &Service, session: SessionIdHash) -> watch::Receiver<()> {
        let mut watched = self.lock();
        if !watched.looking {
            watched.looking = true;
            let (lookout, service) = (self.clone(), service.clone());
            tokio::spawn(async move {
                let looking = tokio::spawn(lookout.clone().look(service));
                if looking.await.is_err() {
                    // It has panicked, and said where: nobody keeps what nobody looks after.
                    *lookout.lock() = Watched::default();
                }
            });
        }
        let session = watched.sessions.entry(session);
        session.or_insert_with(|| watch::channel(()).0).subscribe()
    }

    /// Looks until there is nobody to look for.
    async fn look(self, service: Service) {
        let mut every = interval(EVERY);
        every.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            every.tick().await;
            let sessions = self.sessions();
            if sessions.is_empty() {
                return;
            }
            // Where it cannot be known, the answers end as well: the service has logged why, and a
            // browser asks again.
            let standing = service.standing(&sessions).await.unwrap_or_default();
            let mut watched = self.lock();
            for ended in sessions.iter().filter(|id| !standing.contains(*id)) {
                watched.sessions.remove(ended);
            }
        }
    }

    /// The sessions that somebody waits for. Without any, the task is about to end.
    fn sessions(&self) -> Vec<SessionIdHash> {
        let mut watched = self.lock();
        watched.sessions.retain(|_, here| here.receiver_count() > 0);
        watched.looking = !watched.sessions.is_empty();
        watched.sessions.keys().copied().collect()
    }

    fn lock(&self) -> MutexGuard<'_, Watched> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
