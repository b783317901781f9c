//! `/connections/ID/grants`

use leptos::prelude::*;
use model::Problem;

use crate::page::{Answer, Page, Request, Section};
use crate::ui::notice::Notice;

/// Which workflows may use a connection: all, or those that are ticked.
pub async fn page(request: Request) -> Answer {
    let administrator = request.caller.administrator()?;
    let missing = || Problem::not_found("connection");
    let id = request.path("id").parse().map_err(|_| missing())?;
    let service = &request.service;
    let found = service.connection(&administrator, &id).await?;
    let row = found.ok_or_else(missing)?.row;
    let grants = service
        .grants(&administrator, &id)
        .await?
        .ok_or_else(missing)?;
    let title = format!("Who may use {} / {}", row.type_name, row.name);
    let returned = request.returned;
    Ok(Page::new(title.clone(), Section::Connections, move || {
        let workflow = |(name, granted): (model::WorkflowName, bool)| {
            let name = name.to_string();
            view! {
                <li>
                    <label>
                        <input type="checkbox" name="workflows[]" value=name.clone() checked=granted/>
                        " "{name.clone()}
                    </label>
                </li>
            }
        };
        let choice = |value: &'static str, words: &'static str, checked: bool| {
            view! {
                <label><input type="radio" name="limited" value=value checked=checked/>" "{words}</label>
            }
        };
        let none = grants.workflows.is_empty();
        view! {
            <div class="card form">
                <h1>{title}</h1>
                {returned.problem.clone().map(|problem| view! { <Notice problem/> })}
                <p>
                    "A workflow that may not use it shows “no permission” in its Setup, its runs are refused "
                    "before they start, and no step of it is given a value."
                </p>
                <form method="post" action="/fn/set_grants">
                    <input type="hidden" name="id" value=row.id.to_string()/>
                    <fieldset>
                        <legend>"Workflows that may use it"</legend>
                        <p>{choice("false", "All workflows", !grants.limited)}</p>
                        <p>{choice("true", "Only these:", grants.limited)}</p>
                        {none.then(|| view! { <p class="quiet">"There is no workflow yet."</p> })}
                        <ul class="plain">{grants.workflows.into_iter().map(workflow).collect_view()}</ul>
                    </fieldset>
                    <div class="actions">
                        <a class="button" href="/connections">"Cancel"</a>
                        <button class="primary" type="submit">"Save"</button>
                    </div>
                </form>
            </div>
        }
    }))
}
