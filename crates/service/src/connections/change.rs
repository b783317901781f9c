//! Adding, overwriting and deleting a connection.

use std::collections::BTreeMap;

use model::{ConnectionId, ConnectionName, Problem, ProblemKind, TypeName};
use serde_json::json;
use store::connections::{self, NewConnection, NewValue};
use vault::{Owner, Place};

use super::check::{Checked, check_changes, check_new};
use super::used_by;
use crate::field::{Fields, parse};
use crate::permission::Administrator;
use crate::seal::Given;
use crate::service::{broken, moment, who};
use crate::{Service, confirm};

/// What the form of a new connection asks for.
pub struct AddConnection {
    /// The id the form was given.
    pub id: ConnectionId,
    /// The type, such as `aws`.
    pub type_name: String,
    /// The name.
    pub name: String,
    /// Values by field name; a field that is empty or not there gets none.
    pub values: BTreeMap<String, Given>,
}

/// What is to happen to one field.
pub enum Change {
    /// It stays as it is.
    Keep,
    /// It gets this value.
    Replace(Given),
    /// Its value is deleted.
    Clear,
}

impl Change {
    /// The value that comes with it.
    fn given(&self) -> Option<&Given> {
        match self {
            Self::Replace(given) => Some(given),
            Self::Keep | Self::Clear => None,
        }
    }
}

impl Service {
    /// Adds a connection.
    pub async fn add_connection(
        &self,
        administrator: &Administrator,
        new: AddConnection,
    ) -> Result<ConnectionId, Problem> {
        self.allow(new.values.values())?;
        let mut fields = Fields::default();
        let name: Option<ConnectionName> = fields.parse("name", &new.name);
        let kind = model::connection_type(&new.type_name);
        let mut values = Vec::new();
        match kind {
            Some(kind) => values = check_new(kind, new.values, &mut fields),
            None => fields.wrong(
                "type",
                "unknown_type",
                "Relay does not know this type of connection. Choose one from the list.",
            ),
        }
        let (name, kind) = fields.checked(name.zip(kind))?;
        let type_name: TypeName = parse("type", kind.name)?;

        let mut tx = self.begin(administrator).await?;
        self.look_for_key(&mut tx).await?;
        if store::used_ids::contains(&mut tx, new.id.as_str())
            .await
            .map_err(broken)?
        {
            return Err(Problem::new(
                ProblemKind::Stale,
                "already_saved",
                "This connection was already added.",
            ));
        }
        let sealed_by = sealed_by(&values);
        let values = self.seal_all(&new.id, kind.name, values, |_| 1)?;
        let detail = json!({
            "type": type_name.as_str(),
            "name": name.as_str(),
            "revision": 1,
            "fields": revisions(&values),
            "records": records(&values),
            "sealed": sealed_by,
        });
        let entry = self.entry(
            administrator.actor(),
            "connection.add",
            new.id.as_str(),
            &detail,
        );
        let row = NewConnection {
            id: &new.id,
            type_name: &type_name,
            name: &name,
            values: &values,
        };
        match connections::add(&mut tx, &row, &entry).await {
            Err(store::Error::Unique) => return Err(name_taken(&type_name, &name)),
            done => done.map_err(broken)?,
        }
        tx.commit().await.map_err(broken)?;
        Ok(new.id)
    }

    /// Replaces and clears values, when `revision` is still the newest. A field without a change
    /// is kept.
    pub async fn overwrite_connection(
        &self,
        administrator: &Administrator,
        id: &ConnectionId,
        revision: u64,
        changes: BTreeMap<String, Change>,
    ) -> Result<(), Problem> {
        self.allow(changes.values().filter_map(Change::given))?;
        let mut tx = self.begin(administrator).await?;
        self.look_for_key(&mut tx).await?;
        let row = connections::find(&mut tx, &self.account, id)
            .await
            .map_err(broken)?;
        let row = row.ok_or_else(|| Problem::not_found("connection"))?;
        if row.revision != revision {
            return Err(changed(row));
        }
        let kind = model::connection_type(row.type_name.as_str()).ok_or_else(|| {
            Problem::field(
                "type",
                "unknown_type",
                "This Relay does not know the type of this connection any more. Delete the \
                 connection, and add one of a type it knows.",
            )
        })?;
        let stored = connections::fields(&mut tx, &self.account, id)
            .await
            .map_err(broken)?;
        let (replaced, cleared) = check_changes(kind, changes, &stored)?;

        let last = |field: &str| {
            stored
                .iter()
                .find(|row| row.field == field)
                .map_or(0, |row| row.last_revision)
        };
        let sealed_by = sealed_by(&replaced);
        let values = self.seal_all(id, kind.name, replaced, |field| last(field) + 1)?;
        let detail = json!({
            "type": kind.name,
            "name": row.name.as_str(),
            "revision": revision + 1,
            "fields": revisions(&values),
            "records": records(&values),
            "sealed": sealed_by,
            "cleared": cleared,
        });
        let entry = self.entry(
            administrator.actor(),
            "connection.overwrite",
            id.as_str(),
            &detail,
        );
        let done = connections::overwrite(&mut tx, id, revision, &values, &cleared, &entry);
        if done.await.map_err(broken)?.is_none() {
            return Err(changed(row));
        }
        tx.commit().await.map_err(broken)
    }

