//! Checks of what is typed into the forms of connections, before any of it is sealed.

use std::collections::BTreeMap;

use model::{ConnectionType, Field, FieldProblem, Problem, ProblemKind};
use store::connections::FieldRow;

use super::Change;
use crate::field::Fields;
use crate::seal::{self, Given, Ready};

/// A value that passed its checks.
pub(super) type Checked = (&'static Field, Ready);

/// The name a field has in a form.
fn form_name(field: &str) -> String {
    format!("values[{field}]")
}

/// Checks one value; `None` is an optional field that was left empty.
fn checked(field: &'static Field, given: Given) -> Result<Option<Checked>, FieldProblem> {
    match seal::check(field, given) {
        Ok(ready) => Ok(ready.map(|ready| (field, ready))),
        Err(problem) => Err(FieldProblem {
            name: form_name(field.name),
            ..problem
        }),
    }
}

/// Checks the values of a new connection, all of them at once.
pub(super) fn check_new(
    kind: &'static ConnectionType,
    mut given: BTreeMap<String, Given>,
    fields: &mut Fields,
) -> Vec<Checked> {
    let mut good = Vec::new();
    for field in kind.fields {
        let absent = || Given::Typed(String::new().into());
        match checked(field, given.remove(field.name).unwrap_or_else(absent)) {
            // An optional field left empty has no value, rather than an empty one.
            Ok(value) => good.extend(value),
            Err(problem) => fields.found(Some(problem)),
        }
    }
    for unknown in given.keys() {
        fields.found(Some(unknown_field(kind, unknown)));
    }
    good
}

/// Checks what is to change: the new values, and the fields to clear.
pub(super) fn check_changes(
    kind: &'static ConnectionType,
    mut changes: BTreeMap<String, Change>,
    stored: &[FieldRow],
) -> Result<(Vec<Checked>, Vec<String>), Problem> {
    let mut fields = Fields::default();
    let (mut replaced, mut cleared) = (Vec::new(), Vec::new());
    for field in kind.fields {
        let has_value = stored
            .iter()
            .any(|row| row.field == field.name && row.stored.is_some());
        let mut required = |detail: String| {
            fields.wrong(&form_name(field.name), "required", detail);
        };
        match changes.remove(field.name).unwrap_or(Change::Keep) {
            Change::Keep if field.required && !has_value => {
                required(format!(
                    "Enter a value for {}: none is stored yet.",
                    field.label
                ));
            }
            Change::Clear if field.required => {
                required(format!("{} is required. Replace it instead.", field.label));
            }
            Change::Clear if has_value => cleared.push(field.name.to_owned()),
            Change::Keep | Change::Clear => {}
            Change::Replace(given) => match checked(field, given) {
                Ok(None) => {
                    required(format!(
                        "Enter a value for {}, or choose Clear.",
                        field.label
                    ));
                }
                Ok(Some(value)) => replaced.push(value),
                Err(problem) => fields.found(Some(problem)),
            },
        }
    }
    for unknown in changes.keys() {
        fields.found(Some(unknown_field(kind, unknown)));
    }
    let (replaced, cleared) = fields.checked(Some((replaced, cleared)))?;
    if replaced.is_empty() && cleared.is_empty() {
        return Err(Problem::new(
            ProblemKind::Input,
            "no_change",
            "No change: every field is kept. Choose Replace for a field that needs a new value.",
        ));
    }
    Ok((replaced, cleared))
}

/// The name of an unknown field comes from a program; it is shown only as far as it looks like one.
fn unknown_field(kind: &ConnectionType, name: &str) -> FieldProblem {
    let shown: String = name
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .take(40)
        .collect();
    let known: Vec<_> = kind.fields.iter().map(|field| field.name).collect();
    FieldProblem::new(
        form_name(&shown),
        "unknown_field",
        format!(
            "{} has no such field. Its fields are {}.",
            kind.label,
            known.join(", ")
        ),
    )
}
