//! Signing in and out, and proving once more who one is.

use model::{Email, Problem, ProblemKind, UserId};
use serde_json::json;
use store::ledger::{self, Actor};
use store::sign_ins::{self, Failures};
use store::users::{self, PasswordHash, UserRow};
use zeroize::Zeroizing;

use crate::password::Answer;
use crate::permission::{Administrator, Caller, Recent};
use crate::service::broken;
use crate::session::SessionIdHash;
use crate::{Client, Service};

/// How long failures are collected before the ledger tells how many more there were (milliseconds).
const WINDOW: i64 = 15 * 60 * 1_000;

impl Service {
    /// Who this address and password belong to. An address nobody has costs and answers the same as
    /// a wrong password.
    pub async fn sign_in(
        &self,
        email: &str,
        password: Zeroizing<String>,
        client: &Client,
    ) -> Result<UserId, Problem> {
        let parsed = email.parse::<Email>().ok();
        let known = match &parsed {
            Some(email) => users::by_email(&self.store, &self.account, email)
                .await
                .map_err(broken)?,
            None => None,
        };
        let place = self.passwords.place()?;
        let typed = parsed.map_or_else(|| email.trim().to_lowercase(), |email| email.key());
        let user = known.as_ref().map(|user| &user.id);
        let guess = self.may_guess(&typed, user, client).await?;
        let stored = known.as_ref().map(|user| user.password_hash.clone());
        let answer = self.passwords.check(place, password, stored).await?;
        match (known, answer) {
            (Some(user), Answer::Right(better)) if user.disabled_at.is_none() => {
                self.guessed_right(guess).await?;
                self.signed_in(&user, better, client).await?;
                Ok(user.id)
            }
            (known, _) => {
                let subject = known.as_ref().map_or("", |user| user.id.as_str());
                self.failed(subject, client).await?;
                Err(Problem::new(
                    ProblemKind::Input,
                    "wrong_credentials",
                    "E-mail or password is wrong.",
                ))
            }
        }
    }

    async fn signed_in(
        &self,
        user: &UserRow,
        better: Option<PasswordHash>,
        client: &Client,
    ) -> Result<(), Problem> {
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
        let from = json!({ "from": client.address.to_string() });
        let entry = self.entry(actor(), "user.sign_in", user.id.as_str(), &from);
        ledger::append(&mut tx, &entry).await.map_err(broken)?;
        tx.commit().await.map_err(broken)
    }

    /// Whether it is the caller who types: their password, entered once more. Answers the caller as
    /// one who has just proved it. A wrong one is told as a problem of the control `field`.
    pub async fn prove(
        &self,
        caller: &Caller,
        field: &str,
        password: Zeroizing<String>,
        client: &Client,
    ) -> Result<Caller, Problem> {
        self.check_own(caller, field, password, client).await?;
        let entry = self.entry(
            Actor::User(caller.user_id().clone()),
            "user.prove",
            caller.user_id().as_str(),
            &json!({ "from": client.address.to_string() }),
        );
        let mut tx = self.store.begin().await.map_err(broken)?;
        ledger::append(&mut tx, &entry).await.map_err(broken)?;
        tx.commit().await.map_err(broken)?;
        Ok(caller.proved(entry.at))
    }

    /// Refuses unless it is the caller's own password.
    pub(crate) async fn check_own(
        &self,
        caller: &Caller,
        field: &str,
        password: Zeroizing<String>,
        client: &Client,
    ) -> Result<(), Problem> {
        let id = caller.user_id();
        let user = users::find(&self.store, &self.account, id).await;
        let user = user.map_err(broken)?.ok_or_else(Problem::not_signed_in)?;
        let place = self.passwords.place()?;
        let guess = self.may_guess(&user.email.key(), Some(id), client).await?;
        let stored = Some(user.password_hash);
        match self.passwords.check(place, password, stored).await? {
            Answer::Right(_) => self.guessed_right(guess).await,
            Answer::Wrong => {
                self.failed(id.as_str(), client).await?;
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

    /// Collects a failure. The subject is the person whose password was not known. What was typed
    /// instead of a known address is not kept: people type passwords there.
    ///
    /// However many there are, the ledger gets an entry at the first of them, and one at the end of
    /// each quarter of an hour that had more.
    async fn failed(&self, subject: &str, client: &Client) -> Result<(), Problem> {
        let first = self.entry(
            Actor::System,
            "user.sign_in_failed",
            subject,
            &json!({ "from": client.address.to_string() }),
        );
        let mut tx = self.store.begin().await.map_err(broken)?;
        let before = sign_ins::collected(&mut tx, &self.account, subject).await;
        let mut next = Failures {
            subject: subject.to_owned(),
            since: first.at,
            failures: 1,
        };
        match before.map_err(broken)? {
            Some(before) if first.at.0 - before.since.0 < WINDOW => {
                next.since = before.since;
                next.failures = before.failures.saturating_add(1);
            }
            before => {
                if let Some(before) = before {
                    self.tell(&mut tx, &before).await.map_err(broken)?;
                }
                ledger::append(&mut tx, &first).await.map_err(broken)?;
            }
        }
        sign_ins::collect(&mut tx, &self.account, &next)
            .await
            .map_err(broken)?;
        tx.commit().await.map_err(broken)
    }

    /// Tells how many failures there were beside the first, if any.
    async fn tell(&self, tx: &mut store::Tx, collected: &Failures) -> Result<(), store::Error> {
        let more = collected.failures.saturating_sub(1);
        if more > 0 {
            let detail = json!({ "more": more, "since": collected.since.to_string() });
            let subject = &collected.subject;
            let entry = self.entry(Actor::System, "user.sign_in_failed", subject, &detail);
            ledger::append(tx, &entry).await?;
        }
        sign_ins::told(tx, &self.account, &collected.subject).await
    }

    /// Tells the failures that were collected for long enough; for a task of the server.
    pub async fn sign_ins_sweep(&self) -> Result<(), Problem> {
        let due = self.now().plus(-WINDOW);
        let waiting = sign_ins::collected_before(&self.store, &self.account, due).await;
        if waiting.map_err(broken)?.is_empty() {
            return Ok(());
        }
        let mut tx = self.store.begin().await.map_err(broken)?;
        // Asked again: another server may have told them meanwhile.
        let waiting = sign_ins::collected_before(&mut tx, &self.account, due).await;
        for collected in waiting.map_err(broken)? {
            self.tell(&mut tx, &collected).await.map_err(broken)?;
        }
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
        ledger::append(&mut tx, &entry).await.map_err(broken)?;
        tx.commit().await.map_err(broken)
    }
}
