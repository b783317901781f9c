//! Signing in and out, and proving once more who one is.

use model::{Email, Problem, ProblemKind, UserId};
use serde_json::json;
use store::ledger::{self, Actor, Entry};
use store::users::{self, PasswordHash, UserRow};
use zeroize::Zeroizing;

use crate::password::Answer;
use crate::permission::{Administrator, Caller, Recent};
use crate::service::broken;
use crate::session::{Proof, SessionIdHash, wrong_credentials};
use crate::{Client, Service};

impl Service {
    /// Who this address and password belong to. An address nobody has costs and answers the same as
    /// a wrong password: it asks and writes as much, is hashed as long, and is told as soon.
    pub async fn sign_in(
        &self,
        email: &str,
        password: Zeroizing<String>,
        client: &Client,
    ) -> Result<Proof, Problem> {
        let parsed = email.parse::<Email>().ok();
        let known = match &parsed {
            Some(email) => users::by_email(&self.store, &self.account, email)
                .await
                .map_err(broken)?,
            None => None,
        };
        let typed = parsed.map_or_else(|| email.trim().to_lowercase(), |email| email.key());
        let user = known.as_ref().map(|user| &user.id);
        let (guess, place) = self.may_sign_in(&typed, user, client).await?;
        let drawer = guess.drawer;
        let stored = known.as_ref().map(|user| user.password_hash.clone());
        let answer = self.passwords.check(place, password, stored).await?;
        if let (Some(user), Answer::Right(better)) = (&known, answer)
            && let Some(proof) = self.signed_in(user, better, client).await?
        {
            self.guessed_right(guess).await?;
            return Ok(proof);
        }
        let subject = known.as_ref().map_or("", |user| user.id.as_str());
        self.failed(drawer, subject, client).await?;
        Err(wrong_credentials())
    }

    /// Tells of it, unless the person may not sign in, or has another password by now.
    async fn signed_in(
        &self,
        user: &UserRow,
        better: Option<PasswordHash>,
        client: &Client,
    ) -> Result<Option<Proof>, Problem> {
        let mut proof = Proof::of(user);
        let mut tx = match self.begin_proved(&proof).await {
            Err(problem) if problem.kind == ProblemKind::Input => return Ok(None),
            begun => begun?.0,
        };
        if let Some(hash) = better {
            let entry = self.entry(
                Actor::User(user.id.clone()),
                "user.rehash_password",
                user.id.as_str(),
                &json!({}),
            );
            users::set_password_hash(&mut tx, &user.id, &hash, &entry)
                .await
                .map_err(broken)?;
            proof = Proof::by(&user.id, &hash);
        }
        let entry = self.sign_in_entry(&user.id, client);
        ledger::append(&mut tx, &entry).await.map_err(broken)?;
        tx.commit().await.map_err(broken)?;
        Ok(Some(proof))
    }

    /// That somebody signs in, also as the last part of joining.
    pub(crate) fn sign_in_entry(&self, user: &UserId, client: &Client) -> Entry {
        let from = json!({ "from": client.address.to_string() });
        let actor = Actor::User(user.clone());
        self.entry(actor, "user.sign_in", user.as_str(), &from)
    }

    /// Whether it is the caller who types: their password, entered once more. Answers the caller as
    /// they are now, who has just proved it. A wrong one is told as a problem of the control `field`.
    pub async fn prove(
        &self,
        caller: &Caller,
        field: &str,
        password: Zeroizing<String>,
        client: &Client,
    ) -> Result<(Caller, Proof), Problem> {
        let proof = self.check_own(caller, field, password, client).await?;
        let entry = self.entry(
            Actor::User(caller.user_id().clone()),
            "user.prove",
            caller.user_id().as_str(),
            &json!({ "from": client.address.to_string() }),
        );
        let (mut tx, user) = self.begin_proved(&proof).await?;
        ledger::append(&mut tx, &entry).await.map_err(broken)?;
        tx.commit().await.map_err(broken)?;
        Ok((Caller::new(user, *caller.session(), entry.at), proof))
    }

    /// Refuses unless it is the caller's own password. What it proves is worth something as long as
    /// the caller's session is there.
    pub(crate) async fn check_own(
        &self,
        caller: &Caller,
        field: &str,
        password: Zeroizing<String>,
        client: &Client,
    ) -> Result<Proof, Problem> {
        let id = caller.user_id();
        let user = users::find(&self.store, &self.account, id).await;
        let user = user.map_err(broken)?.ok_or_else(Problem::not_signed_in)?;
        let (guess, place) = self.may_prove(caller, client).await?;
        let drawer = guess.drawer;
        let proof = Proof::of(&user).within(caller.session());
        let stored = Some(user.password_hash);
        match self.passwords.check(place, password, stored).await? {
            Answer::Right(_) => {
                self.guessed_right(guess).await?;
                Ok(proof)
            }
            Answer::Wrong => {
                self.failed(drawer, id.as_str(), client).await?;
                let detail = "This is not your password.";
                Err(Problem::field(field, "wrong_password", detail))
            }
        }
    }

    /// Permission for what is dangerous, when the administrator has entered their password lately;
    /// else the problem [`PASSWORD_NEEDED`](crate::PASSWORD_NEEDED), which every form answers with
    /// the question for it.
    pub fn recent(&self, administrator: &Administrator) -> Result<Recent, Problem> {
        administrator.recent(self.now())
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
        // Whoever is out already, in whatever way, needs no permission to be, and it was told.
        let mut tx = self.begin_as_system().await?;
        let ended = store::sessions::delete_in(&mut tx, &self.account, session).await;
        if !ended.map_err(broken)? {
            return Ok(());
        }
        ledger::append(&mut tx, &entry).await.map_err(broken)?;
        tx.commit().await.map_err(broken)
    }
}
