//! Connections: the list, one of them, and what is typed into their forms.
//!
//! Values come in and never go out again: no type that this crate answers with can hold one.

mod change;
mod check;
mod used_by;

use model::{
    ConnectionId, ConnectionName, Problem, RequirementState, Timestamp, TypeName, WorkflowName,
};
use store::connections::{self, FieldRow};

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
    /// Whether a value of it can't be opened any more, and has to be overwritten.
    pub unopenable: bool,
    /// The workflows whose newest revision needs it.
    pub used_by: Vec<UsedBy>,
    /// When a step was last given a value of it.
    pub last_used: Option<Timestamp>,
    /// The workflow and the number of the run that step belongs to, as long as it exists.
    pub last_used_by: Option<(WorkflowName, u64)>,
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
        let mut uses = used_by::by_connection(needs);
        let mut last = store::uses::last_of(store, account).await.map_err(broken)?;
        let mut rows: Vec<_> = rows
            .into_iter()
            .map(|row| {
                let key = (row.type_name.to_string(), row.name.to_string());
                let last = last.remove(&row.id);
                view(row, uses.remove(&key).unwrap_or_default(), last)
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
        let mut last = store::uses::last_of(store, account).await.map_err(broken)?;
        let last = last.remove(&row.id);
        Ok(Some(ConnectionView {
            fields: fields(row.type_name.as_str(), &stored),
            row: view(row, used_by, last),
        }))
    }

    /// A fresh id for the form of a new connection: the values will be sealed for it, and it is
    /// accepted once.
    pub fn new_connection_id(&self, _: &Administrator) -> Result<ConnectionId, Problem> {
        Ok(ConnectionId::from_bytes(random::bytes()?))
    }
}

/// The state of a connection with a value that does not open.
const UNOPENABLE: &str = "can't be opened";

/// When a connection was last used, and by which run of which workflow.
type LastUse = (Timestamp, WorkflowName, u64);

fn view(
    row: connections::ConnectionRow,
    used_by: Vec<UsedBy>,
    last: Option<LastUse>,
) -> ConnectionRow {
    ConnectionRow {
        last_used_by: last.map(|(_, workflow, number)| (workflow, number)),
        id: row.id,
        type_name: row.type_name,
        name: row.name,
        // It cannot be stored without its required fields.
        state: if row.unopenable {
            UNOPENABLE
        } else {
            RequirementState::Configured.words()
        },
        unopenable: row.unopenable,
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
            let set = stored
                .iter()
                .find(|row| row.field == name)
                .and_then(|row| row.stored.clone());
            FieldView {
                name: name.to_owned(),
                stored: set.is_some(),
                set_at: set.as_ref().map(|(at, _)| *at),
                set_by: set.map(|(_, by)| who(by)),
            }
        })
        .collect()
}
