//! `/workflows`

use leptos::prelude::*;
use service::WorkflowRow;

use crate::page::{Answer, Page, Request, Section};
use crate::ui::icon::{Icon, Symbol};
use crate::ui::state::{State, Tone};
use crate::ui::time::Time;

/// Every workflow of the account.
pub async fn page(request: Request) -> Answer {
    let rows = request.service.workflows(&request.caller.viewer()).await?;
    let administers = request.caller.administrator().is_ok();
    Ok(Page::new("Workflows", Section::Workflows, move || {
        let body = if rows.is_empty() {
            empty(administers).into_any()
        } else {
            table(rows).into_any()
        };
        view! {
            <div class="heading">
                <div>
                    <h1>"Workflows"</h1>
                    <p class="lead">"Steps in containers, ordered as a graph, with the credentials they need."</p>
                </div>
                {administers.then(|| view! {
                    <a class="button primary" href="/new-workflow"><Symbol icon=Icon::Plus/>"New workflow"</a>
                })}
            </div>
            {(!administers).then(|| view! {
                <p class="note"><Symbol icon=Icon::Info/>"Administrators add and change workflows."</p>
            })}
            {body}
        }
    }))
}

fn empty(administers: bool) -> impl IntoView {
    let next = if administers {
        "Create one, paste its code, and Relay tells which connections it needs."
    } else {
        "As soon as an administrator creates one, it is listed here."
    };
    view! {
        <div class="empty card">
            <Symbol icon=Icon::Workflow/>
            <h2>"No workflows yet"</h2>
            <p>{next}</p>
            <p><a href="/docs">"Read how a workflow gets its connections"</a></p>
        </div>
    }
}

fn table(rows: Vec<WorkflowRow>) -> impl IntoView {
    let line = |row: WorkflowRow| {
        let (tone, words) = match row.missing {
            _ if row.revision == 0 => (Tone::Unsure, "empty".to_owned()),
            _ if !row.readable => (Tone::Unsure, "unknown".to_owned()),
            0 => (Tone::Good, "ready".to_owned()),
            missing => (Tone::Bad, format!("{missing} missing")),
        };
        view! {
            <tr>
                <th scope="row" data-label="Name">
                    <a href=format!("/workflows/{}", row.name)>{row.name.to_string()}</a>
                </th>
                <td data-label="Description">{row.description}</td>
                <td data-label="Setup"><State tone words/></td>
                <td data-label="Changed">
                    <Time at=row.changed_at/><span class="quiet">" by "{row.changed_by}</span>
                </td>
            </tr>
        }
    };
    view! {
        <div class="table-scroll">
            <table>
                <thead>
                    <tr>
                        <th scope="col">"Name"</th>
                        <th scope="col">"Description"</th>
                        <th scope="col">"Setup"</th>
                        <th scope="col">"Changed"</th>
                    </tr>
                </thead>
                <tbody>{rows.into_iter().map(line).collect_view()}</tbody>
            </table>
        </div>
    }
}
