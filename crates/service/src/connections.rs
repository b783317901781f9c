//! Connections: the list, one of them, and what is typed into their forms.
//!
//! Values come in and never go out again: no type that this crate answers with can hold one.

mod change;
mod check;
pub(crate) mod used_by;

use model::{
    ConnectionId, ConnectionName, Problem, RequirementState, Timestamp, TypeName, Unopenable,
};
use store::connections::{self, FieldRow};
use store::grants;
use store::uses::{self, UsedIn};

pub use change::{AddConnection, Change};
pub use used_by::UsedBy;

use crate::Service;
use crate::field::lookup_order;
use crate::permission::{Administrator, Viewer};
use crate::random;
use crate::service::{broken, who};

/// One line of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConnectionRow {
    /// The id.
    pub id: ConnectionId,
    /// The type, such as `aws`.
    pub type_name: TypeName,
    /// The name.
    pub name: ConnectionName,
    /// Its state in words.
    pub state: &'static str,
    /// Why it can't be opened any more; `None` when nothing is known against it.
    pub unopenable: Option<Unopenable>,
    /// How many workflows may use it; `None` when all may.
    pub limited: Option<usize>,
    /// The workflows whose newest revision needs it.
    pub used_by: Vec<UsedBy>,
    /// When a step was last given a value of it.
    pub last_used: Option<Timestamp>,
    /// That step and its run, as long as the run exists.
    pub last_used_by: Option<UsedIn>,
    /// Whether no step was given a value of it for 90 days, nor since it was added.
    pub unused: bool,
    /// When it was added.
    pub created_at: Timestamp,
    /// When it was added or overwritten last.
    pub changed_at: Timestamp,
    /// Who did that.
    pub changed_by: String,
    /// Its revision, from 1: what an overwrite is based on.
    pub revision: u64,
}

/// A connection with its fields, for its forms.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConnectionView {
    /// What the list shows of it.
    pub row: ConnectionRow,
    /// Its fields, in the order of the form.
    pub fields: Vec<FieldView>,
}

/// Whether a field has a value, and since when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldView {
    /// The field's name, such as `accessKeyID`.
    pub name: String,
    /// Whether a value is stored.
    pub stored: bool,
    /// Whether that value can't be opened any more.
    pub unopenable: bool,
    /// When it was set.
    pub set_at: Option<Timestamp>,
    /// Who set it.
    pub set_by: Option<String>,
}

impl Service {
    /// All connections, in the order people look them up.
    pub async fn connections(&self, _: &Viewer) -> Result<Vec<ConnectionRow>, Problem> {
        let (store, account) = (&self.store, &self.account);
        let rows = connections::list(store, account).await.map_err(broken)?;
        let needs = store::requirements::of_account(store, account)
            .await
            .map_err(broken)?;
        let mut used_by = used_by::by_connection(needs);
        let mut last = uses::last_of(store, account).await.map_err(broken)?;
        let grants = grants::of_account(store, account).await.map_err(broken)?;
        let now = self.now();
        let mut rows: Vec<_> = rows
            .into_iter()
            .map(|row| {
                let key = (row.type_name.to_string(), row.name.to_string());
                let last = last.remove(&row.id);
                let limited = grants.limit(&row.id);
                let used_by = used_by.remove(&key).unwrap_or_default();
                view(row, limited, used_by, last, now)
            })
            .collect();
        rows.sort_by_cached_key(|row| (lookup_order(&row.type_name), lookup_order(&row.name)));
        Ok(rows)
    }

