//! The island of a run's page: state, buttons, tabs, and what the chosen tab shows, as it changes.
//!
//! Every tab is a page of its own, so that all of them can be reached without JavaScript. With it,
//! the server's events (`…/events`) bring each change and each piece of the log shown.

#![expect(
    missing_docs,
    reason = "the island macro makes a public struct without any"
)]

#[cfg(feature = "hydrate")]
mod browser;
mod given;
mod head;
mod log;
mod steps;

use leptos::either::EitherOf3;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use super::picture::drawn;
use super::snapshot::RunSnapshot;
use crate::ui::picture::Picture;

/// What the page shows of the run.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Tab {
    /// The picture, the steps, and what came of them.
    #[default]
    Graph,
    /// The text that runs.
    Code,
    /// The log of a step.
    Logs,
}

impl Tab {
    /// The tab as a query names it.
    pub fn from_query(word: Option<&str>) -> Self {
        match word {
            Some("code") => Self::Code,
            Some("logs") => Self::Logs,
            _ => Self::Graph,
        }
    }
}

/// What the person may do with the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct May {
    /// Stop it.
    pub stop: bool,
    /// Decide its approvals.
    pub decide: bool,
}

/// The log that the page shows, as far as the server has rendered it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShownLog {
    /// The step's place in the text.
    pub position: u64,
    /// The number of the attempt; 0 while there is none.
    pub attempt: u64,
    /// Where the browser goes on.
    pub next_offset: u64,
    /// How many bytes at the beginning are not shown.
    pub left_out: u64,
    /// Whether lines are counted from the beginning of the log, and not from the first one shown.
    pub counted: bool,
    /// The line that was begun.
    pub lines: super::log_text::Lines,
}

/// What the parts of the island share.
#[derive(Clone, Copy)]
pub(crate) struct Live {
    pub(crate) run: RwSignal<RunSnapshot>,
    /// How far the browser's clock is behind the server's, in milliseconds.
    pub(crate) now: RwSignal<model::Timestamp>,
    pub(crate) may: May,
    /// Whether changes arrive.
    pub(crate) connection: RwSignal<Connection>,
}

/// Whether changes arrive.
#[cfg_attr(
    not(feature = "hydrate"),
    expect(dead_code, reason = "only a browser loses its connection")
)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Connection {
    /// They do, or there is nothing more to come.
    Fine,
    /// Not at the moment; the browser tries again by itself.
    Lost,
    /// Not any more.
    Ended,
}

/// The run below the way back to its workflow. `children` is what never changes and stays the
/// server's: the parameters, the text, or the lines of the log so far.
#[island]
pub fn LiveRun(
    /// The run as the server found it.
    initial: RunSnapshot,
    /// Where its steps stand in the picture.
    picture: Option<Picture>,
    /// What is shown.
    tab: Tab,
    /// What the person may do.
    may: May,
    /// The log, on its tab.
    shown: Option<ShownLog>,
    /// The part that stays the server's.
    children: Children,
) -> impl IntoView {
    let live = Live {
        now: RwSignal::new(initial.now),
        run: RwSignal::new(initial),
        may,
        connection: RwSignal::new(Connection::Fine),
    };
    #[cfg(feature = "hydrate")]
    browser::follow(live, shown.as_ref());
    let panel = match tab {
        Tab::Graph => EitherOf3::A(view! {
            {picture.map(|picture| view! {
                <div class="graph-box">{move || live.run.with(|run| drawn(&picture, run))}</div>
            })}
            {steps::table(live)}
            {given::outputs(live)}
            {given::uses(live)}
            {children()}
        }),
        Tab::Code => EitherOf3::B(children()),
        Tab::Logs => EitherOf3::C(log::log(live, shown, children)),
    };
    view! {
        <div class="run">
            {head::heading(live)}
            {head::trouble(live)}
            {head::faults(live)}
            {head::approvals(live)}
            {head::tabs(live, tab)}
            <div class="run-panel" role="tabpanel" aria-labelledby=head::tab_id(tab)>{panel}</div>
        </div>
    }
}
