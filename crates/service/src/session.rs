//! Sessions, for the server's session layer. The id of a session is stored only as a hash.

use std::collections::HashSet;

use model::{Problem, ProblemKind, Timestamp, UserId};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use store::Tx;
use store::sessions::{self, NewSession, State};
use store::users::{self, PasswordHash, UserRow};

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

/// That somebody has just shown who they are: whose password was looked at, and which one. It is worth
/// nothing any more once that password has changed, or the person may not sign in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proof {
    user: UserId,
    password: [u8; 32],
    session: Option<SessionIdHash>,
}

impl Proof {
    /// By the password of that row.
    pub fn of(user: &UserRow) -> Self {
        Self::by(&user.id, &user.password_hash)
    }

    pub(crate) fn by(user: &UserId, password: &PasswordHash) -> Self {
        let password = Sha256::new()
            .chain_update(b"relay.proof.v1")
            .chain_update(&password.0)
            .finalize();
        Self {
            user: user.clone(),
            password: password.into(),
            session: None,
        }
    }

    /// The same, shown in a session, and worth nothing without it.
    pub(crate) fn within(mut self, session: &SessionIdHash) -> Self {
        self.session = Some(*session);
        self
    }

    /// Who has shown it.
    pub fn user(&self) -> &UserId {
        &self.user
    }
}

/// What a session begins with.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Beginning {
    /// Whose it is.
    pub proof: Proof,
    /// Where it is begun from.
    pub client: Client,
    /// The session in whose place it comes, whoever it is of.
    pub replaces: Option<SessionIdHash>,
}

impl Service {
    /// Stores a new session of whoever has just signed in or entered their password, in the place of
    /// the one that it replaces; `false` when the id is taken, so that another one has to be drawn.
    /// Refuses when what was shown is worth nothing any more.
    pub async fn session_create(
        &self,
        id: &SessionIdHash,
        beginning: &Beginning,
        data: &[u8],
        expires_at: Timestamp,
    ) -> Result<bool, Problem> {
        let Beginning {
            proof,
            client,
            replaces,
        } = beginning;
        // In one line with everything that ends sessions: none of it can come in between.
        let (mut tx, _) = self.begin_proved(proof).await?;
        let session = NewSession {
            state: self.state(Some(&proof.user), data, expires_at),
            address: &client.address.to_string(),
            agent: &client.agent,
        };
        let begun = sessions::create(&mut tx, &self.account, id, session).await;
        if !begun.map_err(broken)? {
            return Ok(false);
        }
        for ended in proof.session.iter().chain(replaces) {
            sessions::delete_in(&mut tx, &self.account, ended)
                .await
                .map_err(broken)?;
        }
        if let Some(device) = &client.device {
            let now = self.now();
            store::devices::remember(&mut tx, &self.account, &proof.user, device, now)
                .await
                .map_err(broken)?;
        }
        tx.commit().await.map_err(broken)?;
        Ok(true)
    }

    /// The person as of now, unless what they have shown is worth nothing any more.
    pub(crate) async fn still(&self, tx: &mut Tx, proof: &Proof) -> Result<UserRow, Problem> {
        let user = users::find(&mut *tx, &self.account, &proof.user)
            .await
            .map_err(broken)?;
        let same = |user: &UserRow| Proof::of(user).password == proof.password;
        let user = user.filter(|user| user.disabled_at.is_none() && same(user));
        let Some(session) = &proof.session else {
            return user.ok_or_else(wrong_credentials);
        };
        let now = self.now();
        let there = sessions::person(tx, &self.account, session, now)
            .await
            .map_err(broken)?;
        user.filter(|_| there.is_some())
            .ok_or_else(Problem::not_signed_in)
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

    /// Which of these sessions have not ended, and are of people who may sign in. Asking does not
    /// lengthen them.
    pub async fn standing(
        &self,
        sessions: &[SessionIdHash],
    ) -> Result<HashSet<SessionIdHash>, Problem> {
        sessions::standing(&self.store, &self.account, sessions, self.now())
            .await
            .map_err(broken)
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

    /// Removes the rows of sessions that have ended, and says how many; for a task of the server.
    pub async fn sessions_sweep(&self) -> Result<u64, Problem> {
        sessions::delete_expired(&self.store, self.now())
            .await
            .map_err(broken)
    }
}

/// The same for an address that nobody has, a wrong password, and who may not sign in.
pub fn wrong_credentials() -> Problem {
    Problem::new(
        ProblemKind::Input,
        "wrong_credentials",
        "E-mail or password is wrong.",
    )
}
