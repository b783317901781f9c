//! `/connections/ID/grants`

use std::collections::BTreeSet;

use leptos::prelude::*;
use model::{Problem, ProblemKind, WorkflowName, counted};
use service::GrantsView;

use crate::page::{Answer, Page, Request, Returned, Section};
use crate::ui::notice::Notice;

/// What the form shows as chosen, and what it says that it has seen.
struct Chosen {
    limited: bool,
    workflows: BTreeSet<String>,
    seen: String,
}

impl Chosen {
    /// What is stored, or what was chosen in a form that came back. Whoever has been told what is
    /// stored has seen it.
    fn of(returned: &Returned, stored: &GrantsView) -> Self {
        let granted = stored.workflows.iter().filter(|(_, granted)| *granted);
        let Some(problem) = &returned.problem else {
            return Self {
                limited: stored.limited,
                workflows: granted.map(|(name, _)| name.to_string()).collect(),
                seen: stored.seen.clone(),
            };
        };
        let before = returned
            .typed("seen")
            .filter(|_| problem.kind != ProblemKind::Stale);
        let typed = returned.typed.iter();
        let workflows = typed.filter(|(control, _)| control.starts_with("workflows["));
        Self {
            limited: returned.typed("limited") == Some("true"),
            workflows: workflows.map(|(_, name)| name.clone()).collect(),
            seen: before.unwrap_or(&stored.seen).to_owned(),
        }
    }
}

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
    let chosen = Chosen::of(&request.returned, &grants);
    let returned = request.returned;
    Ok(Page::new(title.clone(), Section::Connections, move || {
        let limited = chosen.limited;
        let seen = chosen.seen.clone();
        let workflow = |(number, (name, granted)): (usize, (WorkflowName, bool))| {
            let name = name.to_string();
            let checked = chosen.workflows.contains(&name);
            let words = if granted {
                "stored: may use it"
            } else {
                "stored: may not use it"
            };
            // Each under a name of its own: a form that comes back knows them apart.
            let control = format!("workflows[{number}]");
            let id = format!("stored-{number}");
            let stored = (checked != granted).then(|| id.clone());
            view! {
                <li>
                    <label class="choice">
                        <input type="checkbox" name=control value=name.clone() checked=checked aria-describedby=stored.clone()/>
                        <span>{name.clone()}</span>
                    </label>
                    {stored.map(|id| view! { " "<span class="quiet" id=id>{words}</span> })}
                </li>
            }
        };
        let choice = |value: &'static str, words: &'static str, of: bool| {
            let stored = (limited != grants.limited && of == grants.limited)
                .then(|| view! { " "<span class="quiet">"stored"</span> });
            let checked = of == limited;
            view! {
                <label class="choice">
                    <input type="radio" name="limited" value=value checked=checked/>
                    {words}
                    {stored}
                </label>
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
                    <input type="hidden" name="seen" value=seen/>
                    <fieldset class="grants">
                        <legend>"Workflows that may use it"</legend>
                        <p>{choice("false", "All workflows", false)}</p>
                        <p>{choice("true", "Only these:", true)}</p>
                        {none.then(|| view! { <p class="quiet">"There is no workflow yet."</p> })}
                        <ul>{grants.workflows.clone().into_iter().enumerate().map(workflow).collect_view()}</ul>
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

/// That only some workflows may use a connection, in words; nothing when all may.
pub(super) fn limited(to: Option<usize>) -> Option<String> {
    Some(match to? {
        0 => "limited: no workflow may use it".to_owned(),
        some => format!(
            "limited to {}",
            counted(some as u64, "workflow", "workflows")
        ),
    })
}
