//! `/connections/ID/delete`

use leptos::prelude::*;
use model::Problem;
use service::UsedBy;

use crate::page::{Answer, Page, Request, Section};
use crate::ui::{field::TextField, notice::Notice};

/// How many workflows are named before “and n more”.
const NAMED: usize = 10;

/// Asks once more; when workflows use it, for its name.
pub async fn page(request: Request) -> Answer {
    let administrator = request.caller.administrator()?;
    let missing = || Problem::not_found("connection");
    let id = request.path("id").parse().map_err(|_| missing())?;
    let found = request
        .service
        .connection(&administrator.viewer(), &id)
        .await?
        .ok_or_else(missing)?;
    let title = format!("Delete {} / {}?", found.row.type_name, found.row.name);
    let returned = request.returned;
    Ok(Page::new(title.clone(), Section::Connections, move || {
        let used = !found.row.used_by.is_empty();
        let typing = used.then(|| {
            view! {
                <TextField
                    name="typed_name"
                    label="Type the name to confirm"
                    help=format!("Type {} to delete it all the same.", found.row.name)
                    problem=returned.wrong("typed_name")
                />
            }
        });
        view! {
            <div class="card form" role="alertdialog" aria-labelledby="delete-title" aria-describedby="delete-text">
                <h1 id="delete-title">{title}</h1>
                {returned.problem.clone().map(|problem| view! { <Notice problem/> })}
                <div id="delete-text">{consequence(&found.row.used_by)}</div>
                <form method="post" action="/fn/delete_connection">
                    <input type="hidden" name="id" value=found.row.id.to_string()/>
                    {typing}
                    <div class="actions">
                        <a class="button" href="/connections" autofocus=true>"Keep it"</a>
                        <button class="danger" type="submit">"Delete connection"</button>
                    </div>
                </form>
            </div>
        }
    }))
}

fn consequence(used_by: &[UsedBy]) -> AnyView {
    if used_by.is_empty() {
        return view! { <p>"No workflow uses it. Its values are gone for good."</p> }.into_any();
    }
    let one = |used: &UsedBy| {
        let places: Vec<String> = used
            .steps
            .iter()
            .map(|step| format!("step {step}"))
            .chain(
                used.triggers
                    .iter()
                    .map(|trigger| format!("trigger {trigger}")),
            )
            .collect();
        let href = format!("/workflows/{}", used.workflow);
        view! {
            <li><a href=href>{used.workflow.to_string()}</a>": "{places.join(", ")}</li>
        }
    };
    let more = used_by.len().saturating_sub(NAMED);
    view! {
        <p>"These workflows can't run without it, and its values are gone for good:"</p>
        <ul>
            {used_by.iter().take(NAMED).map(one).collect_view()}
            {(more > 0).then(|| view! { <li>{format!("and {more} more")}</li> })}
        </ul>
    }
    .into_any()
}
