//! Connections: type, name, and for each field the sealed current value.
//!
//! A revision of a connection is the list of its field revisions. Lists are kept, so that a field
//! revision is never given twice, not even after a field was cleared; superseded values are deleted.

use model::{AccountId, ConnectionId, ConnectionName, Timestamp, TypeName, Unopenable};

use crate::altered::unopenable;
use crate::ledger::{self, Entry};
use crate::row::{Row, bigint, column, counted, kept, parsed, storable, time, time_or_null};
use crate::{Error, SealedBytes, Source, Tx, used_ids};

/// A connection without anything of its values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConnectionRow {
    /// The id.
    pub id: ConnectionId,
    /// The type, such as `aws`.
    pub type_name: TypeName,
    /// The name, unique within the type.
    pub name: ConnectionName,
    /// Its revision, from 1.
    pub revision: u64,
    /// When it was added.
    pub created_at: Timestamp,
    /// When it was added or overwritten last.
    pub changed_at: Timestamp,
    /// Name of who did that; `None` for the command line.
    pub changed_by: Option<String>,
    /// When a step was last given a value of it.
    pub last_used: Option<Timestamp>,
    /// Why it did not open when that was tried.
    pub unopenable: Option<Unopenable>,
}

/// A field, without its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldRow {
    /// The field's name.
    pub field: String,
    /// The highest field revision it ever had.
    pub last_revision: u64,
    /// When the stored value was set and by whom; `None` when none is stored.
    pub stored: Option<(Timestamp, Option<String>)>,
    /// Whether the stored value did not open when it was tried.
    pub unopenable: bool,
}

/// A value to store.
#[derive(Debug)]
pub struct NewValue {
    /// The field's name.
    pub field: String,
    /// The field revision it is sealed for.
    pub field_revision: u64,
    /// The value.
    pub sealed: SealedBytes,
}

/// A connection to add.
#[derive(Debug)]
pub struct NewConnection<'a> {
    /// An id that was never used.
    pub id: &'a ConnectionId,
    /// The type.
    pub type_name: &'a TypeName,
    /// The name.
    pub name: &'a ConnectionName,
    /// One value per field that has one.
    pub values: &'a [NewValue],
}

fn read(row: &Row) -> Result<ConnectionRow, Error> {
    Ok(ConnectionRow {
        id: parsed(row, "id")?,
        type_name: parsed(row, "type_name")?,
        name: parsed(row, "name")?,
        revision: counted(row, "revision")?,
        created_at: time(row, "created_at")?,
        changed_at: time(row, "changed_at")?,
        changed_by: column(row, "changed_by")?,
        last_used: time_or_null(row, "last_used_at")?,
        unopenable: unopenable(row, column::<i64>(row, "unopenable")? > 0)?,
    })
}

/// All connections of an account, in no order.
pub async fn list(source: impl Source, account: &AccountId) -> Result<Vec<ConnectionRow>, Error> {
    let rows = sqlx::query(
        "select c.id, c.type_name, c.name, c.revision, c.created_at, c.changed_at, u.name as changed_by, \
         c.last_used_at, c.altered_at, (select count(*) from field_values f where f.connection_id = c.id \
         and f.unopenable_at is not null) as unopenable from connections c left join users u on u.id = c.changed_by \
         where c.account_id = $1",
    )
    .bind(account.as_str())
    .fetch_all(source.executor())
    .await?;
    crate::row::each(&rows, read)
}

/// The connection of that id.
pub async fn find(
    source: impl Source,
    account: &AccountId,
    id: &ConnectionId,
) -> Result<Option<ConnectionRow>, Error> {
    sqlx::query(
        "select c.id, c.type_name, c.name, c.revision, c.created_at, c.changed_at, u.name as changed_by, \
         c.last_used_at, c.altered_at, (select count(*) from field_values f where f.connection_id = c.id \
         and f.unopenable_at is not null) as unopenable from connections c left join users u on u.id = c.changed_by \
         where c.account_id = $1 and c.id = $2",
    )
    .bind(account.as_str())
    .bind(id.as_str())
    .fetch_optional(source.executor())
    .await?
    .map(|row| read(&row))
    .transpose()
}

