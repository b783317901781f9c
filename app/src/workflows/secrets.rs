//! `/workflows/NAME/secrets/…`: the pages that add, overwrite and delete a secret. From the Setup
//! menu the same is done in a dialog.

use leptos::prelude::*;
use model::{Problem, Unopenable, value::SECRET};
use service::SecretRow;

use crate::connections::value_field::ValueField;
use crate::connections::value_form::ValueForm;
use crate::page::{Answer, Page, Request, Section, based_on};
use crate::ui::field::TextField;
use crate::ui::notice::{Notice, altered};

/// What is said of a secret whose value is not what is wrong.
pub(super) const ALTERED: &str = "The ledger tells that this secret, or its workflow, was deleted: \
     somebody has put it back into the database. Overwriting it does not help. Delete it and add it \
     again, to a new workflow if this one was deleted.";

/// `/workflows/NAME/secrets/new`; `?name=` fixes the name, as the workflow asks for it.
pub async fn new(request: Request) -> Answer {
    let administrator = request.caller.administrator()?;
    let workflow = request.path("name").to_owned();
    let found = request
        .service
        .workflow(&administrator.viewer(), &workflow)
        .await?;
    found.ok_or_else(|| Problem::not_found("workflow"))?;
    let id = request.service.new_secret_id(&administrator)?;
    let sealed_only = request.service.requires_browser_sealing();
    let page = Page::new("Add secret", Section::Workflows, move || {
        let fixed = request.query("name").unwrap_or_default().to_owned();
        let returned = request.returned;
        let name = returned
            .typed("name")
            .map_or_else(|| fixed.clone(), str::to_owned);
        let body = view! {
            <input type="hidden" name="id" value=id.to_string()/>
            <TextField
                name="name"
                label="Name"
                help="The workflow asks for it by this name."
                value=name
                readonly=!fixed.is_empty()
                problem=returned.wrong("name")
            />
        };
        form(
            "Add secret",
            "/fn/add_secret",
            &workflow,
            sealed_only,
            returned.problem.as_ref(),
            body.into_any(),
        )
    });
    Ok(page.with_values())
}

/// `/workflows/NAME/secrets/ID/overwrite`
pub async fn overwrite(request: Request) -> Answer {
    let workflow = request.path("name").to_owned();
    let secret = find(&request).await?;
    let title = format!("Overwrite secret {}", secret.name);
    let sealed_only = request.service.requires_browser_sealing();
    let page = Page::new(title.clone(), Section::Workflows, move || {
        let body = view! {
            {(secret.unopenable == Some(Unopenable::Altered)).then(|| altered(ALTERED))}
            <input type="hidden" name="id" value=secret.id.to_string()/>
            <input type="hidden" name="revision" value=based_on(&request.returned, secret.revision)/>
        };
        form(
            &title,
            "/fn/overwrite_secret",
            &workflow,
            sealed_only,
            request.returned.problem.as_ref(),
            body.into_any(),
        )
    });
    Ok(page.with_values())
}

/// `/workflows/NAME/secrets/ID/delete`
pub async fn delete(request: Request) -> Answer {
    let workflow = request.path("name").to_owned();
    let secret = find(&request).await?;
    let title = format!("Delete secret {}?", secret.name);
    let problem = request.returned.problem;
    Ok(Page::new(title.clone(), Section::Workflows, move || {
        view! {
            <div class="card form" role="alertdialog" aria-labelledby="delete-title" aria-describedby="delete-text">
                <h1 id="delete-title">{title}</h1>
                {problem.map(|problem| view! { <Notice problem/> })}
                <p id="delete-text">"Its value is gone for good. Steps that ask for it will fail."</p>
                <form method="post" action="/fn/delete_secret">
                    <input type="hidden" name="workflow" value=workflow.clone()/>
                    <input type="hidden" name="id" value=secret.id.to_string()/>
                    <div class="actions">
                        <a class="button" href=format!("/workflows/{workflow}/settings") autofocus=true>"Keep it"</a>
                        <button class="danger" type="submit">"Delete secret"</button>
                    </div>
                </form>
            </div>
        }
    }))
}

async fn find(request: &Request) -> Result<SecretRow, Problem> {
    let administrator = request.caller.administrator()?;
    let secrets = request
        .service
        .secrets(&administrator.viewer(), request.path("name"))
        .await?;
    let wanted = request.path("id");
    let found = secrets
        .into_iter()
        .find(|secret| secret.id.as_str() == wanted);
    found.ok_or_else(|| Problem::not_found("secret"))
}

fn form(
    title: &str,
    action: &'static str,
    workflow: &str,
    sealed_only: bool,
    problem: Option<&Problem>,
    body: AnyView,
) -> impl IntoView + use<> {
    let wrong = problem
        .and_then(|p| p.for_field("value"))
        .map(str::to_owned);
    let (workflow, back) = (workflow.to_owned(), format!("/workflows/{workflow}"));
    view! {
        <div class="card form">
            <h1>{title.to_owned()}</h1>
            {problem.cloned().map(|problem| view! { <Notice problem/> })}
            <ValueForm action noun="secret" sealed_only back>
                <input type="hidden" name="workflow" value=workflow/>
                {body}
                <ValueField field=&SECRET name="value" problem=wrong/>
            </ValueForm>
        </div>
    }
}