    /// One connection with its fields.
    pub async fn connection(
        &self,
        _: &Viewer,
        id: &ConnectionId,
    ) -> Result<Option<ConnectionView>, Problem> {
        let (store, account) = (&self.store, &self.account);
        let Some(row) = connections::find(store, account, id)
            .await
            .map_err(broken)?
        else {
            return Ok(None);
        };
        let stored = connections::fields(store, account, id)
            .await
            .map_err(broken)?;
        let needs = store::requirements::of_connection(
            store,
            account,
            row.type_name.as_str(),
            row.name.as_str(),
        );
        let used_by = used_by::group(needs.await.map_err(broken)?);
        let last = uses::last_of_connection(store, account, id).await;
        let last = last.map_err(broken)?;
        let limited = match grants::is_limited(store, account, id)
            .await
            .map_err(broken)?
        {
            Some(true) => Some(grants::of_connection(store, account, id).await),
            _ => None,
        };
        let limited = limited.transpose().map_err(broken)?.map(|all| all.len());
        Ok(Some(ConnectionView {
            fields: fields(row.type_name.as_str(), &stored),
            row: view(row, limited, used_by, last, self.now()),
        }))
    }

    /// The steps that were given a value of a connection, newest first, and the revision that each
    /// was given; at most 20.
    pub async fn connection_uses(
        &self,
        _: &Viewer,
        id: &ConnectionId,
    ) -> Result<Vec<(UsedIn, u64)>, Problem> {
        uses::of_subject(&self.store, &self.account, id.as_str(), NEWEST_USES)
            .await
            .map_err(broken)
    }

    /// A fresh id for the form of a new connection: the values will be sealed for it, and it is
    /// accepted once.
    pub fn new_connection_id(&self, _: &Administrator) -> Result<ConnectionId, Problem> {
        Ok(ConnectionId::from_bytes(random::bytes()?))
    }
}

/// How many uses the page of a connection or secret shows.
pub(crate) const NEWEST_USES: u32 = 20;

/// After how long without use a connection is marked, in milliseconds.
const LONG: i64 = 90 * 24 * 60 * 60 * 1_000;

/// Whether something that was added and used then has been of no use for long.
fn unused(created_at: Timestamp, last_used: Option<Timestamp>, now: Timestamp) -> bool {
    let last = last_used.map_or(created_at, |used| used.max(created_at));
    now.0.saturating_sub(last.0) > LONG
}

fn view(
    row: connections::ConnectionRow,
    limited: Option<usize>,
    used_by: Vec<UsedBy>,
    last: Option<UsedIn>,
    now: Timestamp,
) -> ConnectionRow {
    ConnectionRow {
        last_used_by: last,
        unused: unused(row.created_at, row.last_used, now),
        created_at: row.created_at,
        id: row.id,
        type_name: row.type_name,
        name: row.name,
        // It cannot be stored without its required fields.
        state: if row.unopenable.is_some() {
            model::UNOPENABLE
        } else {
            RequirementState::Configured.words()
        },
        unopenable: row.unopenable,
        limited,
        used_by,
        last_used: row.last_used,
        changed_at: row.changed_at,
        changed_by: who(row.changed_by),
        revision: row.revision,
    }
}

/// The fields of the type, and then any that are stored although the type does not have them.
fn fields(type_name: &str, stored: &[FieldRow]) -> Vec<FieldView> {
    let known = model::connection_type(type_name).map_or(&[][..], |known| known.fields);
    let other = stored
        .iter()
        .filter(|row| row.stored.is_some() && known.iter().all(|field| field.name != row.field));
    let names = known
        .iter()
        .map(|field| field.name)
        .chain(other.map(|row| &*row.field));
    names
        .map(|name| {
            let row = stored.iter().find(|row| row.field == name);
            let set = row.and_then(|row| row.stored.clone());
            FieldView {
                name: name.to_owned(),
                stored: set.is_some(),
                unopenable: row.is_some_and(|row| row.unopenable),
                set_at: set.as_ref().map(|(at, _)| *at),
                set_by: set.map(|(_, by)| who(by)),
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ninety_days_are_long() {
        let at = |days: i64| Timestamp(days * 24 * 60 * 60 * 1_000);
        for (created, used, now, expected) in [
            (0, None, 90, false),
            (0, None, 91, true),
            (0, Some(10), 91, false),
            (0, Some(10), 101, true),
            // A clock that was set back.
            (200, Some(10), 150, false),
            (200, None, 100, false),
        ] {
            let found = unused(at(created), used.map(at), at(now));
            assert_eq!(found, expected, "{created} {used:?} {now}");
        }
    }
}