    /// Deletes a connection with its values. One that a workflow uses is deleted only when its name
    /// was typed to confirm it.
    pub async fn delete_connection(
        &self,
        administrator: &Administrator,
        id: &ConnectionId,
        typed_name: Option<String>,
    ) -> Result<(), Problem> {
        let mut tx = self.begin(administrator).await?;
        let row = connections::find(&mut tx, &self.account, id)
            .await
            .map_err(broken)?;
        let row = row.ok_or_else(|| Problem::not_found("connection"))?;
        let (kind, name) = (row.type_name.as_str(), row.name.as_str());
        let needs = store::requirements::of_connection(&mut tx, &self.account, kind, name).await;
        let uses = used_by::group(needs.map_err(broken)?);
        if let Some(first) = uses.first() {
            let because = match uses.len() - 1 {
                0 => format!("{} uses it.", first.workflow),
                1 => format!("{} and one more workflow use it.", first.workflow),
                more => format!("{} and {more} more workflows use it.", first.workflow),
            };
            confirm::typed(typed_name.as_deref(), &row.name, &because)?;
            self.recent(administrator)?;
        }
        let detail = json!({
            "type": kind,
            "name": name,
            "used_by": uses.iter().map(|used| used.workflow.as_str()).collect::<Vec<_>>(),
        });
        let entry = self.entry(
            administrator.actor(),
            "connection.delete",
            id.as_str(),
            &detail,
        );
        connections::delete(&mut tx, id, &entry)
            .await
            .map_err(broken)?;
        tx.commit().await.map_err(broken)
    }

    fn seal_all(
        &self,
        id: &ConnectionId,
        type_name: &str,
        values: Vec<Checked>,
        field_revision: impl Fn(&str) -> u64,
    ) -> Result<Vec<NewValue>, Problem> {
        let seal = |(field, ready): Checked| {
            let place = Place {
                account: self.account.as_str(),
                owner: Owner::Connection {
                    id: id.as_str(),
                    type_name,
                },
                field: field.name,
                field_revision: field_revision(field.name),
            };
            Ok(NewValue {
                field: field.name.to_owned(),
                field_revision: place.field_revision,
                sealed: self.seal(ready, &place)?,
            })
        };
        values.into_iter().map(seal).collect()
    }
}

/// Where each value was sealed, for the ledger.
fn sealed_by(values: &[Checked]) -> BTreeMap<&'static str, &'static str> {
    values
        .iter()
        .map(|(field, ready)| (field.name, ready.sealed_by()))
        .collect()
}

/// Which field revisions were given, for the ledger.
fn revisions(values: &[NewValue]) -> BTreeMap<&str, u64> {
    values
        .iter()
        .map(|value| (&*value.field, value.field_revision))
        .collect()
}

/// Which sealed records those are, for the ledger: an engine opens no other ones.
fn records(values: &[NewValue]) -> BTreeMap<&str, String> {
    values
        .iter()
        .map(|value| (&*value.field, value.sealed.fingerprint()))
        .collect()
}

fn name_taken(type_name: &TypeName, name: &ConnectionName) -> Problem {
    Problem::field(
        "name",
        "taken",
        format!(
            "There is a connection {type_name} / {name} already. Overwrite the values of that one, \
             or choose another name."
        ),
    )
}

fn changed(row: connections::ConnectionRow) -> Problem {
    Problem::new(
        ProblemKind::Stale,
        "connection_changed",
        format!(
            "{} overwrote this connection at {}, after you opened this form. Nothing was saved: \
             open it again if something still has to change.",
            who(row.changed_by),
            moment(row.changed_at)
        ),
    )
}
