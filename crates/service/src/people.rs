//! People: the first administrator, adding people, signing in and out.

use model::{Email, PersonName, Problem, ProblemKind, Role, Timestamp, UserId};
use serde_json::json;
use store::ledger::Actor;
use store::users::{self, PasswordHash, UserRow};
use zeroize::Zeroizing;

use crate::field::{self, Fields};
use crate::password::{self, Answer};
use crate::permission::{Administrator, Caller, CommandLine};
use crate::service::broken;
use crate::session::SessionIdHash;
use crate::{Service, random, setup_code};

/// What `/welcome` asks for.
pub struct FirstAdministrator {
    /// The setup code, as it was typed.
    pub code: String,
    /// How the person wants to be called.
    pub name: String,
    /// The person's address.
    pub email: String,
    /// The person's password.
    pub password: Zeroizing<String>,
}

/// What `relay user add` asks for.
pub struct NewUser {
    /// The person's address.
    pub email: String,
    /// How the person wants to be called.
    pub name: String,
    /// What the person may do.
    pub role: Role,
    /// The person's password.
    pub password: Zeroizing<String>,
}

/// A person, as administrators see everybody.
#[derive(Debug, Clone)]
pub struct UserView {
    /// How the person wants to be called.
    pub name: PersonName,
    /// The person's address.
    pub email: Email,
    /// What the person may do.
    pub role: Role,
    /// Whether the person cannot sign in any more.
    pub disabled: bool,
    /// When the person was added.
    pub since: Timestamp,
}

impl Service {
    /// Whether anybody has been added; without people, `/welcome` is the only page.
    pub async fn has_users(&self) -> Result<bool, Problem> {
        users::any(&self.store, &self.account).await.map_err(broken)
    }

    /// Makes whoever has the setup code the first administrator.
    pub async fn create_first_administrator(
        &self,
        new: FirstAdministrator,
    ) -> Result<UserId, Problem> {
        let (name, email) = person(&new.name, &new.email, &new.password)?;
        let code = setup_code::hash(&new.code);
        let good = store::setup_code::is_good(&self.store, &self.account, &code, self.now());
        // Nobody makes the server hash passwords without a good code.
        if !good.await.map_err(broken)? {
            return Err(self.no_setup().await?);
        }
        let hash = self.passwords.hash(new.password).await?;
        let id = UserId::from_bytes(random::bytes()?);

        let mut tx = self.store.begin().await.map_err(broken)?;
        let entry = self.entry(Actor::System, "setup_code.use", id.as_str(), &json!({}));
        let used = store::setup_code::use_up(&mut tx, &code, &entry)
            .await
            .map_err(broken)?;
        if !used || users::any(&mut tx, &self.account).await.map_err(broken)? {
            drop(tx);
            return Err(self.no_setup().await?);
        }
        let role = Role::Administrator;
        let new = users::NewUser {
            id: &id,
            email: &email,
            name: &name,
            role,
            password_hash: &hash,
        };
        let detail = json!({ "role": role.as_str() });
        let entry = self.entry(Actor::User(id.clone()), "user.add", id.as_str(), &detail);
        users::add(&mut tx, &new, &entry).await.map_err(broken)?;
        tx.commit().await.map_err(broken)?;
        Ok(id)
    }

    /// Why the setup code did not help.
    async fn no_setup(&self) -> Result<Problem, Problem> {
        if self.has_users().await? {
            return Ok(Problem::new(
                ProblemKind::Stale,
                "already_set_up",
                "Relay has an administrator already. Log in, or ask an administrator to add you.",
            ));
        }
        Ok(Problem::field(
            "code",
            "wrong_code",
            "This is not the setup code, or it is older than an hour. Restart Relay: it prints a \
             new code each time it starts.",
        ))
    }

    /// Adds a person, and voids the setup code.
    pub async fn add_user(&self, _: CommandLine, new: NewUser) -> Result<UserId, Problem> {
        let (name, email) = person(&new.name, &new.email, &new.password)?;
        if users::by_email(&self.store, &self.account, &email)
            .await
            .map_err(broken)?
            .is_some()
        {
            return Err(address_taken(&email));
        }
        let hash = self.passwords.hash(new.password).await?;
        let id = UserId::from_bytes(random::bytes()?);

        let mut tx = self.store.begin().await.map_err(broken)?;
        let detail = json!({ "role": new.role.as_str() });
        let entry = self.entry(Actor::CommandLine, "user.add", id.as_str(), &detail);
        let row = users::NewUser {
            id: &id,
            email: &email,
            name: &name,
            role: new.role,
            password_hash: &hash,
        };
        match users::add(&mut tx, &row, &entry).await {
            Err(store::Error::Unique) => return Err(address_taken(&email)),
            done => done.map_err(broken)?,
        }
        tx.commit().await.map_err(broken)?;
        Ok(id)
    }

    /// Gives a person a new password, and ends all sessions of that person.
    pub async fn set_password(
        &self,
        _: CommandLine,
        email: &str,
        password: Zeroizing<String>,
    ) -> Result<(), Problem> {
        let email: Email = field::parse("email", email)?;
        if let Some(problem) = password::problem(&password) {
            return Err(Problem::input(vec![problem]));
        }
        let found = users::by_email(&self.store, &self.account, &email)
            .await
            .map_err(broken)?;
        let user = found.ok_or_else(|| {
            Problem::new(
                ProblemKind::NotFound,
                "not_found",
                format!("Nobody has the address {email}. Add them with “relay user add”."),
            )
        })?;
        let hash = self.passwords.hash(password).await?;
        let mut tx = self.store.begin().await.map_err(broken)?;
        let entry = self.entry(
            Actor::CommandLine,
            "user.set_password",
            user.id.as_str(),
            &json!({}),
        );
        users::set_password_hash(&mut tx, &user.id, &hash, &entry)
            .await
            .map_err(broken)?;
        store::sessions::delete_of_user(&mut tx, &user.id)
            .await
            .map_err(broken)?;
        tx.commit().await.map_err(broken)
    }

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

    /// Everybody of the account, by name.
    pub async fn users(&self, _: &Administrator) -> Result<Vec<UserView>, Problem> {
        let found = users::list(&self.store, &self.account)
            .await
            .map_err(broken)?;
        let view = |(user, since): (UserRow, Timestamp)| UserView {
            name: user.name,
            email: user.email,
            role: user.role,
            disabled: user.disabled_at.is_some(),
            since,
        };
        Ok(found.into_iter().map(view).collect())
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

/// Checks what a new person needs, all of it at once.
fn person(name: &str, email: &str, password: &str) -> Result<(PersonName, Email), Problem> {
    let mut fields = Fields::default();
    let name = fields.parse("name", name);
    let email = fields.parse("email", email);
    fields.found(password::problem(password));
    fields.checked(name.zip(email))
}

fn address_taken(email: &Email) -> Problem {
    Problem::field(
        "email",
        "taken",
        format!(
            "Somebody has the address {email} already. Use “relay user set-password” to change their password."
        ),
    )
}
