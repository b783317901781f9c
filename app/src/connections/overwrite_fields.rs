//! The part of the overwrite form that is the same on its page and in the Setup dialog: per field
//! the choice to keep, replace or clear what is stored.

use leptos::prelude::*;
use model::{ConnectionType, Problem};
use serde::{Deserialize, Serialize};

use super::value_field::ValueField;
use crate::ui::field::Wrong;
use crate::ui::notice::field_id;

/// A field that has a value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredField {
    /// Its name.
    pub name: String,
    /// Whether the value can't be opened any more.
    pub unopenable: bool,
}

#[cfg(feature = "ssr")]
impl StoredField {
    /// Those of a connection.
    pub fn of(found: &service::ConnectionView) -> Vec<Self> {
        let stored = found.fields.iter().filter(|field| field.stored);
        stored
            .map(|field| Self {
                name: field.name.clone(),
                unopenable: field.unopenable,
            })
            .collect()
    }
}

/// One group per field of the type. The text box shows only under Replace, by a rule of the style
/// sheet, so that it works without JavaScript.
#[component]
pub fn OverwriteFields(
    /// The type of the connection.
    of: &'static ConnectionType,
    /// The fields that are stored.
    stored: Vec<StoredField>,
    /// The problem the form came back with.
    #[prop(into)]
    problem: Signal<Option<Problem>>,
    /// What was chosen before the form came back: (field, `keep` | `replace` | `clear`).
    #[prop(optional)]
    chosen: Vec<(String, String)>,
) -> impl IntoView {
    let group = move |field: &'static model::Field| {
        let stored = stored.iter().find(|stored| stored.name == field.name);
        let unopenable = stored.is_some_and(|stored| stored.unopenable);
        let wrong = |name: String| {
            Signal::derive(move || {
                problem.with(|problem| problem.as_ref()?.for_field(&name).map(str::to_owned))
            })
        };
        let change = format!("changes[{}]", field.name);
        let value = format!("values[{}]", field.name);
        let before = chosen
            .iter()
            .find(|(name, _)| name == field.name)
            .map(|(_, word)| word.clone());
        // To keep what can't be opened helps nobody.
        let usual = if unopenable { "replace" } else { "keep" };
        let before = before.unwrap_or_else(|| usual.to_owned());
        let choice = |word: &'static str, label: &'static str| {
            view! {
                <label class="choice">
                    <input type="radio" name=change.clone() value=word checked=before == word/>
                    {label}
                </label>
            }
        };
        let state = match stored {
            Some(_) if unopenable => "Stored, but it can't be opened: enter it again.",
            Some(_) => "Stored; it can't be shown.",
            None => "Nothing stored.",
        };
        let id = field_id(&change);
        view! {
            <fieldset class="overwrite">
                <legend>{field.label}</legend>
                <p class="help">{state}</p>
                <div class="choices">
                    {choice("keep", "Keep")}
                    {choice("replace", "Replace")}
                    {choice("clear", "Clear")}
                </div>
                <Wrong id problem=wrong(change.clone())/>
                <div class="replacement">
                    <ValueField field name=value.clone() problem=wrong(value.clone()) label_hidden=true/>
                </div>
            </fieldset>
        }
    };
    of.fields.iter().map(group).collect_view()
}
