//! The steps of a run as a table: the same as the picture, in words, and more of it.

use leptos::prelude::*;

use super::Live;
use crate::runs::duration;
use crate::runs::look::step_state;
use crate::runs::snapshot::{RunSnapshot, StepSnapshot};

/// Every step with its state, what it waits for, and how it ended.
pub(super) fn table(live: Live) -> impl IntoView {
    let rows = move || {
        live.run.with(|run| {
            let row = |step: &StepSnapshot| row(live, run, step);
            run.steps.iter().map(row).collect::<Vec<_>>()
        })
    };
    view! {
        <section class="run-part" aria-labelledby="steps-title">
            <h2 id="steps-title">"Steps"</h2>
            <div class="table-scroll">
                <table>
                    <thead>
                        <tr>
                            <th scope="col">"Step"</th>
                            <th scope="col">"State"</th>
                            <th scope="col">"Needs"</th>
                            <th scope="col">"Duration"</th>
                            <th scope="col">"Attempts"</th>
                            <th scope="col">"Exit code"</th>
                            <th scope="col">"Message"</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </section>
    }
}

fn row(live: Live, run: &RunSnapshot, step: &StepSnapshot) -> impl IntoView + use<> {
    let (started, finished) = (step.started_at, step.finished_at);
    let took = move || duration::of(started, finished, live.now.get()).unwrap_or(none());
    let needs = if step.needs.is_empty() {
        none()
    } else {
        step.needs.join(", ")
    };
    let exit_code = step.exit_code.map_or_else(none, |code| code.to_string());
    let attempts = match step.attempts.len() {
        0 => none(),
        several => several.to_string(),
    };
    view! {
        <tr>
            <th scope="row" data-label="Step"><a href=run.log_path(step.position)>{step.name.clone()}</a></th>
            <td data-label="State">{step_state(step.state)}</td>
            <td data-label="Needs">{needs}</td>
            <td data-label="Duration">{took}</td>
            <td data-label="Attempts">{attempts}</td>
            <td data-label="Exit code">{exit_code}</td>
            <td data-label="Message">{step.message.clone()}</td>
        </tr>
    }
}

/// What stands in a cell that has nothing to say.
fn none() -> String {
    "–".to_owned()
}
