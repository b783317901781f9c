//! People who can sign in. Whoever is deleted leaves a name behind, for what they have changed; to
//! everything here they are nobody.

use std::fmt;

use model::{AccountId, Email, PersonName, Role, Timestamp, UserId};

use crate::ledger::{self, Entry};
use crate::row::{Row, column, parsed, time, time_or_null};
use crate::{Error, Source, Tx, setup_code};

/// The hash of a password, in PHC text. `Debug` does not show it.
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordHash(pub String);

impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasswordHash(…)")
    }
}

/// A person.
#[derive(Debug, Clone)]
pub struct UserRow {
    /// The id.
    pub id: UserId,
    /// The address, as it was typed.
    pub email: Email,
    /// How the person wants to be called.
    pub name: PersonName,
    /// What the person may do.
    pub role: Role,
    /// To check a password against.
    pub password_hash: PasswordHash,
    /// Since when the person cannot sign in any more.
    pub disabled_at: Option<Timestamp>,
}

/// A person to add.
#[derive(Debug)]
pub struct NewUser<'a> {
    /// A fresh id.
    pub id: &'a UserId,
    /// The address; unique in the account without regard to case.
    pub email: &'a Email,
    /// How the person wants to be called.
    pub name: &'a PersonName,
    /// What the person may do.
    pub role: Role,
    /// Of the password.
    pub password_hash: &'a PasswordHash,
}

pub(crate) fn read(row: &Row) -> Result<UserRow, Error> {
    Ok(UserRow {
        id: parsed(row, "id")?,
        email: parsed(row, "email")?,
        name: parsed(row, "name")?,
        role: parsed(row, "role")?,
        password_hash: PasswordHash(column(row, "password_hash")?),
        disabled_at: time_or_null(row, "disabled_at")?,
    })
}

/// Whether anybody has been added yet. Whoever was deleted counts too: an installation that had
/// people does not go back to its beginning.
pub async fn any(source: impl Source, account: &AccountId) -> Result<bool, Error> {
    let found: i64 = sqlx::query_scalar("select count(*) from users where account_id = $1")
        .bind(account.as_str())
        .fetch_one(source.executor())
        .await?;
    Ok(found > 0)
}

/// Everybody of the account, in no order, and since when.
pub async fn list(
    source: impl Source,
    account: &AccountId,
) -> Result<Vec<(UserRow, Timestamp)>, Error> {
    sqlx::query(
        "select id, email, name, role, password_hash, disabled_at, created_at from users \
         where account_id = $1 and deleted_at is null",
    )
    .bind(account.as_str())
    .fetch_all(source.executor())
    .await?
    .iter()
    .map(|row| Ok((read(row)?, time(row, "created_at")?)))
    .collect()
}

/// The person of that id.
pub async fn find(
    source: impl Source,
    account: &AccountId,
    id: &UserId,
) -> Result<Option<UserRow>, Error> {
    sqlx::query(
        "select id, email, name, role, password_hash, disabled_at from users \
         where account_id = $1 and id = $2 and deleted_at is null",
    )
    .bind(account.as_str())
    .bind(id.as_str())
    .fetch_optional(source.executor())
    .await?
    .map(|row| read(&row))
    .transpose()
}

/// The person of that address, in any spelling of case.
pub async fn by_email(
    source: impl Source,
    account: &AccountId,
    email: &Email,
) -> Result<Option<UserRow>, Error> {
    sqlx::query(
        "select id, email, name, role, password_hash, disabled_at from users \
         where account_id = $1 and email_key = $2 and deleted_at is null",
    )
    .bind(account.as_str())
    .bind(email.key())
    .fetch_optional(source.executor())
    .await?
    .map(|row| read(&row))
    .transpose()
}

/// Adds a person, and voids the setup code: it is for an account without people.
pub async fn add(tx: &mut Tx, new: &NewUser<'_>, entry: &Entry) -> Result<(), Error> {
    sqlx::query(
        "insert into users \
         (id, account_id, email, email_key, name, role, password_hash, created_at, changed_at) \
         values ($1, $2, $3, $4, $5, $6, $7, $8, $8)",
    )
    .bind(new.id.as_str())
    .bind(entry.account.as_str())
    .bind(new.email.as_str())
    .bind(new.email.key())
    .bind(new.name.as_str())
    .bind(new.role.as_str())
    .bind(&*new.password_hash.0)
    .bind(entry.at.0)
    .execute(tx.connection())
    .await?;
    setup_code::void(tx, &entry.account).await?;
    ledger::append(tx, entry).await
}

/// Replaces the hash of a password; `false` when there is no such person.
pub async fn set_password_hash(
    tx: &mut Tx,
    id: &UserId,
    hash: &PasswordHash,
    entry: &Entry,
) -> Result<bool, Error> {
    let changed = sqlx::query(
        "update users set password_hash = $1, changed_at = $2 where account_id = $3 and id = $4",
    )
    .bind(&*hash.0)
    .bind(entry.at.0)
    .bind(entry.account.as_str())
    .bind(id.as_str())
    .execute(tx.connection())
    .await?
    .rows_affected();
    ledger::append_changed(tx, changed, entry).await
}

/// How many people can sign in and administer.
pub async fn active_administrators(source: impl Source, account: &AccountId) -> Result<u64, Error> {
    let found: i64 = sqlx::query_scalar(
        "select count(*) from users \
         where account_id = $1 and role = $2 and disabled_at is null and deleted_at is null",
    )
    .bind(account.as_str())
    .bind(Role::Administrator.as_str())
    .fetch_one(source.executor())
    .await?;
    u64::try_from(found).map_err(|_| Error::Row("count"))
}

/// Gives a person another role; `false` when there is no such person.
pub async fn set_role(tx: &mut Tx, id: &UserId, role: Role, entry: &Entry) -> Result<bool, Error> {
    let changed = sqlx::query(
        "update users set role = $1, changed_at = $2 \
         where account_id = $3 and id = $4 and deleted_at is null",
    )
    .bind(role.as_str())
    .bind(entry.at.0)
    .bind(entry.account.as_str())
    .bind(id.as_str())
    .execute(tx.connection())
    .await?
    .rows_affected();
    ledger::append_changed(tx, changed, entry).await
}

/// Keeps a person from signing in, or lets them again; `false` when there is no such person.
pub async fn set_disabled(
    tx: &mut Tx,
    id: &UserId,
    disabled: bool,
    entry: &Entry,
) -> Result<bool, Error> {
    let changed = sqlx::query(
        "update users set disabled_at = $1, changed_at = $2 \
         where account_id = $3 and id = $4 and deleted_at is null",
    )
    .bind(disabled.then_some(entry.at.0))
    .bind(entry.at.0)
    .bind(entry.account.as_str())
    .bind(id.as_str())
    .execute(tx.connection())
    .await?
    .rows_affected();
    ledger::append_changed(tx, changed, entry).await
}

/// Deletes a person: address and password are gone and the address is free for somebody else. The
/// name stays beside what the person has changed. `false` when there is no such person.
pub async fn delete(tx: &mut Tx, id: &UserId, entry: &Entry) -> Result<bool, Error> {
    let changed = sqlx::query(
        "update users set email = '', email_key = id, password_hash = '', deleted_at = $1, \
         changed_at = $1 where account_id = $2 and id = $3 and deleted_at is null",
    )
    .bind(entry.at.0)
    .bind(entry.account.as_str())
    .bind(id.as_str())
    .execute(tx.connection())
    .await?
    .rows_affected();
    ledger::append_changed(tx, changed, entry).await
}
