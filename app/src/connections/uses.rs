//! Which steps were given a connection or a secret.

use leptos::prelude::*;
use service::UsedIn;

use crate::ui::time::Time;

/// The word for a connection that no step was given for long.
pub(super) const UNUSED: &str = "unused for 90 days";

/// The step that was given a value, and its run.
pub(crate) fn used_in(used: &UsedIn) -> impl IntoView + use<> {
    let run = format!("/workflows/{}/runs/{}", used.workflow, used.number);
    let step = used.step.clone().map(|(position, name)| {
        let href = format!("{run}?tab=logs&step={position}");
        view! { <span class="quiet">"by step "</span><a href=href>{name}</a>" " }
    });
    let words = format!("{} #{}", used.workflow, used.number);
    view! { {step}<span class="quiet">"of "</span><a href=run.clone()>{words}</a> }
}

/// The newest uses, each with the revision that was handed out.
pub(crate) fn table(uses: Vec<(UsedIn, u64)>) -> impl IntoView {
    let row = |(used, revision): (UsedIn, u64)| {
        let run = format!("/workflows/{}/runs/{}", used.workflow, used.number);
        let step = used.step.map(|(position, name)| {
            let href = format!("{run}?tab=logs&step={position}");
            view! { <a href=href>{name}</a> }
        });
        view! {
            <tr>
                <th scope="row" data-label="Run">
                    <a href=run.clone()>{format!("{} #{}", used.workflow, used.number)}</a>
                </th>
                <td data-label="Step">{step}</td>
                <td data-label="Revision">{revision}</td>
                <td data-label="When"><Time at=used.at/></td>
            </tr>
        }
    };
    if uses.is_empty() {
        return view! { <p class="quiet">"No step of a run that still exists was given it."</p> }
            .into_any();
    }
    view! {
        <div class="table-scroll">
            <table>
                <thead>
                    <tr>
                        <th scope="col">"Run"</th>
                        <th scope="col">"Step"</th>
                        <th scope="col">"Revision"</th>
                        <th scope="col">"When"</th>
                    </tr>
                </thead>
                <tbody>{uses.into_iter().map(row).collect_view()}</tbody>
            </table>
        </div>
    }
    .into_any()
}
