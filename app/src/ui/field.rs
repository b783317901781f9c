//! One labelled control of a form, with its help and what was wrong with it.

use leptos::prelude::*;

use super::notice::field_id;

/// A line or several lines of text that may be shown again after an error. Values of connections
/// and secrets never go through here: see `connections::value_field`.
#[component]
pub fn TextField(
    /// Form name; its HTML id follows from it.
    name: &'static str,
    /// The visible label.
    #[prop(into)]
    label: String,
    /// Shown in the control.
    #[prop(optional, into)]
    value: String,
    /// One sentence below the label.
    #[prop(optional, into)]
    help: String,
    /// What was wrong with it.
    #[prop(into)]
    problem: Signal<Option<String>>,
    /// `type` of the input.
    #[prop(default = "text")]
    kind: &'static str,
    /// `autocomplete` of the input.
    #[prop(default = "off")]
    autocomplete: &'static str,
    /// Whether it has the focus when the page opens.
    #[prop(optional)]
    autofocus: bool,
    /// Whether the browser itself refuses to send the form without it.
    #[prop(optional)]
    required: bool,
    /// Fewest characters that the browser sends.
    #[prop(optional)]
    minlength: Option<u16>,
    /// Most characters that the browser takes.
    #[prop(optional)]
    maxlength: Option<u16>,
    /// Cannot be changed here.
    #[prop(optional)]
    readonly: bool,
) -> impl IntoView {
    let id = field_id(name);
    let described = format!("{id}-help {id}-problem");
    view! {
        <div class="field">
            <label for=id.clone()>{label}</label>
            {(!help.is_empty()).then(|| view! { <p class="help" id=format!("{id}-help")>{help}</p> })}
            <input
                id=id.clone()
                name=name
                type=kind
                value=value
                autocomplete=autocomplete
                autocapitalize="none"
                spellcheck="false"
                autofocus=autofocus
                required=required
                minlength=minlength
                maxlength=maxlength
                readonly=readonly
                aria-invalid=move || problem.get().map(|_| "true")
                aria-describedby=described
            />
            <Wrong id problem/>
        </div>
    }
}

/// The sentence under a control that says what was wrong with it.
#[component]
pub fn Wrong(
    /// Id of the control.
    id: String,
    /// The sentence.
    problem: Signal<Option<String>>,
) -> impl IntoView {
    let id = format!("{id}-problem");
    move || {
        let id = id.clone();
        problem
            .get()
            .map(|detail| view! { <p class="wrong" id=id>{detail}</p> })
    }
}
