//! `/connections/ID`: what there is to know of a connection, which is nothing of its values.

use leptos::prelude::*;
use model::{ConnectionId, Problem, Unopenable};
use service::{ConnectionRow, FieldView, UsedBy};

use super::grants::limited;
use super::uses::{UNUSED, table, used_in};
use crate::page::{Answer, Page, Request, Section};
use crate::ui::notice::{altered, replacing};
use crate::ui::state::{State, Tone};
use crate::ui::time::Time;

/// What is said of a connection whose values are not what is wrong.
pub(super) const ALTERED: &str = "This connection is not what the ledger tells of it: somebody has \
     changed its row in the database, or put back one that was deleted. Overwriting its values does \
     not help. Delete it and add it again.";

/// Its fields, the workflows that name it, and the steps that were given it.
pub async fn page(request: Request) -> Answer {
    let viewer = request.caller.viewer();
    let missing = || Problem::not_found("connection");
    let id: ConnectionId = request.path("id").parse().map_err(|_| missing())?;
    let found = request.service.connection(&viewer, &id).await?;
    let found = found.ok_or_else(missing)?;
    let uses = request.service.connection_uses(&viewer, &id).await?;
    let administers = request.caller.administrator().is_ok();
    let is_altered = found.row.unopenable == Some(Unopenable::Altered);
    let [overwrite, delete] = replacing(is_altered);
    let title = format!("{} / {}", found.row.type_name, found.row.name);
    Ok(Page::new(title.clone(), Section::Connections, move || {
        let path = format!("/connections/{id}");
        view! {
            <p class="crumbs"><a href="/connections">"‹ Connections"</a></p>
            <div class="heading">
                <h1>{title}</h1>
                {administers.then(|| view! {
                    <p class="buttons">
                        <a class="button" href=format!("/ledger?about={id}")>"In the ledger"</a>
                        <a class="button" href=format!("{path}/grants")>"Who may use it"</a>
                        <a class=delete href=format!("{path}/delete")>"Delete"</a>
                        <a class=overwrite href=format!("{path}/overwrite")>"Overwrite values"</a>
                    </p>
                })}
            </div>
            {is_altered.then(|| altered(ALTERED))}
            <div class="parts">
                {facts(&found.row)}
                <section aria-labelledby="fields-title">
                    <h2 id="fields-title">"Fields"</h2>
                    {fields(found.row.type_name.as_str(), found.fields)}
                </section>
                <section aria-labelledby="workflows-title">
                    <h2 id="workflows-title">"Where used"</h2>
                    {where_used(found.row.used_by)}
                </section>
                <section aria-labelledby="uses-title">
                    <h2 id="uses-title">"Steps that were given it"</h2>
                    {table(uses)}
                </section>
            </div>
        }
    }))
}

fn facts(row: &ConnectionRow) -> impl IntoView + use<> {
    let tone = if row.unopenable.is_some() {
        Tone::Bad
    } else {
        Tone::Good
    };
    let last_used = match row.last_used {
        Some(at) => {
            let by = row.last_used_by.as_ref().map(used_in);
            view! { <Time at/>" "{by} }.into_any()
        }
        None => "never".into_any(),
    };
    let unused = row
        .unused
        .then(|| view! { " "<State tone=Tone::Unsure words=UNUSED/> });
    let may_use = limited(row.limited).unwrap_or_else(|| "all".to_owned());
    let kind = model::connection_type(row.type_name.as_str()).map_or("", |known| known.label);
    view! {
        <dl class="facts card">
            <div><dt>"Type"</dt><dd><code>{row.type_name.to_string()}</code>" "{kind}</dd></div>
            <div><dt>"State"</dt><dd><State tone words=row.state/></dd></div>
            <div><dt>"Workflows that may use it"</dt><dd>{may_use}</dd></div>
            <div><dt>"Revision"</dt><dd>{row.revision}</dd></div>
            <div><dt>"Added"</dt><dd><Time at=row.created_at/></dd></div>
            <div><dt>"Changed"</dt><dd><Time at=row.changed_at/>" by "{row.changed_by.clone()}</dd></div>
            <div><dt>"Last used"</dt><dd>{last_used}{unused}</dd></div>
        </dl>
    }
}

fn fields(type_name: &str, fields: Vec<FieldView>) -> impl IntoView + use<> {
    let known = model::connection_type(type_name);
    let row = move |field: FieldView| {
        let label = known
            .and_then(|known| known.field(&field.name))
            .map_or_else(|| field.name.clone(), |known| known.label.to_owned());
        let (tone, words) = match (field.stored, field.unopenable) {
            (true, true) => (Tone::Bad, model::UNOPENABLE),
            (true, false) => (Tone::Good, "stored"),
            (false, _) => (Tone::Idle, "empty"),
        };
        let set = field.set_at.map(|at| {
            let by = field.set_by.unwrap_or_default();
            view! { <Time at/><span class="quiet">" by "{by}</span> }
        });
        view! {
            <tr>
                <th scope="row" data-label="Field">{label}</th>
                <td data-label="Value"><State tone words/></td>
                <td data-label="Set">{set}</td>
            </tr>
        }
    };
    view! {
        <div class="table-scroll">
            <table>
                <thead>
                    <tr><th scope="col">"Field"</th><th scope="col">"Value"</th><th scope="col">"Set"</th></tr>
                </thead>
                <tbody>{fields.into_iter().map(row).collect_view()}</tbody>
            </table>
        </div>
    }
}

fn where_used(workflows: Vec<UsedBy>) -> impl IntoView {
    let row = |used: UsedBy| {
        let href = format!("/workflows/{}", used.workflow);
        let places = places(&used);
        view! {
            <tr>
                <th scope="row" data-label="Workflow"><a href=href>{used.workflow.to_string()}</a></th>
                <td data-label="Named by">{places}</td>
            </tr>
        }
    };
    if workflows.is_empty() {
        return view! { <p class="quiet">"No workflow names it."</p> }.into_any();
    }
    view! {
        <div class="table-scroll">
            <table>
                <thead>
                    <tr><th scope="col">"Workflow"</th><th scope="col">"Named by"</th></tr>
                </thead>
                <tbody>{workflows.into_iter().map(row).collect_view()}</tbody>
            </table>
        </div>
    }
    .into_any()
}

/// The steps and triggers of a workflow, in words.
pub(crate) fn places(used: &UsedBy) -> String {
    let named = |word: &str, names: &[String]| match names {
        [] => None,
        [one] => Some(format!("{word} {one}")),
        more => Some(format!("{word}s {}", more.join(", "))),
    };
    let parts = [named("step", &used.steps), named("trigger", &used.triggers)];
    let parts: Vec<_> = parts.into_iter().flatten().collect();
    if parts.is_empty() {
        return "the workflow as a whole".to_owned();
    }
    parts.join("; ")
}
