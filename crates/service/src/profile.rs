//! What people do about themselves: another password, and their own sessions.

use model::{Problem, Timestamp};
use serde_json::json;
use store::ledger::Actor;
use store::{invitations, sessions, users};
use zeroize::Zeroizing;

use crate::permission::Caller;
use crate::service::broken;
use crate::session::{Proof, SessionIdHash};
use crate::{Client, Service, password};

/// One of one's own sessions.
#[derive(Debug, Clone)]
pub struct SessionView {
    /// The hash of its id, as 64 hexadecimal digits: names it, and does not open it.
    pub id: String,
    /// Whether it is the one that asks.
    pub this: bool,
    /// When the password was entered for it.
    pub proved_at: Timestamp,
    /// When it was last used, to within some minutes.
    pub used_at: Timestamp,
    /// The network address it was begun from; empty when it is not known.
    pub address: String,
    /// What the browser called itself.
    pub agent: String,
}

impl Service {
    /// The caller's sessions: the one that asks, then the others as they were last used.
    pub async fn own_sessions(&self, caller: &Caller) -> Result<Vec<SessionView>, Problem> {
        let rows = sessions::of_user(&self.store, &self.account, caller.user_id(), self.now())
            .await
            .map_err(broken)?;
        let view = |row: sessions::SessionRow| SessionView {
            id: write(&row.id),
            this: row.id == *caller.session(),
            proved_at: row.proved_at,
            used_at: row.used_at,
            address: row.address,
            agent: row.agent,
        };
        let mut views: Vec<_> = rows.into_iter().map(view).collect();
        views.sort_by_key(|view| !view.this);
        Ok(views)
    }

    /// Ends one of the caller's sessions, named by its [`SessionView::id`].
    pub async fn end_own_session(&self, caller: &Caller, id: &str) -> Result<(), Problem> {
        let missing = || Problem::not_found("session");
        let id = parse(id).ok_or_else(missing)?;
        let entry = self.own_entry(caller, "user.end_session", &json!({}));
        let mut tx = self.begin(caller).await?;
        let ended = sessions::end(&mut tx, caller.user_id(), &id, &entry)
            .await
            .map_err(broken)?;
        if !ended {
            return Err(missing());
        }
        tx.commit().await.map_err(broken)
    }

    /// Ends all of the caller's sessions but the one that asks.
    pub async fn end_other_sessions(&self, caller: &Caller) -> Result<u64, Problem> {
        let mut tx = self.begin(caller).await?;
        let ended = sessions::delete_of_user(&mut tx, caller.user_id(), Some(caller.session()))
            .await
            .map_err(broken)?;
        if ended > 0 {
            let detail = json!({ "sessions_ended": ended });
            let entry = self.own_entry(caller, "user.end_sessions", &detail);
            store::ledger::append(&mut tx, &entry)
                .await
                .map_err(broken)?;
            tx.commit().await.map_err(broken)?;
        }
        Ok(ended)
    }

    /// Gives the caller another password, and ends all their other sessions and the invitations they
    /// have made: one who knew the old password may have made those.
    pub async fn change_password(
        &self,
        caller: &Caller,
        current: Zeroizing<String>,
        new: Zeroizing<String>,
        client: &Client,
    ) -> Result<Proof, Problem> {
        if let Some(problem) = password::problem_of("new_password", &new) {
            return Err(Problem::input(vec![problem]));
        }
        let proof = self
            .check_own(caller, "current_password", current, client)
            .await?;
        let hash = self.passwords.hash(new).await?;
        let id = caller.user_id();
        let (mut tx, _) = self.begin_proved(&proof).await?;
        let ended = sessions::delete_of_user(&mut tx, id, Some(caller.session()))
            .await
            .map_err(broken)?;
        let withdrawn = invitations::remove_of(&mut tx, id).await.map_err(broken)?;
        let detail = json!({ "sessions_ended": ended, "invitations_withdrawn": withdrawn });
        let entry = self.own_entry(caller, "user.set_password", &detail);
        users::set_password_hash(&mut tx, id, &hash, &entry)
            .await
            .map_err(broken)?;
        tx.commit().await.map_err(broken)?;
        Ok(Proof::by(id, &hash).within(caller.session()))
    }

    fn own_entry(
        &self,
        caller: &Caller,
        act: &'static str,
        detail: &serde_json::Value,
    ) -> store::ledger::Entry {
        let id = caller.user_id();
        self.entry(Actor::User(id.clone()), act, id.as_str(), detail)
    }
}

/// 64 hexadecimal digits.
fn write(id: &SessionIdHash) -> String {
    let digits = id.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    digits
        .filter_map(|digit| char::from_digit(digit.into(), 16))
        .collect()
}

fn parse(id: &str) -> Option<SessionIdHash> {
    let digits = id.as_bytes();
    if digits.len() != 64 || !digits.iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    let mut hash = SessionIdHash::default();
    for (byte, two) in hash.iter_mut().zip(digits.chunks(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(two).ok()?, 16).ok()?;
    }
    Some(hash)
}
