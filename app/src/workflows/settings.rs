//! `/workflows/NAME/settings`: name and description, the secrets, and the way to delete it.

use leptos::prelude::*;
use model::Problem;

use crate::connections::uses::used_in;
use crate::page::{Answer, Page, Request, Section};
use crate::ui::icon::{Icon, Symbol};
use crate::ui::state::{State, Tone};
use crate::ui::time::Time;
use crate::ui::{field::TextField, notice::Notice};

/// What can be changed besides the text.
pub async fn page(request: Request) -> Answer {
    let administrator = request.caller.administrator()?;
    let viewer = administrator.viewer();
    let name = request.path("name").to_owned();
    let found = request.service.workflow(&viewer, &name).await?;
    let found = found.ok_or_else(|| Problem::not_found("workflow"))?;
    let secrets = request.service.secrets(&viewer, &name).await?;
    let returned = request.returned;
    Ok(Page::new(
        format!("Settings of {name}"),
        Section::Workflows,
        move || {
            let again =
                |control: &str, stored: &str| returned.typed(control).unwrap_or(stored).to_owned();
            view! {
                <p class="crumbs"><a href=format!("/workflows/{name}")>"‹ "{name.clone()}</a></p>
                <div class="heading"><h1>"Settings"</h1></div>
                <div class="card form">
                    {returned.problem.clone().map(|problem| view! { <Notice problem/> })}
                    <form method="post" action="/fn/rename_workflow">
                        <input type="hidden" name="workflow" value=name.clone()/>
                        <TextField
                            name="name"
                            label="Name"
                            value=again("name", &name)
                            problem=returned.wrong("name")
                        />
                        <TextField
                            name="description"
                            label="Description"
                            value=again("description", &found.description)
                            problem=returned.wrong("description")
                        />
                        <div class="actions"><button class="primary" type="submit">"Save settings"</button></div>
                    </form>
                </div>
                {secrets_card(&name, secrets)}
                <section class="card form">
                    <h2>"Delete this workflow"</h2>
                    <p>"Its revisions and its secrets go with it. Connections stay: they belong to the account."</p>
                    <p><a class="button danger" href=format!("/workflows/{name}/delete")>"Delete workflow"</a></p>
                </section>
            }
        },
    ))
}

fn secrets_card(workflow: &str, secrets: Vec<service::SecretRow>) -> impl IntoView + use<> {
    let base = format!("/workflows/{workflow}/secrets");
    let add = format!("{base}/new");
    let line = move |secret: service::SecretRow| {
        let one = format!("{base}/{}", secret.id);
        let last_used = match &secret.last_used {
            Some(used) => view! { <Time at=used.at/>" "{used_in(used)} }.into_any(),
            None => view! { <span class="quiet">"never"</span> }.into_any(),
        };
        let unopenable = secret.unopenable.map(|why| {
            view! { " "<State tone=Tone::Bad words=model::UNOPENABLE/>": "{why.cure()} }
        });
        view! {
            <tr>
                <th scope="row" data-label="Name">
                    <a href=one.clone()>{secret.name.to_string()}</a>{unopenable}
                </th>
                <td data-label="Last used">{last_used}</td>
                <td data-label="Changed">
                    <Time at=secret.changed_at/><span class="quiet">" by "{secret.changed_by}</span>
                </td>
                <td>
                    <a href=format!("{one}/overwrite") aria-label=format!("Overwrite secret {}", secret.name)>"Overwrite"</a>
                    " · "
                    <a class="danger" href=format!("{one}/delete") aria-label=format!("Delete secret {}", secret.name)>"Delete"</a>
                </td>
            </tr>
        }
    };
    let list = if secrets.is_empty() {
        view! { <p class="quiet">"This workflow has no secrets."</p> }.into_any()
    } else {
        view! {
            <div class="table-scroll">
                <table class="secrets">
                    <thead>
                        <tr>
                            <th scope="col">"Name"</th>
                            <th scope="col">"Last used"</th>
                            <th scope="col">"Changed"</th>
                            <th scope="col"><span class="for-readers">"Actions"</span></th>
                        </tr>
                    </thead>
                    <tbody>{secrets.into_iter().map(line).collect_view()}</tbody>
                </table>
            </div>
        }
        .into_any()
    };
    view! {
        <section class="card form">
            <h2>"Secrets"</h2>
            <p>"A secret is one value that belongs to this workflow alone."</p>
            {list}
            <p><a class="button" href=add><Symbol icon=Icon::Plus/>"Add secret"</a></p>
        </section>
    }
}