/// Every field the connection has or had.
pub async fn fields(
    source: impl Source,
    account: &AccountId,
    id: &ConnectionId,
) -> Result<Vec<FieldRow>, Error> {
    let rows = sqlx::query(
        "select f.field, f.last_revision, v.set_at, v.unopenable_at, u.name as set_by from \
         (select connection_id, field, max(field_revision) as last_revision \
          from connection_fields where account_id = $1 and connection_id = $2 \
          group by connection_id, field) f \
         left join field_values v on v.connection_id = f.connection_id and v.field = f.field \
         left join users u on u.id = v.set_by order by f.field",
    )
    .bind(account.as_str())
    .bind(id.as_str())
    .fetch_all(source.executor())
    .await?;
    crate::row::each(&rows, |row| {
        let set_by = column(row, "set_by")?;
        Ok(FieldRow {
            field: column(row, "field")?,
            last_revision: counted(row, "last_revision")?,
            stored: time_or_null(row, "set_at")?.map(|at| (at, set_by)),
            unopenable: time_or_null(row, "unopenable_at")?.is_some(),
        })
    })
}

/// The sealed value of a field and its field revision. It can only be opened where the private key is.
pub async fn sealed(
    source: impl Source,
    account: &AccountId,
    id: &ConnectionId,
    field: &str,
) -> Result<Option<(u64, SealedBytes)>, Error> {
    sqlx::query(
        "select field_revision, key_id, sealed_data_key, nonce, ciphertext from field_values \
         where account_id = $1 and connection_id = $2 and field = $3",
    )
    .bind(account.as_str())
    .bind(id.as_str())
    .bind(field)
    .fetch_optional(source.executor())
    .await?
    .map(|row| Ok((counted(&row, "field_revision")?, SealedBytes::read(&row)?)))
    .transpose()
}

/// The connection of that type and name, with the sealed value of each field that has one and its
/// field revision. The values can only be opened where the private key is.
pub async fn sealed_by_name(
    source: impl Source,
    account: &AccountId,
    type_name: &str,
    name: &str,
) -> Result<Option<(ConnectionRow, Vec<SealedField>)>, Error> {
    let rows = sqlx::query(
        "select c.id, c.type_name, c.name, c.revision, c.created_at, c.changed_at, u.name as changed_by, \
         c.last_used_at, c.altered_at, (select count(*) from field_values f where f.connection_id = c.id \
         and f.unopenable_at is not null) as unopenable, v.field, v.field_revision, v.key_id, v.sealed_data_key, v.nonce, \
         v.ciphertext from connections c left join users u on u.id = c.changed_by \
         left join field_values v on v.connection_id = c.id \
         where c.account_id = $1 and c.type_name = $2 and c.name = $3 order by v.field",
    )
    .bind(account.as_str())
    .bind(kept(type_name))
    .bind(kept(name))
    .fetch_all(source.executor())
    .await?;
    let Some(first) = rows.first() else {
        return Ok(None);
    };
    let connection = read(first)?;
    let mut fields = Vec::new();
    for row in &rows {
        // Without any value there is one row, and no field in it.
        if let Some(field) = column(row, "field")? {
            fields.push((
                field,
                counted(row, "field_revision")?,
                SealedBytes::read(row)?,
            ));
        }
    }
    Ok(Some((connection, fields)))
}

/// A field's name, its field revision, and its sealed value.
pub type SealedField = (String, u64, SealedBytes);

