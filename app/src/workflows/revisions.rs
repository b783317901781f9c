//! `/workflows/NAME/revisions`: what was saved when, compared with what is there now.

use leptos::prelude::*;
use model::Problem;
use service::RevisionRow;
use similar::{ChangeTag, TextDiff};

use crate::page::{Answer, Page, Request, Section};
use crate::ui::notice::Notice;
use crate::ui::time::Time;

/// Every revision, newest first.
pub async fn list(request: Request) -> Answer {
    let viewer = request.caller.viewer();
    let name = request.path("name").to_owned();
    let found = request.service.workflow(&viewer, &name).await?;
    let found = found.ok_or_else(|| Problem::not_found("workflow"))?;
    let rows = request.service.revisions(&viewer, &name).await?;
    let administers = request.caller.administrator().is_ok();
    let problem = request.returned.problem;
    Ok(Page::new(
        format!("Revisions of {name}"),
        Section::Workflows,
        move || {
            let newest = found.revision;
            let workflow = name.clone();
            let line = move |row: RevisionRow| {
                let href = format!("/workflows/{workflow}/revisions/{}", row.number);
                let is_newest = row.number == newest;
                let restore =
                    (administers && !is_newest).then(|| restore(&workflow, row.number, newest));
                view! {
                    <tr>
                        <th scope="row" data-label="Revision">
                            <a href=href>"Revision "{row.number}</a>
                            {is_newest.then(|| view! { <span class="quiet">" (newest)"</span> })}
                        </th>
                        <td data-label="Saved"><Time at=row.saved_at/><span class="quiet">" by "{row.saved_by}</span></td>
                        <td data-label="Note">{row.note}</td>
                        <td>{restore}</td>
                    </tr>
                }
            };
            let body = if rows.is_empty() {
                view! { <p class="quiet">"Nothing was saved yet."</p> }.into_any()
            } else {
                view! {
                    <div class="table-scroll">
                        <table>
                            <thead>
                                <tr>
                                    <th scope="col">"Revision"</th>
                                    <th scope="col">"Saved"</th>
                                    <th scope="col">"Note"</th>
                                    <th scope="col"><span class="for-readers">"Actions"</span></th>
                                </tr>
                            </thead>
                            <tbody>{rows.into_iter().map(line).collect_view()}</tbody>
                        </table>
                    </div>
                }
                .into_any()
            };
            view! {
                <p class="crumbs"><a href=format!("/workflows/{name}")>"‹ "{name.clone()}</a></p>
                <div class="heading"><h1>"Revisions"</h1></div>
                {problem.map(|problem| view! { <Notice problem/> })}
                {body}
            }
        },
    ))
}

fn restore(workflow: &str, number: u64, newest: u64) -> impl IntoView + use<> {
    view! {
        <form method="post" action="/fn/restore_revision">
            <input type="hidden" name="workflow" value=workflow.to_owned()/>
            <input type="hidden" name="number" value=number.to_string()/>
            <input type="hidden" name="base_revision" value=newest.to_string()/>
            <button type="submit" aria-label=format!("Restore revision {number}")>"Restore"</button>
        </form>
    }
}

/// One revision, as it differs from the newest one.
pub async fn one(request: Request) -> Answer {
    let viewer = request.caller.viewer();
    let name = request.path("name").to_owned();
    let missing = || Problem::not_found("revision");
    let number: u64 = request.path("number").parse().map_err(|_| missing())?;
    let newest = request
        .service
        .workflow(&viewer, &name)
        .await?
        .ok_or_else(missing)?;
    let found = request
        .service
        .revision(&viewer, &name, number)
        .await?
        .ok_or_else(missing)?;
    let administers = request.caller.administrator().is_ok();
    Ok(Page::new(
        format!("Revision {number} of {name}"),
        Section::Workflows,
        move || {
            let is_newest = number == newest.revision;
            let restore =
                (administers && !is_newest).then(|| restore(&name, number, newest.revision));
            let compared = if is_newest {
                view! { <p>"This is the newest revision."</p> }.into_any()
            } else if found.text == newest.text {
                view! { <p>"The newest revision has the same text."</p> }.into_any()
            } else {
                view! {
                <h2>"From this revision to the newest one"</h2>
                <div class="diff" role="group" aria-label="Comparison" tabindex="0">{compare(&found.text, &newest.text)}</div>
            }
            .into_any()
            };
            view! {
                <p class="crumbs"><a href=format!("/workflows/{name}/revisions")>"‹ Revisions of "{name.clone()}</a></p>
                <div class="heading">
                    <div>
                        <h1>"Revision "{number}</h1>
                        <p class="lead"><Time at=found.saved_at/>" by "{found.saved_by}</p>
                    </div>
                    {restore}
                </div>
                {compared}
                <h2>"Text of this revision"</h2>
                <pre class="code" tabindex="0"><code>{found.text}</code></pre>
            }
        },
    ))
}

/// The lines that were removed, added or stand near one of them.
fn compare(older: &str, newer: &str) -> impl IntoView + use<> {
    let diff = TextDiff::from_lines(older, newer);
    let line = |change: similar::Change<&str>| {
        let (class, sign, word) = match change.tag() {
            ChangeTag::Delete => ("removed", "−", "removed: "),
            ChangeTag::Insert => ("added", "+", "added: "),
            ChangeTag::Equal => ("same", " ", ""),
        };
        let text = change.value().trim_end_matches('\n').to_owned();
        view! {
            <div class=class>
                <span aria-hidden="true">{sign}</span>
                <span class="for-readers">{word}</span>
                <code>{text}</code>
            </div>
        }
    };
    diff.grouped_ops(3)
        .into_iter()
        .map(|group| {
            let lines: Vec<_> = group
                .iter()
                .flat_map(|op| diff.iter_changes(op))
                .map(line)
                .collect();
            view! { <div class="hunk">{lines}</div> }
        })
        .collect_view()
}
