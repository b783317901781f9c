//! `/workflows/NAME/runs/N`: one run, with its tabs `?tab=code` and `?tab=logs`.

use leptos::prelude::*;
use model::Problem;
use service::{LogFrom, RunView, StepView};

use super::live::{LiveRun, May, Tab};
use super::log_page::{RenderedLog, rendered};
use super::picture::SIZE;
use super::snapshot::RunSnapshot;
use crate::page::{Answer, Island, Page, Request, Section};
use crate::ui::layout::picture;
use crate::ui::notice::Notice;

/// How much of a log the page shows: its end, in bytes.
const TAIL: u64 = 256 * 1024;

/// The page of a run. Without JavaScript it shows how things are now.
pub async fn page(request: Request) -> Answer {
    let viewer = request.caller.viewer();
    let name = request.path("name").to_owned();
    let missing = || Problem::not_found("run");
    let number: u64 = request.path("number").parse().map_err(|_| missing())?;
    let run = request.service.run(&viewer, &name, number).await?;
    let run = run.ok_or_else(missing)?;
    let tab = Tab::from_query(request.query("tab"));
    let log = match tab {
        Tab::Logs => log(&request, &name, &run).await?,
        _ => None,
    };
    let may = May {
        stop: request.caller.operator().is_ok(),
        decide: request.caller.approver().is_ok(),
    };
    let initial = RunSnapshot::of(&name, &run, request.service.now());
    let picture = (tab == Tab::Graph)
        .then(|| {
            let steps = initial.steps.iter();
            picture(
                steps.map(|step| (step.name.as_str(), step.needs.as_slice())),
                SIZE,
            )
        })
        .flatten();
    let goes_on = !run.state.is_final();
    let problem = request.returned.problem;
    let page = Page::new(
        format!("Run #{number} of {name}"),
        Section::Workflows,
        move || {
            let path = format!("/workflows/{name}");
            let (shown, lines) = match log {
                Some(RenderedLog { shown, lines }) => (Some(shown), lines),
                None => (None, Vec::new()),
            };
            let here = match &shown {
                Some(shown) => initial.log_path(shown.position),
                None => initial.path(),
            };
            // What never changes; the island around it brings the rest up to date.
            let fixed = match tab {
                Tab::Graph => parameters(run.parameters).into_any(),
                Tab::Code => code(run.text).into_any(),
                Tab::Logs => rendered(shown.is_some(), lines).into_any(),
            };
            view! {
                <p class="crumbs">
                    <a href=path.clone()>"‹ "{name.clone()}</a>
                    <a href=format!("{path}/runs")>"Runs"</a>
                </p>
                {problem.map(|problem| view! { <Notice problem/> })}
                {goes_on.then(|| view! {
                    <noscript>
                        <p class="note">
                            "Without JavaScript this page shows how things were when it was loaded. "
                            <a href=here>"Reload"</a>
                        </p>
                    </noscript>
                })}
                <LiveRun initial picture tab may shown>{fixed}</LiveRun>
            }
        },
    );
    Ok(page.with_island(Island::Run))
}

/// The end of the log of the step that was asked for, or of the one most worth looking at.
async fn log(request: &Request, name: &str, run: &RunView) -> Result<Option<RenderedLog>, Problem> {
    let asked: Option<u64> = request.query("step").and_then(|step| step.parse().ok());
    let step = match asked {
        Some(position) => run.steps.iter().find(|step| step.position == position),
        None => interesting(&run.steps),
    };
    let Some(step) = step else { return Ok(None) };
    let attempt: Option<u64> = request
        .query("attempt")
        .and_then(|number| number.parse().ok());
    let attempt = match attempt {
        Some(number) => step.attempts.iter().find(|one| one.number == number),
        None => step.attempts.last(),
    };
    let mut from = LogFrom {
        position: step.position,
        attempt: attempt.map(|attempt| attempt.number),
        offset: 0,
        max: TAIL,
    };
    let viewer = request.caller.viewer();
    let log = |from| request.service.log(&viewer, name, run.number, from);
    let mut part = log(from).await?;
    if part.length > TAIL {
        from.offset = part.length - TAIL;
        part = log(from).await?;
    }
    Ok(Some(RenderedLog::of(from, part)))
}

/// The first step that failed, else the last one that began, else the first one.
fn interesting(steps: &[StepView]) -> Option<&StepView> {
    let begun = || steps.iter().filter(|step| !step.attempts.is_empty());
    let failed = begun().find(|step| step.state.is_failure());
    let last = || begun().max_by_key(|step| step.started_at);
    failed.or_else(last).or(steps.first())
}

/// What the run was given.
fn parameters(parameters: Vec<(String, String)>) -> impl IntoView {
    let row = |(name, value): (String, String)| {
        view! {
            <tr>
                <th scope="row" data-label="Parameter">{name}</th>
                <td data-label="Value"><code>{value}</code></td>
            </tr>
        }
    };
    (!parameters.is_empty()).then(|| {
        view! {
            <section class="run-part" aria-labelledby="parameters-title">
                <h2 id="parameters-title">"Parameters"</h2>
                <div class="table-scroll">
                    <table>
                        <thead>
                            <tr><th scope="col">"Parameter"</th><th scope="col">"Value"</th></tr>
                        </thead>
                        <tbody>{parameters.into_iter().map(row).collect_view()}</tbody>
                    </table>
                </div>
            </section>
        }
    })
}

/// The text that runs.
fn code(text: String) -> impl IntoView {
    view! { <pre class="code" tabindex="0" aria-label="Code"><code>{text}</code></pre> }
}
