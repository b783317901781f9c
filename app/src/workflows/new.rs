//! `/new-workflow`

use leptos::prelude::*;

use crate::page::{Answer, Page, Request, Section};
use crate::ui::{field::TextField, notice::Notice};

/// Name and description of a new workflow.
#[expect(clippy::unused_async, reason = "the shape of every page function")]
pub async fn page(request: Request) -> Answer {
    request.caller.administrator()?;
    let returned = request.returned;
    Ok(Page::new("New workflow", Section::Workflows, move || {
        let again = |name: &str| returned.typed(name).unwrap_or_default().to_owned();
        view! {
            <div class="card form">
                <h1>"New workflow"</h1>
                {returned.problem.clone().map(|problem| view! { <Notice problem/> })}
                <form method="post" action="/fn/create_workflow">
                    <TextField
                        name="name"
                        label="Name"
                        help="Letters, digits, dots, dashes and underscores, such as ec2-reaper."
                        autofocus=true
                        value=again("name")
                        problem=returned.wrong("name")
                    />
                    <TextField
                        name="description"
                        label="Description"
                        help="Optional: what it is for."
                        value=again("description")
                        problem=returned.wrong("description")
                    />
                    <div class="actions">
                        <button class="primary" type="submit">"Create workflow"</button>
                        <a class="button" href="/workflows">"Cancel"</a>
                    </div>
                </form>
            </div>
        }
    }))
}
