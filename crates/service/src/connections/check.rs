//! Checks of what is typed into the forms of connections, before any of it is sealed.

use std::collections::BTreeMap;

use model::{ConnectionType, Field, FieldProblem, Problem, ProblemKind, value};
use store::connections::FieldRow;
use zeroize::Zeroizing;

use super::Change;
use crate::field::Fields;

/// A value that passed its checks.
pub(super) type Checked = (&'static Field, Zeroizing<String>);

/// The name a field has in a form.
fn form_name(field: &str) -> String {
    format!("values[{field}]")
}

/// Checks one value as it will be sealed.
fn checked(field: &'static Field, typed: &str) -> Result<Checked, FieldProblem> {
    let value = Zeroizing::new(value::as_sealed(typed, field.multiline));
    match value::check(field, &value) {
        None => Ok((field, value)),
        Some(problem) => Err(FieldProblem {
            name: form_name(field.name),
            ..problem
        }),
    }
}

/// Checks the values of a new connection, all of them at once.
pub(super) fn check_new(
    kind: &'static ConnectionType,
    mut typed: BTreeMap<String, Zeroizing<String>>,
    fields: &mut Fields,
) -> Vec<Checked> {
    let mut good = Vec::new();
    for field in kind.fields {
        match checked(field, &typed.remove(field.name).unwrap_or_default()) {
            // An optional field left empty has no value, rather than an empty one.
            Ok((_, value)) if value.is_empty() => {}
            Ok(value) => good.push(value),
            Err(problem) => fields.found(Some(problem)),
        }
    }
    for unknown in typed.keys() {
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
            Change::Replace(typed) => match checked(field, &typed) {
                Ok((_, value)) if value.is_empty() => {
                    required(format!(
                        "Enter a value for {}, or choose Clear.",
                        field.label
                    ));
                }
                Ok(value) => replaced.push(value),
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
