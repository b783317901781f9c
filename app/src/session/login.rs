//! `/login`

use leptos::prelude::*;

use super::functions::local_path;
use crate::page::{Page, Returned, Section};
use crate::ui::area::area_text;
use crate::ui::{field::TextField, notice::Notice};

/// The text of a form that arrived after its session had ended, so that nothing typed is lost.
fn kept(text: &str) -> impl IntoView + use<> {
    view! {
        <div class="field">
            <label for="kept-text">"Your text, not saved"</label>
            <p class="help">"Copy it before you go on."</p>
            <textarea id="kept-text" class="code" rows="8" wrap="off" readonly=true>{area_text(text)}</textarea>
        </div>
    }
}

/// The log-in form. `next` is the page that asked for it.
pub fn page(next: &str, returned: Returned) -> Page {
    let next = local_path(next).to_owned();
    Page::new("Log in", Section::Elsewhere, move || {
        view! {
            <div class="card narrow">
                <h1>"Log in to Relay"</h1>
                {returned.problem.clone().map(|problem| view! { <Notice problem/> })}
                {returned.typed("text").map(kept)}
                <form method="post" action="/fn/log_in">
                    <input type="hidden" name="next" value=next/>
                    <TextField
                        name="email"
                        label="Email"
                        kind="email"
                        autocomplete="username"
                        autofocus=true
                        value=returned.typed("email").unwrap_or_default().to_owned()
                        problem=returned.wrong("email")
                    />
                    <TextField
                        name="password"
                        label="Password"
                        kind="password"
                        autocomplete="current-password"
                        problem=returned.wrong("password")
                    />
                    <div class="actions"><button class="primary" type="submit">"Log in"</button></div>
                </form>
            </div>
        }
    })
}
