//! The buttons of the header bar, and what became of the last save.

#![expect(unreachable_pub, reason = "the component macro makes its props public")]

use leptos::either::Either;
use leptos::prelude::*;
use leptos::task::spawn_local;
use model::ProblemKind;

use super::{Bench, Saving};
use crate::ui::icon::{Icon, Symbol};

/// Save, Setup, and whether what is typed is safe.
#[component]
pub(super) fn Toolbar(bench: Bench) -> impl IntoView {
    let words = move || {
        bench
            .checked
            .with(|checked| checked.words(bench.trouble.with(Option::is_none)))
    };
    let tone = move || {
        let words = words();
        match words.as_str() {
            "Setup: ready" => "setup-button good",
            "Setup: unknown" => "setup-button unsure",
            _ => "setup-button bad",
        }
    };
    let icon = move || {
        let icon = match tone() {
            "setup-button good" => Icon::Check,
            "setup-button unsure" => Icon::Question,
            _ => Icon::Alert,
        };
        view! { <Symbol icon/> }
    };
    let status = move || match bench.saving.get() {
        Saving::Saved => match bench.base_revision.get() {
            0 => "Nothing saved yet".to_owned(),
            revision => format!("Saved as revision {revision}"),
        },
        Saving::Unsaved => "Unsaved changes".to_owned(),
        Saving::UnderWay => "Saving…".to_owned(),
        Saving::Conflict(_) => "Conflict".to_owned(),
        Saving::Failed(_) => "Not saved".to_owned(),
    };
    let save = move |event: leptos::ev::MouseEvent| {
        event.prevent_default();
        spawn_local(bench.save(bench.base_revision.get_untracked()));
    };
    // Without JavaScript this button loads the page with Setup open or closed.
    let toggle = move |event: leptos::ev::MouseEvent| {
        event.prevent_default();
        bench.setup_open.update(|open| *open = !*open);
    };
    let here = format!("/workflows/{}", bench.workflow.get_value());
    let next = if bench.setup_open.get_untracked() {
        "closed"
    } else {
        "open"
    };
    // Without JavaScript this button leads to the page of the same form.
    let run = move |event: leptos::ev::MouseEvent| {
        event.prevent_default();
        #[cfg(feature = "hydrate")]
        super::browser::open_run_form(bench);
    };
    let run_page = format!("{here}/run");
    view! {
        <div class="toolbar">
            <span class="save-state" role="status">{status}</span>
            <form method="get" action=here class="setup-form">
                <input type="hidden" name="setup" value=next/>
                <button
                    type="submit"
                    class=tone
                    aria-expanded=move || bench.setup_open.get().to_string()
                    aria-controls="setup"
                    on:click=toggle
                >{icon}<span>{words}</span></button>
            </form>
            {bench.can_run.then(|| view! {
                <form method="get" action=run_page>
                    <button type="submit" on:click=run><Symbol icon=Icon::Play/>"Run"</button>
                </form>
            })}
            {bench.can_edit.then(|| view! {
                <button type="submit" form="workflow-form" class="primary" on:click=save>"Save changes"</button>
            })}
        </div>
        {move || outcome(bench)}
    }
}

/// A conflict with a way out, or why saving failed. The text stays in the editor either way.
fn outcome(bench: Bench) -> Option<impl IntoView> {
    match bench.saving.get() {
        Saving::Conflict(newest) => {
            let revision = newest.revision;
            let theirs = format!(
                "/workflows/{}/revisions/{revision}",
                bench.workflow.get_value()
            );
            let over = move |_| spawn_local(bench.save(revision));
            Some(Either::Left(view! {
                <div class="notice notice-bad" role="alert">
                    <Symbol icon=Icon::Warning/>
                    <div>
                        <p>
                            {newest.saved_by}" saved revision "{revision}
                            " while you were typing. Your text is still here and not saved."
                        </p>
                        <p class="buttons">
                            <a class="button" href=theirs target="_blank">"Look at revision "{revision}</a>
                            <button type="button" on:click=over>"Save mine as the newest"</button>
                        </p>
                    </div>
                </div>
            }))
        }
        Saving::Failed(problem) => {
            let (sentence, way_out) = match problem.kind {
                ProblemKind::NotSignedIn => (
                    "Your session has ended. Log in in another tab, then save again.".to_owned(),
                    Some(("/login", "Log in in a new tab")),
                ),
                ProblemKind::NotFound => (
                    "This workflow was renamed or deleted. Copy your text, and open the workflow \
                     under its new name."
                        .to_owned(),
                    Some(("/workflows", "See the workflows in a new tab")),
                ),
                _ => (problem.detail, None),
            };
            let way_out = way_out.map(|(href, words)| {
                view! { <p class="buttons"><a class="button" href=href target="_blank">{words}</a></p> }
            });
            Some(Either::Right(view! {
                <div class="notice notice-bad" role="alert">
                    <Symbol icon=Icon::Alert/>
                    <div><p>{sentence}" Your text is still here."</p>{way_out}</div>
                </div>
            }))
        }
        _ => None,
    }
}
