//! The parts of a run's form: a field per parameter, or what stands in the way.

use leptos::either::Either;
use leptos::prelude::*;
use model::Problem;
use service::{Blocker, RunParameter};

use crate::ui::area::area_text;
use crate::ui::icon::{Icon, Symbol};
use crate::ui::notice::field_id;

/// What the form consists of, inside its `<form>`: what is sent along unseen, and the fields.
pub(super) fn fields(
    workflow: &str,
    revision: String,
    parameters: Vec<RunParameter>,
    problem: Option<&Problem>,
) -> impl IntoView + use<> {
    let explained = if parameters.is_empty() {
        "This workflow has no parameters."
    } else {
        "Check the value of each parameter."
    };
    let fields: Vec<_> = parameters
        .into_iter()
        .enumerate()
        .map(|(index, parameter)| {
            let control = format!("parameters[{}]", parameter.name);
            let wrong = problem.and_then(|problem| problem.for_field(&control));
            field(index, parameter, wrong.map(str::to_owned))
        })
        .collect();
    view! {
        <input type="hidden" name="workflow" value=workflow.to_owned()/>
        <input type="hidden" name="revision" value=revision/>
        <p class="advice">{explained}</p>
        {fields}
    }
}

/// The control of one parameter, labelled by its name.
fn field(index: usize, parameter: RunParameter, wrong: Option<String>) -> impl IntoView {
    let id = format!("{}-{index}", field_id(&parameter.name));
    let described = format!("{id}-help {id}-problem");
    let help = match (parameter.required, parameter.description) {
        (true, None) => "It has no default.".to_owned(),
        (true, Some(description)) => format!("{description} (no default)"),
        (false, description) => description.unwrap_or_default(),
    };
    let name = format!("parameters[{index}][name]");
    let value = format!("parameters[{index}][value]");
    let invalid = wrong.is_some().then_some("true");
    let shown = parameter.shown;
    let control = if shown.contains('\n') {
        Either::Left(view! {
            <textarea
                id=id.clone()
                name=value
                class="value"
                rows="6"
                spellcheck="false"
                autocapitalize="none"
                autocomplete="off"
                aria-invalid=invalid
                aria-describedby=described
            >{area_text(&shown)}</textarea>
        })
    } else {
        Either::Right(view! {
            <input
                id=id.clone()
                name=value
                type="text"
                class="value"
                value=shown
                spellcheck="false"
                autocapitalize="none"
                autocomplete="off"
                aria-invalid=invalid
                aria-describedby=described
            />
        })
    };
    view! {
        <div class="field">
            <label for=id.clone()>{parameter.name.clone()}</label>
            {(!help.is_empty()).then(|| view! { <p class="help" id=format!("{id}-help")>{help}</p> })}
            <input type="hidden" name=name value=parameter.name/>
            {control}
            {wrong.map(|wrong| view! { <p class="wrong" id=format!("{id}-problem")>{wrong}</p> })}
        </div>
    }
}

/// Everything that stands in the way of a run, each with the way out.
pub(super) fn blocked(blockers: Vec<Blocker>) -> impl IntoView {
    let item = |blocker: Blocker| {
        let link = blocker
            .link
            .map(|(href, words)| view! { " "<a href=href>{words}</a> });
        view! { <li>{blocker.sentence}{link}</li> }
    };
    view! {
        <div class="notice notice-bad">
            <Symbol icon=Icon::Alert/>
            <div>
                <p>"This workflow can't run yet:"</p>
                <ul class="blockers">{blockers.into_iter().map(item).collect::<Vec<_>>()}</ul>
            </div>
        </div>
    }
}
