//! `/workflows/NAME/runs`

use leptos::prelude::*;
use model::{Problem, Timestamp};
use service::RunLine;

use super::duration;
use super::look::run_state;
use crate::page::{Answer, Page, Request, Section};
use crate::ui::icon::{Icon, Symbol};
use crate::ui::time::Time;

/// The runs of a workflow, newest first; `?before=N` shows older ones.
pub async fn page(request: Request) -> Answer {
    let viewer = request.caller.viewer();
    let name = request.path("name").to_owned();
    let found = request.service.workflow(&viewer, &name).await?;
    found.ok_or_else(|| Problem::not_found("workflow"))?;
    let before = request
        .query("before")
        .and_then(|number| number.parse().ok());
    let runs = request.service.runs(&viewer, &name, before).await?;
    let now = request.service.now();
    let operates = request.caller.operator().is_ok();
    let title = format!("Runs of {name}");
    Ok(Page::new(title, Section::Workflows, move || {
        let path = format!("/workflows/{name}");
        // Numbers have no gaps, so whatever comes before the last line exists.
        let older = runs
            .last()
            .map(|run| run.number)
            .filter(|number| *number > 1);
        let body = if runs.is_empty() {
            empty(before.is_some()).into_any()
        } else {
            table(&path, runs, now).into_any()
        };
        view! {
            <p class="crumbs"><a href=path.clone()>"‹ "{name.clone()}</a></p>
            <div class="heading">
                <h1>"Runs"</h1>
                {operates.then(|| view! {
                    <a class="button primary" href=format!("{path}/run")><Symbol icon=Icon::Play/>"Run"</a>
                })}
            </div>
            {body}
            <p class="pages">
                {before.map(|_| view! { <a href=format!("{path}/runs")>"Newest runs"</a> })}
                {older.map(|number| view! { <a href=format!("{path}/runs?before={number}")>"Older runs"</a> })}
            </p>
        }
    }))
}

fn empty(older: bool) -> impl IntoView {
    let (title, sentence) = if older {
        (
            "No older runs",
            "The first run of this workflow is on the page before.",
        )
    } else {
        (
            "No runs yet",
            "Each run of this workflow is listed here, with its steps and their logs.",
        )
    };
    view! {
        <div class="empty card">
            <Symbol icon=Icon::Play/>
            <h2>{title}</h2>
            <p>{sentence}</p>
        </div>
    }
}

fn table(path: &str, runs: Vec<RunLine>, now: Timestamp) -> impl IntoView + use<> {
    let path = path.to_owned();
    let line = move |run: RunLine| {
        let took = duration::of(run.started_at, run.finished_at, now);
        view! {
            <tr>
                <th scope="row" data-label="Run">
                    <a href=format!("{path}/runs/{}", run.number)>{format!("#{}", run.number)}</a>
                </th>
                <td data-label="State">{run_state(run.state)}</td>
                <td data-label="Started"><Time at=run.created_at/></td>
                <td data-label="Duration">{took.unwrap_or_else(|| "–".to_owned())}</td>
                <td data-label="Revision">
                    <a href=format!("{path}/revisions/{}", run.revision)>{run.revision}</a>
                </td>
                <td data-label="Started by">{run.started_by}</td>
            </tr>
        }
    };
    view! {
        <div class="table-scroll">
            <table>
                <thead>
                    <tr>
                        <th scope="col">"Run"</th>
                        <th scope="col">"State"</th>
                        <th scope="col">"Started"</th>
                        <th scope="col">"Duration"</th>
                        <th scope="col">"Revision"</th>
                        <th scope="col">"Started by"</th>
                    </tr>
                </thead>
                <tbody>{runs.into_iter().map(line).collect_view()}</tbody>
            </table>
        </div>
    }
}
