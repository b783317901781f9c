//! What administrators do about people: other roles, keeping them out, deleting them.
//!
//! Whoever acts must still be an active administrator inside the transaction, as for every act
//! ([`Service::begin`]), and never acts on themselves. All of these transactions stand in one line, so
//! one administrator always remains, whatever happens at the same time.

use model::{Problem, ProblemKind, Role, UserId};
use serde_json::json;
use store::ledger::Actor;
use store::users::{self, UserRow};
use store::{Tx, devices, invitations, sessions};

use crate::Service;
use crate::permission::{Administrator, Recent};
use crate::service::broken;

/// What was ended with somebody's standing, in numbers.
struct ShutOut {
    sessions: u64,
    invitations: u64,
}

impl Service {
    /// Gives somebody another role. It ends their sessions: the next one begins with the new role.
    pub async fn change_role(&self, by: &Recent, id: &UserId, role: Role) -> Result<(), Problem> {
        let (mut tx, user) = self.begin_about(by, id).await?;
        if user.role == role {
            return Ok(());
        }
        let ShutOut {
            sessions,
            invitations,
        } = self.shut_out(&mut tx, id).await?;
        let detail = json!({
            "from": user.role.as_str(),
            "to": role.as_str(),
            "sessions_ended": sessions,
            "invitations_withdrawn": invitations,
        });
        let entry = self.entry(by.actor(), "user.change_role", id.as_str(), &detail);
        users::set_role(&mut tx, id, role, &entry)
            .await
            .map_err(broken)?;
        tx.commit().await.map_err(broken)
    }

    /// Keeps somebody from signing in, and ends their sessions. A session that somebody found open is
    /// not enough to shut out another administrator.
    pub async fn disable_user(&self, by: &Administrator, id: &UserId) -> Result<(), Problem> {
        let (mut tx, user) = self.begin_about(by, id).await?;
        self.recent_about(by, &user)?;
        if user.disabled_at.is_some() {
            return Ok(());
        }
        let ShutOut {
            sessions,
            invitations,
        } = self.shut_out(&mut tx, id).await?;
        let detail = json!({ "sessions_ended": sessions, "invitations_withdrawn": invitations });
        let entry = self.entry(by.actor(), "user.disable", id.as_str(), &detail);
        users::set_disabled(&mut tx, id, true, &entry)
            .await
            .map_err(broken)?;
        tx.commit().await.map_err(broken)
    }

    /// Lets somebody sign in again who was kept from it. It can bring back an administrator, so it is
    /// as dangerous as another role.
    pub async fn enable_user(&self, by: &Recent, id: &UserId) -> Result<(), Problem> {
        let (mut tx, user) = self.begin_about(by, id).await?;
        if user.disabled_at.is_none() {
            return Ok(());
        }
        self.enable(&mut tx, by.actor(), id).await?;
        tx.commit().await.map_err(broken)
    }

    /// Whatever sessions there are were begun before, and do not come back.
    pub(crate) async fn enable(
        &self,
        tx: &mut Tx,
        actor: Actor,
        id: &UserId,
    ) -> Result<(), Problem> {
        let ended = sessions::delete_of_user(tx, id, None)
            .await
            .map_err(broken)?;
        let detail = json!({ "sessions_ended": ended });
        let entry = self.entry(actor, "user.enable", id.as_str(), &detail);
        users::set_disabled(tx, id, false, &entry)
            .await
            .map_err(broken)?;
        Ok(())
    }

    /// Deletes somebody. Their name stays beside what they have changed; their address is free again.
    pub async fn delete_user(&self, by: &Recent, id: &UserId) -> Result<(), Problem> {
        let (mut tx, user) = self.begin_about(by, id).await?;
        let ShutOut {
            sessions,
            invitations,
        } = self.shut_out(&mut tx, id).await?;
        let detail = json!({
            "role": user.role.as_str(),
            "sessions_ended": sessions,
            "invitations_withdrawn": invitations,
        });
        let entry = self.entry(by.actor(), "user.delete", id.as_str(), &detail);
        users::delete(&mut tx, id, &entry).await.map_err(broken)?;
        devices::forget_of(&mut tx, id).await.map_err(broken)?;
        tx.commit().await.map_err(broken)
    }

    /// Ends all sessions of somebody; they can sign in again.
    pub async fn end_sessions_of(&self, by: &Administrator, id: &UserId) -> Result<u64, Problem> {
        let (mut tx, user) = self.begin_about(by, id).await?;
        self.recent_about(by, &user)?;
        let ended = sessions::delete_of_user(&mut tx, id, None)
            .await
            .map_err(broken)?;
        if ended > 0 {
            let detail = json!({ "sessions_ended": ended });
            let entry = self.entry(by.actor(), "user.end_sessions", id.as_str(), &detail);
            store::ledger::append(&mut tx, &entry)
                .await
                .map_err(broken)?;
            tx.commit().await.map_err(broken)?;
        }
        Ok(ended)
    }

    /// The transaction of an act about somebody else, by somebody who may still act.
    async fn begin_about(&self, by: &Administrator, id: &UserId) -> Result<(Tx, UserRow), Problem> {
        let mut tx = self.begin(by).await?;
        let user = users::find(&mut tx, &self.account, id)
            .await
            .map_err(broken)?
            .ok_or_else(|| Problem::not_found("person"))?;
        if user.id != *by.user_id() {
            return Ok((tx, user));
        }
        let left = users::active_administrators(&mut tx, &self.account).await;
        let (code, detail) = if left.map_err(broken)? > 1 {
            (
                "own_account",
                "Nobody changes their own role or removes themselves. Ask another administrator.",
            )
        } else {
            (
                "last_administrator",
                "You are the only administrator who can sign in. Make somebody else one first.",
            )
        };
        Err(Problem::new(ProblemKind::Stale, code, detail))
    }

    /// What shuts out an administrator asks for the password again.
    fn recent_about(&self, by: &Administrator, user: &UserRow) -> Result<(), Problem> {
        if user.role == Role::Administrator {
            self.recent(by)?;
        }
        Ok(())
    }

    /// Ends what somebody has begun as who they were: their sessions, and what they invited others to.
    async fn shut_out(&self, tx: &mut Tx, id: &UserId) -> Result<ShutOut, Problem> {
        Ok(ShutOut {
            invitations: invitations::remove_of(tx, id).await.map_err(broken)?,
            sessions: sessions::delete_of_user(tx, id, None)
                .await
                .map_err(broken)?,
        })
    }
}
