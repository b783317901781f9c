//! The control one value is typed into. It is always empty when it appears: no stored value, and
//! no value of a form that came back, is ever put into it.

use leptos::either::Either;
use leptos::prelude::*;
use model::Field;

use crate::ui::field::Wrong;
use crate::ui::icon::{Icon, Symbol};
use crate::ui::notice::field_id;

/// Shorter values stay readable in logs: hiding them would hide half of every log.
const HIDDEN_FROM: &str = "4";

/// A control for one field. It is not `required` in HTML: a hidden one could never be submitted,
/// and the service says what is missing in better words.
#[component]
pub fn ValueField(
    /// The field of the connection type.
    field: &'static Field,
    /// Name of the control in its form.
    #[prop(into)]
    name: String,
    /// What was wrong with it.
    #[prop(into)]
    problem: Signal<Option<String>>,
    /// Under a group that already shows the label: keep it for screen readers only.
    #[prop(optional)]
    label_hidden: bool,
) -> impl IntoView {
    let id = field_id(&name);
    let described = format!("{id}-help {id}-short {id}-problem");
    let help = if field.required {
        field.help.to_owned()
    } else {
        format!("Optional. {}", field.help)
    };
    let invalid = move || problem.get().map(|_| "true");
    // Not to refuse shorter ones (the forms are `novalidate`): the style sheet shows the warning
    // beside a control whose text is too short, also without JavaScript.
    let hidden_from = field.secret.then_some(HIDDEN_FROM);
    let short = field.secret.then(|| {
        view! {
            <p class="short-value" id=format!("{id}-short")>
                <Symbol icon=Icon::Warning/>
                "Values under four characters can't be hidden in logs."
            </p>
        }
    });
    let control = if field.multiline {
        Either::Left(view! {
            <textarea
                id=id.clone()
                name=name
                class=if field.secret { "value masked" } else { "value" }
                rows="6"
                minlength=hidden_from
                wrap="off"
                autocomplete="off"
                autocapitalize="none"
                spellcheck="false"
                data-1p-ignore=""
                data-lpignore="true"
                data-bwignore=""
                aria-invalid=invalid
                aria-describedby=described
            ></textarea>
        })
    } else {
        Either::Right(view! {
            <input
                id=id.clone()
                name=name
                class="value"
                type=if field.secret { "password" } else { "text" }
                minlength=hidden_from
                autocomplete=if field.secret { "new-password" } else { "off" }
                autocapitalize="none"
                spellcheck="false"
                data-1p-ignore=""
                data-lpignore="true"
                data-bwignore=""
                aria-invalid=invalid
                aria-describedby=described
            />
        })
    };
    view! {
        <div class="field">
            <label for=id.clone() class=if label_hidden { "for-readers" } else { "" }>
                {field.label}
            </label>
            <p class="help" id=format!("{id}-help")>{help}</p>
            {control}
            {short}
            <Wrong id problem/>
        </div>
    }
}
