//! What came out of a run's steps, and what they were given.

use leptos::either::Either;
use leptos::prelude::*;

use super::Live;
use crate::runs::snapshot::{OutputSnapshot, UseSnapshot};
use crate::ui::time::Time;

/// The outputs; nothing while there are none.
pub(super) fn outputs(live: Live) -> impl IntoView {
    let row = |output: &OutputSnapshot| {
        view! {
            <tr>
                <th scope="row" data-label="Output">{output.name.clone()}</th>
                <td data-label="Step">{output.step.clone()}</td>
                <td data-label="Value"><code>{output.value.clone()}</code></td>
            </tr>
        }
    };
    move || {
        live.run.with(|run| {
            (!run.outputs.is_empty()).then(|| {
                view! {
                    <section class="run-part" aria-labelledby="outputs-title">
                        <h2 id="outputs-title">"Outputs"</h2>
                        <div class="table-scroll">
                            <table>
                                <thead>
                                    <tr>
                                        <th scope="col">"Output"</th>
                                        <th scope="col">"Step"</th>
                                        <th scope="col">"Value"</th>
                                    </tr>
                                </thead>
                                <tbody>{run.outputs.iter().map(row).collect::<Vec<_>>()}</tbody>
                            </table>
                        </div>
                    </section>
                }
            })
        })
    }
}

/// The connections and secrets that steps were given, with their revision then.
pub(super) fn uses(live: Live) -> impl IntoView {
    let row = |used: &UseSnapshot| {
        let name = match &used.type_name {
            Some(type_name) => format!("{type_name} / {}", used.name),
            None => format!("secret {}", used.name),
        };
        let name = match used.page.clone() {
            Some(page) => Either::Left(view! { <a href=page><code>{name}</code></a> }),
            None => Either::Right(view! { <code>{name}</code> }),
        };
        let since = if used.current {
            "no"
        } else {
            "changed or deleted since"
        };
        view! {
            <tr>
                <th scope="row" data-label="Used">{name}</th>
                <td data-label="Step">{used.step.clone()}</td>
                <td data-label="Revision">{used.revision}</td>
                <td data-label="When"><Time at=used.at/></td>
                <td data-label="Changed">{since}</td>
            </tr>
        }
    };
    move || {
        live.run.with(|run| {
            (!run.uses.is_empty()).then(|| {
                view! {
                    <section class="run-part" aria-labelledby="uses-title">
                        <h2 id="uses-title">"Connections and secrets used"</h2>
                        <div class="table-scroll">
                            <table>
                                <thead>
                                    <tr>
                                        <th scope="col">"Used"</th>
                                        <th scope="col">"Step"</th>
                                        <th scope="col">"Revision"</th>
                                        <th scope="col">"When"</th>
                                        <th scope="col">"Changed since"</th>
                                    </tr>
                                </thead>
                                <tbody>{run.uses.iter().map(row).collect::<Vec<_>>()}</tbody>
                            </table>
                        </div>
                    </section>
                }
            })
        })
    }
}
