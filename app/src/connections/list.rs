//! `/connections`

use leptos::prelude::*;
use model::Unopenable;
use service::{ConnectionRow, UsedBy};

use super::grants::limited;
use super::uses::{UNUSED, used_in};
use crate::page::{Answer, Page, Request, Section};
use crate::ui::icon::{Icon, Symbol};
use crate::ui::state::{State, Tone};
use crate::ui::time::Time;

/// Every connection of the account, without anything of its values.
pub async fn page(request: Request) -> Answer {
    let rows = request
        .service
        .connections(&request.caller.viewer())
        .await?;
    let administers = request.caller.administrator().is_ok();
    Ok(Page::new("Connections", Section::Connections, move || {
        let body = if rows.is_empty() {
            empty(administers).into_any()
        } else {
            table(rows, administers).into_any()
        };
        view! {
            <div class="heading">
                <div>
                    <h1>"Connections"</h1>
                    <p class="lead">"Credentials of other services. Every workflow may use those that are not limited."</p>
                </div>
                {administers.then(|| view! {
                    <a class="button primary" href="/connections/new"><Symbol icon=Icon::Plus/>"Add connection"</a>
                })}
            </div>
            {(!administers).then(|| view! {
                <p class="note"><Symbol icon=Icon::Info/>"Administrators add, overwrite and delete connections."</p>
            })}
            {body}
        }
    }))
}

fn empty(administers: bool) -> impl IntoView {
    let start = administers.then(|| {
        view! {
            <p>"Add the first one, or begin with a common type:"</p>
            <p class="buttons">
                <a class="button" href="/connections/new?type=aws">"AWS"</a>
                <a class="button" href="/connections/new?type=slack">"Slack"</a>
                <a class="button" href="/connections/new?type=ssh">"SSH"</a>
            </p>
        }
    });
    view! {
        <div class="empty card">
            <Symbol icon=Icon::Plug/>
            <h2>"No connections yet"</h2>
            <p>"A connection keeps the credentials of a service, sealed, until a step that names it runs."</p>
            {start}
        </div>
    }
}

fn table(rows: Vec<ConnectionRow>, administers: bool) -> impl IntoView {
    view! {
        <div class="table-scroll">
            <table class="connections">
                <thead>
                    <tr>
                        <th scope="col">"Type"</th>
                        <th scope="col">"Name"</th>
                        <th scope="col">"State"</th>
                        <th scope="col">"Used by"</th>
                        <th scope="col">"Last used"</th>
                        <th scope="col">"Changed"</th>
                        {administers.then(|| view! { <th scope="col"><span class="for-readers">"Actions"</span></th> })}
                    </tr>
                </thead>
                <tbody>{rows.into_iter().map(|row| line(row, administers)).collect_view()}</tbody>
            </table>
        </div>
    }
}

fn line(row: ConnectionRow, administers: bool) -> impl IntoView {
    let label = model::connection_type(row.type_name.as_str()).map(|known| known.label);
    let full = format!("{} / {}", row.type_name, row.name);
    let used_by = used_by(&row.used_by);
    let limited = limited(row.limited).map(|words| {
        let grants = format!("/connections/{}/grants", row.id);
        let words = if administers {
            view! { <a class="quiet" href=grants>{words}</a> }.into_any()
        } else {
            view! { <span>{words}</span> }.into_any()
        };
        // Smaller, quiet and behind a sign: it is none of the workflows above it.
        view! { <p class="note help"><Symbol icon=Icon::Lock/>{words}</p> }
    });
    let last_used = match row.last_used {
        Some(at) => {
            let by = row.last_used_by.as_ref().map(used_in);
            view! { <Time at/>" "{by} }.into_any()
        }
        None => view! { <span class="quiet">"never"</span> }.into_any(),
    };
    let unused = row.unused.then(|| {
        view! { <State tone=Tone::Unsure words=UNUSED/> }
    });
    let actions = administers.then(|| {
        view! {
            <td class="row-actions">
                <details class="menu" name="row-menu">
                    <summary role="button" aria-label=format!("Actions for {full}")><Symbol icon=Icon::More/></summary>
                    <div class="menu-items">
                        <a href=format!("/connections/{}/overwrite", row.id)>"Overwrite values"</a>
                        <a href=format!("/connections/{}/grants", row.id)>"Who may use it"</a>
                        <a class="danger" href=format!("/connections/{}/delete", row.id)>"Delete"</a>
                    </div>
                </details>
            </td>
        }
    });
    let cure = row.unopenable.filter(|_| administers).map(|why| {
        let form = match why {
            Unopenable::Value => "overwrite",
            Unopenable::Altered => "delete",
        };
        view! { ": "<a href=format!("/connections/{}/{form}", row.id)>{why.cure()}</a> }
    });
    let href = format!("/connections/{}", row.id);
    let short = row.type_name.as_str().to_owned();
    view! {
        <tr>
            <td data-label="Type">
                <code>{short}</code>
                {label.map(|label| view! { <span class="quiet type-label">{label}</span> })}
            </td>
            <th scope="row" data-label="Name"><a href=href>{row.name.as_str().to_owned()}</a></th>
            <td data-label="State">
                <State tone=if row.unopenable.is_some() { Tone::Bad } else { Tone::Good } words=row.state/>
                {cure}
            </td>
            <td data-label="Used by"><div>{used_by}{limited}</div></td>
            <td data-label="Last used">{last_used}{unused}</td>
            <td data-label="Changed"><Time at=row.changed_at/><span class="quiet">" by "{row.changed_by}</span></td>
            {actions}
        </tr>
    }
}

fn used_by(workflows: &[UsedBy]) -> AnyView {
    if workflows.is_empty() {
        return view! { <span class="quiet">"no workflow"</span> }.into_any();
    }
    let link = |used: &UsedBy| {
        let href = format!("/workflows/{}", used.workflow);
        view! { <li><a href=href>{used.workflow.to_string()}</a></li> }
    };
    view! { <ul class="inline">{workflows.iter().map(link).collect_view()}</ul> }.into_any()
}
