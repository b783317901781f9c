//! Sessions, for the server's session layer. The id of a session is stored only as a hash.

use model::{Problem, Timestamp, UserId};
use sha2::{Digest, Sha256};
use store::sessions::{self, NewSession, State};

use crate::permission::Caller;
use crate::service::broken;
use crate::{Client, Service};

/// What is stored of a session's id.
pub type SessionIdHash = sessions::IdHash;

/// The hash of a session's id. The id is 128 random bits, so a plain hash cannot be searched.
pub fn session_id_hash(id: &[u8]) -> SessionIdHash {
    Sha256::new()
        .chain_update(b"relay.session.v1")
        .chain_update(id)
        .finalize()
        .into()
}

impl Service {
    /// Stores a new session of whoever has just signed in or entered their password; `false` when
    /// the id is taken, so that another one has to be drawn.
    pub async fn session_create(
        &self,
        id: &SessionIdHash,
        user: Option<&UserId>,
        data: &[u8],
        expires_at: Timestamp,
        client: &Client,
    ) -> Result<bool, Problem> {
        let session = NewSession {
            state: self.state(user, data, expires_at),
            address: &client.address.to_string(),
            agent: &client.agent,
        };
        sessions::create(&self.store, &self.account, id, session)
            .await
            .map_err(broken)
    }

    /// Saves a session; `false` when it has ended meanwhile, and then it stays ended.
    pub async fn session_save(
        &self,
        id: &SessionIdHash,
        user: Option<&UserId>,
        data: &[u8],
        expires_at: Timestamp,
    ) -> Result<bool, Problem> {
        let state = self.state(user, data, expires_at);
        sessions::save(&self.store, &self.account, id, state)
            .await
            .map_err(broken)
    }

    fn state<'a>(
        &self,
        user: Option<&'a UserId>,
        data: &'a [u8],
        expires_at: Timestamp,
    ) -> State<'a> {
        State {
            user,
            data,
            at: self.now(),
            expires_at,
        }
    }

    /// The person of a session, as of now; `None` when it has ended, when there is no such person any
    /// more, or when they may not sign in.
    pub async fn caller(&self, session: &SessionIdHash) -> Result<Option<Caller>, Problem> {
        let found = sessions::person(&self.store, &self.account, session, self.now())
            .await
            .map_err(broken)?;
        Ok(found.map(|(user, proved_at)| Caller::new(user, *session, proved_at)))
    }

    /// What is remembered about a session, and when it ends; `None` when it has ended.
    pub async fn session_load(
        &self,
        id: &SessionIdHash,
    ) -> Result<Option<(Vec<u8>, Timestamp)>, Problem> {
        sessions::load(&self.store, &self.account, id, self.now())
            .await
            .map_err(broken)
    }

    /// Ends a session.
    pub async fn session_delete(&self, id: &SessionIdHash) -> Result<(), Problem> {
        sessions::delete(&self.store, &self.account, id)
            .await
            .map_err(broken)
    }

    /// Removes the rows of sessions that have ended, and says how many; for a task of the server.
    pub async fn sessions_sweep(&self) -> Result<u64, Problem> {
        sessions::delete_expired(&self.store, self.now())
            .await
            .map_err(broken)
    }
}
