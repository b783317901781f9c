//! The log of one step: the list of steps beside it, what can be done with it, and its lines.

use leptos::prelude::*;
use model::counted;

use super::{Live, ShownLog};
use crate::runs::look::{attempt_state, step_state};
use crate::runs::snapshot::{RunSnapshot, StepSnapshot};
use crate::ui::icon::{Icon, Symbol};

/// What the toolbar decides about the lines.
#[derive(Clone, Copy)]
pub(super) struct LogView {
    /// The number of the attempt whose log is shown; 0 while there is none.
    pub(super) attempt: RwSignal<u64>,
    /// Whether scripts run; before, the buttons would do nothing.
    pub(super) awake: RwSignal<bool>,
    /// Whether the newest line stays in sight.
    pub(super) follow: RwSignal<bool>,
    /// Whether long lines are broken.
    pub(super) wrap: RwSignal<bool>,
    /// What is searched for.
    pub(super) wanted: RwSignal<String>,
    /// How many times it was found.
    pub(super) found: RwSignal<usize>,
    /// Which of them is the current one, from 0. Setting it means going there.
    pub(super) current: RwSignal<usize>,
    /// How many bytes at the beginning are not shown.
    pub(super) left_out: RwSignal<u64>,
}

/// The tab; `lines` is what the server has rendered of the log.
pub(super) fn log(live: Live, shown: Option<ShownLog>, lines: Children) -> impl IntoView {
    let going_on = live.run.with_untracked(|run| !run.state.is_final());
    let view = LogView {
        attempt: RwSignal::new(shown.as_ref().map_or(0, |shown| shown.attempt)),
        awake: RwSignal::new(false),
        follow: RwSignal::new(going_on),
        wrap: RwSignal::new(true),
        wanted: RwSignal::new(String::new()),
        found: RwSignal::new(0),
        current: RwSignal::new(0),
        left_out: RwSignal::new(shown.as_ref().map_or(0, |shown| shown.left_out)),
    };
    let counted = shown.as_ref().is_some_and(|shown| shown.counted);
    let position = shown.as_ref().map(|shown| shown.position);
    #[cfg(feature = "hydrate")]
    super::browser::wake(live, view, shown);
    view! {
        <div class="logs">
            <nav class="log-steps" aria-label="Steps">
                <ul>{move || live.run.with(|run| {
                    let link = |step: &StepSnapshot| link(run, step, position);
                    run.steps.iter().map(link).collect::<Vec<_>>()
                })}</ul>
            </nav>
            <div class="log-part">
                {position.map(|position| title(live, view, position))}
                {position.map(|position| toolbar(live, view, position))}
                {move || left_out(view.left_out.get(), counted)}
                {lines()}
            </div>
        </div>
    }
}

fn link(run: &RunSnapshot, step: &StepSnapshot, chosen: Option<u64>) -> impl IntoView + use<> {
    let current = (chosen == Some(step.position)).then_some("true");
    view! {
        <li>
            <a href=run.log_path(step.position) aria-current=current>
                <span class="log-step-name">{step.name.clone()}</span>
                {step_state(step.state)}
            </a>
        </li>
    }
}

/// The step's name, and a link for each attempt when there are several.
fn title(live: Live, view: LogView, position: u64) -> impl IntoView {
    let of = move |run: &RunSnapshot| {
        let step = run.steps.iter().find(|step| step.position == position);
        step.cloned()
    };
    let name = live
        .run
        .with_untracked(|run| of(run).map(|step| step.name))
        .unwrap_or_default();
    let attempts = move || {
        let run = live.run.get();
        let chosen = view.attempt.get();
        let attempts = of(&run).map_or_else(Vec::new, |step| step.attempts);
        let link = |attempt: &crate::runs::snapshot::AttemptSnapshot| {
            let current = (attempt.number == chosen).then_some("true");
            let href = format!("{}&attempt={}", run.log_path(position), attempt.number);
            view! {
                <li>
                    <a href=href aria-current=current>{format!("Attempt {}", attempt.number)}</a>
                    {attempt_state(attempt.state)}
                </li>
            }
        };
        (attempts.len() > 1).then(|| {
            view! { <ul class="log-attempts" aria-label="Attempts">{attempts.iter().map(link).collect::<Vec<_>>()}</ul> }
        })
    };
    let message = move || {
        let message = live
            .run
            .with(|run| of(run).map(|step| step.message))
            .unwrap_or_default();
        (!message.is_empty()).then(|| view! { <p class="quiet">{message}</p> })
    };
    view! {
        <h2>"Log of "{name}</h2>
        {message}
        {attempts}
    }
}

