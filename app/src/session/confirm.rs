//! The question for one's password before something dangerous is done. It has no address of its own:
//! it is the answer to the form that asked for the dangerous thing, and carries all of it along.

use std::collections::BTreeMap;

use leptos::prelude::*;

use crate::page::{Page, Returned, Section};
use crate::ui::{field::TextField, notice::Notice};

/// The control that takes the password. Every server function takes it beside its own.
pub const PASSWORD: &str = "your_password";

/// What is about to happen, for the functions that ask.
fn about(function: &str) -> &'static str {
    match function {
        "invite" => "You are about to invite somebody.",
        "change_role" => "You are about to give somebody another role.",
        "enable_user" => "You are about to let somebody sign in again.",
        "delete_user" => "You are about to delete somebody.",
        "delete_connection" => "You are about to delete a connection that workflows use.",
        "rotate_key" => "You are about to give the vault a new key.",
        _ => "You are about to do something that cannot easily be undone.",
    }
}

/// Asks, and then does what `function` was asked with. `back` is where its form stands.
pub fn page(function: &str, back: String, returned: Returned) -> Page {
    let action = format!("/fn/{function}");
    let about = about(function);
    let again = returned
        .problem
        .clone()
        .filter(|problem| !problem.fields.is_empty());
    // In order, so that the page is the same each time.
    let kept: BTreeMap<_, _> = returned.typed.clone().into_iter().collect();
    Page::new("Enter your password", Section::Elsewhere, move || {
        let hidden = |(name, value): (String, String)| view! { <input type="hidden" name=name value=value/> };
        view! {
            <div class="card form">
                <h1>"Enter your password"</h1>
                {again.map(|problem| view! { <Notice problem/> })}
                <p>
                    {about}
                    " Relay asks for your password before that, because you entered it more than ten minutes ago."
                </p>
                <form method="post" action=action>
                    {kept.into_iter().map(hidden).collect_view()}
                    <TextField
                        name=PASSWORD
                        label="Your password"
                        kind="password"
                        autocomplete="current-password"
                        autofocus=true
                        problem=returned.wrong(PASSWORD)
                    />
                    <div class="actions">
                        <a class="button" href=back>"Cancel"</a>
                        <button class="primary" type="submit">"Continue"</button>
                    </div>
                </form>
            </div>
        }
    })
}
