//! Whether a stored value is the newest one of its place. A record says for which revision of its
//! field it was sealed, and the ledger which revision was given last. Whoever puts an old row back,
//! brings a cleared field back to life, or the row of something that was deleted, would have to
//! rewrite the ledger as well.

use std::collections::BTreeMap;

use serde_json::Value;
use store::{Tx, told};

use crate::core::Core;
use crate::opening::OpenFailure;

/// What a stored value belongs to.
pub(crate) enum Owner<'a> {
    /// The connection of that id.
    Connection(&'a str),
    /// The secret of that id, of the workflow of that id.
    Secret(&'a str, &'a str),
}

/// Refuses values that are not the newest ones: `fields` is what the rows say, each field with its
/// revision.
pub(crate) async fn check(
    core: &Core,
    tx: &mut Tx,
    owner: Owner<'_>,
    fields: &[(&str, u64)],
) -> Result<(), OpenFailure> {
    let acts = match owner {
        Owner::Connection(_) => [
            "connection.add",
            "connection.overwrite",
            "connection.delete",
        ],
        Owner::Secret(..) => ["secret.add", "secret.overwrite", "secret.delete"],
    };
    let (Owner::Connection(subject) | Owner::Secret(subject, _)) = owner;
    if let Owner::Secret(_, workflow) = owner {
        // Secrets end with their workflow, and the ledger tells of that alone.
        let deleted = ["workflow.delete"; 3];
        let ended = told::newest(&mut *tx, &core.account, workflow, deleted, None).await?;
        if !ended.is_empty() {
            return Err(refused());
        }
    }
    let mut open: BTreeMap<&str, u64> = fields.iter().copied().collect();
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
            let detail: Value = serde_json::from_str(&entry.detail).map_err(|_| refused())?;
            agrees(&detail, &mut open)?;
        }
    }
    Ok(())
}

/// Compares with one entry, and drops the fields that it tells of: only their newest entry counts.
fn agrees(detail: &Value, open: &mut BTreeMap<&str, u64>) -> Result<(), OpenFailure> {
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
        if let Some(stored) = open.remove(name.as_str())
            && newest.as_u64() != Some(stored)
        {
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
        let mut open = stored.iter().copied().collect();
        agrees(detail, &mut open).ok().map(|()| open.len())
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
