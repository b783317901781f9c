//! Invitations: each lets one person join, once, for some days. Only a hash of the code is stored.

use model::{AccountId, Email, InvitationId, Role, Timestamp, UserId};

use crate::ledger::{self, Entry};
use crate::row::{Row, each, parsed, time};
use crate::{Error, Source, Tx};

/// SHA-256 of an invitation's code.
pub type CodeHash = [u8; 32];

/// An invitation to make.
#[derive(Debug)]
pub struct NewInvitation<'a> {
    /// A fresh id.
    pub id: &'a InvitationId,
    /// The hash of its code.
    pub code: &'a CodeHash,
    /// Whom it is for.
    pub email: &'a Email,
    /// What the person will be allowed to do.
    pub role: Role,
    /// When it ends.
    pub expires_at: Timestamp,
}

/// An invitation.
#[derive(Debug, Clone)]
pub struct InvitationRow {
    /// The id.
    pub id: InvitationId,
    /// Whom it is for.
    pub email: Email,
    /// What the person will be allowed to do.
    pub role: Role,
    /// When it was made.
    pub invited_at: Timestamp,
    /// Who made it.
    pub invited_by: String,
    /// When it ends.
    pub expires_at: Timestamp,
}

fn read(row: &Row) -> Result<InvitationRow, Error> {
    Ok(InvitationRow {
        id: parsed(row, "id")?,
        email: parsed(row, "email")?,
        role: parsed(row, "role")?,
        invited_at: time(row, "invited_at")?,
        invited_by: crate::row::column(row, "invited_by")?,
        expires_at: time(row, "expires_at")?,
    })
}

/// Makes an invitation; one for the same address that is still there is [`Error::Unique`]. It is a
/// person who does it.
pub async fn add(
    tx: &mut Tx,
    new: &NewInvitation<'_>,
    by: &UserId,
    entry: &Entry,
) -> Result<(), Error> {
    sqlx::query(
        "insert into invitations \
         (id, account_id, code_hash, email, email_key, role, invited_at, invited_by, expires_at) \
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(new.id.as_str())
    .bind(entry.account.as_str())
    .bind(&new.code[..])
    .bind(new.email.as_str())
    .bind(new.email.key())
    .bind(new.role.as_str())
    .bind(entry.at.0)
    .bind(by.as_str())
    .bind(new.expires_at.0)
    .execute(tx.connection())
    .await?;
    ledger::append(tx, entry).await
}

/// The invitations that have not ended at `now`, the newest first.
pub async fn list(
    source: impl Source,
    account: &AccountId,
    now: Timestamp,
) -> Result<Vec<InvitationRow>, Error> {
    let rows = sqlx::query(
        "select i.id, i.email, i.role, i.invited_at, u.name as invited_by, i.expires_at \
         from invitations i join users u on u.id = i.invited_by \
         where i.account_id = $1 and i.expires_at > $2 order by i.invited_at desc, i.id",
    )
    .bind(account.as_str())
    .bind(now.0)
    .fetch_all(source.executor())
    .await?;
    each(&rows, read)
}

/// The invitation of that code, unless it has ended at `now`.
pub async fn by_code(
    source: impl Source,
    account: &AccountId,
    code: &CodeHash,
    now: Timestamp,
) -> Result<Option<InvitationRow>, Error> {
    sqlx::query(
        "select i.id, i.email, i.role, i.invited_at, u.name as invited_by, i.expires_at \
         from invitations i join users u on u.id = i.invited_by \
         where i.account_id = $1 and i.code_hash = $2 and i.expires_at > $3",
    )
    .bind(account.as_str())
    .bind(&code[..])
    .bind(now.0)
    .fetch_optional(source.executor())
    .await?
    .map(|row| read(&row))
    .transpose()
}

/// Takes an invitation away, because it is used up or withdrawn; `false` when there is none.
pub async fn remove(tx: &mut Tx, id: &InvitationId, entry: &Entry) -> Result<bool, Error> {
    let removed = sqlx::query("delete from invitations where account_id = $1 and id = $2")
        .bind(entry.account.as_str())
        .bind(id.as_str())
        .execute(tx.connection())
        .await?
        .rows_affected();
    ledger::append_changed(tx, removed, entry).await
}

/// Takes away all that a person has made, as part of what made that necessary, and says how many
/// there were.
pub async fn remove_of(tx: &mut Tx, by: &UserId) -> Result<u64, Error> {
    Ok(sqlx::query("delete from invitations where invited_by = $1")
        .bind(by.as_str())
        .execute(tx.connection())
        .await?
        .rows_affected())
}

/// Takes away any for an address, as part of what made that necessary, and answers their ids.
pub async fn remove_for(
    tx: &mut Tx,
    account: &AccountId,
    email: &Email,
) -> Result<Vec<InvitationId>, Error> {
    let removed = sqlx::query(
        "delete from invitations where account_id = $1 and email_key = $2 returning id",
    )
    .bind(account.as_str())
    .bind(email.key())
    .fetch_all(tx.connection())
    .await?;
    each(&removed, |row| parsed(row, "id"))
}
