//! Signing in and out, and who is signed in.

use model::{Email, Problem, ProblemKind, UserId};
use serde_json::json;
use store::ledger::Actor;
use store::users::{self, PasswordHash, UserRow};
use zeroize::Zeroizing;

use crate::Service;
use crate::password::Answer;
use crate::permission::Caller;
use crate::service::broken;
use crate::session::SessionIdHash;

impl Service {
    /// Who this address and password belong to. An address nobody has costs and answers the same as
    /// a wrong password.
    pub async fn sign_in(
        &self,
        email: &str,
        password: Zeroizing<String>,
    ) -> Result<UserId, Problem> {
        let known = match email.parse::<Email>() {
            Ok(email) => users::by_email(&self.store, &self.account, &email)
                .await
                .map_err(broken)?,
            Err(_) => None,
        };
        let stored = known.as_ref().map(|user| user.password_hash.clone());
        let answer = self.passwords.check(password, stored).await?;
        match (known, answer) {
            (Some(user), Answer::Right(better)) if user.disabled_at.is_none() => {
                self.signed_in(&user, better).await?;
                Ok(user.id)
            }
            (known, _) => {
                self.sign_in_failed(known.as_ref()).await?;
                Err(Problem::new(
                    ProblemKind::Input,
                    "wrong_credentials",
                    "E-mail or password is wrong.",
                ))
            }
        }
    }

    async fn signed_in(&self, user: &UserRow, better: Option<PasswordHash>) -> Result<(), Problem> {
        let actor = || Actor::User(user.id.clone());
        let mut tx = self.store.begin().await.map_err(broken)?;
        if let Some(hash) = better {
            let entry = self.entry(
                actor(),
                "user.rehash_password",
                user.id.as_str(),
                &json!({}),
            );
            users::set_password_hash(&mut tx, &user.id, &hash, &entry)
                .await
                .map_err(broken)?;
        }
        let entry = self.entry(actor(), "user.sign_in", user.id.as_str(), &json!({}));
        store::ledger::append(&mut tx, &entry)
            .await
            .map_err(broken)?;
        tx.commit().await.map_err(broken)
    }

    /// The subject is the person whose password was not known. What was typed instead of a known
    /// address is not kept: people type passwords there.
    async fn sign_in_failed(&self, known: Option<&UserRow>) -> Result<(), Problem> {
        let subject = known.map_or("", |user| user.id.as_str());
        let entry = self.entry(Actor::System, "user.sign_in_failed", subject, &json!({}));
        let mut tx = self.store.begin().await.map_err(broken)?;
        store::ledger::append(&mut tx, &entry)
            .await
            .map_err(broken)?;
        tx.commit().await.map_err(broken)
    }

    /// Ends a session.
    pub async fn sign_out(&self, caller: &Caller, session: &SessionIdHash) -> Result<(), Problem> {
        let id = caller.user_id();
        let entry = self.entry(
            Actor::User(id.clone()),
            "user.sign_out",
            id.as_str(),
            &json!({}),
        );
        let mut tx = self.store.begin().await.map_err(broken)?;
        store::sessions::delete_in(&mut tx, &self.account, session)
            .await
            .map_err(broken)?;
        store::ledger::append(&mut tx, &entry)
            .await
            .map_err(broken)?;
        tx.commit().await.map_err(broken)
    }

    /// The person of a session, as of now; `None` when there is no such person any more, or they may
    /// not sign in.
    pub async fn caller(&self, id: &UserId) -> Result<Option<Caller>, Problem> {
        let user = users::find(&self.store, &self.account, id)
            .await
            .map_err(broken)?;
        Ok(user
            .filter(|user| user.disabled_at.is_none())
            .map(|user| Caller::new(user.id, user.name, user.email, user.role)))
    }
}
