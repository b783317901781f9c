//! Whether a stored value is the one that the ledger told of last for its place. An entry tells the
//! revision of each field, the fingerprint of its record, and of which type and name the connection
//! was added. Whoever puts an old row back, seals a value of their own into a row, brings a cleared
//! field back to life or something that was deleted, or lets two connections change names, would
//! have to rewrite the ledger as well.
//!
//! Entries of before there were fingerprints tell the revision alone, and are believed about that.

use std::collections::{BTreeMap, BTreeSet};

use model::AccountId;
use opener::OpenError;
use serde_json::Value;
use store::Tx;
use store::told::{self, Told};

use crate::opening::OpenFailure;

/// What is wrong with stored values.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Wrong<'a> {
    /// What they belong to is not what the ledger tells of it: no value of it is to be opened, whatever
    /// it is overwritten with.
    Owner,
    /// These fields are not the newest ones; perhaps none of them.
    Fields(BTreeSet<&'a str>),
}

impl Wrong<'_> {
    fn nothing(&self) -> bool {
        matches!(self, Self::Fields(fields) if fields.is_empty())
    }
}

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

/// Refuses values of which one is not the newest.
pub(crate) async fn check(
    account: &AccountId,
    tx: &mut Tx,
    owner: Owner<'_>,
    fields: &[Stored<'_>],
) -> Result<(), OpenFailure> {
    if wrong(account, tx, owner, fields).await?.nothing() {
        return Ok(());
    }
    // The same words as for a record that was changed: which it was would only help whoever did it.
    Err(OpenError::Refused.into())
}

/// What is wrong with these values, which are all that their owner has. The transaction is a ledgered
/// one, in which they were read.
pub(crate) async fn wrong<'a>(
    account: &AccountId,
    tx: &mut Tx,
    owner: Owner<'_>,
    fields: &[Stored<'a>],
) -> Result<Wrong<'a>, store::Error> {
    if !is_as_told(account, tx, owner).await? {
        return Ok(Wrong::Owner);
    }
    let (subject, acts) = match owner {
        Owner::Connection { id, .. } => (
            id,
            [
                "connection.add",
                "connection.overwrite",
                "connection.delete",
            ],
        ),
        Owner::Secret(id, _) => (id, ["secret.add", "secret.overwrite", "secret.delete"]),
    };
    let mut open: BTreeMap<_, _> = fields.iter().map(|stored| (stored.field, stored)).collect();
    let mut wrong = BTreeSet::new();
    let mut before = None;
    while !open.is_empty() {
        let page = told::newest(&mut *tx, account, subject, acts, before).await?;
        let Some(last) = page.last() else {
            // What the ledger never told of was not stored by Relay.
            wrong.extend(open.into_keys());
            break;
        };
        before = Some(last.number);
        for entry in &page {
            match detail(entry) {
                Some(detail) if !entry.act.ends_with(".delete") => {
                    wrong.extend(disagreeing(&detail, &mut open));
                }
                // Deleted once, or told by an entry that is none of Relay's: what is told behind it
                // cures neither.
                _ => return Ok(Wrong::Owner),
            }
        }
    }
    Ok(Wrong::Fields(wrong))
}

/// Whether the ledger tells of a connection's type and name what its row says, and of no end of a
/// secret.
async fn is_as_told(
    account: &AccountId,
    tx: &mut Tx,
    owner: Owner<'_>,
) -> Result<bool, store::Error> {
    match owner {
        // Secrets end with their workflow, and the ledger tells of that alone.
        Owner::Secret(_, workflow) => {
            let deleted = ["workflow.delete"; 3];
            let ended = told::newest(&mut *tx, account, workflow, deleted, None).await?;
            Ok(ended.is_empty())
        }
        // Nothing ever changes them, and the record is not bound to the name.
        Owner::Connection {
            id,
            type_name,
            name,
        } => {
            let added = told::newest(&mut *tx, account, id, ["connection.add"; 3], None).await?;
            let added = added.first().and_then(detail);
            Ok(added.is_some_and(|added| added["type"] == type_name && added["name"] == name))
        }
    }
}

/// What an entry says, if it is one that Relay has written.
fn detail(entry: &Told) -> Option<Value> {
    let detail = entry.linked.then_some(&entry.detail)?;
    serde_json::from_str(detail).ok()
}

/// Drops the fields that one entry tells of, because only their newest entry counts, and answers
/// those that are stored otherwise.
fn disagreeing<'a>(detail: &Value, open: &mut BTreeMap<&'a str, &Stored<'a>>) -> BTreeSet<&'a str> {
    let cleared = detail["cleared"].as_array().into_iter().flatten();
    let mut wrong: BTreeSet<_> = cleared
        .filter_map(|name| open.remove_entry(name.as_str()?))
        .map(|(name, _)| name)
        .collect();
    let given = detail["fields"].as_object().into_iter().flatten();
    for (name, newest) in given {
        let Some(stored) = open.remove(name.as_str()) else {
            continue;
        };
        let record = match &detail["records"] {
            Value::Null => true,
            records => records[name.as_str()] == stored.record.as_str(),
        };
        if newest.as_u64() != Some(stored.revision) || !record {
            wrong.insert(stored.field);
        }
    }
    wrong
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// Which fields an entry tells something else of, and how many it does not tell of.
    fn after(detail: &Value, stored: &[(&'static str, u64)]) -> (Vec<&'static str>, usize) {
        let stored: Vec<_> = stored
            .iter()
            .map(|(field, revision)| Stored {
                field,
                revision: *revision,
                record: format!("record of {field}"),
            })
            .collect();
        let mut open = stored.iter().map(|one| (one.field, one)).collect();
        let wrong = disagreeing(detail, &mut open);
        (wrong.into_iter().collect(), open.len())
    }

    #[test]
    fn a_record_is_the_one_that_the_entry_names() {
        let told = |records: Value| json!({ "fields": { "a": 3 }, "records": records });
        let stored = &[("a", 3)];
        let records = told(json!({ "a": "record of a" }));
        assert_eq!(after(&records, stored), (vec![], 0));
        for records in [
            json!({ "a": "record of b" }),
            json!({}),
            json!("record of a"),
        ] {
            assert_eq!(after(&told(records), stored), (vec!["a"], 0));
        }
    }

    #[test]
    fn only_the_newest_entry_of_a_field_counts() {
        let detail = json!({ "fields": { "a": 3 }, "cleared": ["b"] });
        assert_eq!(after(&detail, &[("a", 3)]), (vec![], 0));
        assert_eq!(after(&detail, &[("a", 3), ("c", 1)]), (vec![], 1));
        assert_eq!(after(&detail, &[("a", 2), ("c", 1)]), (vec!["a"], 1));
        assert_eq!(after(&detail, &[("a", 4)]), (vec!["a"], 0));
        assert_eq!(after(&detail, &[("a", 3), ("b", 1)]), (vec!["b"], 0));
        assert_eq!(after(&detail, &[("a", 2), ("b", 1)]), (vec!["a", "b"], 0));
        assert_eq!(after(&json!({}), &[("a", 3)]), (vec![], 1));
        let text = json!({ "fields": { "a": "3" } });
        assert_eq!(after(&text, &[("a", 3)]), (vec!["a"], 0));
    }
}