/// Adds a connection at revision 1; an id or a name that is taken is [`Error::Unique`].
pub async fn add(tx: &mut Tx, new: &NewConnection<'_>, entry: &Entry) -> Result<(), Error> {
    tx.touches_values();
    used_ids::take(tx, new.id.as_str(), entry).await?;
    sqlx::query(
        "insert into connections \
         (id, account_id, type_name, name, revision, created_at, changed_at, changed_by) \
         values ($1, $2, $3, $4, 1, $5, $5, $6)",
    )
    .bind(new.id.as_str())
    .bind(entry.account.as_str())
    .bind(new.type_name.as_str())
    .bind(new.name.as_str())
    .bind(entry.at.0)
    .bind(entry.by())
    .execute(tx.connection())
    .await?;
    for value in new.values {
        put_value(tx, new.id, value, entry).await?;
    }
    list_fields(tx, new.id, 1, entry).await?;
    ledger::append(tx, entry).await
}

/// Replaces and clears values; answers the new revision, or `None` when `revision` is not the
/// newest or the connection does not exist.
pub async fn overwrite(
    tx: &mut Tx,
    id: &ConnectionId,
    revision: u64,
    replaced: &[NewValue],
    cleared: &[String],
    entry: &Entry,
) -> Result<Option<u64>, Error> {
    let Some(revision) = storable(revision) else {
        return Ok(None);
    };
    let row = sqlx::query(
        "update connections set revision = revision + 1, changed_at = $1, changed_by = $2 \
         where account_id = $3 and id = $4 and revision = $5 returning revision",
    )
    .bind(entry.at.0)
    .bind(entry.by())
    .bind(entry.account.as_str())
    .bind(id.as_str())
    .bind(revision)
    .fetch_optional(tx.connection())
    .await?;
    let Some(row) = row else { return Ok(None) };
    tx.touches_values();
    let next = counted(&row, "revision")?;
    let gone = cleared
        .iter()
        .chain(replaced.iter().map(|value| &value.field));
    for field in gone {
        sqlx::query("delete from field_values where connection_id = $1 and field = $2")
            .bind(id.as_str())
            .bind(&**field)
            .execute(tx.connection())
            .await?;
    }
    for value in replaced {
        put_value(tx, id, value, entry).await?;
    }
    list_fields(tx, id, next, entry).await?;
    ledger::append(tx, entry).await?;
    Ok(Some(next))
}

/// Deletes a connection with its values; `false` when it does not exist.
pub async fn delete(tx: &mut Tx, id: &ConnectionId, entry: &Entry) -> Result<bool, Error> {
    let deleted = sqlx::query("delete from connections where account_id = $1 and id = $2")
        .bind(entry.account.as_str())
        .bind(id.as_str())
        .execute(tx.connection())
        .await?
        .rows_affected();
    if deleted > 0 {
        tx.touches_values();
    }
    ledger::append_changed(tx, deleted, entry).await
}

async fn put_value(
    tx: &mut Tx,
    id: &ConnectionId,
    value: &NewValue,
    entry: &Entry,
) -> Result<(), Error> {
    sqlx::query(
        "insert into field_values (connection_id, field, field_revision, account_id, key_id, \
         sealed_data_key, nonce, ciphertext, set_at, set_by) \
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
    )
    .bind(id.as_str())
    .bind(&*value.field)
    .bind(bigint(value.field_revision)?)
    .bind(entry.account.as_str())
    .bind(&*value.sealed.key_id)
    .bind(&*value.sealed.sealed_data_key)
    .bind(&*value.sealed.nonce)
    .bind(&*value.sealed.ciphertext)
    .bind(entry.at.0)
    .bind(entry.by())
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Writes down which field revisions make up this revision of the connection.
async fn list_fields(
    tx: &mut Tx,
    id: &ConnectionId,
    revision: u64,
    entry: &Entry,
) -> Result<(), Error> {
    sqlx::query(
        "insert into connection_fields (connection_id, revision, field, field_revision, account_id) \
         select connection_id, $1, field, field_revision, account_id from field_values \
         where connection_id = $2 and account_id = $3",
    )
    .bind(bigint(revision)?)
    .bind(id.as_str())
    .bind(entry.account.as_str())
    .execute(tx.connection())
    .await?;
    Ok(())
}
