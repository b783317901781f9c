//! Whether a stored value is the one that the ledger told of last for its place. An entry tells the
//! revision of each field, the fingerprint of its record, and of which type and name the connection
//! was added. Whoever puts an old row back, seals a value of their own into a row, brings a cleared
//! field back to life or something that was deleted, or lets two connections change names, would
//! have to rewrite the ledger as well.
//!
//! Entries of before there were fingerprints tell the revision alone, and are believed about that.

use std::collections::BTreeMap;

use serde_json::Value;
use store::Tx;
use store::told::{self, Told};

use crate::core::Core;
use crate::opening::OpenFailure;

/// What a stored value belongs to.
#[derive(Clone, Copy)]
pub(crate) enum Owner<'a> {
    /// A connection, as its row describes it.
    Connection {
        /// Its id.
        id: &'a str,
        /// Its type.
        type_name: &'a str,
        /// Its name.
        name: &'a str,
    },
    /// The secret of that id, of the workflow of that id.
    Secret(&'a str, &'a str),
}

/// A stored value, as its row says.
pub(crate) struct Stored<'a> {
    /// The field.
    pub(crate) field: &'a str,
    /// Its revision.
    pub(crate) revision: u64,
    /// The fingerprint of its record.
    pub(crate) record: String,
}

/// Refuses values that are not the newest ones.
pub(crate) async fn check(
    core: &Core,
    tx: &mut Tx,
    owner: Owner<'_>,
    fields: &[Stored<'_>],
) -> Result<(), OpenFailure> {
    let acts = match owner {
        Owner::Connection { .. } => [
            "connection.add",
            "connection.overwrite",
            "connection.delete",
        ],
        Owner::Secret(..) => ["secret.add", "secret.overwrite", "secret.delete"],
    };
    let (Owner::Connection { id: subject, .. } | Owner::Secret(subject, _)) = owner;
    if let Owner::Secret(_, workflow) = owner {
        // Secrets end with their workflow, and the ledger tells of that alone.
        let deleted = ["workflow.delete"; 3];
        let ended = told::newest(&mut *tx, &core.account, workflow, deleted, None).await?;
        if !ended.is_empty() {
            return Err(refused());
        }
    }
    if let Owner::Connection {
        id,
        type_name,
        name,
    } = owner
    {
        // Nothing ever changes them, and the record is not bound to the name.
        let added = told::newest(&mut *tx, &core.account, id, ["connection.add"; 3], None).await?;
        let added = added.first().ok_or_else(refused)?;
        let detail = detail(added)?;
        if detail["type"] != type_name || detail["name"] != name {
            return Err(refused());
        }
    }
    let mut open: BTreeMap<&str, &Stored<'_>> =
        fields.iter().map(|stored| (stored.field, stored)).collect();
    let mut before = None;
    while !open.is_empty() {
        let page = told::newest(&mut *tx, &core.account, subject, acts, before).await?;
        // What the ledger never told of was not stored by Relay.
        let last = page.last().ok_or_else(refused)?;
        before = Some(last.number);
        for entry in &page {
            if entry.act.ends_with(".delete") {
                return Err(refused());
            }
            agrees(&detail(entry)?, &mut open)?;
        }
    }
    Ok(())
}

/// What an entry says, if it is one that Relay has written.
fn detail(entry: &Told) -> Result<Value, OpenFailure> {
    if !entry.linked {
        return Err(refused());
    }
    serde_json::from_str(&entry.detail).map_err(|_| refused())
}

/// Compares with one entry, and drops the fields that it tells of: only their newest entry counts.
fn agrees(detail: &Value, open: &mut BTreeMap<&str, &Stored<'_>>) -> Result<(), OpenFailure> {
    let cleared = detail["cleared"].as_array();
    let is_cleared = |name: &str| {
        cleared.is_some_and(|names| names.iter().any(|cleared| cleared.as_str() == Some(name)))
    };
    if open.keys().any(|name| is_cleared(name)) {
        return Err(refused());
    }
    let Some(given) = detail["fields"].as_object() else {
        return Ok(());
    };
    for (name, newest) in given {
        let Some(stored) = open.remove(name.as_str()) else {
            continue;
        };
        let record = match &detail["records"] {
            Value::Null => true,
            records => records[name.as_str()] == stored.record.as_str(),
        };
        if newest.as_u64() != Some(stored.revision) || !record {
            return Err(refused());
        }
    }
    Ok(())
}

/// The same words as for a record that was changed: which it was would only help whoever did it.
fn refused() -> OpenFailure {
    opener::OpenError::Refused.into()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn after(detail: &Value, stored: &[(&'static str, u64)]) -> Option<usize> {
        let stored: Vec<_> = stored
            .iter()
            .map(|(field, revision)| Stored {
                field,
                revision: *revision,
                record: format!("record of {field}"),
            })
            .collect();
        let mut open = stored.iter().map(|one| (one.field, one)).collect();
        agrees(detail, &mut open).ok().map(|()| open.len())
    }

    #[test]
    fn a_record_is_the_one_that_the_entry_names() {
        let told = |records: Value| json!({ "fields": { "a": 3 }, "records": records });
        let stored = &[("a", 3)];
        assert_eq!(after(&told(json!({ "a": "record of a" })), stored), Some(0));
        assert_eq!(after(&told(json!({ "a": "record of b" })), stored), None);
        assert_eq!(after(&told(json!({})), stored), None);
        assert_eq!(after(&told(json!("record of a")), stored), None);
    }

    #[test]
    fn only_the_newest_entry_of_a_field_counts() {
        let detail = json!({ "fields": { "a": 3 }, "cleared": ["b"] });
        assert_eq!(after(&detail, &[("a", 3)]), Some(0));
        assert_eq!(after(&detail, &[("a", 3), ("c", 1)]), Some(1));
        assert_eq!(after(&detail, &[("a", 2)]), None);
        assert_eq!(after(&detail, &[("a", 4)]), None);
        assert_eq!(after(&detail, &[("a", 3), ("b", 1)]), None);
        assert_eq!(after(&json!({}), &[("a", 3)]), Some(1));
        assert_eq!(after(&json!({ "fields": { "a": "3" } }), &[("a", 3)]), None);
    }
}
