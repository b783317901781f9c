//! The dialog with the form of a run. Its form is the one of the page `/workflows/NAME/run`, fetched
//! when the dialog opens: what is saved, and what stands in the way of a run, may have changed since
//! this page was loaded.

#![expect(unreachable_pub, reason = "the component macro makes its props public")]

use leptos::prelude::*;

use super::{Bench, Saving};

/// The dialog; the form is put into `run-place`.
#[component]
pub(super) fn RunDialog(bench: Bench) -> impl IntoView {
    let unsaved = move || bench.saving.with(|saving| *saving != Saving::Saved);
    let clicked = move |event: leptos::ev::MouseEvent| {
        #[cfg(feature = "hydrate")]
        super::browser::close_when_cancelled(bench, &event);
        #[cfg(not(feature = "hydrate"))]
        drop(event);
    };
    view! {
        <dialog
            class="value-dialog"
            node_ref=bench.run_dialog
            aria-labelledby="run-dialog-title"
            on:click=clicked
        >
            <h2 id="run-dialog-title">"Run workflow"</h2>
            <p class="note" hidden=move || !unsaved()>"Your unsaved changes do not run."</p>
            <div id="run-place"></div>
        </dialog>
    }
}
