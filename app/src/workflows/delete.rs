//! `/workflows/NAME/delete`

use leptos::prelude::*;
use model::Problem;

use crate::page::{Answer, Page, Request, Section};
use crate::ui::{field::TextField, notice::Notice};

/// Asks for the name before everything of the workflow is deleted.
pub async fn page(request: Request) -> Answer {
    let administrator = request.caller.administrator()?;
    let name = request.path("name").to_owned();
    let found = request
        .service
        .workflow(&administrator.viewer(), &name)
        .await?;
    found.ok_or_else(|| Problem::not_found("workflow"))?;
    let returned = request.returned;
    Ok(Page::new(
        format!("Delete {name}?"),
        Section::Workflows,
        move || {
            view! {
                <div class="card form" role="alertdialog" aria-labelledby="delete-title" aria-describedby="delete-text">
                    <h1 id="delete-title">"Delete "{name.clone()}"?"</h1>
                    {returned.problem.clone().map(|problem| view! { <Notice problem/> })}
                    <p id="delete-text">"Its revisions and its secrets are gone for good. Connections stay."</p>
                    <form method="post" action="/fn/delete_workflow">
                        <input type="hidden" name="workflow" value=name.clone()/>
                        <TextField
                            name="typed_name"
                            label="Type the name to confirm"
                            help=format!("Type {name}.")
                            problem=returned.wrong("typed_name")
                        />
                        <div class="actions">
                            <a class="button" href=format!("/workflows/{name}") autofocus=true>"Keep it"</a>
                            <button class="danger" type="submit">"Delete workflow"</button>
                        </div>
                    </form>
                </div>
            }
        },
    ))
}