fn toolbar(live: Live, view: LogView, position: u64) -> impl IntoView {
    let (path, going_on) = live
        .run
        .with_untracked(|run| (run.path(), !run.state.is_final()));
    let begun = move || {
        live.run.with(|run| {
            let step = run.steps.iter().find(|step| step.position == position);
            step.is_some_and(|step| !step.attempts.is_empty())
        })
    };
    let download = move || match view.attempt.get() {
        0 => format!("{path}/steps/{position}/log"),
        number => format!("{path}/steps/{position}/log?attempt={number}"),
    };
    let asleep = move || !view.awake.get();
    let toggle = move |which: RwSignal<bool>, words: &'static str| {
        view! {
            <button
                type="button"
                class="toggle"
                hidden=asleep
                aria-pressed=move || which.get().to_string()
                on:click=move |_| which.update(|on| *on = !*on)
            >{words}</button>
        }
    };
    let step_to = move |words: &'static str, icon: Icon, forward: bool| {
        let go = move |_| {
            let found = view.found.get_untracked();
            if found > 0 {
                let by = if forward { 1 } else { found - 1 };
                view.current
                    .update(|current| *current = (*current + by) % found);
            }
        };
        view! {
            <button type="button" class="icon-button" aria-label=words title=words on:click=go><Symbol icon/></button>
        }
    };
    let count = move || match (view.wanted.with(String::is_empty), view.found.get()) {
        (true, _) => String::new(),
        (_, 0) => "no match".to_owned(),
        (_, found) => format!("{} of {found}", view.current.get() + 1),
    };
    let search = move |event: leptos::ev::Event| view.wanted.set(event_target_value(&event));
    let next = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let found = view.found.get_untracked();
        if found > 0 {
            view.current
                .update(|current| *current = (*current + 1) % found);
        }
    };
    view! {
        <div class="log-bar">
            <form class="log-search" method="get" role="search" hidden=asleep on:submit=next>
                <input type="search" aria-label="Search the log" placeholder="Search" autocomplete="off" on:input=search/>
                <span class="quiet" role="status">{count}</span>
                {step_to("Previous match", Icon::Up, false)}
                {step_to("Next match", Icon::Down, true)}
            </form>
            {going_on.then(|| toggle(view.follow, "Follow"))}
            {toggle(view.wrap, "Wrap lines")}
            <a class="button" href=download download="" hidden=move || !begun()>
                <Symbol icon=Icon::Download/>"Download"
            </a>
        </div>
    }
}

/// What of the beginning is not on the page.
fn left_out(bytes: u64, counted: bool) -> Option<impl IntoView> {
    (bytes > 0).then(|| {
        let from = if counted {
            ""
        } else {
            ", and lines are not counted from the beginning"
        };
        let sentence = format!(
            "The first {} are left out here{from}. Download has all of it.",
            size(bytes)
        );
        view! { <p class="note log-left-out"><Symbol icon=Icon::Info/>{sentence}</p> }
    })
}

/// `812 bytes`, `3.4 KiB`, `63.7 MiB`.
fn size(bytes: u64) -> String {
    let tenths = |unit: u64| format!("{}.{}", bytes / unit, bytes % unit * 10 / unit);
    match bytes {
        0..1_024 => counted(bytes, "byte", "bytes"),
        1_024..1_048_576 => format!("{} KiB", tenths(1_024)),
        _ => format!("{} MiB", tenths(1_048_576)),
    }
}

#[cfg(test)]
mod tests {
    use super::size;

    #[test]
    fn a_size_is_told_in_the_unit_that_fits() {
        assert_eq!(size(1), "1 byte");
        assert_eq!(size(812), "812 bytes");
        assert_eq!(size(3_500), "3.4 KiB");
        assert_eq!(size(66_800_000), "63.7 MiB");
    }
}
