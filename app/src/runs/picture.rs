//! The picture of a run: its steps as boxes in the colours of their states, with lines from each to
//! those that need it. Every box is a link to the step's log.

use leptos::prelude::*;

use super::look::of_step;
use super::snapshot::{RunSnapshot, StepSnapshot};
use crate::ui::picture::{Picture, Size};

/// How large a step is drawn.
pub const SIZE: Size = Size {
    width: 196,
    height: 52,
};

/// Letters of a name that mostly fit into its box.
const LETTERS: usize = 18;

/// The picture with the states of that moment.
pub fn drawn(picture: &Picture, run: &RunSnapshot) -> impl IntoView + use<> {
    let boxes = run.steps.iter().zip(&picture.steps);
    let boxes = boxes.map(|(step, place)| step_box(run, step, *place));
    let lines = picture.lines.iter().cloned();
    view! {
        <svg
            class="graph"
            role="group"
            aria-label="Graph of the steps"
            width=picture.width
            height=picture.height
            viewBox=format!("0 0 {} {}", picture.width, picture.height)
        >
            {lines.map(|d| view! { <path class="graph-line" d=d></path> }).collect_view()}
            {boxes.collect_view()}
        </svg>
    }
}

fn step_box(run: &RunSnapshot, step: &StepSnapshot, (x, y): (i32, i32)) -> impl IntoView + use<> {
    let (tone, icon) = of_step(step.state);
    let words = step.state.words();
    view! {
        <a
            class=format!("graph-step {}", tone.class())
            href=run.log_path(step.position)
            aria-label=format!("{}: {words}", step.name)
        >
            <title>{step.name.clone()}</title>
            <rect x=x y=y width=SIZE.width height=SIZE.height rx="6"></rect>
            <path class="icon" d=icon.path() transform=format!("translate({} {}) scale(0.75)", x + 12, y + 17)></path>
            // An image of its own, because it cuts what is wider than the box.
            <svg x=x + 40 y=y width=SIZE.width - 46 height=SIZE.height>
                <text class="graph-name" y="22">{shortened(&step.name)}</text>
                <text y="40">{words}</text>
            </svg>
        </a>
    }
}

/// A name that fits into its box; the whole one is in the title.
fn shortened(name: &str) -> String {
    if name.chars().count() <= LETTERS {
        return name.to_owned();
    }
    let begin: String = name.chars().take(LETTERS - 1).collect();
    format!("{begin}…")
}
