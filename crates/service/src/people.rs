//! People: who there is, the first administrator, and what the command line does about them.

mod manage;

use model::{Email, PersonName, Problem, ProblemKind, Role, Timestamp, UserId};
use serde_json::json;
use store::ledger::{self, Actor};
use store::{invitations, users};
use zeroize::Zeroizing;

use crate::field::{self, Fields, lookup_order};
use crate::password;
use crate::permission::{Administrator, CommandLine};
use crate::service::broken;
use crate::session::Proof;
use crate::{Client, Service, random, setup_code};

/// What `/welcome` asks for.
pub struct FirstAdministrator {
    /// The setup code, as it was typed.
    pub code: Zeroizing<String>,
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
    /// The id.
    pub id: UserId,
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
    /// How many sessions the person has.
    pub sessions: u64,
    /// Whether it is the one who asks.
    pub is_you: bool,
}

impl Service {
    /// Whether anybody has been added; without people, `/welcome` is the only page.
    pub async fn has_users(&self) -> Result<bool, Problem> {
        users::any(&self.store, &self.account).await.map_err(broken)
    }

    /// Everybody of the account, in the order people look them up.
    pub async fn users(&self, by: &Administrator) -> Result<Vec<UserView>, Problem> {
        let found = users::list(&self.store, &self.account)
            .await
            .map_err(broken)?;
        let sessions = store::sessions::count_by_user(&self.store, &self.account, self.now()).await;
        let sessions = sessions.map_err(broken)?;
        let view = |(user, since): (users::UserRow, Timestamp)| UserView {
            sessions: sessions.get(&user.id).copied().unwrap_or(0),
            is_you: user.id == *by.user_id(),
            id: user.id,
            name: user.name,
            email: user.email,
            role: user.role,
            disabled: user.disabled_at.is_some(),
            since,
        };
        let mut people: Vec<_> = found.into_iter().map(view).collect();
        people.sort_by_cached_key(|one| (lookup_order(&one.name), lookup_order(&one.email)));
        Ok(people)
    }

    /// One person of the account.
    pub async fn user(&self, by: &Administrator, id: &UserId) -> Result<UserView, Problem> {
        let everybody = self.users(by).await?;
        let found = everybody.into_iter().find(|one| one.id == *id);
        found.ok_or_else(|| Problem::not_found("person"))
    }

    /// Makes whoever has the setup code the first administrator, and tells that they sign in.
    pub async fn create_first_administrator(
        &self,
        new: FirstAdministrator,
        client: &Client,
    ) -> Result<Proof, Problem> {
        let (name, email) = person(&new.name, &new.email, &new.password)?;
        let code = setup_code::hash(&new.code);
        let good = store::setup_code::is_good(&self.store, &self.account, &code, self.now());
        // Nobody makes the server hash passwords without a good code.
        if !good.await.map_err(broken)? {
            return Err(self.no_setup().await?);
        }
        let hash = self.passwords.hash(new.password).await?;
        let id = UserId::from_bytes(random::bytes()?);

        let mut tx = self.begin_as_system().await?;
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
        let entry = self.sign_in_entry(&id, client);
        ledger::append(&mut tx, &entry).await.map_err(broken)?;
        tx.commit().await.map_err(broken)?;
        Ok(Proof::by(&id, &hash))
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

    /// Adds a person, and voids the setup code and any invitation of their address.
    pub async fn add_user(&self, by: CommandLine, new: NewUser) -> Result<UserId, Problem> {
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

        let mut tx = self.begin_here(by).await?;
        let withdrawn = invitations::remove_for(&mut tx, &self.account, &email).await;
        let withdrawn = withdrawn.map_err(broken)?.len();
        let detail = json!({ "role": new.role.as_str(), "invitations_withdrawn": withdrawn });
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

    /// Gives a person a new password, ends all sessions of that person and the invitations they have
    /// made, and forgets who has guessed at the old one.
    pub async fn set_password(
        &self,
        by: CommandLine,
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
        let user = found.ok_or_else(|| nobody(&email))?;
        let hash = self.passwords.hash(password).await?;
        let mut tx = self.begin_here(by).await?;
        let ended = store::sessions::delete_of_user(&mut tx, &user.id, None)
            .await
            .map_err(broken)?;
        let withdrawn = invitations::remove_of(&mut tx, &user.id)
            .await
            .map_err(broken)?;
        let detail = json!({ "sessions_ended": ended, "invitations_withdrawn": withdrawn });
        let id = user.id.as_str();
        let entry = self.entry(Actor::CommandLine, "user.set_password", id, &detail);
        let there = users::set_password_hash(&mut tx, &user.id, &hash, &entry)
            .await
            .map_err(broken)?;
        if !there {
            return Err(nobody(&email));
        }
        tx.commit().await.map_err(broken)?;
        self.forget_guesses(&email).await
    }

    /// Lets somebody sign in again who was kept from it: the way back in when nobody is left who
    /// could do it.
    pub async fn enable_user_here(&self, by: CommandLine, email: &str) -> Result<(), Problem> {
        let email: Email = field::parse("email", email)?;
        let mut tx = self.begin_here(by).await?;
        let found = users::by_email(&mut tx, &self.account, &email)
            .await
            .map_err(broken)?;
        let user = found.ok_or_else(|| nobody(&email))?;
        if user.disabled_at.is_none() {
            return Ok(());
        }
        self.enable(&mut tx, Actor::CommandLine, &user.id).await?;
        tx.commit().await.map_err(broken)
    }
}

/// For the command line.
fn nobody(email: &Email) -> Problem {
    Problem::new(
        ProblemKind::NotFound,
        "not_found",
        format!("Nobody has the address {email}. Add them with “relay user add”."),
    )
}

/// Checks what a new person needs, all of it at once.
pub(crate) fn person(
    name: &str,
    email: &str,
    password: &str,
) -> Result<(PersonName, Email), Problem> {
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
