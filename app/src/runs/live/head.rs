//! The upper part of a run's page: its state, what can be done with it, and why it failed.

use leptos::prelude::*;

use super::{Connection, Live, Tab};
use crate::runs::duration;
use crate::runs::look::run_state;
use crate::runs::snapshot::{RunSnapshot, StepSnapshot};
use crate::ui::icon::{Icon, Symbol};
use crate::ui::time::Time;

/// Number, state, who and when, and the button that stops it.
pub(super) fn heading(live: Live) -> impl IntoView {
    let (number, revision, workflow) = live
        .run
        .with_untracked(|run| (run.number, run.revision, run.workflow.clone()));
    let (who, when) = live
        .run
        .with_untracked(|run| (run.started_by.clone(), run.created_at));
    let state = move || live.run.with(|run| run_state(run.state));
    let took = move || {
        let run = live.run.get();
        let took = duration::of(run.started_at, run.finished_at, live.now.get());
        took.map(|took| format!("Duration {took}"))
    };
    let can_stop = move || live.may.stop && live.run.with(|run| !run.state.is_final());
    let stop = move || {
        can_stop().then(|| {
            let stopping = live.run.with(|run| run.stopped_by.is_some());
            view! {
                <form method="post" action="/fn/stop_run">
                    {names(live)}
                    <button type="submit" class="danger" disabled=stopping><Symbol icon=Icon::Stop/>"Stop run"</button>
                </form>
            }
        })
    };
    view! {
        <div class="heading">
            <div>
                <div class="run-title">
                    <h1>{format!("Run #{number}")}</h1>
                    <p class="run-state" role="status">{state}</p>
                </div>
                <p class="crumbs">
                    <span>"Started "<Time at=when/>" by "{who}</span>
                    <a href=format!("/workflows/{workflow}/revisions/{revision}")>"Revision "{revision}</a>
                    <span>{took}</span>
                </p>
            </div>
            {stop}
        </div>
    }
}

/// The controls that name the run in a form.
fn names(live: Live) -> impl IntoView {
    let (workflow, number) = live
        .run
        .with_untracked(|run| (run.workflow.clone(), run.number));
    view! {
        <input type="hidden" name="workflow" value=workflow/>
        <input type="hidden" name="number" value=number.to_string()/>
    }
}

/// What keeps the page from being what the run is: it is being stopped, or nothing arrives.
pub(super) fn trouble(live: Live) -> impl IntoView {
    let stopping = move || {
        live.run.with(|run| {
            let who = run.stopped_by.clone().filter(|_| !run.state.is_final());
            who.map(|who| {
                view! { <p class="note"><Symbol icon=Icon::Loader/>{format!("Stopping, as {who} asked.")}</p> }
            })
        })
    };
    let connection = move || {
        let sentence = match live.connection.get() {
            Connection::Fine => return None,
            Connection::Lost => "Connection lost. Trying again…",
            Connection::Ended => "This page does not follow the run any more. Load it again.",
        };
        Some(view! { <p class="note"><Symbol icon=Icon::Warning/>{sentence}</p> })
    };
    view! { <div class="run-notes" aria-live="polite">{stopping}{connection}</div> }
}

/// The steps through which the run failed or was rejected, each with its reason and its log.
pub(super) fn faults(live: Live) -> impl IntoView {
    let item = |run: &RunSnapshot, step: &StepSnapshot| {
        let reason = match step.exit_code {
            _ if !step.message.is_empty() => step.message.clone(),
            Some(code) => format!("It ended with exit code {code}."),
            None => String::new(),
        };
        let log = (!step.attempts.is_empty()).then(|| {
            view! { " "<a href=run.log_path(step.position)>{format!("Log of {}", step.name)}</a> }
        });
        view! {
            <li><strong>{step.name.clone()}</strong>{format!(" {}. {reason}", step.state)}{log}</li>
        }
    };
    move || {
        live.run.with(|run| {
            let faults: Vec<_> = run.at_fault().map(|step| item(run, step)).collect();
            (!faults.is_empty()).then(|| {
                view! {
                    <div class="notice notice-bad run-faults" role="alert">
                        <Symbol icon=Icon::Alert/>
                        <ul>{faults}</ul>
                    </div>
                }
            })
        })
    }
}

/// The approvals that wait, each with its buttons.
pub(super) fn approvals(live: Live) -> impl IntoView {
    let item = move |step: &StepSnapshot| {
        let decide = live.may.decide.then(|| {
            view! {
                <form method="post" action="/fn/decide_approval">
                    {names(live)}
                    <input type="hidden" name="step" value=step.name.clone()/>
                    <div class="buttons">
                        <button type="submit" class="primary" name="granted" value="true">
                            <Symbol icon=Icon::Check/>"Approve"
                        </button>
                        <button type="submit" name="granted" value="false">
                            <Symbol icon=Icon::Cross/>"Reject"
                        </button>
                    </div>
                </form>
            }
        });
        let label = format!("Approval {}", step.name);
        view! {
            <section class="card approval" aria-label=label>
                <h2><Symbol icon=Icon::Pause/>{step.name.clone()}" waits for approval"</h2>
                {(!step.description.is_empty()).then(|| view! { <p>{step.description.clone()}</p> })}
                {(!live.may.decide).then(|| view! { <p class="quiet">"Approvers and administrators decide."</p> })}
                {decide}
            </section>
        }
    };
    move || {
        live.run
            .with(|run| run.undecided().map(item).collect::<Vec<_>>())
    }
}

/// The id of a tab.
pub(super) fn tab_id(tab: Tab) -> &'static str {
    match tab {
        Tab::Graph => "tab-graph",
        Tab::Code => "tab-code",
        Tab::Logs => "tab-logs",
    }
}

/// The tabs; each is a link to the page that shows it.
pub(super) fn tabs(live: Live, chosen: Tab) -> impl IntoView {
    let path = live.run.with_untracked(RunSnapshot::path);
    let link = move |tab: Tab, query: &str, words: &'static str| {
        view! {
            <a
                id=tab_id(tab)
                role="tab"
                href=format!("{path}{query}")
                aria-selected=(tab == chosen).to_string()
            >{words}</a>
        }
    };
    view! {
        <div class="tabs" role="tablist" aria-label="Run">
            {link(Tab::Graph, "", "Graph")}
            {link(Tab::Code, "?tab=code", "Code")}
            {link(Tab::Logs, "?tab=logs", "Logs")}
        </div>
    }
}
