//! The frame of a form that values are typed into. Without JavaScript it posts them as they are, and
//! the service seals them; with it, the page's script seals them first.

use leptos::prelude::*;
use model::{Problem, ProblemKind};

use super::WRITE_ONLY;
use crate::ui::notice::Notice;

/// A form with its button, the sentence above it and the way back.
#[component]
pub fn ValueForm(
    /// Where it posts what was typed.
    action: &'static str,
    /// What it is about: `connection` or `secret`.
    noun: &'static str,
    /// Values are taken only when the browser has sealed them.
    sealed_only: bool,
    /// Where *Cancel* leads.
    #[prop(into)]
    back: String,
    /// The controls.
    children: Children,
) -> impl IntoView {
    let without_scripts = sealed_only.then(|| {
        view! {
            <noscript>
                <p class="note">
                    "This Relay takes values only when the browser has sealed them. Switch JavaScript on to save."
                </p>
            </noscript>
        }
    });
    // The script fills in what went wrong.
    let nothing_yet = Problem::new(ProblemKind::Input, "", "");
    view! {
        <form method="post" action=action data-seal=noun autocomplete="off" novalidate=true>
            {children()}
            <p class="write-only">{WRITE_ONLY}</p>
            {without_scripts}
            <div class="actions">
                // The script enables it: without one, what is typed must not be sent.
                <button class="primary" type="submit" disabled=sealed_only>{format!("Save {noun}")}</button>
                <a class="button" href=back>"Cancel"</a>
            </div>
            <template><Notice problem=nothing_yet/></template>
        </form>
    }
}
